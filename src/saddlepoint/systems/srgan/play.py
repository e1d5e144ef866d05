"""c is x made smaller; G makes it large again. First down the squared error alone, then against a critic of patches.

The error beside the critic may be that of what VGG16 sees, mean (f(x) - f(G(c)))^2 (equation 5 of the paper).
"""

import torch
from torch import Tensor, nn

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed, source_of, target_of
from saddlepoint.game.plain import ask
from saddlepoint.networks.shrinking import shrink
from saddlepoint.networks.upscaler import Upscaler
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Turn
from saddlepoint.systems import restoring
from saddlepoint.systems.feeds import Degraded, cut
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import alone, at, squares
from saddlepoint.systems.srgan.config import Config
from saddlepoint.systems.system import Feeds, Networks, Scene, System
from saddlepoint.systems.vision import Look, network

SOME = 16  # pictures that the two errors are compared on


class Unit(nn.Module):
    """How much of the error in pixels one of the error in features is; part of no player."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Buffer(torch.ones(()))


def networks(config: Config, facts: Facts) -> Networks:
    channels = facts["x"].shape[0]
    G = Upscaler(channels, width=config.g.width, blocks=config.g.blocks, factor=config.scale)
    unit = {} if config.content == "mse" else {"unit": Unit()}
    return {**restoring.pair(G, channels, config), **unit}


class InFeatures:
    """mean (f(x) - f(y))^2 of each picture, [B], f the features at `config.content`."""

    def __init__(self, config: Config) -> None:
        self.layer = f"relu{config.content[3]}_{config.content[4]}"
        self.look = Look(network(config), config.range, (self.layer,))

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = self.look(y)[self.layer]
        return squares(self.look(x)[self.layer], wanted)


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    """The unit in which the gradient of the error in features is as long as that of the error in pixels, where G
    begins: the critic's weight then means the same beside either. (The paper's 1 / 12.75 is of another network.)
    """
    if "unit" in networks:
        c, y, G = source_of(some)[:SOME], target_of(some)[:SOME], networks["G"]
        x = ask(G, "G", None, c.to(at(G))).detach().requires_grad_()
        errors = (squares(x, y), InFeatures(config)(x, y))
        pixels, features = (torch.autograd.grad(error.mean(), x)[0].norm() for error in errors)
        unit: Unit = networks["unit"]  # pyright: ignore[reportAssignmentType]
        unit.value.copy_(pixels / features.clamp(min=1e-12))


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    if "unit" not in networks or not config.stages[stage].adversarial:
        return restoring.scene(config, stage, networks, facts)
    error = InFeatures(config)
    unit: Unit = networks["unit"]  # pyright: ignore[reportAssignmentType]

    def content(turn: Turn) -> Tensor:
        return unit.value * error(alone(turn.fake), alone(turn.x))

    return restoring.scene(config, stage, networks, facts, content)


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    """Each x cut to a multiple of the scale, and beside it what is left of it at its size divided by that."""
    scale = config.scale
    return Degraded(feeds["x"], lambda x, rng: shrink(x, scale), rng, lambda x: cut(x, scale))


SYSTEM = System(
    networks,
    scene,
    restoring.model,
    ships=("G", "first"),
    takes={"x": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
    feed=feed,
    prepare=prepare,
)
