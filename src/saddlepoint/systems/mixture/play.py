"""One player, whose every step is one of EM: its weights are expected statistics, and move to those of the batch.

p(x) is a density over grey values or columns: its nats compare with no probability of 0 and 1.
"""

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import target_of
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.factors import Factors
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Turn
from saddlepoint.systems.looks import samples
from saddlepoint.systems.mixture.config import Config
from saddlepoint.systems.parts import alone, moved, player, size
from saddlepoint.systems.system import Model, Nats, Networks, Scene, System

CHUNK = 100  # samples drawn at once, from one stream
JUDGED = 200  # examples judged at once


def networks(config: Config, facts: Facts) -> Networks:
    return {"net": Factors(size(facts), config.components, config.factors, config.floor)}


def network(networks: Networks) -> Factors:
    return networks["net"]  # pyright: ignore[reportReturnType]


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    network(networks).start_at(target_of(some).flatten(1), Randomness(config.seed).stream("centres"))


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    net = network(networks)

    def nats(turn: Turn) -> Tensor:
        """-log p(x), as its value; as its slope, what moves statistics to those that are expected of x."""
        log_p, gap = net.gap(alone(turn.x).flatten(1))
        return gap - gap.detach() - log_p

    def forge(nets, batch, z, rng):
        return batch.x  # nothing is made while it learns

    game = Game(G=player(config.g, None, **networks), k=0, forge=forge, terms=(Term("nats", "G", nats),))
    return Scene(game, {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    net, shape = network(networks), facts["x"].shape

    @torch.no_grad()
    def joint(x: Tensor) -> Tensor:
        parts = moved(x, net).flatten(1).split(JUDGED)  # pyright: ignore[reportOptionalMemberAccess]
        return torch.cat([net.joint(part).float().cpu() for part in parts])

    @torch.no_grad()
    def sample(n: int, seed: int, c: Tensor | None) -> Tensor:
        chunks = [net.draw(CHUNK, Randomness(seed).stream("sample", k)) for k in range(-(-n // CHUNK))]
        return torch.cat([torch.empty(0, *shape), *(chunk.unflatten(1, shape).float() for chunk in chunks)])[:n]

    return Model(
        sample=sample,
        encode=lambda x: joint(x).softmax(1),
        log_prob=lambda x, rng: Nats(joint(x).logsumexp(1), "exact"),
        told=False,
    )


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("net",),
    takes={"x": ("pictures", "points")},
    frame=samples,
    judges=("nats", "samples"),
    only=("unit", "standard"),
    prepare=prepare,
    stated=lambda config: "as a density",
)
