"""A data set that is indexed: `len(data)` and `data[i]`, as those of torch and of Hugging Face. Each item is had once.

An item is an example, (example, label), or a record of the two by name. Examples are arrays or tensors of one shape,
or pictures of Pillow, which may differ in size: these are read as files of pictures are. Where the first item is a
record of numbers and words alone, the items are the rows of a table.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from io import BytesIO
from math import prod
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
import torch

from saddlepoint import files
from saddlepoint.data import cache, mapped
from saddlepoint.data.npy import X_NAMES
from saddlepoint.data.reading import Entry, Kind, few, why
from saddlepoint.data.texts import Column
from saddlepoint.errors import SaddlepointError

PICTURES = ("image", "img", "picture", "pixel_values")
COLOURS = frozenset(("CMYK", "YCbCr", "LAB", "HSV", "RGBX"))  # modes that PNG has no word for, and that RGB can say
LACKS: Mapping[type, Any] = {int: -1, float: np.nan, str: ""}  # what stands for a value that is not there
LARGE = 1 << 28  # bytes of examples that are laid into a file, not into memory


class Items(NamedTuple):
    """All items: x [N, ...], or encoded pictures and the SHA-256 of them all; what may become their condition."""

    x: np.ndarray | list[Entry]
    columns: Mapping[str, Column]
    kinds: Mapping[str, Kind]
    digest: str = ""


def indexed(data: Any, one: Any) -> Items:
    """Every item of the data set, in the order of its numbers; `one` is the first of them."""
    n, (first, rest), names = len(data), parted(one), named(data)
    told: dict[str, list[Any]] = {name: [] for name in rest}
    examples = watched(data, n, told)
    x, digest = encoded(examples, n) if is_picture(first) else (stacked(examples, n, numbers(first)), "")
    columns, kinds = {}, {}
    for name, values in told.items():
        words, column = names.get(name), one_array(values)
        if (
            words
            and isinstance(column, np.ndarray)
            and column.ndim == 1
            and column.dtype.kind == "i"
            and column.max() < len(words)
        ):
            columns[name], kinds[name] = [words[v] if v >= 0 else "" for v in column], "class"
        elif column is not None:
            columns[name] = column
    return Items(x, columns, kinds, digest)


def watched(data: Any, n: int, told: dict[str, list[Any]]) -> Iterator[Any]:
    """The example of each item; what else it says is added to `told`."""
    for i in range(n):
        x, rest = parted(item(data, i))
        if set(rest) != set(told):
            what = f"item {i} says {few(rest) or 'nothing'} of its example, item 0 {few(told) or 'nothing'}"
            raise SaddlepointError(what, "data set", "let all items have the same parts")
        for name, value in rest.items():
            told[name].append(plain_value(value))
        yield x


def rows_of(data: Any, one: Any) -> dict[str, list[Any]] | None:
    """The columns of a table whose rows the items are, classes by the names that the data set knows; None where the
    first item, `one`, is something else.
    """
    n, first = len(data), record(one)
    if first is None or not all(value is None or isinstance(value, str | Number) for value in first.values()):
        return None
    columns: dict[str, list[Any]] = {name: [] for name in first}
    for i in range(n):
        found = record(item(data, i)) or {}
        if set(found) != set(columns):
            what = f"item {i} holds {few(found) or 'nothing'}, item 0 {few(columns) or 'nothing'}"
            raise SaddlepointError(what, "data set", "let all items have the same parts")
        for name, value in found.items():
            columns[name].append(value)
    for name, words in named(data).items():
        if all(v is None or (isinstance(v, int) and v < len(words)) for v in columns.get(name, ())):
            columns[name] = [None if v is None or v < 0 else words[v] for v in columns[name]]
    return columns


def record(one: Any) -> dict[str, Any] | None:
    """An item's values by name, where it has names."""
    return {str(name): plain_value(value) for name, value in one.items()} if isinstance(one, Mapping) else None


def first_of(data: Any) -> Any:
    """The first item, by which the others are known."""
    try:
        n = len(data)
    except Exception as error:  # a data set of somebody's may raise anything
        raise SaddlepointError(f"no length: {type(error).__name__}: {why(error)}", "data set") from error
    if not n:
        raise SaddlepointError("0 items", "data set", "give at least one")
    return item(data, 0)


def item(data: Any, i: int) -> Any:
    try:
        return data[i]
    except SaddlepointError:
        raise
    except Exception as error:  # a data set of somebody's may raise anything
        raise SaddlepointError(f"item {i} cannot be read: {type(error).__name__}: {why(error)}", "data set") from error


def parted(one: Any) -> tuple[Any, dict[str, Any]]:
    """(example, what else is said of it by name) of an item. Where it begins with a number it is a point."""
    if isinstance(one, tuple | list) and len(one) >= 1 and not isinstance(one[0], Number):
        if len(one) > 2 and (is_picture(one[0]) or getattr(one[0], "ndim", 0)):
            what = f"items have {len(one)} parts"
            raise SaddlepointError(what, "data set", "give (example, label), or a record of them by name")
        if len(one) <= 2:
            return one[0], {"label": one[1]} if len(one) == 2 and one[1] is not None else {}
    if isinstance(one, Mapping):
        rest = dict(one)
        known = [name for name in (*X_NAMES, *PICTURES) if name in rest]
        known += [name for name, value in rest.items() if is_picture(value)]
        if not known:
            what = f"items hold {few(map(str, rest)) or 'nothing'}"
            raise SaddlepointError(what, "data set", "call the example x, or image")
        return rest.pop(known[0]), {str(name): value for name, value in rest.items()}
    return one, {}


def named(data: Any) -> dict[str, Sequence[str]]:
    """By column the names of its classes, where the data set knows them."""
    features = getattr(data, "features", None)
    if isinstance(features, Mapping):
        return {str(name): names for name, about in features.items() if (names := getattr(about, "names", None))}
    classes = getattr(data, "classes", None)
    plain = isinstance(classes, list | tuple) and all(isinstance(name, str) for name in classes)
    return {"label": classes} if plain and classes else {}


def is_picture(value: object) -> bool:
    """Whether this is a picture of Pillow."""
    return hasattr(value, "mode") and hasattr(value, "save") and hasattr(value, "getbands")


def numbers(value: Any) -> np.ndarray:
    """A tensor or array as an array; of half precision as float32, which numpy has a word for."""
    if isinstance(value, torch.Tensor):
        try:
            value = value.detach().cpu()
            return (value.float() if value.dtype in (torch.bfloat16, torch.float16) else value).numpy()
        except (TypeError, RuntimeError) as error:  # sparse, nested, quantised, or without any numbers
            what = f"a tensor is no array: {why(error)}"
            raise SaddlepointError(what, "data", "give a dense one, of plain numbers") from error
    if not hasattr(value, "__array__") and not isinstance(value, list | tuple):
        what = f"an example is {named_kind(value)}"
        raise SaddlepointError(what, "data set", "give arrays, tensors, or pictures of Pillow")
    try:
        return np.asarray(value)
    except Exception as error:  # rows of several lengths; an array of a library that does not give its numbers away
        raise SaddlepointError(f"an example is no array: {why(error)}", "data set") from error


def named_kind(value: object) -> str:
    """What this is, by the name of its type, with an article."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}"


def plain_value(value: Any) -> Any:
    """A label as a number, a word or an array."""
    if isinstance(value, torch.Tensor | np.ndarray | np.generic):
        return numbers(value).item() if value.ndim == 0 else numbers(value)
    return value


def one_array(values: list[Any]) -> Column | None:
    """A column as an array, or as words, in which a value that is lacking is -1, not a number, or an empty word; None
    where it holds what no condition is made of.
    """
    there = [v for v in values if v is not None]
    if there and len(there) < len(values):
        kind = {type(v) for v in there}
        lack = next((lack for known, lack in LACKS.items() if kind == {known}), None)
        values = [lack if v is None else v for v in values]
    if all(isinstance(v, str) for v in values):
        return values
    if any(isinstance(v, str | Mapping) or v is None or is_picture(v) for v in values):
        return None
    try:
        found = np.asarray(values)
    except ValueError:  # rows of several lengths
        return None
    return found if found.ndim in (1, 2) and found.dtype.kind in "iufb" else None


def stacked(examples: Iterator[Any], n: int, first: np.ndarray) -> np.ndarray:
    """[N, ...], in memory or, where they are many, in a file that has no name."""
    x = room((n, *first.shape), first.dtype)
    for i, one in enumerate(examples):
        found = numbers(one)
        if found.shape != first.shape or found.dtype != first.dtype:
            what = f"item {i} is {found.dtype} {list(found.shape)}, item 0 {first.dtype} {list(first.shape)}"
            raise SaddlepointError(what, "data set", "bring them to one shape and type")
        x[i] = found
    return x


def room(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array of this shape; a large one lies in the folder of the cache, in a file that ends with this process."""
    if prod(shape) * dtype.itemsize >= LARGE:
        with suppress(OSError, SaddlepointError):
            folder = cache.place()
            files.make_own_folder(folder)
            draft = folder / f"held.{os.getpid()}.tmp"
            x = mapped.create(draft, shape, dtype.str)
            draft.unlink()
            return x
    return np.empty(shape, dtype)


def encoded(examples: Iterator[Any], n: int) -> tuple[list[Entry], str]:
    """Pictures as PNG, which loses nothing, as they would lie in a folder, one that is lacking as an empty file; the
    SHA-256 of them all.
    """
    entries, digest = [], hashlib.sha256()
    for i, picture in enumerate(examples):
        if picture is None:
            entries.append(Entry(f"item {i:,}", 0, 0, BytesIO))
            digest.update(hashlib.sha256().digest())
            continue
        if not is_picture(picture):
            raise SaddlepointError(f"item {i} is {named_kind(picture)}, item 0 a picture", "data set")
        stream = BytesIO()
        try:
            picture = picture.convert("RGB") if picture.mode in COLOURS else picture
            picture.save(stream, "PNG", compress_level=1)
        except (OSError, ValueError) as error:  # a mode that PNG has no word for
            raise SaddlepointError(f"item {i} cannot be kept: {why(error)}", "data set", "make it RGB or L") from error
        content = stream.getvalue()
        digest.update(hashlib.sha256(content).digest())
        entries.append(Entry(f"item {i:,}", len(content), 0, partial(BytesIO, content)))
    return entries, digest.hexdigest()
