"""Fully visible belief nets: every pixel's probability given those before it (Frey et al. 1998 and after). No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.run import Frozen, Pace, Positive, Stage


class Masked(Frozen):
    """MADE: fully-connected layers without the weights that would look ahead (Germain et al. 2015)."""

    kind: Literal["masked"] = "masked"
    widths: Annotated[tuple[Positive, ...], Field(max_length=8)] = ()
    """Units of each hidden layer; none: a logistic regression for each pixel."""
    orders: Annotated[int, Field(ge=1, le=64)] = 1
    """Orders of the pixels that are trained in turn; log p is that of their mixture."""


class Nade(Frozen):
    """One hidden layer whose weights all pixels share (Larochelle & Murray 2011)."""

    kind: Literal["nade"] = "nade"
    hidden: Positive = 200
    """Units of the hidden layer."""


class Gated(Frozen):
    """Convolutions that see what is above and to the left, in two stacks (van den Oord et al. 2016)."""

    kind: Literal["gated"] = "gated"
    width: Positive = 16
    """Channels of each stack."""
    levels: Annotated[int, Field(ge=0, le=64)] = 5
    """Levels with kernels of 3 x 3, after one of 7 x 7."""
    beside: Annotated[int, Field(ge=0, le=2**16)] = 0
    """Units of a masked layer beside the convolutions, which sees all earlier pixels and where they are; 0: none."""


class BeliefPace(Pace):
    """The only player: its network, and how it is moved."""

    network: Annotated[Masked | Nade | Gated, Field(discriminator="kind")]


class Rules(Stage):
    """A stage of -log p."""

    part: Literal["all", "beside"] = "all"
    """What is trained: all, or what stands beside the convolutions alone, which sees pictures many times as fast."""


class Config(Binary):
    """A run of a model that has the exact density of binary pictures."""

    system: Literal["belief"] = "belief"
    """What is played: pixel by pixel."""
    g: BeliefPace
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same network."""

    @model_validator(mode="after")
    def something_beside(self) -> Self:
        there = self.g.network.kind == "gated" and self.g.network.beside > 0
        if not there and any(stage.part == "beside" for stage in self.stages):
            what = "a stage trains what stands beside the convolutions, and nothing does"
            raise ValueError(f"{what}: give --g.network.beside, or --part all")
        return self
