"""Noise to x, with labels or vectors as condition: the settings of the family. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from saddlepoint.settings.networks import Network
from saddlepoint.settings.run import Fraction, Frozen, ObjectiveName, Only, Pace, Positive, Run, Stage, Weight


class GeneratorPace(Pace):
    """The generator, z and c to x: its network, and how it is updated."""

    network: Network
    start: Literal["weights", "mean"] = "weights"
    """Where G's output starts: where its weights put it, or around the mean of the data (mlp) or colours (residual)."""
    last: Literal["cells", "smooth"] = "cells"
    """How the last map becomes pixels: in cells of 2 x 2, or resized smoothly and convolved (residual only)."""


class CriticPace(Pace):
    """The critic, called discriminator if it answers with a probability: its network, and how it is updated."""

    network: Network
    spectral: bool = False
    """Divide each weight matrix by its largest singular value (Miyato et al. 2018)."""


class Noise(Frozen):
    """z ~ p(z): normal, or uniform in [-1, 1]; and its length."""

    kind: Literal["normal", "uniform"] = "normal"
    size: Positive = 64


class Rules(Stage):
    """A stage of the two-player game."""

    objective: ObjectiveName = "non-saturating"
    """What the two players minimise."""
    k: Annotated[int, Field(ge=1, le=100)] = 1
    """Critic steps per generator step."""
    schedule: Literal["alternating", "simultaneous"] = "alternating"
    """First the critic's steps, then the generator's; or one step of each from the same state, which needs k = 1."""
    r1: Weight = 0.0
    """Weight gamma of R1 = 1/2 |grad D(x)|^2 on real examples."""
    r2: Weight = 0.0
    """Weight gamma of R2 = 1/2 |grad D(G(z))|^2 on fakes."""
    gp: Weight = 0.0
    """Weight of the gradient penalty (|grad D(u)| - 1)^2 between reals and fakes."""
    penalty_every: Annotated[Positive, Only("r1", others=("r2", "gp"))] = 1
    """Compute the penalties every n-th round, n times as heavy."""
    classify: Weight = 0.0
    """Weight of AC-GAN's class cost: for D on reals and on fakes, for G on fakes."""
    moments: Weight = 0.0
    """Weight of a cost for G: how far its means and covariances are from those of the real batch; for points."""
    augment: Literal["none", "diff", "adaptive"] = "none"
    """Augment what D sees, real and fake alike: never, always, or as often as needed against overfitting of D."""
    augment_most: Annotated[Fraction, Only("augment", ("adaptive",))] = 0.7
    """The highest probability of 'adaptive': from 3/4 on, augmentations can leak into what G makes."""

    @model_validator(mode="after")
    def one_step_each(self) -> Self:
        if self.schedule == "simultaneous" and self.k > 1:
            raise ValueError("simultaneous steps are one of each: leave k at 1")
        return self


class Config(Run):
    """A run of one generator against one critic."""

    system: Literal["gan"] = "gan"
    """What is played: noise to x."""
    prior: Noise = Noise()
    g: GeneratorPace
    d: CriticPace
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
