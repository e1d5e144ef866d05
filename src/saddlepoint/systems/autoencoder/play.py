"""One player lowers the distance of decoder(encoder(c)) to x; c is x itself, or x damaged afresh each time.

c = m (x + sigma e),   m = 0 at a share of the pixels and 1 elsewhere, e ~ N(0, I)   (Vincent et al. 2008)
"""

from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed, target_of
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks import coding
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Turn
from saddlepoint.statistics.likelihood import bernoulli_log_likelihood
from saddlepoint.systems.autoencoder.config import Config, Convolutional, Linear, Sigmoid
from saddlepoint.systems.feeds import Degraded
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import alone, moved, player, run
from saddlepoint.systems.system import Feeds, Model, Networks, Scene, System, Translate


def networks(config: Config, facts: Facts) -> Networks:
    shape, code = facts["x"].shape, config.latent
    match config.g.network:
        case Linear():
            if any(stage.cost != "squares" for stage in config.stages):
                what = "a linear autoencoder does not end in a sigmoid, and its cost is the squared error"
                raise SaddlepointError(what, "--cost", "leave it out, or choose another --g.network.kind")
            pair = coding.linear(shape, code)
        case Sigmoid(hidden=hidden):
            pair = coding.sigmoid(shape, code, hidden)
        case Convolutional(width=width):
            pair = coding.convolutional(shape, code, width)
    return pair._asdict()


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    """A linear one learns where the data lie, and how far they spread."""
    if config.g.network.kind == "linear":
        coding.centre(coding.Pair(**networks), target_of(some))  # pyright: ignore[reportArgumentType]


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    def damage(x: Tensor, rng: torch.Generator) -> Tensor:
        noisy = x + config.noise * torch.randn(x.shape, generator=rng).to(x) if config.noise else x
        kept = torch.rand(x[:, :1].shape, generator=rng).to(x) >= config.mask
        return noisy * kept

    return Degraded(feeds["x"], damage, rng)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules, end, linear = config.stages[stage], last(config), config.g.network.kind == "linear"

    def forge(nets, batch, z, rng):
        return nets["decoder"](nets["encoder"](batch.c))

    def squares(turn: Turn) -> Tensor:
        """|x - what it is rebuilt as|^2; of a linear one in units of the spread that `centre` found."""
        far = (end(alone(turn.fake)) - alone(turn.x)).square().flatten(1).sum(1)
        return far / coding.spread(networks["decoder"]).square() if linear else far

    def cross_entropy(turn: Turn) -> Tensor:
        return -bernoulli_log_likelihood(alone(turn.fake), alone(turn.x))

    term = Term(rules.cost, "G", squares if rules.cost == "squares" else cross_entropy)
    return Scene(Game(G=player(config.g, None, **networks), k=0, forge=forge, terms=(term,)), {"G": config.g})


def last(config: Config) -> Callable[[Tensor], Tensor]:
    """What follows the decoder's last layer."""
    return (lambda x: x) if config.g.network.kind == "linear" else torch.sigmoid


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    encoder, decoder, end = networks["encoder"], networks["decoder"], last(config)
    return Model(
        apply=Translate(lambda c, seed: end(run(decoder, run(encoder, c))), step=None),
        encode=lambda x: encoder.eval()(moved(x, encoder)).float().cpu(),
        told=False,
    )


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("encoder", "decoder"),
    takes={"x": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
    feed=feed,
    only=("unit",),
    prepare=prepare,
)
