"""A stack of sigmoid autoencoders. Stage i moves layer i, to rebuild what those below make of x; the last moves all.

h = down(x) by the layers below,   |up(down(h')) - h|^2,   h' = h with a share of its entries set to 0
"""

import torch
from torch import Tensor, nn

from saddlepoint.data.facts import Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.autoencoder import Stack
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import moved, named, player, size
from saddlepoint.systems.stacked.config import Config
from saddlepoint.systems.system import Model, Networks, Scene, System, Translate


def networks(config: Config, facts: Facts) -> Networks:
    for stage in config.stages:
        if stage.layer is not None and stage.layer >= len(config.widths):
            what = f"there is no layer {stage.layer}"
            raise SaddlepointError(what, "--layer", f"layers are 0 to {len(config.widths) - 1}, as --widths has them")
    return {"stack": Stack(size(facts), config.widths)}


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules, stack = config.stages[stage], network(networks)
    below: list[nn.Module] = [] if rules.layer is None else list(stack.layers[: rules.layer])
    here = list(stack.layers) if rules.layer is None else [stack.layers[rules.layer]]

    def forge(nets, batch, z, rng):
        with torch.no_grad():
            h = stack.down(batch.x.flatten(1), below)
        kept = (torch.rand(h.shape, generator=rng) >= rules.noise).to(h)
        return {"given": h, "rebuilt": stack.up(stack.down(h * kept, here), here)}

    squares = Term("squares", "G", lambda turn: far(named(turn.fake, "rebuilt"), named(turn.fake, "given")))
    game = Game(G=player(config.g, here, stack=stack), k=0, forge=forge, terms=(squares,))
    return Scene(game, {"G": config.g})


def far(rebuilt: Tensor, given: Tensor) -> Tensor:
    """|rebuilt - given|^2 of each example, [B]."""
    return (rebuilt - given).square().sum(1)


def network(networks: Networks) -> Stack:
    return networks["stack"]  # pyright: ignore[reportReturnType]


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    stack, shape = network(networks), facts["x"].shape

    def encode(x: Tensor) -> Tensor:
        return stack.eval().down(moved(x, stack).flatten(1)).cpu()  # pyright: ignore[reportOptionalMemberAccess]

    @torch.no_grad()
    def rebuild(x: Tensor, seed: int) -> Tensor:
        return stack.up(moved(encode(x), stack)).unflatten(1, shape).cpu()  # pyright: ignore[reportArgumentType]

    return Model(apply=Translate(rebuild, step=None), encode=encode, told=False)


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("stack",),
    takes={"x": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
    only=("unit",),
)
