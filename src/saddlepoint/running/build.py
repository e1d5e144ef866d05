"""From a configuration to a game: the one place where names become networks, objectives, optimisers and terms."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from saddlepoint import config, objectives, penalties
from saddlepoint.augment import diff_augment
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import Schedule, algorithm_1, simultaneous
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.blocks import Output
from saddlepoint.networks.conditions import Condition
from saddlepoint.networks.dcgan import DCGANCritic, DCGANGenerator
from saddlepoint.networks.mlp import Branches, Layers, MLPCritic, MLPGenerator
from saddlepoint.networks.residual import ResidualCritic, ResidualGenerator, Tower
from saddlepoint.priors import Prior
from saddlepoint.randomness import seed_of
from saddlepoint.running.engine import Engine

OBJECTIVES = {
    "minimax": objectives.minimax,
    "non-saturating": objectives.non_saturating,
    "least-squares": objectives.least_squares,
    "hinge": objectives.hinge,
    "wasserstein": objectives.wasserstein,
    "relativistic": objectives.relativistic,
}

SCHEDULES: dict[str, Schedule] = {"alternating": algorithm_1, "simultaneous": simultaneous}

OUTPUTS: dict[str, Output] = {"signed": "tanh", "unit": "sigmoid", "raw": "identity"}


class Facts(NamedTuple):
    """What the networks must know of the data: the shape of one x, and either the number K of classes or the length E
    of the condition's code (0: none).
    """

    shape: tuple[int, ...]
    classes: int = 0
    code: int = 0

    @classmethod
    def of(cls, source: Source) -> "Facts":
        code = source.c.shape[1] if source.c is not None and source.c.ndim == 2 else 0
        return cls(tuple(source.x.shape[1:]), len(source.classes), code)


class Networks(NamedTuple):
    G: nn.Module
    D: nn.Module


def networks(conf: config.Config, facts: Facts, engine: Engine) -> Networks:
    """Both networks with their initial weights, which the seed alone decides, on the engine's device."""
    classify = facts.classes > 0 and any(stage.classify for stage in conf.stages)
    torch.manual_seed(seed_of(conf.seed, "weights"))
    G = generator(conf.g, conf.prior, conf.range, facts)
    D = critic(conf, facts, classify)
    if len(facts.shape) == 3:  # the layout in which convolutions are fastest
        G, D = (net.to(memory_format=torch.channels_last) for net in (G, D))  # pyright: ignore
    return Networks(G.to(engine.device), D.to(engine.device))


def condition(network: config.Network, facts: Facts) -> Condition:
    """How c enters this network; a network for data without c has no condition."""
    if not facts.classes and not facts.code:
        return Condition()
    return Condition(network.condition, facts.classes or None, facts.code or None)


def reads(network: config.Network) -> bool:
    """Whether c, where there is one, enters this network."""
    return network.condition != "none" or (isinstance(network, config.Mlp) and network.branches is not None)


def layers(network: config.Mlp) -> Layers:
    return Layers(
        network.hidden, network.activation, network.pieces, network.dropout, network.input_dropout, network.irange
    )


def branches(network: config.Mlp, facts: Facts) -> Branches | None:
    """The separate first layers for (z or x) and for c, where they are configured and there is a c."""
    if network.branches is None or not (facts.classes or facts.code):
        return None
    own, code = (
        Layers((units,), network.activation, network.branch_pieces, network.dropout, irange=network.irange)
        for units in network.branches
    )
    return Branches(own, code)


def tower(network: config.Residual) -> Tower:
    return Tower(network.width, network.blocks, network.branch, network.limit)


def generator(g: config.Generator, prior: config.Prior, scale: config.Scale, facts: Facts) -> nn.Module:
    """G for examples of this shape, with outputs in this range."""
    network, c, z = g.network, condition(g.network, facts), prior.size
    if not isinstance(network, config.Mlp) and scale != "signed":
        raise SaddlepointError("a convolutional generator ends in tanh", "--range", "use range 'signed', or an mlp")
    if not isinstance(network, config.Mlp) and g.start == "mean":
        raise SaddlepointError("a convolutional generator has no mean to start at", "--g.start", "use an mlp")
    match network:
        case config.Mlp():
            output, own = OUTPUTS[scale], branches(network, facts)
            return MLPGenerator(facts.shape, z, layers(network), output=output, branches=own, condition=c)
        case config.Dcgan():
            width, kernel, normalise = network.width, network.kernel, network.normalise
            return DCGANGenerator(facts.shape, z, width=width, kernel=kernel, normalise=normalise, condition=c)
        case config.Residual():
            return ResidualGenerator(facts.shape, z, tower=tower(network), condition=c)


class Outline(TorchFunctionMode):
    """Leaves out what means nothing to tensors without memory, and costs a second when it is first asked of one."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in (nn.init.normal_, torch.Tensor.normal_):
            return args[0] if args else kwargs["tensor"]
        return torch.empty(args[0], args[0]) if func is torch.eye else func(*args, **(kwargs or {}))


def shapes(g: config.Generator, prior: config.Prior, scale: config.Scale, facts: Facts) -> dict[str, torch.Size]:
    """Names and shapes of G's weights, without making any: what a file describes may be more than a memory holds."""
    with torch.device("meta"), Outline():
        return {name: tensor.shape for name, tensor in generator(g, prior, scale, facts).state_dict().items()}


def critic(conf: config.Config, facts: Facts, classify: bool) -> nn.Module:
    """D for examples of this shape, with a class head where the class cost asks for one."""
    network, spectral = conf.d.network, conf.d.spectral
    extras = {"condition": condition(network, facts), "auxiliary": classify, "spectral": spectral}
    match network:
        case config.Mlp():
            return MLPCritic(facts.shape, layers(network), branches=branches(network, facts), **extras)
        case config.Dcgan():
            width, kernel, normalise = network.width, network.kernel, network.normalise
            return DCGANCritic(facts.shape, width=width, kernel=kernel, normalise=normalise, **extras)
        case config.Residual():
            return ResidualCritic(facts.shape, tower=tower(network), **extras)


def optimiser(player: config.Player, network: nn.Module) -> torch.optim.Optimizer:
    """The gradient rule of a player, over all of its network's parameters."""
    weights, lr, decay = list(network.parameters()), player.lr, player.weight_decay
    rules: dict[str, Callable[[], torch.optim.Optimizer]] = {
        "sgd": partial(torch.optim.SGD, weights, lr, weight_decay=decay),
        "momentum": partial(torch.optim.SGD, weights, lr, momentum=player.momentum, weight_decay=decay),
        "rmsprop": partial(torch.optim.RMSprop, weights, lr, momentum=player.momentum, weight_decay=decay),
        "adam": partial(torch.optim.Adam, weights, lr, player.betas, weight_decay=decay),
        "adamw": partial(torch.optim.AdamW, weights, lr, player.betas, weight_decay=decay),
    }
    return rules[player.optimiser]()


def players(conf: config.Config, nets: Networks) -> tuple[Player, Player]:
    """(G, D), each with an optimiser of its own."""
    return (
        Player.of(nets.G, optimiser(conf.g, nets.G), "G", conf.g.max_norm),
        Player.of(nets.D, optimiser(conf.d, nets.D), "D", conf.d.max_norm),
    )


def terms(stage: config.Stage, labelled: bool = True) -> tuple[Term, ...]:
    """The stage's penalties and extra costs; what weighs nothing is not computed.

    AC-GAN's L_C: D lowers its class cost on reals and on fakes, G on its fakes (Odena et al. 2017). Data without labels
    have no class cost, as they have no condition.
    """
    every, classify = stage.penalty_every, stage.classify if labelled else 0.0
    candidates = (
        Term("r1", "D", penalties.r1, stage.r1, every),
        Term("r2", "D", penalties.r2, stage.r2, every),
        Term("gp", "D", penalties.gradient_penalty, stage.gp, every),
        Term("class-real", "D", penalties.class_cost_on_real, classify),
        Term("class-fake", "D", penalties.class_cost_on_fake, classify),
        Term("class", "G", penalties.class_cost_on_fake, classify),
    )
    return tuple(term for term in candidates if term.weight)


def game(conf: config.Config, stage: config.Stage, G: Player, D: Player, engine: Engine, labelled: bool = True) -> Game:
    """The game of one stage, played by these two, on data with labels or without."""
    return Game(
        G=G,
        D=D,
        prior=Prior(conf.prior.kind, conf.prior.size),
        objective=OBJECTIVES[stage.objective],
        terms=terms(stage, labelled),
        k=stage.k,
        augment=None if stage.augment == "none" else diff_augment,
        fast=engine.fast(),
    )
