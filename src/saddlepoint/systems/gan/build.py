"""The networks of noise-to-x: G and D from their settings and what the data are."""

from typing import NamedTuple

from torch import nn

from saddlepoint.data.facts import Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.conditions import Condition
from saddlepoint.networks.dcgan import DCGANCritic, DCGANGenerator
from saddlepoint.networks.mlp import Branches, Layers, MLPCritic, MLPGenerator
from saddlepoint.networks.residual import ResidualCritic, ResidualGenerator, Tower
from saddlepoint.settings.networks import Dcgan, Mlp, Network, Residual
from saddlepoint.systems.gan.config import Config
from saddlepoint.systems.parts import OUTPUTS
from saddlepoint.systems.system import Networks


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
    if isinstance(network, Dcgan) and config.g.start == "mean":
        raise SaddlepointError("a `dcgan` generator has no mean to start at", "--g.start", "use residual, or an mlp")
    match network:
        case Mlp():
            output, own = OUTPUTS[scale], branches(network, sizes)
            return MLPGenerator(sizes.shape, z, layers(network), output=output, branches=own, condition=c)
        case Dcgan():
            width, kernel, normalise = network.width, network.kernel, network.normalise
            return DCGANGenerator(sizes.shape, z, width=width, kernel=kernel, normalise=normalise, condition=c)
        case Residual():
            return ResidualGenerator(sizes.shape, z, tower=tower(network), last=config.g.last, condition=c)


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
