"""Kingma and Welling 2014, Auto-Encoding Variational Bayes: an encoder to q(z | x), a decoder to p(x | z). No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.networks import Mlp
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Pace, Positive, Run, Stage, Weight


class BothPace(Pace):
    """Encoder and decoder, which are one player: their layers, and how they are moved."""

    network: Mlp = Mlp(hidden=(400, 400), activation="relu", condition="none")


class Rules(Stage):
    """A stage of the variational bound."""

    beta: Weight = 1.0
    """Weight of KL(q(z | x) || p(z)): 1 is the bound itself."""


class Config(Run):
    """A run of a variational autoencoder."""

    system: Literal["vae"] = "vae"
    """What is played: x to z and back."""
    latent: Positive = 20
    """Numbers in z."""
    importance: Positive = 20
    """Draws of z for each example that log p(x) is bounded by."""
    g: BothPace = BothPace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same networks."""


def vae() -> Config:
    """x between 0 and 1 as the probability of ink, each pixel for itself."""
    return Config(
        recipe="vae",
        batch=100,
        range="unit",
        g=BothPace(lr=1e-3, betas=(0.9, 0.999), decay="linear", lr_end=0.05),
        stages=(Rules(images=400_000),),
        averages=(20_000, 5_000),
    )


RECIPES = {"vae": Recipe(vae, "noise, or x", "pictures", "draw, rebuild, and bound log p(x)")}
