"""c is x with a hole, grey inside, and beside it what is known of x as opacity; G fills the hole and leaves the rest.

First down the squared error alone, then with critics of patches next to it (equation 3, there .999 and .001).
"""

import torch
from torch import Tensor, nn

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed
from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.filler import Filler, HoleCritic
from saddlepoint.randomness import Randomness
from saddlepoint.systems import restoring
from saddlepoint.systems.feeds import Degraded, cut
from saddlepoint.systems.inpaint.config import Config
from saddlepoint.systems.inpaint.holes import HOLES, given
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.system import Feeds, Model, Networks, System


def networks(config: Config, facts: Facts) -> Networks:
    channels, g = facts["x"].shape[0], config.g
    if channels not in (1, 3):
        what = f"pictures of {channels} channels: opacity is for the hole"
        raise SaddlepointError(what, config.data.name, "give them a background: --data.background white")
    G = Filler(channels, width=g.width, halvings=g.halvings)
    critics: dict[str, nn.Module] = {}
    if config.critic != "local":
        critics[restoring.BLIND] = restoring.patches(channels, config)
    if config.critic != "global":
        critics[restoring.TOLD] = HoleCritic(channels, width=config.d.width, layers=config.d.layers)
    return restoring.pair(G, channels, config, critics)


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    step = 2**config.g.halvings

    def whole(x: Tensor) -> Tensor:
        if min(x.shape[2:]) < step:
            what = f"pictures of {x.shape[2]} x {x.shape[3]} cannot be halved {config.g.halvings} times"
            raise SaddlepointError(what, "--g.halvings", "give fewer")
        return cut(x, step)

    hole = HOLES[config.mask] if config.mask in HOLES else given(feeds["masks"], feeds["x"])  # pyright: ignore

    def holed(x: Tensor, rng: torch.Generator) -> Tensor:
        known = hole(len(x), x.shape[2], x.shape[3], rng).to(x.device)
        return torch.cat([torch.where(known, x, 0.0), 2 * known.to(x) - 1], 1)

    return Degraded(feeds["x"], holed, rng, whole)


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    return Model(apply=restoring.translate(networks)._replace(opacity=True))


SYSTEM = System(
    networks,
    restoring.scene,
    model,
    ships=("G", "first"),
    takes={"x": ("pictures",), "masks?": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
    feed=feed,
    only=("signed",),
)
