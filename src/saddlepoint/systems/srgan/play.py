"""c is x made smaller; G makes it large again. First down the squared error alone, then against a critic of patches."""

from saddlepoint.data.facts import Facts
from saddlepoint.networks.shrinking import shrink
from saddlepoint.networks.upscaler import Upscaler
from saddlepoint.randomness import Randomness
from saddlepoint.systems import restoring
from saddlepoint.systems.feeds import Degraded
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.srgan.config import Config
from saddlepoint.systems.system import Feed, Feeds, Networks, System


def networks(config: Config, facts: Facts) -> Networks:
    channels = facts["x"].shape[0]
    G = Upscaler(channels, width=config.g.width, blocks=config.g.blocks, factor=config.scale)
    return restoring.pair(G, channels, config)


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    """Each x cut to a multiple of the scale, and beside it what is left of it at its size divided by that."""

    def whole(x):
        height, width = (side // config.scale * config.scale for side in x.shape[2:])
        return x[..., :height, :width]

    return Degraded(feeds["x"], lambda x, rng: shrink(x, config.scale), rng, whole)


SYSTEM = System(
    networks,
    restoring.scene,
    restoring.model,
    ships=("G", "first"),
    takes={"x": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
    feed=feed,
)
