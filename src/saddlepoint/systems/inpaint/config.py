"""Pathak et al. 2016, Context Encoders: Feature Learning by Inpainting. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.restoring import Restoring
from saddlepoint.settings.run import Further, Only, Pace, Positive, Run


class FillerPace(Pace):
    """The generator, a U-Net from what is around a hole to what is in it: its size, and how it is updated."""

    width: Positive = 32
    """Channels next to the picture; doubled at each halving, up to a factor of 8."""
    halvings: Annotated[int, Field(ge=1, le=8)] = 4
    """How often the picture is halved on the way down: its sides must be multiples of 2^halvings."""


class Config(Run):
    """A run of a model that fills holes: by squared error, then against a critic."""

    system: Literal["inpaint"] = "inpaint"
    """What is played: a picture with a hole to a whole one."""
    mask: Literal["center", "boxes", "strokes", "files"] = "center"
    """The hole: the middle quarter, one to three boxes, strokes of a brush, or as in --masks. All but the first are
    drawn again each time."""
    masks: Further | None = None
    """Pictures of holes, white where nothing is known."""
    critic: Annotated[Literal["global", "local", "both"], Only("adversarial")] = "global"
    """What is judged: patches of the whole picture, patches around the hole, or both, with a critic for each."""
    g: FillerPace
    d: Annotated[PatchPace, Only("adversarial")]
    stages: Annotated[tuple[Restoring, ...], Field(min_length=1)] = (Restoring(),)
    """Played in turn, with the same networks."""

    @model_validator(mode="after")
    def holes_from_somewhere(self) -> Self:
        if (self.mask == "files") != (self.masks is not None):
            raise ValueError("holes from files need both: --mask files --masks FOLDER")
        return self
