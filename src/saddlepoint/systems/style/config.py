"""Johnson et al. 2016, Perceptual Losses for Real-Time Style Transfer: one network, one style. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import FileName, Pace, Positive, Run, Stage, Weight


class StylistPace(Pace):
    """The generator, from a photograph to a picture in the style: its size, and how it is updated."""

    width: Positive = 16
    """Channels next to the picture; two and four times as many below."""
    blocks: Annotated[int, Field(ge=1, le=64)] = 4
    """Residual blocks at the smallest size."""
    normalise: bool = True
    """Instance normalisation, over the whole picture; without it a large picture has no seams."""


class Rules(Stage):
    """A stage: the costs of the generator."""

    content: Weight = 1.0
    """Weight of the distance between the features of the result and of the photograph."""
    strength: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 5.0
    """Weight of the distance between the statistics of the result and of the style."""
    smooth: Weight = 0.05
    """Weight of the squared differences between neighbouring pixels."""


class Config(Run):
    """A run of a painter in one style."""

    system: Literal["style"] = "style"
    """What is played: a photograph to the same in a style."""
    style: FileName = None
    """The picture that gives the style."""
    style_side: Annotated[int, Field(ge=32, le=1024)] = 256
    """The longer side that this picture is scaled to; smaller gives finer strokes in the results."""
    vgg: FileName = None
    """The weights of VGG16, as safetensors."""
    g: StylistPace
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same network."""
