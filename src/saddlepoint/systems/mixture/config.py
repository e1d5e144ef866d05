"""Mixtures of Gaussians by expectation-maximisation (Dempster et al. 1977; Cappe & Moulines 2009). No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import Pace, Positive, Run, Stage


class Step(Pace):
    """Of EM: the share of what is known that each batch replaces."""

    optimiser: Literal["sgd"] = "sgd"
    """Statistics move straight to what is expected of a batch."""
    lr: Annotated[float, Field(gt=0, le=1)] = 0.2
    """The share at the start; 1, with all examples in a batch, is EM as in 1977."""


class Config(Run):
    """A run of a mixture of Gaussians."""

    system: Literal["mixture"] = "mixture"
    """What is played: shares of examples in components."""
    components: Positive = 30
    """Gaussians."""
    factors: Annotated[int, Field(ge=0, le=256)] = 8
    """Directions in which each is as wide as it likes to be; 0: along the axes alone."""
    floor: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1e-3
    """The least variance of a pixel or a column about its component."""
    g: Step = Step()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] = (Stage(),)
    """Played in turn, with the same components."""
