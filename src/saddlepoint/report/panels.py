"""The page's pictures: samples beside real ones, the film strip, copies or not."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.figures import Frame, compact
from saddlepoint.report.inline import BUDGET, Inline, inline, row, shrunk, shrunk_image
from saddlepoint.report.material import Pairs

MOST_CLASSES, MOST_IN_ROW, MOST_PAIRS = 20, 10, 10


class Samples(NamedTuple):
    """Generated and real, side by side: a row for each class, or one sheet each. `note` says what was left out."""

    rows: list[tuple[str, Inline, Inline | None]]
    kind: str
    note: str = ""


class Film(NamedTuple):
    """Frames with the examples seen, and how many stand in a row."""

    frames: list[tuple[str, Inline]]
    across: int
    note: str = ""


class Pair(NamedTuple):
    picture: Inline
    training: Inline
    distance: str
    others: tuple[tuple[str, Inline], ...] = ()


def samples(generated: Tensor | None, real: Tensor | None, classes: object) -> Samples | None:
    """Pictures by class, or as one sheet where there are no classes."""
    if generated is None or not generated.numel() or generated.ndim != 5 or generated.dtype != torch.uint8:
        return None
    k = len(generated)
    if k == 1:
        return Samples([("", _sheet(generated[0]), None if real is None else _sheet(real[0]))], "sheet")
    names = classes if isinstance(classes, list) and len(classes) >= k else range(k)
    across = min(MOST_IN_ROW, generated.shape[1])
    drawn = _rows(generated, across)
    beside = [*([] if real is None else _rows(real, across)), *[None] * len(drawn)]
    rows = [(str(name), one, other) for name, one, other in zip(names, drawn, beside)]
    return Samples(rows, "classes", f"The first {MOST_CLASSES} of {k} classes." if k > MOST_CLASSES else "")


def translated(found: Mapping[str, Tensor]) -> list[tuple[str, Inline]]:
    """What went in, what came out, what it should have been: a row for each."""
    return [(name, row(shrunk(pictures[:MOST_PAIRS], 500_000))) for name, pictures in found.items()]


def film(frames: Sequence[Frame], noun: str = "examples") -> Film | None:
    """A few frames, evenly chosen, the first and the last among them."""
    if not frames:
        return None
    frames = sorted(frames, key=lambda frame: frame[0])
    first = frames[0][1]
    slim = math.inf if isinstance(first, Tensor) else first.height / first.width
    across = 12 if slim >= 6 else 8 if slim >= 2 else 4 if slim > 0.5 else 1
    chosen = _some(frames, max(8, across), least=5 if across > 4 else 8)
    budget = BUDGET // len(chosen)
    drawn = [
        (
            f"{compact(images)} {noun}",
            row(shrunk(frame, budget), 1) if isinstance(frame, Tensor) else inline(shrunk_image(frame, budget)),
        )
        for images, frame in chosen
    ]
    left_out = f"{len(chosen)} of {len(frames)} snapshots; samples/ has all." if len(chosen) < len(frames) else ""
    return Film(drawn, min(across, len(drawn)), left_out)


def pairs(found: Pairs | None) -> list[Pair]:
    """Each generated picture over the nearest training picture."""
    if found is None:
        return []
    sheets = (found.pictures, found.training, *found.others.values())
    rows = [shrunk(sheet[:MOST_PAIRS], 500_000).split(1) for sheet in sheets]
    return [
        Pair(row(one), row(near), f"{float(distance):,.0f}", tuple(zip(found.others, map(row, others))))
        for one, near, *others, distance in zip(*rows, found.distances)
    ]


def usual_distance(found: Pairs | None) -> str:
    """How far a held-out picture is from the nearest training picture, where that was measured."""
    return "" if found is None or found.held_out is None else f"{found.held_out:,.0f}"


def _some(frames: Sequence[Frame], most: int, least: int) -> Sequence[Frame]:
    """At most so many, the first and the last among them; at equal steps where `least` or more allow it."""
    last = len(frames) - 1
    if last < most:
        return frames
    steps = next((n for n in range(most - 1, least - 2, -1) if last % n == 0), most - 1)
    return [frames[round(i * last / steps)] for i in range(steps + 1)]


def _rows(pictures: Tensor, across: int) -> list[Inline]:
    """A row for each class, of as many pictures as there are, with room for so many."""
    return [row(some, room=across) for some in shrunk(pictures[:MOST_CLASSES, :across])]


def _sheet(pictures: Tensor) -> Inline:
    most = pictures[:64]
    return row(shrunk(most), math.ceil(math.sqrt(len(most))))
