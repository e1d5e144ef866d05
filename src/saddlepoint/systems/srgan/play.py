"""c is x made smaller; G makes it large again. First down the squared error alone, then against a critic of patches."""

from saddlepoint.data.facts import Facts
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.patch import PatchCritic
from saddlepoint.networks.shrinking import shrink
from saddlepoint.networks.upscaler import Upscaler
from saddlepoint.randomness import Randomness
from saddlepoint.systems.feeds import Degraded
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import OBJECTIVES, player, run, squares, weighted
from saddlepoint.systems.srgan.config import Config
from saddlepoint.systems.system import Feed, Feeds, Model, Networks, Scene, System, Translate


def networks(config: Config, facts: Facts) -> Networks:
    channels = facts["x"].shape[0]
    return {
        "G": Upscaler(channels, width=config.g.width, blocks=config.g.blocks, factor=config.factor),
        "D": PatchCritic(channels, width=config.d.width, layers=config.d.layers, normalise=False),
    }


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    """Each x cut to a multiple of the factor, and beside it what is left of it at its size divided by that."""

    def whole(x):
        height, width = (side // config.factor * config.factor for side in x.shape[2:])
        return x[..., :height, :width]

    return Degraded(feeds["x"], lambda x, rng: shrink(x, config.factor), rng, whole)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules, G = config.stages[stage], player(config.g, G=networks["G"])
    terms = (Term("squares", "G", lambda turn: squares(turn.fake, turn.x), rules.squares),)
    if not rules.adversarial:
        return Scene(Game(G=G, terms=terms, k=0), {"G": config.g})
    game = Game(
        G=G,
        D=player(config.d, D=networks["D"]),
        objective=weighted(OBJECTIVES[rules.objective], rules.adversarial),
        terms=tuple(term for term in terms if term.weight),
        unconditional=frozenset({"D"}),
    )
    return Scene(game, {"G": config.g, "D": config.d})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    G: Upscaler = networks["G"]  # pyright: ignore[reportAssignmentType]
    return Model(apply=Translate(lambda c, seed: run(G, None, c), scale=G.scale, step=G.step, margin=G.margin))


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("G",),
    takes={"x": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
    feed=feed,
)
