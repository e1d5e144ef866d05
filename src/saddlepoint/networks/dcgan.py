"""Deep convolutional networks (Radford et al. 2015): strided convolutions down, fractionally-strided ones up.

x   [B, C, H, W], any H, W >= 4; G's x in (-1, 1)
z   [B, latent];  c  None, [B] labels or [B, E] vectors
"""

from itertools import pairwise

from torch import Tensor, nn

from saddlepoint.networks.blocks import (
    SLOPE,
    Shape,
    constrain,
    fractionally_strided,
    initialise_he,
    ladder,
    leaky,
    picture_shape,
    strided,
    to_map,
    widths,
)
from saddlepoint.networks.conditions import UNCONDITIONAL, Condition, Head, entrance, refuse_projection
from saddlepoint.records import Answer


class DCGANGenerator(nn.Module):
    """z -> a map of about 4 x 4 -> doubled, with half the channels, up to tanh of the picture.

    width      channels of the map below the picture; doubled at each halving below, at most 8 times
    kernel     side of the filters: 5 in the paper; 4 costs a third less
    normalise  batch normalisation, but at the output; without it the weights start at He's scale, since N(0, .02) alone
               would shrink the signal from layer to layer
    """

    def __init__(
        self,
        shape: Shape,
        latent: int = 100,
        *,
        width: int = 64,
        kernel: int = 5,
        normalise: bool = True,
        condition: Condition = UNCONDITIONAL,
    ) -> None:
        super().__init__()
        refuse_projection(condition)
        channels, height, breadth = picture_shape(shape)
        sizes = ladder(height, breadth)
        maps = widths(width, len(sizes) - 1)
        self.base = sizes[-1]
        self.join = entrance(condition, latent)
        self.first = nn.Linear(self.join.size, maps[-1] * self.base[0] * self.base[1], bias=not normalise)
        self.start = nn.Sequential(*norm(maps[-1], normalise), nn.ReLU())
        self.rungs = nn.Sequential()
        for rung in range(len(maps) - 1, 0, -1):
            up = fractionally_strided(maps[rung], maps[rung - 1], sizes[rung : rung + 2], kernel, bias=not normalise)
            self.rungs.append(nn.Sequential(up, *norm(maps[rung - 1], normalise), nn.ReLU()))
        self.rungs.append(nn.Sequential(fractionally_strided(maps[0], channels, sizes[:2], kernel), nn.Tanh()))
        initialise(self, normalise, slope=0.0)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return self.rungs(self.start(to_map(self.first(self.join(z, c)), self.base)))


class DCGANCritic(nn.Module):
    """x -> halved, with twice the channels, down to about 4 x 4 -> flattened: phi -> logit; `features` are the maps.

    width, kernel   as in the generator
    normalise       batch normalisation, but at the input. A penalty on each example's gradient is not defined with it,
                    since an answer then depends on the whole batch
    auxiliary       a second head that classifies x: `classes` of the answer
    spectral        spectral normalisation of every weight matrix
    """

    def __init__(
        self,
        shape: Shape,
        *,
        width: int = 64,
        kernel: int = 5,
        normalise: bool = True,
        condition: Condition = UNCONDITIONAL,
        auxiliary: bool = False,
        spectral: bool = False,
    ) -> None:
        super().__init__()
        channels, height, breadth = picture_shape(shape)
        sizes = ladder(height, breadth)
        self.join = entrance(condition, channels)
        maps = [self.join.size, *widths(width, len(sizes) - 1)]
        self.rungs = nn.ModuleList()
        for rung, (below, above) in enumerate(pairwise(maps)):
            normed = normalise and rung > 0
            down = strided(below, above, sizes[rung : rung + 2], kernel, bias=not normed)
            self.rungs.append(nn.Sequential(down, *norm(above, normed), leaky()))
        self.head = Head(condition, maps[-1] * sizes[-1][0] * sizes[-1][1], auxiliary)
        initialise(self, normalise, slope=SLOPE)
        constrain(self, spectral)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        h, features = self.join(x, c), []
        for rung in self.rungs:
            h = rung(h)
            features.append(h)
        return self.head(h.flatten(1), c, tuple(features))


def norm(channels: int, normalise: bool) -> list[nn.Module]:
    """The batch normalisation to insert, or nothing."""
    return [nn.BatchNorm2d(channels)] if normalise else []


def initialise(network: nn.Module, normalise: bool, slope: float) -> None:
    """The paper's start: weights N(0, .02), gains N(1, .02), biases 0; He's where there is no normalisation."""
    if not normalise:
        initialise_he(network, slope)
        return
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d | nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0 if isinstance(layer, nn.BatchNorm2d) else 0.0, 0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
