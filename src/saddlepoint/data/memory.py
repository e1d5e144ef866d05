"""Data that lie in the memory of the program that trains: arrays, tensors, data sets that are indexed, tables.

Whatever is handed in becomes one of three things that readers of files know too: arrays with the columns of their
condition, encoded pictures, or the cells of a table. From there on it is read as a file would be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
import torch

from saddlepoint.data.arrays import Read, from_arrays
from saddlepoint.data.indexed import indexed, numbers
from saddlepoint.data.names import IN_MEMORY
from saddlepoint.data.points import points_of
from saddlepoint.data.reading import Kind, Listing, Reading, few, shown
from saddlepoint.data.tables import Table, cell, from_frame, path_column
from saddlepoint.data.texts import Column, text_of
from saddlepoint.errors import SaddlepointError

TAKEN = "give a path, an array or tensor, (x, y), a list or data set of examples, or a DataFrame"
NO_DATA = (str, bytes, Mapping, tuple, set)


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
    if isinstance(data, tuple | list) and len(data) == 2 and is_array(data[0]):
        return Held(form_of(data[0]), labelled(plain_array(data[0]), data[1]))
    if hasattr(data, "columns") and hasattr(data, "dtypes"):
        return Held("frame", table_of(data))
    name = type(data).__name__
    if isinstance(data, NO_DATA) or not (hasattr(data, "__getitem__") or hasattr(data, "__iter__")):
        raise SaddlepointError(f"a {name} is no data to train on", "data", TAKEN)
    if not (hasattr(data, "__getitem__") and hasattr(data, "__len__")):
        hint = "give a data set with len() and [i], or the examples as one array"
        raise SaddlepointError(f"a {name} has no length, or its items no numbers", "data", hint)
    return Held("dataset", of_items(indexed(data)))


def is_array(data: object) -> bool:
    """Whether this is one array, of whatever library."""
    return isinstance(data, torch.Tensor | np.ndarray) or (
        hasattr(data, "__array__") and hasattr(data, "ndim") and not hasattr(data, "columns")
    )


def form_of(data: object) -> str:
    return "tensor" if isinstance(data, torch.Tensor) else "array"


def plain_array(data: Any) -> np.ndarray:
    """As an array of numpy, wherever it lies and however its numbers are stored."""
    return numbers(data) if isinstance(data, torch.Tensor) else np.asarray(data)


def labelled(x: np.ndarray, y: Any) -> Arrays:
    """Examples and their labels, or vectors, as (x, y)."""
    if y is None:
        return Arrays(x)
    given = plain_array(y) if is_array(y) else np.asarray(y) if isinstance(y, Sequence) else None
    if given is not None and given.dtype.kind == "O" and all(isinstance(value, str) for value in given.flat):
        given = given.astype(str)
    if given is None or given.ndim not in (1, 2) or given.dtype.kind not in "iufbUS":
        what = f"labels are one a row, or a vector of numbers, not {type(y).__name__}"
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
        raise SaddlepointError(f"its columns need names, each another: {few(names) or 'none'}", "frame")
    if not len(frame):
        raise SaddlepointError("0 rows", "frame", "give one at least")
    columns = {name: list(cells(name, frame[given])) for name, given in zip(names, frame.columns)}
    return Table(columns, [])


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
            what = f"column '{shown(name)}' holds a {type(value).__name__}, neither a number nor a word"
            raise SaddlepointError(what, "frame", "leave it out, or make numbers of it")
