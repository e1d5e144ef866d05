"""Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks: c is a picture. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.run import ObjectiveName, Only, Pace, Positive, Run, Stage, Weight


class UnetPace(Pace):
    """The generator, a U-Net from c to x: its size, and how it is updated."""

    width: Positive = 32
    """Channels next to the picture; doubled at each halving, up to a factor of 8."""
    halvings: Annotated[int, Field(ge=1, le=8)] = 5
    """How often the picture is halved on the way down: its sides must be multiples of 2^halvings."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Probability that a unit is dropped, in the innermost layers: the only randomness."""


class Rules(Stage):
    """A stage of translation: the two-player game, and the distance to the true picture."""

    critic: Literal["conditional", "blind", "none"] = "conditional"
    """What judges patches: a critic that also sees c, one that does not (the paper's 'GAN'), or none."""
    objective: Annotated[ObjectiveName, Only("critic", ("conditional", "blind"))] = "non-saturating"
    """What the two players minimise, if a critic plays."""
    k: Annotated[int, Field(ge=1, le=100)] = 1
    """Critic steps per generator step."""
    l1: Weight = 100.0
    """Weight of mean |x - G(c)|."""


class Config(Run):
    """A run of one translator against one critic of patches."""

    system: Literal["pix2pix"] = "pix2pix"
    """What is played: a picture to a picture."""
    g: UnetPace
    d: Annotated[PatchPace, Only("critic", ("conditional", "blind"))]
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""

    @model_validator(mode="after")
    def one_critic(self) -> Self:
        if {"conditional", "blind"} <= {stage.critic for stage in self.stages}:
            raise ValueError("one critic cannot see c in one stage and be blind in another")
        if any(stage.critic == "none" and not stage.l1 for stage in self.stages):
            raise ValueError("nothing to learn from: give l1 a weight, or let a critic play")
        return self
