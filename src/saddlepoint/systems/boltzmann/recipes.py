"""Where runs of `boltzmann` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Pace
from saddlepoint.systems.boltzmann.config import Config, Rules


def boltzmann() -> Config:
    """A table of 0 and 1; of binary pictures of few pixels, with `--range unit`."""
    return Config(
        recipe="boltzmann",
        batch=100,
        range="raw",
        g=Pace(lr=0.02, betas=(0.9, 0.999), decay="linear", lr_end=0.05),
        stages=(Rules(images=200_000),),
        averages=(10_000, 2_000),
    )


RECIPES = {"boltzmann": Recipe(boltzmann, "nothing", "0/1 columns", "up to 16 units, all of it exact")}
