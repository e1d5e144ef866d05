"""One player lowers  -log p(x | z, s) + KL(q(z | x) || p(z)) + mmd * MMD^2(codes of each s, those of all others).

The decoder is told s, so that z need not hold it; the discrepancy makes sure of it (Louizos et al. 2015, equations 7 to
9, without labels to be predicted). The encoder reads x alone: whoever encodes need not know s.
"""

from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.autoencoder import Encoder
from saddlepoint.networks.conditions import Condition
from saddlepoint.networks.mlp import Layers, MLPGenerator
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.records import Turn
from saddlepoint.statistics.groups import group_discrepancy
from saddlepoint.statistics.likelihood import bernoulli_log_likelihood, gaussian_kl
from saddlepoint.systems.binary import binarisation, binarised, binarised_if_asked
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import alone, from_the_mean, moved, named, player, run
from saddlepoint.systems.system import Feeds, Latent, Model, Networks, Scene, System
from saddlepoint.systems.vfae.config import Config


def networks(config: Config, facts: Facts) -> Networks:
    net, shape = config.g.network, facts["x"].shape
    there = Layers(net.hidden, net.activation, net.pieces, net.dropout, net.input_dropout, net.irange)
    back = there._replace(widths=net.hidden[::-1], input_dropout=0.0)
    told = Condition(net.condition, len(facts["c"].names))
    return {
        "encoder": Encoder(shape, config.latent, there),
        "decoder": MLPGenerator(shape, config.latent, back, output="identity", condition=told),
    }


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    """A table has to be of 0 and 1; grey pictures may stay as they are."""
    return (binarised if config.range == "raw" else binarised_if_asked)(config, feeds, rng)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules = config.stages[stage]

    def forge(nets, batch, e, rng):
        mu, log_var = nets["encoder"](batch.x)
        z = mu + (log_var / 2).exp() * e
        return {"logits": nets["decoder"](z, batch.c), "z": z, "mu": mu, "log_var": log_var}

    def reconstruction(turn: Turn) -> Tensor:
        return -bernoulli_log_likelihood(named(turn.fake, "logits"), alone(turn.x))

    def kl(turn: Turn) -> Tensor:
        return gaussian_kl(named(turn.fake, "mu"), named(turn.fake, "log_var"))

    def mmd(turn: Turn) -> Tensor:
        assert turn.c is not None
        return group_discrepancy(named(turn.fake, "z"), turn.c)

    game = Game(
        G=player(config.g, None, **networks),
        prior=Prior("normal", config.latent),
        k=0,
        forge=forge,
        terms=(
            Term("reconstruction", "G", reconstruction),
            Term("kl", "G", kl, rules.beta),
            Term("mmd", "G", mmd, rules.mmd),
        ),
    )
    return Scene(game, {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    encoder, decoder = networks["encoder"], networks["decoder"]

    def encode(x: Tensor) -> Tensor:
        """The mean of q(z | x)."""
        return encoder.eval()(moved(x, encoder))[0].float().cpu()

    def decode(z: Tensor, c: Tensor | None) -> Tensor:
        return run(decoder, z, c).sigmoid()

    return Model(latent=Latent(Prior("normal", config.latent), decode), encode=encode)


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("encoder", "decoder"),
    takes={"x": ("pictures", "points"), "c": ("labels",)},
    frame=samples,
    judges=("samples",),
    feed=feed,
    only=("unit", "raw"),
    prepare=from_the_mean,
    stated=binarisation,
)
