"""One player lowers  -log p(x),  by the sum over all states; or  E(x, h) - E(u),  h ~ p(h | x), u from Markov chains.

Both have the same gradient in the mean, E_data u_i u_j - E_model u_i u_j (Ackley, Hinton & Sejnowski 1985), where the
chains are at their equilibrium.
"""

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.boltzmann import MOST, Boltzmann, Chains, drawn, states
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Turn
from saddlepoint.systems.binary import binarisation, binarised
from saddlepoint.systems.boltzmann.config import Config
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import alone, moved, named, player, size
from saddlepoint.systems.system import Model, Nats, Networks, Scene, System

CHUNK = 100  # samples that are drawn from one stream


def networks(config: Config, facts: Facts) -> Networks:
    if (visible := size(facts)) + config.hidden > MOST:
        what = f"{visible} numbers and {config.hidden} hidden units have 2^{visible + config.hidden} states"
        left = f"--hidden {MOST - visible} at most" if visible <= MOST else "`rbm` and `dbm` take more"
        raise SaddlepointError(what, "boltzmann", f"at most 2^{MOST} are counted: {left}")
    return {"machine": Boltzmann(visible, config.hidden), "chains": Chains(config.batch, visible + config.hidden)}


def machine_of(networks: Networks) -> Boltzmann:
    return networks["machine"]  # pyright: ignore[reportReturnType]


def chains_of(networks: Networks) -> Tensor:
    return networks["chains"].kept  # pyright: ignore[reportReturnType]


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    """Chains begin anywhere."""
    kept = chains_of(networks)
    kept.copy_(drawn(torch.full_like(kept, 0.5), Randomness(config.seed).stream("chains")))


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules, machine, kept = config.stages[stage], machine_of(networks), chains_of(networks)

    def sampled(nets, batch, z, rng):
        x = batch.x.flatten(1)
        start = torch.cat([x, torch.full((len(x), config.hidden), 0.5).to(x)], 1)
        u = machine.gibbs(kept, rules.gibbs, rng)
        kept.copy_(u)
        return {"held": machine.gibbs(start, rules.gibbs, rng, size(facts)), "free": u[: len(x)]}

    def energies(turn: Turn) -> Tensor:
        return machine.energy(named(turn.fake, "held")) - machine.energy(named(turn.fake, "free"))

    def nats(turn: Turn) -> Tensor:
        return -machine.joint().logsumexp(0)[machine.place(alone(turn.x).flatten(1))]

    exact = rules.learning == "exact"
    term = Term("nats", "G", nats) if exact else Term("energies", "G", energies)
    forge = (lambda nets, batch, z, rng: batch.x) if exact else sampled  # nothing is made where all is counted
    return Scene(Game(G=player(config.g, None, machine=machine), k=0, forge=forge, terms=(term,)), {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    machine, shape = machine_of(networks), facts["x"].shape

    @torch.no_grad()
    def joint() -> Tensor:
        return machine.joint().double().cpu()

    def place(x: Tensor) -> Tensor:
        return machine.place(moved(x, machine).flatten(1)).cpu()  # pyright: ignore[reportOptionalMemberAccess]

    def sample(n: int, seed: int, c: Tensor | None) -> Tensor:
        """Drawn from the very law, without a chain: the first state at which the sum of p(v) passes u ~ U(0, 1)."""
        sums = joint().logsumexp(0).exp().cumsum(0)
        us = [torch.rand(CHUNK, generator=Randomness(seed).stream("sample", k)) for k in range(-(-n // CHUNK))]
        at = torch.searchsorted(sums, torch.cat([torch.empty(0), *us])[:n].double()).clamp_max(len(sums) - 1)
        return states(size(facts))[at].float().unflatten(1, shape)

    def encode(x: Tensor) -> Tensor:
        """p(h_j = 1 | x), exact."""
        given = joint()[:, place(x)].softmax(0)
        return (given.T @ states(config.hidden).double()).float()

    return Model(
        sample=sample,
        encode=encode if config.hidden else None,
        log_prob=lambda x, rng: Nats(joint().logsumexp(0)[place(x)], "exact"),
        told=False,
    )


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("machine",),
    takes={"x": ("points", "pictures")},
    frame=samples,
    judges=("nats", "samples"),
    feed=binarised,
    only=("raw", "unit"),
    prepare=prepare,
    stated=binarisation,
)
