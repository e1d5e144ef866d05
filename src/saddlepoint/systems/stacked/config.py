"""Bengio et al. 2007, Greedy Layer-Wise Training of Deep Networks: one layer after another, then all. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import Pace, Run, Stage, Units


class Rules(Stage):
    """A stage of reconstruction."""

    layer: Annotated[int, Field(ge=0)] | None = None
    """The layer that learns to rebuild its input, counted from 0; unset: all together rebuild the data."""
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
