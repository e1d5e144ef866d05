"""One player lowers  -log p(x) = -sum_i log p(x_i | x_1 .. x_(i-1)),  x binary (equation 1 of each paper).

A network with several orders is trained by one of them a round; its density is their mixture, 1/M sum_m p_m(x).
A network of convolutions with another beside them may begin by training that one alone.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from saddlepoint.data.facts import Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.gated import Gated
from saddlepoint.networks.masked import Masked, Nade
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.statistics.likelihood import bernoulli_log_likelihood
from saddlepoint.systems.belief.config import Config, Rules
from saddlepoint.systems.binary import binarisation, binarised
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import alone, at, player, size
from saddlepoint.systems.system import Model, Nats, Networks, Scene, System

Network = Masked | Nade | Gated
CHUNK = 100  # samples drawn at once, from one stream
MOST = 64**2  # pixels of a picture
JUDGED = 200  # examples judged at once


def networks(config: Config, facts: Facts) -> Networks:
    net, shape = config.g.network, facts["x"].shape
    if (pixels := size(facts)) > MOST:
        what, hint = f"{pixels:,} pixels, which are drawn one after the other", "give --size, 64x64 at most"
        raise SaddlepointError(what, f"`{config.recipe}`", hint)
    match net.kind:
        case "masked":
            return {"net": Masked(shape, net.widths, net.orders)}
        case "nade":
            return {"net": Nade(shape, net.hidden)}
        case "gated":
            return {"net": Gated(shape, net.width, net.levels, net.beside, net.dilated)}


def network(networks: Networks) -> Network:
    return networks["net"]  # pyright: ignore[reportReturnType]


def trained(networks: Mapping[str, Any], rules: Rules) -> nn.Module:
    """The whole network, or what stands beside the convolutions alone; settings see to it that it is there."""
    return networks["net"].beside if rules.part == "beside" else networks["net"]


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    network(networks).start_at(alone(some.x).mean(0))


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    orders, rules = network(networks).orders, config.stages[stage]

    def forge(nets, batch, z, rng):
        order = int(torch.randint(orders, (), generator=rng))
        return trained(nets, rules)(batch.x, order)

    term = Term("nats", "G", lambda turn: -bernoulli_log_likelihood(alone(turn.fake), alone(turn.x)))
    one = player(config.g, [trained(networks, rules)], **networks)
    return Scene(Game(G=one, k=0, forge=forge, terms=(term,)), {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    net, shape = network(networks), facts["x"].shape

    @torch.no_grad()
    def log_prob(x: Tensor, rng: torch.Generator) -> Nats:
        """log 1/M sum_m p_m(x) over the orders."""
        net.eval()
        found = []
        for part in x.to(at(net)).split(JUDGED):
            each = torch.stack([bernoulli_log_likelihood(net(part, order), part) for order in range(net.orders)])
            found.append((each.logsumexp(0) - math.log(net.orders)).cpu())
        return Nats(torch.cat(found), "exact")

    def sample(n: int, seed: int, c: Tensor | None) -> Tensor:
        """Sample i by its own u and its own order, whatever n is."""
        net.eval()
        chunks = [drawn(Randomness(seed).stream("sample", k)) for k in range(-(-n // CHUNK))]
        return torch.cat([torch.empty(0, *shape), *chunks])[:n]

    def drawn(rng: torch.Generator) -> Tensor:
        u = torch.rand(CHUNK, *shape, generator=rng).to(at(net))
        order = torch.randint(net.orders, (CHUNK,), generator=rng)
        x = torch.empty_like(u)
        for each in order.unique().tolist():
            x[order == each] = net.draw(u, each)[order == each]
        return x.cpu()

    return Model(sample=sample, log_prob=log_prob, told=False)


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("net",),
    takes={"x": ("pictures",)},
    frame=samples,
    judges=("nats",),
    feed=binarised,
    only=("unit",),
    prepare=prepare,
    stated=binarisation,
)
