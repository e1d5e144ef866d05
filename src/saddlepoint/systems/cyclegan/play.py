"""G takes a to b, F takes b to a; a critic of each kind says of patches how real they look, and both ways one after the
other are to lead home (equations 1 to 3 of the paper). As in its code G and F move first, then the critics on what was
made before, with earlier fakes among it.
"""

from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.game.algorithm import simultaneous
from saddlepoint.game.rules import Game, Pairing, Term
from saddlepoint.networks.pool import Pool
from saddlepoint.records import Turn
from saddlepoint.systems.cyclegan.config import Config
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import OBJECTIVES, distance, named, player, weighted
from saddlepoint.systems.system import Model, Networks, Scene, System
from saddlepoint.systems.unpaired import critic, feed, judged, translate, translator


def networks(config: Config, facts: Facts) -> Networks:
    players = {
        "to_b": translator(config, facts),
        "to_a": translator(config, facts),
        "of_b": critic(config, facts),
        "of_a": critic(config, facts),
    }
    if not config.pool:
        return players
    return players | {f"pool_{side}": Pool(config.pool, facts["x"].shape) for side in ("b", "a")}


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules = config.stages[stage]

    def forge(nets, batch, z, rng):
        G, F, a, b = nets["to_b"], nets["to_a"], batch.x["a"], batch.x["b"]
        made = {"b": G(None, a), "a": F(None, b)}
        made |= {"again_a": F(None, made["b"]), "again_b": G(None, made["a"])} if rules.cycle else {}
        return made | ({"same_b": G(None, b), "same_a": F(None, a)} if rules.cycle * rules.identity else {})

    def far(word: str):
        """Of both kinds: mean |that - the real one|."""

        def of(turn: Turn) -> Tensor:
            a, b = (distance(named(turn.fake, f"{word}_{side}"), named(turn.x, side)) for side in ("a", "b"))
            return a + b

        return of

    def pairing(side: str) -> Pairing:
        return lambda x, fake: (named(x, side), named(fake, side))

    weights = {"again": rules.cycle, "same": rules.cycle * rules.identity}
    names = {"again": "cycle", "same": "identity"}
    game = Game(
        G=player(config.g, to_b=networks["to_b"], to_a=networks["to_a"]),
        D=player(config.d, of_b=networks["of_b"], of_a=networks["of_a"]),
        objective=weighted(OBJECTIVES[rules.objective], rules.adversarial),
        forge=forge,
        pairings={f"of_{side}": pairing(side) for side in ("b", "a")},
        recall={f"of_{side}": networks[f"pool_{side}"] for side in ("b", "a")} if config.pool else {},
        terms=tuple(Term(names[word], "G", far(word), weight) for word, weight in weights.items() if weight),
        unconditional=frozenset({"of_b", "of_a"}),
    )
    return Scene(game, {"G": config.g, "D": config.d}, simultaneous)


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    there, back = (translate(networks[name]) for name in ("to_b", "to_a"))  # pyright: ignore[reportArgumentType]
    return Model(apply=there, back=back)


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("to_b", "to_a"),
    takes={"x": ("pictures",), "to": ("pictures",)},
    frame=before_and_after,
    judges=(judged,),
    feed=feed,
)
