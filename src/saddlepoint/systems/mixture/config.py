"""Mixtures of Gaussians by expectation-maximisation (Dempster et al. 1977; Cappe & Moulines 2009). No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import Pace, Positive, Run, Stage


class Step(Pace):
    """The step of EM: the share of the statistics that each batch replaces."""

    optimiser: Literal["sgd"] = "sgd"
    """Statistics move straight towards those expected from a batch."""
    lr: Annotated[float, Field(gt=0, le=1)] = 0.2
    """The share at the start; 1, with all examples in a batch, is EM as in 1977."""


class Config(Run):
    """A run of a mixture of Gaussians."""

    system: Literal["mixture"] = "mixture"
    """What is played: shares of examples in components."""
    components: Positive = 30
    """Number of Gaussians."""
    factors: Annotated[int, Field(ge=0, le=256)] = 8
    """Directions in which the width of each is free; 0: a variance along each axis only."""
    floor: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1e-3
    """The smallest variance of a pixel or a column within a component."""
    g: Step = Step()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] = (Stage(),)
    """Played in turn, with the same components."""
