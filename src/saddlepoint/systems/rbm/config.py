"""Restricted Boltzmann machines by contrastive divergence (Hinton 2002; Tieleman 2008). No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.run import Pace, Positive, Stage


class Rules(Stage):
    """A stage of learning from data against chains."""

    gibbs: Positive = 1
    """Gibbs steps of the chains in a round: the k of CD-k."""
    chains: Literal["persistent", "data"] = "persistent"
    """Where the chains of a round begin: where they stood, or at its examples."""


class Config(Binary):
    """A run of a restricted Boltzmann machine."""

    system: Literal["rbm"] = "rbm"
    """What is played: energies of binary pictures."""
    hidden: Positive = 500
    """Hidden units."""
    log_z: Literal["estimate", "exact"] = "estimate"
    """The sum that likelihoods are divided by: by annealed importance sampling or, up to 16 hidden units, exact."""
    runs: Annotated[int, Field(ge=2, le=100_000)] = 100
    """Annealed runs that log Z is estimated by."""
    temperatures: Positive = 1_000
    """Steps of an annealed run."""
    steps: Positive = 50
    """Gibbs steps from where a chain stands to a sample."""
    g: Pace = Pace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same machine."""
