"""Where runs of `mixture` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Stage
from saddlepoint.systems.mixture.config import Config, Step


def mixture() -> Config:
    """Large batches, whose share falls: early on it forgets where it began, later it hardly does."""
    return Config(
        recipe="mixture",
        batch=500,
        range="unit",
        g=Step(decay="exponential", lr_end=0.05),
        stages=(Stage(images=200_000),),
        averages=(20_000, 5_000),
    )


RECIPES = {"mixture": Recipe(mixture, "nothing", "pictures", "exact log p(x), by Gaussians and EM")}
