"""Park et al. 2020, Contrastive Learning for Unpaired Image-to-Image Translation: one way, one critic. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import Positive, Weight
from saddlepoint.settings.unpaired import Two, Unpaired


class Rules(Unpaired):
    """A stage of translation by contrast between patches."""

    patches: Weight = 1.0
    """Weight of the contrastive cost between a and G(a)."""
    identity: Weight = 1.0
    """Weight of the same cost between b and G(b)."""
    temperature: Annotated[float, Field(gt=0, le=10)] = 0.07
    """What the similarity of two patches is divided by."""


class Config(Two):
    """A run of one translator against one critic."""

    system: Literal["cut"] = "cut"
    """What is played: pictures of one kind to the other."""
    sites: Annotated[int, Field(ge=2, le=4096)] = 64
    """Patches of each picture and layer that are compared with each other."""
    head: Positive = 64
    """Length of the vector that represents a patch."""
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
