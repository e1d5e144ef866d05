"""What systems are composed of: objectives by name, players, conditions, and samplers that give sample i for itself."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import prod

import torch
from torch import Tensor, nn

from saddlepoint import objectives
from saddlepoint.data.facts import Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.plain import ask
from saddlepoint.game.players import Player
from saddlepoint.networks.blocks import Output
from saddlepoint.objectives import Objective
from saddlepoint.records import Batch, Examples
from saddlepoint.settings.run import Pace, Run

OBJECTIVES = {
    "minimax": objectives.minimax,
    "non-saturating": objectives.non_saturating,
    "least-squares": objectives.least_squares,
    "hinge": objectives.hinge,
    "wasserstein": objectives.wasserstein,
    "relativistic": objectives.relativistic,
}

SMALL = 0.1  # of the usual scale
MARGIN = 1e-3  # how far off 0 and 1 a mean is kept, where its logit is infinite

OUTPUTS: dict[str, Output] = {"signed": "tanh", "unit": "sigmoid", "raw": "identity", "standard": "identity"}
"""What a generator ends in, by the range of x."""


def optimiser(pace: Pace, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """The gradient rule of a player, over these parameters."""
    weights, lr, decay = list(parameters), pace.lr, pace.weight_decay
    rules: dict[str, Callable[[], torch.optim.Optimizer]] = {
        "sgd": partial(torch.optim.SGD, weights, lr, weight_decay=decay),
        "momentum": partial(torch.optim.SGD, weights, lr, momentum=pace.momentum, weight_decay=decay),
        "rmsprop": partial(torch.optim.RMSprop, weights, lr, momentum=pace.momentum, weight_decay=decay),
        "adam": partial(torch.optim.Adam, weights, lr, pace.betas, weight_decay=decay),
        "adamw": partial(torch.optim.AdamW, weights, lr, pace.betas, weight_decay=decay),
    }
    return rules[pace.optimiser]()


def player(pace: Pace, move: Iterable[nn.Module] | None = None, **networks: nn.Module) -> Player:
    """These networks, moved at this pace: all of their parameters, or those of the modules in `move` alone."""
    moved = networks.values() if move is None else move
    parameters = [parameter for module in moved for parameter in module.parameters()]
    return Player(networks, optimiser(pace, parameters), pace.max_norm)


def distance(one: Examples, other: Examples) -> Tensor:
    """mean |x - y| of each example, [B]."""
    return (alone(one) - alone(other)).abs().flatten(1).mean(1)


def squares(one: Examples, other: Examples) -> Tensor:
    """mean (x - y)^2 of each example, [B]."""
    return (alone(one) - alone(other)).square().flatten(1).mean(1)


def named(examples: Examples, name: str) -> Tensor:
    """One of the tensors that a forge made."""
    if isinstance(examples, Tensor):
        raise SaddlepointError("examples are one tensor", name, "no names are known of it")
    return examples[name]


def alone(examples: Examples) -> Tensor:
    """The examples, where they are of one kind."""
    if not isinstance(examples, Tensor):
        raise SaddlepointError("examples are a record of several tensors", "term", "say which are compared")
    return examples


def weighted(objective: Objective, weight: float) -> Objective:
    """The same game, of which G's part weighs so much beside its other terms; D's cost stays as it is."""
    return objective._replace(generator=lambda r, f: weight * objective.generator(r, f))


def in_turn(facts: Facts, n: int, of_each: int = 1) -> Tensor | None:
    """Conditions of n samples: each label in turn, or the codes of real examples; None where there is no such c.

    Each gets `of_each` samples in a row. Label i is a function of i alone; codes are spread over all that are known.
    """
    about, turn = facts.get("c"), torch.arange(n) // of_each
    if about is None or about.kind not in ("labels", "code"):
        return None
    if about.kind == "labels":
        return turn % len(about.names)
    examples, m, turns = torch.tensor(about.examples), len(about.examples), -(-n // of_each)
    return examples[turn * m // turns if turns <= m else turn % m]


def at(network: nn.Module) -> torch.device:
    """The device a network lives on."""
    return next(network.parameters()).device


def from_the_mean(config: Run, networks: Mapping[str, nn.Module], some: Batch) -> None:
    """Before the first round of what codes x between 0 and 1: the encoder sees x by its mean in the data, of which the
    decoder's logits begin as those. Its last weights begin small: what they make of a z that says nothing yet is noise
    about the mean, and where that is large, the decoder learns to look away from z, and never looks again.
    """
    mean, decoder = alone(some.x).mean(0), networks["decoder"]
    networks["encoder"].start_at(mean)  # pyright: ignore[reportCallIssue]
    decoder.start_at(torch.logit(mean, eps=MARGIN))  # pyright: ignore[reportCallIssue]
    with torch.no_grad():
        decoder.last.weight.mul_(SMALL)  # pyright: ignore


def moved(t: Tensor | None, network: nn.Module) -> Tensor | None:
    """t where the network is."""
    return None if t is None else t.to(at(network))


@torch.no_grad()
def run(network: nn.Module, *given: Tensor | None) -> Tensor:
    """What a network in use makes of this: without dropout, without a graph, on the CPU, in full precision."""
    network.eval()
    x, *c = (moved(t, network) for t in given)
    return (ask(network, "G", x, *c) if c else network(x)).float().cpu()


def size(facts: Facts) -> int:
    """Numbers in one x."""
    return prod(facts["x"].shape)
