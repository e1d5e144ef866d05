"""Ledig et al. 2017, Photo-Realistic Single Image Super-Resolution Using a GAN: squared error first, then a critic.

No torch.
"""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.run import ObjectiveName, Pace, Positive, Run, Stage, Weight


class UpscalerPace(Pace):
    """The generator, from a small picture to a large one: its size, and how it is moved."""

    width: Positive = 32
    """Channels."""
    blocks: Annotated[int, Field(ge=1, le=64)] = 4
    """Residual blocks."""


class Rules(Stage):
    """A stage of super-resolution: what G is paid for."""

    squares: Weight = 1.0
    """Weight of the mean squared error in pixels."""
    adversarial: Weight = 0.0
    """Weight of what the critic says; 0: none plays."""
    objective: ObjectiveName = "non-saturating"
    """What the two players minimise, where a critic plays."""


class Config(Run):
    """A run of an upscaler: by squared error, then against a critic."""

    system: Literal["srgan"] = "srgan"
    """What is played: a small picture to a large one."""
    factor: Literal[2, 3, 4, 8] = 4
    """How many times larger."""
    g: UpscalerPace
    d: PatchPace
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
