"""c to x, both pictures: G is a U-Net, D judges patches of (c, x), and G is paid for |x - G(c)| too (equation 4)."""

from saddlepoint.data.facts import Facts
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.patch import PatchCritic
from saddlepoint.networks.unet import UNet
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import OBJECTIVES, OUTPUTS, distance, player, run
from saddlepoint.systems.pix2pix.config import Config
from saddlepoint.systems.system import Model, Networks, Scene, System, Translate


def networks(config: Config, facts: Facts) -> Networks:
    x, c, g, d = facts["x"].shape[0], facts["c"].shape[0], config.g, config.d
    G = UNet(c, x, width=g.width, halvings=g.halvings, dropout=g.dropout, output=OUTPUTS[config.range])
    if all(stage.critic == "none" for stage in config.stages):
        return {"G": G}
    return {"G": G, "D": PatchCritic(x, 0 if blind(config) else c, width=d.width, layers=d.layers)}


def blind(config: Config) -> bool:
    """Whether the critic sees x alone."""
    return any(stage.critic == "blind" for stage in config.stages)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    """With a critic, of which the latest model is kept: by the distance alone it can only lose; or by that alone."""
    rules, G = config.stages[stage], player(config.g, G=networks["G"])
    terms = (Term("l1", "G", lambda turn: distance(turn.fake, turn.x), rules.l1),) if rules.l1 else ()
    if rules.critic == "none":
        return Scene(Game(G=G, terms=terms, k=0), {"G": config.g})
    game = Game(
        G=G,
        D=player(config.d, D=networks["D"]),
        objective=OBJECTIVES[rules.objective],
        terms=terms,
        k=rules.k,
        unconditional=frozenset({"D"} if blind(config) else ()),
    )
    return Scene(game, {"G": config.g, "D": config.d}, chooses=False)


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    G: UNet = networks["G"]  # pyright: ignore[reportAssignmentType]
    return Model(apply=Translate(lambda c, seed: run(G, None, c), step=G.step, margin=G.margin))


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("G",),
    takes={"x": ("pictures",), "c": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
)
