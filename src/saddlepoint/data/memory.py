"""Data that lie in the memory of the program that trains: arrays, tensors, data sets that are indexed, tables.

Whatever is handed in becomes one of three things that readers of files know too: arrays with the columns of their
condition, encoded pictures, or the cells of a table. From there on it is read as a file would be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Number
from typing import Any, NamedTuple, NoReturn

import numpy as np
import torch

from saddlepoint.data.arrays import Read, from_arrays
from saddlepoint.data.indexed import first_of, indexed, is_picture, named_kind, numbers, rows_of
from saddlepoint.data.names import IN_MEMORY
from saddlepoint.data.points import points_of
from saddlepoint.data.reading import Kind, Listing, Reading, few, shown
from saddlepoint.data.tables import Table, cell, from_frame, path_column
from saddlepoint.data.texts import Column, text_of
from saddlepoint.errors import SaddlepointError

TAKEN = "give a path, an array or tensor, (x, y), a list or data set of examples, or a DataFrame"
NO_DATA = (str, bytes, tuple, set)
PLAIN = (list, tuple)


class Arrays(NamedTuple):
    """Examples x [N, ...], and what may become their condition."""

    x: np.ndarray
    columns: Mapping[str, Column] = {}
    kinds: Mapping[str, Kind] = {}


class Held(NamedTuple):
    """Data that are handed in: what they are (array, tensor, dataset, frame), and what is to be read of them."""

    form: str
    content: Arrays | Listing | Table

    @property
    def name(self) -> str:
        """What a run calls them: nothing lies at that place."""
        return f"{IN_MEMORY}{self.form}"

    @property
    def points(self) -> bool:
        """Whether examples are points [N, D], and no pictures."""
        if isinstance(self.content, Arrays):
            return self.content.x.ndim == 2
        return isinstance(self.content, Table) and path_column(self.content.columns) is None

    def whole(self, wish: Reading) -> Read | None:
        """The source, and what was left out of it; None where it is made of encoded pictures."""
        if isinstance(self.content, Arrays):
            source, bad = from_arrays(self.form, self.content.x, self.content.columns, wish, (), self.content.kinds)
            return source._replace(known=source.digest()), bad
        if isinstance(self.content, Table) and self.points:
            return points_of(self.form, self.form, self.content, wish)
        return None

    def listing(self) -> Listing:
        """The pictures, not yet decoded: those of a data set, or those that a table names."""
        if isinstance(self.content, Listing):
            return self.content
        return from_frame(self.form, self.content if isinstance(self.content, Table) else Table({}, []))


def held(data: object) -> Held:
    """What was handed in, of whatever library, by what it can do. SaddlepointError for anything else."""
    if is_array(data):
        return Held(form_of(data), Arrays(plain_array(data)))
    if isinstance(data, PLAIN) and len(data) == 2 and is_array(data[0]):
        return Held(form_of(data[0]), labelled(plain_array(data[0]), data[1]))
    if isinstance(data, tuple) and len(data) == 2:
        return held(paired(*data))
    if not (hasattr(data, "__getitem__") and hasattr(data, "__len__")):
        refuse(data)
    if hasattr(data, "columns") and hasattr(data, "dtypes"):
        return Held("frame", table_of(data))
    if isinstance(data, Mapping):
        what = f"{named_kind(data)} is no data to train on: it holds {few(map(str, data)) or 'nothing'}"
        raise SaddlepointError(what, "data", "give one of them, or two as (x, y)")
    if hasattr(data, "column_names") and not hasattr(data, "features"):  # Arrow's, whose items are columns
        raise SaddlepointError(f"{named_kind(data)} is no DataFrame yet", "data", "give its .to_pandas()")
    if isinstance(data, NO_DATA):
        refuse(data)
    rows = rows_of(data, first := first_of(data))
    return Held("dataset", of_items(indexed(data, first)) if rows is None else Table(filled(rows), []))


def refuse(data: object) -> NoReturn:
    """Say what is wrong with something that has no length, or no items by number."""
    kind = named_kind(data)
    if isinstance(data, NO_DATA) or not (hasattr(data, "__getitem__") or hasattr(data, "__iter__")):
        raise SaddlepointError(f"{kind} is no data to train on", "data", TAKEN)
    hint = "give a data set with len() and [i], or the examples as one array"
    if hasattr(data, "collect"):
        hint = "give its rows as a DataFrame, as .collect() makes one"
    elif hasattr(data, "dataset"):
        hint = "give its .dataset"
    elif hasattr(data, "__iter__"):
        hint = "give list(data), if it has an end"
    raise SaddlepointError(f"{kind} has no length, or its items no numbers", "data", hint)


def paired(x: Any, y: Any) -> object:
    """(x, y) of which x is no array: a list of examples, beside each its label."""
    if hasattr(x, "columns"):
        hint = "give the frame alone, with settings={'cond': 'NAME:class'}"
        raise SaddlepointError("labels of a DataFrame are a column of it", "(x, y)", hint)
    if not isinstance(x, PLAIN):
        raise SaddlepointError(f"x is {named_kind(x)}", "(x, y)", "give an array, a tensor or a list of examples")
    labels = [None] * len(x) if y is None else list(plain_array(y)) if is_array(y) else y
    if not isinstance(labels, PLAIN):
        raise SaddlepointError(f"labels are one per row, not {named_kind(y)}", "(x, y)", "give a list or an array")
    if len(labels) != len(x):
        raise SaddlepointError(f"{len(x):,} examples, but {len(labels):,} labels", "(x, y)", "give one for each")
    return [{"x": one, "label": label} for one, label in zip(x, labels)] if y is not None else list(x)


def is_array(data: object) -> bool:
    """Whether this is one array, of whatever library."""
    return isinstance(data, torch.Tensor | np.ndarray) or (
        hasattr(data, "__array__") and hasattr(data, "ndim") and not hasattr(data, "columns")
    )


def form_of(data: object) -> str:
    return "tensor" if isinstance(data, torch.Tensor) else "array"


def plain_array(data: Any) -> np.ndarray:
    """As an array of numpy, wherever it lies and however its numbers are stored. What is masked is not a number."""
    if isinstance(data, np.ma.MaskedArray):
        holes = np.ma.is_masked(data)
        return np.ma.filled(data.astype(np.result_type(data, np.float32)), np.nan) if holes else data.data
    return numbers(data)


def labelled(x: np.ndarray, y: Any) -> Arrays:
    """Examples and their labels, or vectors, as (x, y)."""
    if y is None:
        return Arrays(x)
    given = plain_array(y) if is_array(y) else np.asarray(y) if isinstance(y, Sequence) else None
    if given is not None and given.dtype.kind == "O" and all(isinstance(value, str) for value in given.flat):
        given = given.astype(str)
    if given is None or given.ndim not in (1, 2) or given.dtype.kind not in "iufbUS":
        what = f"labels are one per row, or a vector of numbers, not {type(y).__name__}"
        raise SaddlepointError(what if given is None else f"{what} {list(given.shape)}", "(x, y)", "give [N] or [N, E]")
    if len(given) != len(x):
        raise SaddlepointError(f"{len(x):,} examples, but {len(given):,} labels", "(x, y)", "give one for each")
    if given.ndim == 2 and given.shape[1] == 1 and given.dtype.kind in "iub":
        given = given[:, 0]
    return Arrays(x, {"label": given})


def of_items(items: Any) -> Arrays | Listing:
    """What a data set holds, once each of its items was had."""
    if isinstance(items.x, np.ndarray):
        return Arrays(items.x, items.columns, items.kinds)
    columns = {name: texts_of(column) for name, column in items.columns.items()}
    return Listing("dataset", items.x, columns, root=f"{IN_MEMORY}{items.digest}", kinds=items.kinds)


def texts_of(column: Column) -> list[str]:
    return ["" if isinstance(value, int | np.integer) and value < 0 else text_of(value) for value in column]


def table_of(frame: Any) -> Table:
    """The cells of a DataFrame, of pandas, polars or another, as those of a CSV."""
    names = [str(name) for name in frame.columns]
    if not names or len(set(names)) < len(names):
        raise SaddlepointError(f"its columns need names, each a different one: {few(names) or 'none'}", "frame")
    if not len(frame):
        raise SaddlepointError("0 rows", "frame", "give at least one")
    return Table(filled({name: frame[given] for name, given in zip(names, frame.columns)}), [])


def filled(columns: Mapping[str, Iterable[object]]) -> dict[str, list[str]]:
    """Columns of a table with the cells that its CSV would have."""
    return {name: list(cells(name, column)) for name, column in columns.items()}


def cells(name: str, column: Iterable[object]) -> Iterator[str]:
    """Each cell as it would stand in a CSV; empty where it has no value."""
    for value in column:
        if value is None or type(value).__name__ in ("NAType", "NaTType"):
            yield ""
        elif isinstance(value, str):
            yield cell(value)
        elif isinstance(value, Number | np.number | np.bool_) and not isinstance(value, complex | np.complexfloating):
            yield "" if value != value else text_of(value)
        else:
            what = f"column '{shown(name)}' holds {named_kind(value)}, neither a number nor a word"
            hint = "give its rows as a list of records" if is_picture(value) else "leave it out, or make numbers of it"
            raise SaddlepointError(what, "frame", hint)
