"""A general Boltzmann machine (Ackley, Hinton and Sejnowski 1985) of few units. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.run import Only, Pace, Stage


class Rules(Stage):
    """A stage of learning."""

    learning: Literal["exact", "gibbs"] = "exact"
    """By the sum over all states or, as in 1985, by Gibbs sampling: once with x fixed, once with nothing fixed."""
    gibbs: Annotated[int, Field(ge=1, le=1_000), Only("learning", ("gibbs",))] = 5
    """Sweeps over all units per round, for learning by Gibbs sampling."""


class Config(Binary):
    """A run of a general Boltzmann machine."""

    system: Literal["boltzmann"] = "boltzmann"
    """What is played: energies of a few binary numbers."""
    hidden: Annotated[int, Field(ge=0, le=16)] = 4
    """Hidden units; together with those of the data at most 16."""
    g: Pace = Pace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same machine."""
