"""Pairs of networks, there and back: an encoder x -> h, and a decoder from h to x again.

x   [B, *shape]
h   [B, code]
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from saddlepoint.networks.blocks import (
    Shape,
    fractionally_strided,
    initialise_he,
    ladder,
    picture_shape,
    strided,
    widths,
)

KERNEL = 4
STEPS = 20  # of a power iteration whose answer is needed to some percent


class Pair(NamedTuple):
    """x -> h, and h -> x; of `sigmoid` and `convolutional`, h -> the logits of x."""

    encoder: nn.Sequential
    decoder: nn.Sequential


class Affine(nn.Module):
    """x -> (x - shift) scale, of the shape of x. Both are buffers: known of the data, and not learned."""

    shift: Tensor
    scale: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.register_buffer("shift", torch.zeros(shape))
        self.register_buffer("scale", torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.shift) * self.scale


def linear(shape: Shape, code: int) -> Pair:
    """h = W (x - m) / s + b,   x again = s (V h + a) + m;  m = 0 and s = 1 until `centre` is shown data.

    Where the squared error is least, the columns of V and the rows of W span what the first `code` principal components
    do (Bourlard and Kamp 1988; Baldi and Hornik 1989). W starts with orthonormal rows, V as its transpose.
    """
    down, up = nn.Linear(prod(shape), code), nn.Linear(code, prod(shape))
    nn.init.orthogonal_(down.weight)
    nn.init.zeros_(down.bias)
    nn.init.zeros_(up.bias)
    with torch.no_grad():
        up.weight.copy_(down.weight.T)
    there = nn.Sequential(Affine(shape), nn.Flatten(), down)
    return Pair(there, nn.Sequential(up, nn.Unflatten(1, shape), Affine(shape)))


@torch.no_grad()
def centre(pair: Pair, x: Tensor) -> None:
    """Let a linear pair see (x - m) / s, and undo it: m the mean of these examples [N, *shape], s^2 their variance in
    the direction where it is largest. Whatever the data are measured in, one learning rate then suits them.
    """
    m = x.mean(0)
    v = (x - m).flatten(1)
    direction = v[v.square().sum(1).argmax()]
    for _ in range(STEPS):
        direction = v.T @ (v @ (direction / direction.norm().clamp_min(1e-12))) / len(v)
    s = direction.norm().sqrt().clamp_min(1e-6)
    first, last = cast(Affine, pair.encoder[0]), cast(Affine, pair.decoder[-1])
    first.shift.copy_(m)
    first.scale.copy_(1 / s)
    last.shift.copy_(-m / s)
    last.scale.copy_(s)


def spread(decoder: nn.Module) -> Tensor:
    """s, of a linear pair."""
    return cast(Affine, cast(nn.Sequential, decoder)[-1]).scale


def sigmoid(shape: Shape, code: int, hidden: Sequence[int]) -> Pair:
    """Layers of v -> sigmoid(W v + b) down to a linear h, and as many up to the logits of x (Hinton &
    Salakhutdinov 2006).

    Weights as Glorot & Bengio 2010 have them for sigmoids, U(-g, g) with g = 4 (6 / (inputs + units))^(1/2); biases 0.
    """
    sizes = (prod(shape), *hidden, code)
    return Pair(
        nn.Sequential(nn.Flatten(), *sigmoids(sizes)), nn.Sequential(*sigmoids(sizes[::-1]), nn.Unflatten(1, shape))
    )


def sigmoids(sizes: Sequence[int]) -> list[nn.Module]:
    """Linear maps from each size to the next, with a sigmoid after each but the last."""
    layers: list[nn.Module] = []
    for inputs, units in pairwise(sizes):
        linear = nn.Linear(inputs, units)
        nn.init.xavier_uniform_(linear.weight, gain=4.0 if len(layers) < 2 * len(sizes) - 4 else 1.0)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.Sigmoid()]
    return layers[:-1]


def convolutional(shape: Shape, code: int, width: int) -> Pair:
    """ReLU convolutions that halve the picture down to about 4 x 4, and a linear map to h; the same upwards, to the
    logits of x. Channels are doubled at each halving, at most 8 times `width`.
    """
    channels, *size = picture_shape(shape)
    sizes = ladder(size[0], size[1])
    maps = [channels, *widths(width, len(sizes) - 1)]
    smallest = (maps[-1], *sizes[-1])
    down, up = nn.Sequential(), nn.Sequential(nn.Linear(code, prod(smallest)), nn.Unflatten(1, smallest))
    for rung, (above, below) in enumerate(pairwise(maps)):
        down.append(strided(above, below, sizes[rung : rung + 2], KERNEL)).append(nn.ReLU())
    for rung in reversed(range(len(maps) - 1)):
        up.append(nn.ReLU()).append(fractionally_strided(maps[rung + 1], maps[rung], sizes[rung : rung + 2], KERNEL))
    pair = Pair(down.append(nn.Flatten()).append(nn.Linear(prod(smallest), code)), up)
    for network in pair:
        initialise_he(network, slope=0.0)
    return pair
