"""Salimans et al. 2016, Improved techniques for training GANs: a critic that classifies, by few labels. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.networks import Units
from saddlepoint.settings.run import Pace, Positive, Run, Stage, Weight


class GPace(Pace):
    """G: its layers, and how it is updated."""

    widths: Units = (500, 500)
    """Units of each hidden layer."""


class DPace(Pace):
    """D: its layers, and how it is updated."""

    widths: Units = (500, 250, 250)
    """Units of each hidden layer."""
    noise: Weight = 0.5
    """Standard deviation of the noise on each hidden layer in training."""
    input_noise: Weight = 0.3
    """The same for x."""


class Rules(Stage):
    """A stage of classifying, and of detecting fakes."""

    supervised: Weight = 1.0
    """Weight of the labelled examples' cross-entropy; real against fake has weight 1."""


class Config(Run):
    """A run with few labels."""

    system: Literal["semi"] = "semi"
    """What is played: noise to x, against a critic that tells the classes."""
    labels: Positive = 100
    """Examples with a known label, as equally many of each class as possible; of all others only x is used."""
    latent: Positive = 100
    """Numbers in z."""
    g: GPace = GPace()
    d: DPace = DPace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
