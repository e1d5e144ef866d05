"""G takes a to b, a critic says of patches how real they look, and each patch of G(a) is to be more like the patch of a
in its place than like others of that picture, by G's own maps (equations 3 to 5 of the paper).
"""

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.game.algorithm import simultaneous
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.contrast import Heads, patch_nce, places
from saddlepoint.networks.translator import Translator
from saddlepoint.records import Turn
from saddlepoint.systems.cut.config import Config
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import OBJECTIVES, named, player, weighted
from saddlepoint.systems.system import Model, Networks, Scene, System
from saddlepoint.systems.unpaired import critic, feed, judged, translate, translator


def networks(config: Config, facts: Facts) -> Networks:
    G = translator(config, facts)
    return {"to_b": G, "of_b": critic(config, facts), "heads": Heads(G.sizes, config.head)}


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules = config.stages[stage]
    G: Translator = networks["to_b"]  # pyright: ignore[reportAssignmentType]
    heads = networks["heads"]

    def forge(nets, batch, z, rng):
        a, b = batch.x["a"], batch.x["b"]
        return {"b": G(None, a)} | ({"same_b": G(None, b)} if rules.identity else {})

    def cost(real: str, fake: str):
        def of(turn: Turn) -> Tensor:
            """The mean over G's layers. What is compared with is given: it is not to move towards what was made."""
            there, here = G.maps(named(turn.fake, fake)), G.maps(named(turn.x, real))
            where = places(here, config.sites, turn.rng)
            q, k = heads(there, where), heads(here, where)
            costs = [patch_nce(one, other.detach(), rules.temperature) for one, other in zip(q, k)]
            return torch.stack(costs).mean(0)

        return of

    terms = (
        Term("patches", "G", cost("a", "b"), rules.patches),
        Term("identity", "G", cost("b", "same_b"), rules.identity),
    )
    game = Game(
        G=player(config.g, to_b=G, heads=heads),
        D=player(config.d, of_b=networks["of_b"]),
        objective=weighted(OBJECTIVES[rules.objective], rules.adversarial),
        forge=forge,
        pairings={"of_b": lambda x, fake: (named(x, "b"), named(fake, "b"))},
        terms=tuple(term for term in terms if term.weight),
        unconditional=frozenset({"of_b"}),
    )
    return Scene(game, {"G": config.g, "D": config.d}, simultaneous)


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    return Model(apply=translate(networks["to_b"]))  # pyright: ignore[reportArgumentType]


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("to_b",),
    takes={"x": ("pictures",), "to": ("pictures",)},
    frame=before_and_after,
    judges=(judged,),
    feed=feed,
)
