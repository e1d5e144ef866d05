"""Bengio et al. 2007, Greedy Layer-Wise Training of Deep Networks: one layer after another, then all. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Pace, Run, Stage, Units


class Rules(Stage):
    """A stage of reconstruction."""

    layer: Annotated[int, Field(ge=0)] | None = None
    """Which layer learns to rebuild what it is given, from 0; unset: all together, the data."""
    noise: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of its inputs that is set to 0 (Vincent et al. 2008)."""


class Config(Run):
    """A run of a stack of autoencoders."""

    system: Literal["stacked"] = "stacked"
    """What is played: x to a code and back, layer by layer."""
    widths: Units = (500, 250, 60)
    """Units of each layer, from the data up."""
    g: Pace = Pace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn: as a rule a stage for each layer, and one for all."""


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


RECIPES = {"stacked": Recipe(stacked, "x", "pictures", "codes: layer by layer, then together")}
