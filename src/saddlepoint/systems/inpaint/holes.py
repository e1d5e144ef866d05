"""Holes in pictures: what is known of each, [B, 1, H, W] bool, drawn from a stream of chance."""

from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.data.batches import Batches
from saddlepoint.data.facts import evenly
from saddlepoint.errors import SaddlepointError
from saddlepoint.systems.parts import alone

BOXES, STROKES, TURNS = 3, 2, 4
LOOKED_AT = 500  # masks, to find a hole in one of them
BRUSH = (0.04, 0.1)  # half the width of a stroke, as a share of the shorter side

Hole = Callable[[int, int, int, torch.Generator], Tensor]


def center(n: int, height: int, width: int, rng: torch.Generator) -> Tensor:
    """The middle of half the height and half the width is not known: a quarter of the picture."""
    row, column = torch.arange(height)[:, None], torch.arange(width)
    inside = inside_of(row, height // 4, height // 2) & inside_of(column, width // 4, width // 2)
    return ~inside.expand(n, 1, height, width)


def boxes(n: int, height: int, width: int, rng: torch.Generator) -> Tensor:
    """One to three boxes, each side a fifth to a half of the picture's, anywhere in it."""
    size, place, used = torch.rand(3, n, BOXES, 2, generator=rng)
    sides = torch.tensor([height, width])
    size = ((0.2 + 0.3 * size) * sides).round().clamp(min=1)
    start = (place * (sides - size + 1)).floor()
    row, column = torch.arange(height)[:, None], torch.arange(width)
    top, left, tall, wide = (t[..., None, None] for t in (*start.unbind(2), *size.unbind(2)))
    inside = inside_of(row, top, tall) & inside_of(column, left, wide)
    there = (used[..., 0] < 0.5) | (torch.arange(BOXES) == 0)
    return ~(inside & there[..., None, None]).any(1, keepdim=True)


def strokes(n: int, height: int, width: int, rng: torch.Generator) -> Tensor:
    """Two strokes of a brush with three turns each: all pixels no further from a line through random points than half
    the brush's width (the free-form holes of Yu et al. 2019, simplified).
    """
    points = torch.rand(n, STROKES, TURNS + 1, 2, generator=rng) * torch.tensor([height, width])
    least, most = BRUSH
    brush = (least + (most - least) * torch.rand(n, STROKES, 1, 1, 1, generator=rng)) * min(height, width)
    row, column = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    a, b = points[:, :, :-1, :, None, None], points[:, :, 1:, :, None, None]
    p = torch.stack([row, column])
    along = (((p - a) * (b - a)).sum(3) / (b - a).square().sum(3).clamp(min=1e-6)).clamp(0, 1)[:, :, :, None]
    away = (p - a - along * (b - a)).square().sum(3).sqrt()
    return ~(away <= brush).flatten(1, 2).any(1, keepdim=True)


def inside_of(place: Tensor, start: Tensor | int, length: Tensor | int) -> Tensor:
    return (place >= start) & (place < start + length)


def given(masks: Batches, pictures: Batches) -> Hole:
    """Holes of pictures: any of those of the source that are trained on, all equally often; not known is what is nearer
    to white than to black. SaddlepointError where they have opacity, or another size than what they are for.
    """
    (channels, *size), wanted = masks.source.x.shape[1:], pictures.source.x.shape[2:]
    if channels not in (1, 3):
        hint = "give them a background: --masks.background black"
        raise SaddlepointError("masks with opacity: is what is transparent the hole?", masks.source.name, hint)
    if tuple(size) != tuple(wanted):
        what = f"masks of {size[0]} x {size[1]}, for pictures of {wanted[0]} x {wanted[1]}"
        raise SaddlepointError(what, masks.source.name, "give --size, for both, or masks of the same form")

    def known(places: Tensor) -> Tensor:
        return alone(masks.take(masks.among[places]).x).mean(1, keepdim=True) <= 0

    if bool(known(evenly(len(masks.among), LOOKED_AT)).all()):
        what = "no mask has a hole: nothing in them is nearer to white than to black"
        raise SaddlepointError(what, masks.source.name, "white is 255, not 1; arrays of true and false will do")

    def hole(n: int, height: int, width: int, rng: torch.Generator) -> Tensor:
        return known(torch.randint(len(masks.among), (n,), generator=rng))[..., :height, :width]

    return hole


HOLES: dict[str, Hole] = {"center": center, "boxes": boxes, "strokes": strokes}
