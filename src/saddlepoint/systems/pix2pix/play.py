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
    output = OUTPUTS[config.range]
    return {
        "G": UNet(c, x, width=g.width, halvings=g.halvings, dropout=g.dropout, output=output),
        "D": PatchCritic(x, c, width=d.width, layers=d.layers),
    }


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules = config.stages[stage]
    game = Game(
        G=player(config.g, G=networks["G"]),
        D=player(config.d, D=networks["D"]),
        objective=OBJECTIVES[rules.objective],
        terms=(Term("l1", "G", lambda turn: distance(turn.fake, turn.x), rules.l1),),
        k=rules.k,
    )
    return Scene(game, {"G": config.g, "D": config.d})


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
