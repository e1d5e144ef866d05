"""What is known of the data besides the examples: one record a column. It is written down beside the weights."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from saddlepoint.data.axes import Axis
from saddlepoint.data.reading import Field, shown
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError

Kind = Literal["points", "pictures", "sound", "text", "labels", "code"]

EXAMPLES = 64
GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class About:
    """One column: the shape of an example of it, and what its numbers mean.

    kind      points [D], pictures [C, H, W], sound [C, T], text [T]; of a condition also labels [] and code [E]
    dtype     the type it is stored in: uint8, uint16, float32, float64, int64
    low, high the stored numbers that are black and white, where the type does not say
    names     of the classes 0..K-1, or of the tokens
    fields    what the numbers of a code mean
    examples  codes of real examples, from one end of their first field to the other
    axes      the columns of points, where they have a scale of their own
    label     what the labels are called, where that is known
    """

    kind: Kind
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    low: float = 0.0
    high: float = 1.0
    names: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    examples: tuple[tuple[float, ...], ...] = ()
    axes: tuple[Axis, ...] = ()
    label: str = ""


def disagreement(about: About) -> str:
    """What of a record, as somebody may have written it, does not fit the rest of it; empty where all does."""
    if not (math.isfinite(about.low) and math.isfinite(about.high) and about.low <= about.high):
        return f"black is {about.low:g}, white {about.high:g}"
    if about.axes and (len(about.axes),) != about.shape:
        return f"{len(about.axes)} axes for examples of shape {list(about.shape)}"
    if (about.fields or about.examples) and (about.kind, len(about.shape)) != ("code", 1):
        return f"a condition of fields is a code, and this is {about.kind}"
    for field in about.fields:
        known = field.size if field.kind == "vector" else len(field.values) + len(field.knots)
        if field.size < 1 or field.size != known:
            return f"field '{shown(field.name)}' has {field.size} numbers"
        if sorted({*field.knots}) != list(field.knots) or not all(map(math.isfinite, field.knots)):
            return f"field '{shown(field.name)}' has knots that do not rise"
    if about.fields and (sum(field.size for field in about.fields),) != about.shape:
        return f"its fields are no code of {list(about.shape)} numbers"
    if (about.fields and not about.examples) or any((len(code),) != about.shape for code in about.examples):
        return f"its examples are no codes of {list(about.shape)} numbers"
    return ""


Facts = Mapping[str, About]
"""By column: "x", "c" where there is a condition, then further sources: all that networks may know of the data."""


def facts_of(sources: Mapping[str, Source]) -> Facts:
    """What each column is; "x" names the source whose examples are x, and c is its condition."""
    found: dict[str, About] = {}
    for name, source in sources.items():
        found[name] = column(source.x, source)
        if name == "x" and source.c is not None:
            found["c"] = condition(source.c, source)
    return found


def column(x: Tensor, source: Source) -> About:
    """Of whole numbers that are no pictures it is known that they name tokens."""
    kind = kind_of(x.ndim - 1, type_of(x))
    if kind is None:
        what = f"examples of shape {list(x.shape[1:])}"
        raise SaddlepointError(what, source.name, "there are points [D], sound [C, T] and pictures [C, H, W]")
    names = source.classes if kind == "text" else ()
    return About(kind, tuple(x.shape[1:]), type_of(x), *scale_of(x, source), names=names, axes=source.axes)


KINDS: Mapping[int, Kind] = {1: "points", 2: "sound", 3: "pictures"}


def kind_of(dimensions: int, dtype: str) -> Kind | None:
    """What an example is, by how many dimensions it has and what it is stored as; None where there is no such kind."""
    return "text" if dtype == "int64" and dimensions in KINDS else KINDS.get(dimensions)


def condition(c: Tensor, source: Source) -> About:
    match c.ndim:
        case 1:
            return About("labels", (), type_of(c), names=source.classes, label=source.label)
        case 4:
            return About("pictures", tuple(c.shape[1:]), type_of(c), *scale_of(c, source))
    return About("code", tuple(c.shape[1:]), type_of(c), fields=source.fields, examples=examples(source))


def type_of(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")


WHITE = {torch.uint8: 255.0, torch.uint16: 65535.0}


def scale_of(x: Tensor, source: Source) -> tuple[float, float]:
    """The stored numbers that are black and white: integers count from 0 to the type's largest, of floating point it
    is known from the whole of the data.
    """
    return (0.0, WHITE[x.dtype]) if x.dtype in WHITE else (source.low, source.high)


def examples(source: Source) -> tuple[tuple[float, ...], ...]:
    """Codes of some of the source's examples, at most 64, evenly spread along their first field."""
    if source.c is None or source.c.ndim == 1:
        return ()
    first = source.c[:, : source.fields[0].size if source.fields else 1]
    place = first if first.shape[1] == 1 else first @ torch.arange(first.shape[1], dtype=first.dtype)[:, None]
    chosen = source.c[place[:, 0].argsort(stable=True)][evenly(source.size, EXAMPLES)]
    return tuple(map(tuple, chosen.tolist()))


def evenly(n: int, count: int) -> Tensor:
    """`count` of n places, evenly spread, or all where there are fewer: sources are often sorted by class."""
    return torch.arange(n) if n <= count else torch.arange(count) * n // count


def step_through(m: int) -> int:
    """The step of about .618 m that meets all of m places in turn: it and m have no common divisor."""
    return min((s for s in range(1, m + 1) if math.gcd(s, m) == 1), key=lambda s: abs(s - GOLDEN * m))
