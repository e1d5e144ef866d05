"""One player lowers  F(x) - F(v),  F the free energy, x data and v the ends of Markov chains, which are no part of it.

Its gradient is that of -log p(x) where v is drawn from the model; chains that are k steps from the data give that of
contrastive divergence (Hinton 2002), chains that go on from round to round that of Tieleman 2008.

A deep machine is a restricted one whose visible units are x and the second layer. What x leaves open of these is filled
in by mean field, and the gradient is that of a bound on log p(x) (Salakhutdinov & Hinton 2009, section 3).
"""

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import target_of
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.boltzmann import MOST, RBM, Chains, drawn
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Turn
from saddlepoint.statistics.annealing import annealed
from saddlepoint.systems.binary import binarisation, binarised
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import moved, named, player, size
from saddlepoint.systems.rbm.config import Config
from saddlepoint.systems.system import Model, Nats, Networks, Scene, System

TOGETHER = 50  # samples that are drawn from one stream


def networks(config: Config, facts: Facts) -> Networks:
    if config.log_z == "exact" and config.hidden > MOST:
        what = f"{config.hidden} hidden units have 2^{config.hidden} states"
        raise SaddlepointError(what, "--log-z exact", f"at most {MOST} are enumerated")
    visible = size(facts) + config.top
    return {"rbm": RBM(visible, config.hidden), "chains": Chains(config.batch, visible)}


def machine(networks: Networks) -> tuple[RBM, Chains]:
    return networks["rbm"], networks["chains"]  # pyright: ignore[reportReturnType]


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    """Units begin as often on as in the data, and chains as units by themselves."""
    rbm, chains = machine(networks)
    rbm.start_at(target_of(some).flatten(1).mean(0))
    chains.kept.copy_(drawn(rbm.base.sigmoid().expand_as(chains.kept), Randomness(config.seed).stream("chains")))


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules, (rbm, chains) = config.stages[stage], machine(networks)

    def forge(nets, batch, z, rng):
        x = rbm.filled(batch.x.flatten(1), config.sweeps)
        v = rbm.gibbs(x if rules.chains == "data" else chains.kept, rules.gibbs, rng).v
        chains.kept[: len(v)].copy_(v)
        return {"x": x, "v": v}

    def divergence(turn: Turn) -> Tensor:
        """F(x) - F(v) of each example, v and what was filled in of x being constant."""
        return rbm.free_energy(named(turn.fake, "x")) - rbm.free_energy(named(turn.fake, "v"))

    game = Game(G=player(config.g, None, rbm=rbm), k=0, forge=forge, terms=(Term("divergence", "G", divergence),))
    return Scene(game, {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    (rbm, chains), shape = machine(networks), facts["x"].shape

    @torch.no_grad()
    def sample(n: int, seed: int, c: Tensor | None) -> Tensor:
        """`steps` Gibbs steps from where a chain stands: of pictures the mean of v given h, of a table v itself."""
        parts = [torch.empty(0, *shape)]
        for part in range(-(-n // TOGETHER)):
            places = torch.arange(part * TOGETHER, (part + 1) * TOGETHER) % len(chains.kept)
            ends = rbm.gibbs(chains.kept[places], config.steps, Randomness(seed).stream("sample", part))
            x = ends.mean if facts["x"].kind == "pictures" else ends.v
            parts.append(x[:, : size(facts)].unflatten(1, shape).float().cpu())
        return torch.cat(parts)[:n]

    def encode(x: Tensor) -> Tensor:
        """p(h = 1 | x), and the means of the second layer."""
        v = rbm.filled(moved(x, rbm).flatten(1), config.sweeps)  # pyright: ignore[reportOptionalMemberAccess]
        return torch.cat([rbm.field(v).sigmoid(), v[:, size(facts) :]], 1).float().cpu()

    @torch.no_grad()
    def log_prob(x: Tensor, rng: torch.Generator) -> Nats:
        """-F(x) - log Z; of a deep machine the bound of mean field, whose log Z may be an estimate."""
        v = moved(x, rbm).flatten(1)  # pyright: ignore[reportOptionalMemberAccess]
        log_p = rbm.bound(v, config.sweeps).double().cpu()
        if config.log_z == "exact":
            return Nats(log_p - rbm.exact_log_z().cpu(), "bound" if config.top else "exact")
        found = annealed(rbm.annealed(config.runs, config.temperatures, rng).cpu())
        values = log_p - found.log_z
        if config.top:
            note = "a bound by mean field, which holds only if the estimate of log Z is right"
            return Nats(values, "bound", found.error, (note, str(found)))
        return Nats(values, "estimate", found.error, (str(found),))

    return Model(sample=sample, encode=encode, log_prob=log_prob, told=False)


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("rbm", "chains"),
    takes={"x": ("pictures", "points")},
    frame=samples,
    judges=("nats", "samples"),
    feed=binarised,
    only=("unit", "raw"),
    prepare=prepare,
    stated=binarisation,
)
