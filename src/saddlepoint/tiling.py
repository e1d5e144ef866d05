"""A network on a picture of any size, in the memory that a tile of it takes.

c   [B, C, H, W], any H, W; mostly one large picture
x   [B, C', scale H, scale W]
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

OVERLAP = 4
"""Where tiles fade into each other, they share one part in so many of a side, or more."""


class Span(NamedTuple):
    """A tile along one side: pixels `seen` of c are put in; of what comes out, those that `kept` of c became are added
    to the result, each times its share [scale * len(kept)]. The shares of a pixel sum to 1.
    """

    seen: slice
    kept: slice
    share: Tensor


def tiled(
    apply: Callable[[Tensor], Tensor],
    c: Tensor,
    *,
    tile: int,
    margin: int | None,
    step: int,
    scale: int = 1,
    tell: Callable[[int, int], None] | None = None,
) -> Tensor:
    """apply(c), tile by tile. The result is made once, and each tile is added where it belongs.

    apply   [B, C, h, w] -> [B, C', scale h, scale w], for all h, w that are multiples of `step`
    tile    side of a tile in pixels of c, margins aside; brought down to a multiple of `step`
    margin  no pixel of c further than this from a pixel of x reaches it, which is how UNet.margin and Upscaler.margin
            are meant. A tile is put in with so much around it, and cut back: the result is the whole's but for
            rounding. None: there is no such number, as with a normalisation over the picture. Tiles then overlap, and
            fade into each other linearly, without seams
    tell    is called with (tiles done, tiles in all)

    Where a side is no multiple of `step`, c goes on with its last row or column, and the result is cut back. What is
    put in begins and ends at multiples of `step`, so that the grid of a strided network lies as it does on the whole.
    It ends where the picture ends: there a network pads the tile with what it would pad the whole with.
    """
    check(c, tile, margin, step, scale)
    height, width = c.shape[2:]
    c = filled(c, step)
    rows, columns = (list(spans(side, tile, margin, step, scale)) for side in (height, width))
    x, done = None, 0
    for row in rows:
        for column in columns:
            piece = apply(c[..., row.seen, column.seen])
            fits(piece, (row, column), scale)
            if x is None:
                x = piece.new_zeros(*piece.shape[:2], scale * height, scale * width)
            down, across = (times(span.kept, scale, span.seen.start) for span in (row, column))
            share = torch.outer(row.share, column.share).to(piece)
            x[..., times(row.kept, scale), times(column.kept, scale)] += piece[..., down, across] * share
            done += 1
            if tell is not None:
                tell(done, len(rows) * len(columns))
    assert x is not None
    return x


def spans(side: int, tile: int, margin: int | None, step: int, scale: int) -> Iterator[Span]:
    """The tiles along a side of so many pixels, which is continued to a multiple of `step`."""
    whole, tile = up(side, step), max(tile // step, 1) * step
    if margin is None:
        yield from fading(side, max(tile, 2 * step), step, scale)
        return
    around = up(margin, step)
    for start in range(0, whole, tile):
        stop = min(start + tile, whole)
        kept = slice(start, min(stop, side))
        yield Span(
            slice(max(start - around, 0), min(stop + around, whole)), kept, torch.ones(scale * (kept.stop - kept.start))
        )


def fading(side: int, tile: int, step: int, scale: int) -> Iterator[Span]:
    """Tiles that overlap by a quarter of a side or more. The weight of a pixel rises linearly from a tile's ends, over
    the overlap, to its plateau; its shares are its weights over their sum.
    """
    whole, overlap = up(side, step), up(-(-tile // OVERLAP), step)
    tile = min(tile, whole)
    starts = [*range(0, whole - tile, max(tile - overlap, step)), whole - tile]
    place = torch.arange(scale * tile, dtype=torch.float64) + 0.5
    weight = torch.minimum(place, place.flip(0)).clamp(max=scale * overlap)
    total = torch.zeros(scale * whole, dtype=torch.float64)
    for start in starts:
        total[scale * start : scale * (start + tile)] += weight
    for start in starts:
        share = weight / total[scale * start : scale * (start + tile)]
        kept = slice(start, min(start + tile, side))
        yield Span(slice(start, start + tile), kept, share[: scale * (kept.stop - start)])


def times(span: slice, scale: int, start: int = 0) -> slice:
    """Where the pixels of a span of c are in what comes out, if that begins at pixel `start` of c."""
    return slice(scale * (span.start - start), scale * (span.stop - start))


def up(length: int, step: int) -> int:
    """The multiple of `step` at or above a length."""
    return -(-length // step) * step


def filled(c: Tensor, step: int) -> Tensor:
    """c, continued to the right and downwards by its last column and row, to multiples of `step`."""
    for dim in (2, 3):
        n = c.shape[dim]
        if n % step:
            c = c.index_select(dim, torch.arange(up(n, step), device=c.device).clamp(max=n - 1))
    return c


def check(c: Tensor, tile: int, margin: int | None, step: int, scale: int) -> None:
    """Raise SaddlepointError where c is not pictures, or a number not positive."""
    if c.ndim != 4 or not c.numel():
        raise SaddlepointError(f"c has shape {tuple(c.shape)}", "tiling", "give pictures [B, C, H, W]")
    if min(tile, step, scale) < 1 or (margin is not None and margin < 0):
        numbers = f"tile {tile}, margin {margin}, step {step}, scale {scale}"
        raise SaddlepointError(numbers, "tiling", "give whole numbers of 1 or more; a margin may be 0 or None")


def fits(piece: Tensor, tile: tuple[Span, Span], scale: int) -> None:
    """Raise SaddlepointError where what came out is not `scale` times as large as what was put in."""
    sides = tuple(span.seen.stop - span.seen.start for span in tile)
    if piece.shape[2:] != tuple(scale * side for side in sides):
        what = f"a tile of {sides[0]} x {sides[1]} came out as {tuple(piece.shape)}"
        raise SaddlepointError(what, "tiling", f"it was to be {scale} times as large: give the network's own scale")
