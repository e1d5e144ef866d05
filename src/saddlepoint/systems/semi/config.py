"""Salimans et al. 2016, Improved techniques for training GANs: a critic that classifies, by few labels. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.networks import Units
from saddlepoint.settings.run import Pace, Positive, Run, Stage, Weight


class GPace(Pace):
    """G: its layers, and how it is moved."""

    widths: Units = (500, 500)
    """Units of each hidden layer."""


class DPace(Pace):
    """D: its layers, and how it is moved."""

    widths: Units = (500, 250, 250)
    """Units of each hidden layer."""
    noise: Weight = 0.5
    """Standard deviation of what is added to each hidden layer in training."""
    input_noise: Weight = 0.3
    """The same for x."""


class Rules(Stage):
    """A stage of telling classes and fakes apart."""

    supervised: Weight = 1.0
    """Weight of the labelled examples' cross-entropy, beside real against fake."""


class Config(Run):
    """A run with few labels."""

    system: Literal["semi"] = "semi"
    """What is played: noise to x, against a critic that tells the classes."""
    labels: Positive = 100
    """Examples whose label is known, as many of each class as can be; of all others x alone is seen."""
    latent: Positive = 100
    """Numbers in z."""
    g: GPace = GPace()
    d: DPace = DPace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
