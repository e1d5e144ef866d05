"""Kingma and Welling 2014, Auto-Encoding Variational Bayes: an encoder to q(z | x), a decoder to p(x | z). No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.networks import Mlp
from saddlepoint.settings.run import Pace, Positive, Stage, Weight


class BothPace(Pace):
    """Encoder and decoder, which are one player: their layers, and how they are updated."""

    network: Mlp = Mlp(hidden=(400, 400), activation="relu", condition="none")


class Rules(Stage):
    """A stage of the variational bound."""

    beta: Weight = 1.0
    """Weight of KL(q(z | x) || p(z)): 1 is the bound itself."""


class Config(Binary):
    """A run of a variational autoencoder."""

    system: Literal["vae"] = "vae"
    """What is played: x to z and back."""
    latent: Positive = 20
    """Numbers in z."""
    importance: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Draws of z for each example, for the bound on log p(x)."""
    g: BothPace = BothPace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""
