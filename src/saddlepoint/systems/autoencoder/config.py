"""Autoencoders: x to a short code and back, by one player. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.networks import Units
from saddlepoint.settings.run import Fraction, Frozen, Pace, Positive, Run, Stage, Weight


class Linear(Frozen):
    """One linear layer there, one back."""

    kind: Literal["linear"] = "linear"


class Sigmoid(Frozen):
    """Layers of sigmoids there and back (Hinton and Salakhutdinov 2006)."""

    kind: Literal["sigmoid"] = "sigmoid"
    hidden: Units = (500, 250)
    """Units of each layer between x and the code, from x on."""


class Convolutional(Frozen):
    """Strided ReLU convolutions there, fractionally-strided ones back."""

    kind: Literal["convolutional"] = "convolutional"
    width: Positive = 16
    """Channels next to the picture; doubled at each halving."""


class BothPace(Pace):
    """Encoder and decoder, which are one player: their layers, and how they are moved."""

    network: Annotated[Linear | Sigmoid | Convolutional, Field(discriminator="kind")] = Convolutional()


class Rules(Stage):
    """A stage of reconstruction."""

    cost: Literal["squares", "cross-entropy"] = "squares"
    """What is lowered: |x - its reconstruction|^2, or, with a sigmoid at the end, each pixel's cross-entropy."""


class Config(Run):
    """A run of an autoencoder."""

    system: Literal["autoencoder"] = "autoencoder"
    """What is played: x to a code and back."""
    latent: Positive = 30
    """Numbers in the code."""
    mask: Fraction = 0.0
    """Share of the pixels it is given that are set to 0; what it is to rebuild is whole (Vincent et al. 2008)."""
    noise: Weight = 0.0
    """Standard deviation of Gaussian noise on what it is given, black being 0 and white 1."""
    g: BothPace = BothPace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
