"""Ledig et al. 2017, Photo-Realistic Single Image Super-Resolution Using a GAN: squared error first, then a critic.

No torch.
"""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.restoring import Restoring
from saddlepoint.settings.run import Pace, Positive, Run


class UpscalerPace(Pace):
    """The generator, from a small picture to a large one: its size, and how it is moved."""

    width: Positive = 32
    """Channels."""
    blocks: Annotated[int, Field(ge=1, le=64)] = 4
    """Residual blocks."""


class Config(Run):
    """A run of an upscaler: by squared error, then against a critic."""

    system: Literal["srgan"] = "srgan"
    """What is played: a small picture to a large one."""
    scale: Literal[2, 3, 4, 8] = 4
    """How many times larger."""
    g: UpscalerPace
    d: PatchPace
    stages: Annotated[tuple[Restoring, ...], Field(min_length=1)] = (Restoring(),)
    """Played in turn, with the same networks."""
