"""The nearest training picture: does the generator draw something new, or copy?

pictures  uint8 [N, ...], all of one shape
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

_EXACT = 1024
_QUERIES, _TRAINING = 512, 2048


class Nearest(NamedTuple):
    """For each of N pictures: which training picture is nearest (the first of equals), and how far it is.

    indices    [N] int64
    distances  [N] float64, the Euclidean norm of the difference in grey levels, 0 to 255 sqrt(C H W)
    """

    indices: Tensor
    distances: Tensor


def nearest(pictures: Tensor, training: Tensor, others: bool = False) -> Nearest:
    """argmin_j |x_i - t_j|, without any rounding before the last square root; of `others`, those that are equal to x_i
    are passed over, and where all are, the distance is infinite.

    |x - t|^2 = |x|^2 + |t|^2 - 2 x.t, with 128 taken from every pixel of both: over 1,024 pixels at a time, x.t is
    then a sum of integers that never leaves +-1,024 * 128^2 = 2^24, which float32 holds exactly, in any order of
    summation. The blocks are added up in float64, exact to 2^53.
    """
    _refuse_unfit(pictures, training)
    best = torch.full((len(pictures),), math.inf, dtype=torch.float64)
    indices = torch.zeros(len(pictures), dtype=torch.int64)
    x_all, t_all = pictures.flatten(1), training.flatten(1)
    for first in range(0, len(training), _TRAINING):
        t = _blocks(t_all[first : first + _TRAINING])
        t_squared = _squared(t)
        for start in range(0, len(pictures), _QUERIES):
            x, place = _blocks(x_all[start : start + _QUERIES]), slice(start, start + _QUERIES)
            x_squared, rest = _squared(x), _less_products(t_squared, x, t)
            if others:
                rest = rest.where(rest != -x_squared[:, None], math.inf)
            least, at = rest.min(1)
            found = (x_squared + least).cpu()
            better = found < best[place]
            best[place] = torch.where(better, found, best[place])
            indices[place] = torch.where(better, at.cpu() + first, indices[place])
    return Nearest(indices, best.sqrt())


def _blocks(pixels: Tensor) -> tuple[Tensor, ...]:
    return (pixels.float() - 128).split(_EXACT, 1)


def _squared(x: tuple[Tensor, ...]) -> Tensor:
    """|x|^2, [N] float64."""
    return torch.stack([block.square().sum(1, dtype=torch.float64) for block in x]).sum(0)


def _less_products(t_squared: Tensor, x: tuple[Tensor, ...], t: tuple[Tensor, ...]) -> Tensor:
    """|t|^2 - 2 x.t, [N, M] float64."""
    rest = t_squared.expand(len(x[0]), -1)
    for a, b in zip(x, t):
        rest = rest.sub(a @ b.T, alpha=2)
    return rest


def _refuse_unfit(pictures: Tensor, training: Tensor) -> None:
    if pictures.dtype != torch.uint8 or training.dtype != torch.uint8:
        kinds = f"{pictures.dtype} and {training.dtype}"
        raise SaddlepointError(kinds, "nearest pictures", "give the bytes, uint8")
    if pictures.shape[1:] != training.shape[1:] or not math.prod(training.shape):
        shapes = f"pictures {list(pictures.shape)}, training pictures {list(training.shape)}"
        raise SaddlepointError(shapes, "nearest pictures", "both need the same size, and there must be some")
