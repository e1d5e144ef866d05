"""Fully visible belief nets: every pixel's probability given those before it (Frey et al. 1998 and after). No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.run import Pace, Stage
from saddlepoint.systems.belief.kinds import Gated, Masked, Nade


class BeliefPace(Pace):
    """The only player: its network, and how it is updated."""

    network: Annotated[Masked | Nade | Gated, Field(discriminator="kind")]


class Rules(Stage):
    """A stage of -log p."""

    part: Literal["all", "beside"] = "all"
    """What is trained: all, or only the layer beside the convolutions, which is many times as fast."""


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
            what = "a stage trains the layer beside the convolutions, and there is none"
            raise ValueError(f"{what}: give --g.network.beside, or --part all")
        return self
