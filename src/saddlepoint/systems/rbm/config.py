"""Boltzmann machines by contrastive divergence (Hinton 2002; Tieleman 2008), restricted or deep. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.binary import Binary
from saddlepoint.settings.run import Only, Pace, Positive, Stage


class Rules(Stage):
    """A stage of learning from data against chains."""

    gibbs: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Gibbs steps of the chains in a round: the k of CD-k."""
    chains: Literal["persistent", "data"] = "persistent"
    """Where the chains of a round start: where the last round left them, or at its examples."""


class Config(Binary):
    """A run of a restricted Boltzmann machine, or of a deep one."""

    system: Literal["rbm"] = "rbm"
    """What is played: energies of binary data."""
    hidden: Positive = 500
    """Hidden units; in a deep machine those of the first layer."""
    top: Annotated[int, Field(ge=0, lt=2**53)] = 0
    """Units of a second hidden layer, above the first (Salakhutdinov and Hinton 2009); 0: there is none."""
    sweeps: Annotated[int, Field(ge=1, le=1_000), Only("top")] = 10
    """In a deep machine: mean-field steps to the expected hidden units, given x."""
    log_z: Literal["estimate", "exact"] = "estimate"
    """The partition function Z: estimated by annealed importance sampling or, with up to 16 hidden units, exact."""
    runs: Annotated[int, Field(ge=2, le=100_000), Only("log_z", ("estimate",))] = 100
    """Annealed runs for the estimate of log Z."""
    temperatures: Annotated[int, Field(ge=1, le=100_000), Only("log_z", ("estimate",))] = 1_000
    """Steps of an annealed run."""
    steps: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Gibbs steps from where a chain stands to a sample."""
    g: Pace = Pace()
    stages: Annotated[tuple[Rules, ...], Field(min_length=1)] = (Rules(),)
    """Played in turn, with the same machine."""
