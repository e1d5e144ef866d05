"""Where runs of `vae` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.systems.vae.config import BothPace, Config, Rules


def vae() -> Config:
    """x between 0 and 1 as the probability of ink, each pixel for itself."""
    return Config(
        recipe="vae",
        batch=100,
        range="unit",
        latent=40,
        g=BothPace(lr=2e-3, betas=(0.9, 0.999), decay="linear", lr_end=0.01),
        stages=(Rules(images=1_200_000),),
        averages=(20_000, 5_000),
    )


RECIPES = {"vae": Recipe(vae, "noise, or x", "pictures", "draw, rebuild, and bound log p(x)")}
