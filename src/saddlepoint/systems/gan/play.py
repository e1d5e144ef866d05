"""Noise to x: one generator, one critic, and the two-player game of Goodfellow et al. (2014) between them."""

from typing import NamedTuple

import torch
from torch import nn

from saddlepoint import penalties
from saddlepoint.augment import diff_augment
from saddlepoint.data.facts import Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import Schedule, algorithm_1, simultaneous
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.conditions import Condition
from saddlepoint.networks.dcgan import DCGANCritic, DCGANGenerator
from saddlepoint.networks.mlp import Branches, Layers, MLPCritic, MLPGenerator
from saddlepoint.networks.residual import ResidualCritic, ResidualGenerator, Tower
from saddlepoint.priors import Prior
from saddlepoint.records import Batch
from saddlepoint.settings.networks import Dcgan, Mlp, Network, Residual
from saddlepoint.systems.gan.config import Config, Rules
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import OBJECTIVES, OUTPUTS, player, run
from saddlepoint.systems.system import Latent, Model, Networks, Scene, System

SCHEDULES: dict[str, Schedule] = {"alternating": algorithm_1, "simultaneous": simultaneous}


class Sizes(NamedTuple):
    """What the networks must know of the data: the shape of one x, and either the number K of classes or the length E
    of the condition's code (0: none).
    """

    shape: tuple[int, ...]
    classes: int = 0
    code: int = 0

    @classmethod
    def of(cls, facts: Facts) -> "Sizes":
        c = facts.get("c")
        if c is None:
            return cls(facts["x"].shape)
        return cls(facts["x"].shape, len(c.names), c.shape[0] if c.kind == "code" else 0)


def networks(config: Config, facts: Facts) -> Networks:
    sizes = Sizes.of(facts)
    classify = sizes.classes > 0 and any(stage.classify for stage in config.stages)
    return {"G": generator(config, sizes), "D": critic(config, sizes, classify)}


def condition(network: Network, sizes: Sizes) -> Condition:
    """How c enters this network; a network for data without c has no condition."""
    if not sizes.classes and not sizes.code:
        return Condition()
    return Condition(network.condition, sizes.classes or None, sizes.code or None)


def reads(network: Network) -> bool:
    """Whether c, where there is one, enters this network."""
    return network.condition != "none" or (isinstance(network, Mlp) and network.branches is not None)


def layers(network: Mlp) -> Layers:
    return Layers(
        network.hidden, network.activation, network.pieces, network.dropout, network.input_dropout, network.irange
    )


def branches(network: Mlp, sizes: Sizes) -> Branches | None:
    """The separate first layers for (z or x) and for c, where they are configured and there is a c."""
    if network.branches is None or not (sizes.classes or sizes.code):
        return None
    own, code = (
        Layers((units,), network.activation, network.branch_pieces, network.dropout, irange=network.irange)
        for units in network.branches
    )
    return Branches(own, code)


def tower(network: Residual) -> Tower:
    return Tower(network.width, network.blocks, network.branch, network.limit)


def generator(config: Config, sizes: Sizes) -> nn.Module:
    """G for examples of this shape, with outputs in the configured range."""
    network, z, scale = config.g.network, config.prior.size, config.range
    c = condition(network, sizes)
    if not isinstance(network, Mlp) and scale != "signed":
        raise SaddlepointError("a convolutional generator ends in tanh", "--range", "use range 'signed', or an mlp")
    if not isinstance(network, Mlp) and config.g.start == "mean":
        raise SaddlepointError("a convolutional generator has no mean to start at", "--g.start", "use an mlp")
    match network:
        case Mlp():
            output, own = OUTPUTS[scale], branches(network, sizes)
            return MLPGenerator(sizes.shape, z, layers(network), output=output, branches=own, condition=c)
        case Dcgan():
            width, kernel, normalise = network.width, network.kernel, network.normalise
            return DCGANGenerator(sizes.shape, z, width=width, kernel=kernel, normalise=normalise, condition=c)
        case Residual():
            return ResidualGenerator(sizes.shape, z, tower=tower(network), condition=c)


def critic(config: Config, sizes: Sizes, classify: bool) -> nn.Module:
    """D for examples of this shape, with a class head where the class cost asks for one."""
    network, spectral = config.d.network, config.d.spectral
    extras = {"condition": condition(network, sizes), "auxiliary": classify, "spectral": spectral}
    match network:
        case Mlp():
            return MLPCritic(sizes.shape, layers(network), branches=branches(network, sizes), **extras)
        case Dcgan():
            width, kernel, normalise = network.width, network.kernel, network.normalise
            return DCGANCritic(sizes.shape, width=width, kernel=kernel, normalise=normalise, **extras)
        case Residual():
            return ResidualCritic(sizes.shape, tower=tower(network), **extras)


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    """With `start` 'mean', G begins around the mean of the data, as in the code of the 2014 paper."""
    if config.g.start == "mean" and isinstance(some.x, torch.Tensor):
        networks["G"].start_at(some.x.mean(0))  # pyright: ignore[reportCallIssue]


def terms(stage: Rules, labelled: bool = True) -> tuple[Term, ...]:
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


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules = config.stages[stage]
    game = Game(
        G=player(config.g, G=networks["G"]),
        D=player(config.d, D=networks["D"]),
        prior=Prior(config.prior.kind, config.prior.size),
        objective=OBJECTIVES[rules.objective],
        terms=terms(rules, Sizes.of(facts).classes > 0),
        k=rules.k,
        augment=None if rules.augment == "none" else diff_augment,
    )
    adaptive = rules.augment_most if rules.augment == "adaptive" else None
    return Scene(game, {"G": config.g, "D": config.d}, SCHEDULES[rules.schedule], adaptive)


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    G = networks["G"]
    latent = Latent(Prior(config.prior.kind, config.prior.size), lambda z, c: run(G, z, c))
    return Model(latent=latent, told=reads(config.g.network))


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("G",),
    takes={"x": ("pictures", "points"), "c?": ("labels", "code")},
    frame=samples,
    judges=("samples",),
    prepare=prepare,
)
