"""Louizos et al. 2015, The variational fair autoencoder: a code z of x that does not hold its class s. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.networks import Mlp
from saddlepoint.settings.run import Pace, Positive, Stage, Weight


class BothPace(Pace):
    """Encoder and decoder, which are one player: their layers, and how they are updated."""

    network: Mlp = Mlp(hidden=(400, 400), activation="relu")


class Rules(Stage):
    """A stage of the variational bound, with codes of all classes brought together."""

    beta: Weight = 1.0
    """Weight of KL(q(z | x) || p(z)): 1 is the bound itself."""
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
