"""Zhu et al. 2017, Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import Weight
from saddlepoint.settings.unpaired import Two, Unpaired


class Rules(Unpaired):
    """A stage of translation there and back."""

    cycle: Weight = 10.0
    """Weight of mean |F(G(a)) - a| + mean |G(F(b)) - b|."""
    identity: Weight = 0.5
    """Weight of mean |G(b) - b| + mean |F(a) - a|, as a share of `cycle`."""


class Config(Two):
    """A run of two translators against two critics."""

    system: Literal["cyclegan"] = "cyclegan"
    """What is played: pictures of one kind to the other, and back."""
    pool: Annotated[int, Field(ge=0, le=10_000)] = 50
    """Earlier fakes that each critic is shown again; 0: none."""
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
