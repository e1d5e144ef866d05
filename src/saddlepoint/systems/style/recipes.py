"""Where runs of `style` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Data
from saddlepoint.systems.style.config import Config, Rules, StylistPace


def style() -> Config:
    """The papers' losses at a rate for some hundred updates, as two slow cores make them in minutes."""
    return Config(
        recipe="style",
        batch=4,
        data=Data(fit="patches", side=64),
        g=StylistPace(lr=2e-3, betas=(0.9, 0.99), decay="cosine", lr_end=0.05),
        stages=(Rules(images=4_000),),
        averages=(200, 50),
        checkpoint_images=400,
        journal_images=40,
    )


RECIPES = {"style": Recipe(style, "pictures", "pictures", "photographs in a picture's style")}
"""The recipes, by name."""
