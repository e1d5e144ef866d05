"""The condition of an example, described once: a class, several labels, numbers, angles, vectors.

A lone class is c = [N] labels. Anything else is c = [N, E] float32, the codes of its fields side by side:

    class    the one-hot vector of the class
    labels   1 for each label the example has
    number   its place between knots k_1 < ... < k_m: at (1 - t) k_i + t k_(i+1) the code is (1 - t) e_i + t e_(i+1)
    angle    the same on a circle of degrees, with a knot every 30
    vector   as it is

Hence a network's table of classes and its linear map of a code (see `networks.conditions`) are one idea: at a knot a
number is a class, and between two knots a mixture of both. Knots are quantiles: each gets its share of the data.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from saddlepoint.data.reading import Field, Kind, few, likely, listed, plain, shown
from saddlepoint.data.texts import Column, natural, text_of, texts
from saddlepoint.errors import SaddlepointError

KINDS: tuple[Kind, ...] = ("class", "labels", "number", "angle", "vector")
KNOTS = 11
TURN = tuple(float(degrees) for degrees in range(0, 360, 30))
MOST_CLASSES = 10_000
MOST_BYTES = 1 << 31  # of codes: a few labels a line may have a thousand different ones among them
FEW = 20  # a column of whole numbers with more values than this is a number, not a class
CLASS_NAMES = frozenset(("class", "label", "target", "y", "category"))
NO_KINDS: Mapping[str, Kind] = {}
SEVERAL = re.compile("[|;]")


class Conditions(NamedTuple):
    """The condition of N examples. `classes` where it is a lone class, which is called `label`; `missing` marks those
    that lack a part of it.
    """

    c: np.ndarray | None
    classes: tuple[str, ...]
    fields: tuple[Field, ...]
    missing: np.ndarray
    notes: tuple[str, ...] = ()
    label: str = ""


def conditions(
    columns: Mapping[str, Column], wish: str | None, where: str, n: int, kinds: Mapping[str, Kind] = NO_KINDS
) -> Conditions:
    """The condition that `wish` describes (`age:number,kind`), or that the columns suggest. `kinds` are known from
    where a column comes from: a folder is a class, even one called 1.5, or `cats; dogs`.
    """
    wanted = wishes(wish, columns, where)
    fields, parts, missing = [], [], np.zeros(n, bool)
    for name, kind in wanted.items():
        column = columns[name]
        lacks = absent(column)
        missing |= lacks
        if lacks.all():
            raise SaddlepointError(f"no example has a '{shown(name)}'", where, "`train --unconditional` needs none")
        field = described(name, kind or kinds.get(name) or guess(name, column, lacks), column, lacks)
        fields.append(field)
        parts.append(field)
    if len(fields) == 1 and fields[0].kind == "class":
        classes = fields[0].values
        if len(classes) == 1:
            return Conditions(None, (), (), missing, (f"only one class, '{shown(classes[0])}': no condition",))
        place = {value: label for label, value in enumerate(classes)}
        labels = np.array([place.get(value, 0) for value in texts(columns[fields[0].name])], np.int64)
        return Conditions(labels, classes, (), missing, label=fields[0].name)
    if not fields:
        return Conditions(None, (), (), missing)
    if (room := 4 * n * sum(field.size for field in fields)) > MOST_BYTES:
        what, hint = f"the codes of {n:,} conditions take {room:,} bytes", f"more than {MOST_BYTES:,}: leave some out"
        raise SaddlepointError(what, f"--cond {','.join(shown(field.name) for field in fields)}", hint)
    codes = [np.zeros((n, field.size), np.float32) for field in fields]
    for code, field in zip(codes, fields):
        code[~missing] = coded(field, some(columns[field.name], ~missing))
    note = "condition: " + "; ".join(map(str, fields)) + ("" if wish else " (--cond NAME:KIND for another)")
    return Conditions(np.concatenate(codes, 1), (), tuple(fields), missing, (note,))


def wishes(wish: str | None, columns: Mapping[str, Column], where: str) -> dict[str, Kind | None]:
    """Columns and kinds, in the order wished for. Without a wish: the column named like a class, or the only one."""
    if wish is None:
        named = [name for name in columns if name.lower() in CLASS_NAMES]
        chosen = named[:1] or list(columns)
        if len(chosen) > 1:
            hint = f"choose with --cond {','.join(map(shown, chosen[:2]))}, or `train --unconditional`"
            raise SaddlepointError(f"several columns could be the condition: {few(chosen)}", where, hint)
        return dict.fromkeys(chosen)
    found: dict[str, Kind | None] = {}
    for part in filter(None, listed(wish)):
        name, _, kind = (piece.strip() for piece in part.partition(":"))
        if name not in columns:
            hint = likely(name, columns) if columns else "there is none"
            raise SaddlepointError(f"no column '{shown(name)}' for a condition", f"--cond {plain(wish)}", hint)
        if kind and kind not in KINDS:
            raise SaddlepointError(f"no kind '{shown(kind)}'", f"--cond {plain(wish)}", likely(kind, KINDS))
        found[name] = next((known for known in KINDS if known == kind), None)
    return found


def guess(name: str, column: Column, lacks: np.ndarray) -> Kind:
    """What a column seems to be."""
    if isinstance(column, np.ndarray) and column.ndim == 2:
        return "vector"
    values = some(column, ~lacks)
    numbers = as_numbers(values)
    if numbers is None:
        return "labels" if any(SEVERAL.search(text) for text in set(texts(values))) else "class"
    whole = bool((numbers == numbers.round()).all())
    if whole and (name.lower() in CLASS_NAMES or len(np.unique(numbers)) <= FEW):
        return "class"
    return "number"


def described(name: str, kind: Kind, column: Column, lacks: np.ndarray) -> Field:
    """The field that this column is, as one of this kind."""
    values = some(column, ~lacks)
    if kind == "vector" or (isinstance(column, np.ndarray) and column.ndim == 2):
        rows = np.asarray(values)
        if kind != "vector" or rows.ndim != 2 or rows.dtype.kind not in "fiub":
            raise SaddlepointError("a vector is a row of numbers, and nothing else", f"--cond {shown(name)}:{kind}")
        return Field(name, "vector", rows.shape[1])
    if kind in ("class", "labels"):
        split = texts(values) if kind == "class" else [part for value in texts(values) for part in several(value)]
        names = tuple(sorted(set(split), key=natural))
        if len(names) > MOST_CLASSES:
            raise SaddlepointError(
                f"{len(names):,} different values", f"--cond {shown(name)}:{kind}", "is it a number?"
            )
        return Field(name, kind, len(names), names)
    numbers = as_numbers(values)
    if numbers is None:
        raise SaddlepointError(
            "holds something that is not a number", f"--cond {shown(name)}:{kind}", f"try {shown(name)}:class"
        )
    if kind == "angle":
        return Field(name, kind, len(TURN), (), TURN)
    knots = np.unique(np.quantile(numbers, np.linspace(0, 1, KNOTS)))
    if len(knots) < 2:
        raise SaddlepointError(f"is {knots[0]:g} everywhere", f"--cond {shown(name)}:{kind}", "leave it out")
    return Field(name, kind, len(knots), (), tuple(knots.tolist()))


def coded(field: Field, column: Column) -> np.ndarray:
    """The field's code of each value, [N, size] float32. Raises SaddlepointError for a value it does not know."""
    if field.kind == "vector":
        return np.asarray(column, np.float32).reshape(-1, field.size)
    if field.kind in ("class", "labels"):
        code = np.zeros((len(column), field.size), np.float32)
        place = {value: i for i, value in enumerate(field.values)}
        for row, value in zip(code, texts(column)):
            for part in [value] if field.kind == "class" else several(value):
                if part not in place:
                    raise SaddlepointError(
                        f"no value '{shown(part)}'", f"condition {shown(field.name)}", likely(part, place)
                    )
                row[place[part]] = 1
        return code
    numbers = as_numbers(column)
    if numbers is None:
        raise SaddlepointError(f"'{shown(text_of(column[0]))}' is no number", f"condition {shown(field.name)}")
    if field.kind == "number":
        return between(numbers, field.knots)
    code = between(numbers % 360, (*field.knots, 360.0))
    code[:, 0] += code[:, -1]  # where the circle closes, the last knot is the first again
    return code[:, :-1]


def between(numbers: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """(1 - t) e_i + t e_(i+1) for (1 - t) k_i + t k_(i+1), [N, m]; numbers beyond the ends count as the ends."""
    k = np.asarray(knots, np.float64)
    at = numbers.astype(np.float64).clip(k[0], k[-1])
    i = (np.searchsorted(k, at, side="right") - 1).clip(0, len(k) - 2)
    t = (at - k[i]) / (k[i + 1] - k[i])
    code = np.zeros((len(at), len(k)), np.float32)
    rows = np.arange(len(at))
    code[rows, i], code[rows, i + 1] = 1 - t, t
    return code


def several(value: str) -> list[str]:
    return [part for part in map(str.strip, SEVERAL.split(value)) if part]


def some(column: Column, chosen: np.ndarray) -> Column:
    """The column's values at these places."""
    return column[chosen] if isinstance(column, np.ndarray) else [column[i] for i in np.flatnonzero(chosen).tolist()]


def as_numbers(column: Column) -> np.ndarray | None:
    """The values as finite numbers, [N] float64; None where one is something else."""
    try:  # one after the other: an array of texts takes for each as much as the longest needs
        numbers = np.asarray(column if isinstance(column, np.ndarray) else list(map(float, column)), np.float64)
    except (ValueError, TypeError):
        return None
    return numbers if numbers.ndim == 1 and np.isfinite(numbers).all() else None


def absent(column: Column) -> np.ndarray:
    """Where there is no value: an empty text, a number that is none, a negative label of an integer array.

    Words such as "null" are values here: a folder may be called so. In a table's cells they stand for none, and
    whoever reads the table leaves these empty.
    """
    if isinstance(column, np.ndarray):
        if column.dtype.kind == "f":
            return np.asarray(~np.isfinite(column.reshape(len(column), -1)).all(axis=1))
        if column.dtype.kind == "i" and column.ndim == 1:
            return column < 0
        if column.dtype.kind in "uib":
            return np.zeros(len(column), bool)
    return np.array([not value for value in texts(column)], bool)
