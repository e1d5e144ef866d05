"""Kingma and Welling 2014, Auto-Encoding Variational Bayes: an encoder to q(z | x), a decoder to p(x | z). No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.networks import Mlp
from saddlepoint.settings.run import Positive
from saddlepoint.settings.variational import BothPace as Both
from saddlepoint.settings.variational import Bound as Rules


class BothPace(Both):
    """Encoder and decoder, which are one player: their layers, and how they are updated. Neither is told c."""

    network: Mlp = Mlp(hidden=(400, 400), activation="relu", condition="none")


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
