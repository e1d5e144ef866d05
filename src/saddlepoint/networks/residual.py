"""A residual pair without normalisation layers, after the ideas of R3GAN (Huang et al. 2024), sized for small machines.

h <- h + F(h), and F(h) = 0 at the start: the last convolution of each branch starts at zero, the others at He's scale
times L^(-1/(2m - 2)) for L branches of m convolutions (Fixup; Zhang et al. 2019). Deep pairs then start as shallow
ones. No answer depends on the rest of the batch, so that penalties on each example's gradient mean what they say.

x   [B, C, H, W], any H, W >= 4; G's x in (-1, 1)
z   [B, latent];  c  None, [B] labels or [B, E] vectors
"""

from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from saddlepoint.networks.blocks import (
    SLOPE,
    Shape,
    Size,
    constrain,
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


class Tower(NamedTuple):
    """What the maps between picture and vector look like, in either network.

    width       channels of the map below the picture; doubled at each halving below, at most `limit` times
    blocks      residual blocks for each map; there may be none
    branch      plain: two 3 x 3 convolutions; bottleneck: 1 x 1 to half the channels, 3 x 3, 1 x 1 back
    limit       see width
    """

    width: int = 32
    blocks: int = 1
    branch: Literal["plain", "bottleneck"] = "bottleneck"
    limit: int = 4


SMALL = Tower()


class ResidualGenerator(nn.Module):
    """z -> the smallest map -> (blocks, resized up, half the channels) at each rung -> tanh of the picture.

    last   how the picture comes of the largest map, which is half its size. cells: each place gives a cell of 2 x 2
           pixels, each of which has weights of its own; what they do not have in common is a pattern of period 2.
           smooth: half the channels, resized bilinearly, and a 3 x 3 convolution that is the same at every pixel
    """

    def __init__(
        self,
        shape: Shape,
        latent: int = 64,
        *,
        tower: Tower = SMALL,
        resize: Literal["nearest", "bilinear"] = "nearest",
        last: Literal["cells", "smooth"] = "cells",
        condition: Condition = UNCONDITIONAL,
    ) -> None:
        super().__init__()
        refuse_projection(condition)
        channels, height, breadth = picture_shape(shape)
        sizes = ladder(height, breadth)
        maps = widths(tower.width, len(sizes) - 1, tower.limit)
        self.base = sizes[-1]
        self.join = entrance(condition, latent)
        self.first = nn.Linear(self.join.size, maps[-1] * self.base[0] * self.base[1])
        self.rungs = nn.Sequential(*residuals(maps[-1], tower))
        for rung in range(len(maps) - 1, 0, -1):
            self.rungs.append(leaky())
            self.rungs.append(Up(maps[rung], maps[rung - 1], sizes[rung], resize))
            self.rungs.extend(residuals(maps[rung - 1], tower))
        self.last = nn.Sequential(leaky(), *PIXELS[last](maps[0], channels, sizes[:2]), nn.Tanh())
        initialise(self, silent=True)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return self.last(self.rungs(to_map(self.first(self.join(z, c)), self.base)))

    @torch.no_grad()
    def start_at(self, mean: Tensor, margin: float = 1e-3) -> None:
        """Set the last bias to tanh^-1 of each channel's mean, over the mean picture [C, H, W] of the data: G then
        begins around their colour. Where it begins grey and they are dark, D's first lesson is that, and G's first
        steps take it to black, where tanh has no slope to bring it back.

        The mean is kept `margin` off the ends of the range, where the inverse is infinite.
        """
        *_, last = (layer for layer in self.last.modules() if isinstance(layer, nn.Conv2d))
        bias = torch.atanh(mean.mean((1, 2)).clamp(margin - 1, 1 - margin))
        assert last.bias is not None
        last.bias.copy_(bias.repeat_interleave(last.out_channels // len(bias)))


class ResidualCritic(nn.Module):
    """x -> (strided convolution, twice the channels, blocks) at each rung -> flattened: phi -> logit; `features` are
    the maps. Without blocks it is the DCGAN's; with them it starts as that.

    auxiliary   a second head that classifies x: `classes` of the answer
    spectral    spectral normalisation of every weight matrix; as there is no W / sigma(W) for W = 0, no branch starts
                at zero then
    """

    def __init__(
        self,
        shape: Shape,
        *,
        tower: Tower = SMALL,
        condition: Condition = UNCONDITIONAL,
        auxiliary: bool = False,
        spectral: bool = False,
    ) -> None:
        super().__init__()
        channels, height, breadth = picture_shape(shape)
        sizes = ladder(height, breadth)
        maps = widths(tower.width, len(sizes) - 1, tower.limit)
        self.join = entrance(condition, channels)
        self.rungs = nn.ModuleList()
        for rung, (above, below) in enumerate(pairwise([self.join.size, *maps])):
            down = strided(above, below, sizes[rung : rung + 2], kernel=4)
            self.rungs.append(nn.Sequential(down, *residuals(below, tower), leaky()))
        self.head = Head(condition, maps[-1] * sizes[-1][0] * sizes[-1][1], auxiliary)
        initialise(self, silent=not spectral)
        constrain(self, spectral)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        h, features = self.join(x, c), []
        for rung in self.rungs:
            h = rung(h)
            features.append(h)
        return self.head(h.flatten(1), c, tuple(features))


class Residual(nn.Module):
    """h + F(h), F the branch."""

    def __init__(self, branch: nn.Sequential) -> None:
        super().__init__()
        self.branch = branch

    def forward(self, h: Tensor) -> Tensor:
        return h + self.branch(h)


class Subpixel(nn.Module):
    """A 3 x 3 convolution on the map sizes[1], whose outputs are the pixels of 2 x 2 cells of the picture sizes[0] (Shi
    et al. 2016). Many times cheaper on processors than the transposed convolution it amounts to. Odd sides are cut.
    """

    def __init__(self, inputs: int, channels: int, sizes: list[Size]) -> None:
        super().__init__()
        self.size = sizes[0]
        self.cell = [1 if above == below else 2 for above, below in zip(*sizes)]
        self.conv = nn.Conv2d(inputs, channels * self.cell[0] * self.cell[1], 3, padding=1)

    def forward(self, h: Tensor) -> Tensor:
        cells = self.conv(h).unflatten(1, (-1, *self.cell))
        pixels = cells.permute(0, 1, 4, 2, 5, 3).flatten(4, 5).flatten(2, 3)
        return pixels[..., : self.size[0], : self.size[1]]


class Up(nn.Module):
    """A 1 x 1 convolution, then resizing to exactly `size`: in this order the convolution sees the smaller map."""

    def __init__(self, inputs: int, outputs: int, size: Size, resize: str) -> None:
        super().__init__()
        self.mix, self.size, self.resize = nn.Conv2d(inputs, outputs, 1), size, resize

    def forward(self, h: Tensor) -> Tensor:
        corners = None if self.resize == "nearest" else False
        return F.interpolate(self.mix(h), size=self.size, mode=self.resize, align_corners=corners)


def cells(inputs: int, channels: int, sizes: list[Size]) -> list[nn.Module]:
    return [Subpixel(inputs, channels, sizes)]


def smooth(inputs: int, channels: int, sizes: list[Size]) -> list[nn.Module]:
    half = max(inputs // 2, channels)
    return [Up(inputs, half, sizes[0], "bilinear"), leaky(), nn.Conv2d(half, channels, 3, padding=1)]


PIXELS = {"cells": cells, "smooth": smooth}


def residuals(channels: int, tower: Tower) -> list[Residual]:
    """The blocks of one map. Activations stand inside the branches alone: the path past them is the identity."""
    half = max(channels // 2, 1)
    blocks = []
    for _ in range(tower.blocks):
        if tower.branch == "plain":
            convs = [nn.Conv2d(channels, channels, 3, padding=1), nn.Conv2d(channels, channels, 3, padding=1)]
        else:
            convs = [nn.Conv2d(channels, half, 1), nn.Conv2d(half, half, 3, padding=1), nn.Conv2d(half, channels, 1)]
        branch = nn.Sequential()
        for conv in convs:
            branch.extend([leaky(), conv])
        blocks.append(Residual(branch))
    return blocks


def initialise(network: nn.Module, silent: bool) -> None:
    """He's scale; in each branch Fixup's factor, and with `silent` zero for its last convolution."""
    initialise_he(network, SLOPE)
    branches = [block.branch for block in network.modules() if isinstance(block, Residual)]
    for branch in branches:
        *convs, last = (layer for layer in branch if isinstance(layer, nn.Conv2d))
        if silent:
            nn.init.zeros_(last.weight)
        for conv in convs:
            conv.weight.data.mul_(len(branches) ** (-1 / (2 * len(convs))))
