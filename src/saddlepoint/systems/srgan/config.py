"""Ledig et al. 2017, Photo-Realistic Single Image Super-Resolution Using a GAN: squared error first, then a critic.

No torch.
"""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.restoring import Restoring
from saddlepoint.settings.run import FileName, Only, Pace, Positive, Run

Seen = Literal["vgg12", "vgg22", "vgg33", "vgg43"]


class UpscalerPace(Pace):
    """The generator, from a small picture to a large one: its size, and how it is updated."""

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
    content: Literal["mse", Seen] = "mse"
    """The error used together with a critic: of pixels, or of VGG16's features at the layer relu1_2, ..."""
    vgg: Annotated[FileName, Only("content", get_args(Seen))] = None
    """The weights of VGG16, as safetensors."""
    g: UpscalerPace
    d: Annotated[PatchPace, Only("adversarial")]
    stages: Annotated[tuple[Restoring, ...], Field(min_length=1)] = (Restoring(),)
    """Played in turn, with the same networks."""

    @model_validator(mode="after")
    def beside_a_critic(self) -> Self:
        if self.content != "mse" and not any(stage.adversarial for stage in self.stages):
            raise ValueError(f"nothing is judged by {self.content}: it is for stages with a critic, and there is none")
        return self
