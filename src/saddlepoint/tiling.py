"""A network for pictures of one size, on pictures of any size: piece by piece, as if all had been there at once.

c [1, C, H, W] is cut into tiles. Each is seen with a margin around it, and what comes out is cut to its middle. Where
an output depends on nothing further away than the margin, the whole is exactly what the network makes of all of c.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

Apply = Callable[[Tensor], Tensor]
Tell = Callable[[int, int], None]

OVERLAP = 4  # tiles of networks without a known margin overlap by so many parts of their side


class Span(NamedTuple):
    """One side of a tile: what it answers for, and what it sees around that."""

    start: int
    end: int
    first: int
    last: int


def silent(done: int, total: int) -> None: ...


@torch.no_grad()
def tiled(
    apply: Apply, c: Tensor, *, tile: int, margin: int | None, step: int = 1, scale: int = 1, tell: Tell = silent
) -> Tensor:
    """apply(c), [1, C', scale H, scale W], by tiles of at most `tile` pixels of c, a multiple of `step`.

    step    the sides that the network takes are multiples of it; c is continued at its lower and right edge to such
    margin  how far around a pixel of c decides on it. None: nobody knows; tiles then overlap by a quarter of their
            side, and one fades into the other, which hides seams but is not the same as the whole

    A tile at the edge of c is cut there, so that the network sees the same edge as it would of the whole. Memory: one
    tile's, and the result's.
    """
    height, width = c.shape[2:]
    c = continued(c, step)
    around = rounded(tile // OVERLAP if margin is None else margin, step)
    rows, columns = (list(spans(side, tile, around, step)) for side in c.shape[2:])
    result = weights = None
    for done, (y, x) in enumerate([(y, x) for y in rows for x in columns]):
        made = apply(c[..., y.first : y.last, x.first : x.last])
        if result is None:
            result = made.new_zeros(*made.shape[:2], scale * c.shape[2], scale * c.shape[3])
            weights = made.new_zeros(1, 1, *result.shape[2:])
        if margin is None:
            weight = fade(y, c.shape[2], scale).to(made)[:, None] * fade(x, c.shape[3], scale).to(made)
            there = (..., slice(scale * y.first, scale * y.last), slice(scale * x.first, scale * x.last))
            result[there] += weight * made
            weights[there] += weight  # pyright: ignore[reportOptionalSubscript]
        else:
            top, left = scale * (y.start - y.first), scale * (x.start - x.first)
            middle = made[..., top : top + scale * (y.end - y.start), left : left + scale * (x.end - x.start)]
            result[..., scale * y.start : scale * y.end, scale * x.start : scale * x.end] = middle
        tell(done + 1, len(rows) * len(columns))
    if result is None or weights is None:
        return c
    whole = result / weights if margin is None else result
    return whole[..., : scale * height, : scale * width]


def continued(c: Tensor, step: int) -> Tensor:
    """c with its last row and column repeated until both sides are multiples of the step."""
    height, width = c.shape[2:]
    return pad(c, (0, -width % step, 0, -height % step), mode="replicate")


def rounded(length: int, step: int) -> int:
    """The length, or the next multiple of the step."""
    return -(-length // step) * step


def spans(side: int, tile: int, around: int, step: int) -> Iterator[Span]:
    """The tiles along one side, each beginning at a multiple of the step, and cut at the picture's edges."""
    size = max(step, tile // step * step)
    for start in range(0, side, size):
        end = min(start + size, side)
        yield Span(start, end, max(0, start - around), min(side, end + around))


def fade(span: Span, side: int, scale: int) -> Tensor:
    """How much a tile counts along one side, [scale * (last - first)]: 1 in its middle, 0 at the end of its margins."""
    ramp = torch.ones(scale * (span.last - span.first))
    for inner, outer, flip in ((span.start, span.first, False), (span.last, span.end, True)):
        length = 2 * scale * (inner - outer)  # the neighbour's margin reaches as far into this tile
        length = min(length, len(ramp))
        if length:
            rise = (torch.arange(length) + 0.5) / length
            ramp[-length:] *= rise.flip(0) if flip else 1.0
            ramp[:length] *= 1.0 if flip else rise
    return ramp
