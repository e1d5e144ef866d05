"""One player lowers  -log p(x | z, s) + KL(q(z | x) || p(z)) + mmd * MMD^2(codes of each s, those of all others).

The decoder is told s, so that z need not hold it; the discrepancy makes sure of it (Louizos et al. 2015, equations 7 to
9, without labels to be predicted). The encoder reads x alone: whoever encodes need not know s.
"""

from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.conditions import Condition
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.records import Turn
from saddlepoint.statistics.groups import group_discrepancy
from saddlepoint.systems.binary import binarisation, binarised, binarised_if_asked
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import from_the_mean, named, player
from saddlepoint.systems.system import Feeds, Model, Networks, Scene, System
from saddlepoint.systems.variational import bound, coded, forge, latent, pair
from saddlepoint.systems.vfae.config import Config


def networks(config: Config, facts: Facts) -> Networks:
    return pair(config, facts, Condition(config.g.network.condition, len(facts["c"].names)))


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    """A table has to be of 0 and 1; grey pictures may stay as they are."""
    return (binarised if config.range == "raw" else binarised_if_asked)(config, feeds, rng)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules = config.stages[stage]

    def mmd(turn: Turn) -> Tensor:
        assert turn.c is not None
        return group_discrepancy(named(turn.fake, "z"), turn.c)

    game = Game(
        G=player(config.g, None, **networks),
        prior=Prior("normal", config.latent),
        k=0,
        forge=forge,
        terms=(*bound(rules.beta), Term("mmd", "G", mmd, rules.mmd)),
    )
    return Scene(game, {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    return Model(
        latent=latent(config, networks["decoder"]),
        encode=lambda x: coded(networks["encoder"], x)[0].float(),
    )


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
