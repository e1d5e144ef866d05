"""c = x + s e, e ~ N(0, I) at each pixel; G(c) = c - F(c), so that F learns the noise. It is drawn anew in each batch,
and is not cut off where it leads beyond black or white.
"""

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed
from saddlepoint.networks.denoiser import Denoiser
from saddlepoint.randomness import Randomness
from saddlepoint.systems import restoring
from saddlepoint.systems.denoise.config import Config
from saddlepoint.systems.feeds import Degraded, cut
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.system import Feeds, Networks, System

LEVELS = 255.0


def networks(config: Config, facts: Facts) -> Networks:
    channels, g = facts["x"].shape[0], config.g
    G = Denoiser(channels, width=g.width, blocks=g.blocks, cell=g.cell)
    return restoring.pair(G, channels, config)


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    """Each x cut to whole cells, and beside it the same with noise of the range's sigma, uniform over them."""
    least, most = config.sigmas
    white = 2.0 if config.range == "signed" else 1.0  # from black

    def noisy(x: Tensor, rng: torch.Generator) -> Tensor:
        sigma = least + (most - least) * torch.rand(len(x), 1, 1, 1, generator=rng)
        return x + (sigma * white / LEVELS * torch.randn(x.shape, generator=rng)).to(x)

    return Degraded(feeds["x"], noisy, rng, lambda x: cut(x, config.g.cell))


SYSTEM = System(
    networks,
    restoring.scene,
    restoring.model,
    ships=("G", "first"),
    takes={"x": ("pictures",)},
    frame=before_and_after,
    judges=("pairs",),
    feed=feed,
    only=("signed", "unit"),
)
