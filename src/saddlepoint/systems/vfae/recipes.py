"""Where runs of `vfae` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.systems.vfae.config import BothPace, Config, Rules


def vfae() -> Config:
    """x between 0 and 1 as the probability of ink; of a table of 0 and 1, with `--range raw`."""
    return Config(
        recipe="vfae",
        batch=200,
        range="unit",
        g=BothPace(lr=1e-3, betas=(0.9, 0.999), decay="linear", lr_end=0.05),
        stages=(Rules(images=400_000),),
        averages=(20_000, 5_000),
    )


RECIPES = {"vfae": Recipe(vfae, "noise, labels", "pictures", "like `vae`: no class in the code")}
