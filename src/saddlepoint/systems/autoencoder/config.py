"""Autoencoders: x to a short code and back, by one player. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.networks import Units
from saddlepoint.settings.run import Fraction, Frozen, Pace, Positive, Run, Stage, Weight


class Linear(Frozen):
    """One linear layer each way."""

    kind: Literal["linear"] = "linear"


class Sigmoid(Frozen):
    """Layers of sigmoids each way (Hinton and Salakhutdinov 2006)."""

    kind: Literal["sigmoid"] = "sigmoid"
    hidden: Units = (500, 250)
    """Units of each layer between x and the code, starting at x."""


class Convolutional(Frozen):
    """Strided ReLU convolutions to the code, fractionally-strided ones back."""

    kind: Literal["convolutional"] = "convolutional"
    width: Positive = 16
    """Channels next to the picture; doubled at each halving."""


class BothPace(Pace):
    """Encoder and decoder, which are one player: their layers, and how they are updated."""

    network: Annotated[Linear | Sigmoid | Convolutional, Field(discriminator="kind")] = Convolutional()


class Rules(Stage):
    """A stage of reconstruction."""

    cost: Literal["squares", "cross-entropy"] = "squares"
    """What is minimised: |x - its reconstruction|^2 or, with a sigmoid at the end, each pixel's cross-entropy."""


class Config(Run):
    """A run of an autoencoder."""

    system: Literal["autoencoder"] = "autoencoder"
    """What is played: x to a code and back."""
    latent: Positive = 30
    """Numbers in the code."""
    mask: Fraction = 0.0
    """Share of the input's pixels set to 0; the target is whole (Vincent et al. 2008)."""
    noise: Weight = 0.0
    """Standard deviation of Gaussian noise on the input, where black is 0 and white is 1."""
    g: BothPace = BothPace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
