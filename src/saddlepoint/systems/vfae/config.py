"""Louizos et al. 2015, The variational fair autoencoder: a code z of x that does not hold its class s. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.run import Positive, Weight
from saddlepoint.settings.variational import BothPace, Bound


class Rules(Bound):
    """A stage of the variational bound, with codes of all classes brought together."""

    mmd: Weight = 100.0
    """Weight of the distance between the codes of the classes; 0: only the decoder is told s."""


class Config(Binary):
    """A run of a variational fair autoencoder."""

    system: Literal["vfae"] = "vfae"
    """What is played: x to a code without its class, and back with it."""
    latent: Positive = 20
    """Numbers in z."""
    g: BothPace = BothPace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
