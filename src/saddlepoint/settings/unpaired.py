"""The settings of systems that translate between two kinds of pictures of which no pairs are known. No torch."""

from typing import Annotated

from pydantic import Field

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.run import Further, ObjectiveName, Pace, Positive, Run, Stage, Weight


class TranslatorPace(Pace):
    """The generator: its size, and how it is updated."""

    width: Positive = 16
    """Channels next to the picture; doubled at each halving."""
    halvings: Annotated[int, Field(ge=1, le=6)] = 2
    """How often the picture is halved on the way down: its sides must be multiples of 2^halvings."""
    blocks: Annotated[int, Field(ge=1, le=64)] = 2
    """Residual blocks at the smallest size."""


class Unpaired(Stage):
    """A stage of translation without pairs."""

    objective: ObjectiveName = "least-squares"
    """What the two players minimise."""
    adversarial: Weight = 2.0
    """Weight of the adversarial cost; 2 makes up for the 1/2 in least squares, which the papers leave out."""


class Two(Run):
    """A run on two sets of pictures."""

    to: Further | None = None
    """The pictures to translate to."""
    g: TranslatorPace
    d: PatchPace
