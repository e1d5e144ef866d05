"""Where runs of `stacked` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Pace
from saddlepoint.systems.stacked.config import Config, Rules


def stacked() -> Config:
    """Three layers, each by itself with a little noise, then all of them together."""
    return Config(
        recipe="stacked",
        batch=100,
        range="unit",
        g=Pace(lr=1e-3, betas=(0.9, 0.999)),
        stages=(*(Rules(images=100_000, layer=i, noise=0.1) for i in range(3)), Rules(images=100_000)),
        averages=(20_000, 5_000),
    )


RECIPES = {"stacked": Recipe(stacked, "x", "pictures", "codes: layer by layer, then all")}
