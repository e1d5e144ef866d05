"""Arrays: .npy, and .npz with x and perhaps labels; MNIST's idx. Headers are checked before memory is asked for.

[N, H, W] grey, [N, H, W, C] or [N, C, H, W] pictures (the smaller of both ends is C), [N, D] points. Nothing pickled.
"""

import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import torch
from numpy.lib import format as npy

from saddlepoint.data import idx
from saddlepoint.data.cond import Conditions, conditions
from saddlepoint.data.gather import normal
from saddlepoint.data.reading import Bad, Reading, tolerate
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError

X_NAMES = ("x", "x_train", "images", "train_images", "data", "arr_0")
NOT_CONDITIONS = frozenset(("classes", "x_test", "y_test", "labels_test", "test_images", "test_labels"))
LABEL_NAMES = {"y": "label", "y_train": "label", "labels": "label", "train_labels": "label", "c": "label"}
LIMIT = 1 << 36
CHUNK = 1 << 24


class Header(NamedTuple):
    """What an array's header declares."""

    shape: tuple[int, ...]
    dtype: np.dtype
    columns_first: bool


def read_header(stream: BinaryIO, where: str) -> Header:
    """Raises SaddlepointError where it is no array of plain numbers or texts, or declares more than the limit."""
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, columns_first, dtype = read(stream, max_header_size=10_000)
    except Exception as error:  # the header is parsed as Python: anything may be raised
        raise SaddlepointError(f"not an array: {' '.join(str(error).split())[:120]}", where) from error
    if dtype.hasobject or dtype.kind not in "fiubUS":
        raise SaddlepointError(f"holds {dtype}, not numbers", where, "save plain arrays")
    if any(side < 0 for side in shape) or prod(shape) * dtype.itemsize > LIMIT:
        raise SaddlepointError(f"declares {dtype} {list(shape)}, more than {LIMIT:,} bytes", where)
    return Header(shape, dtype, columns_first)


def read_stream(stream: BinaryIO, where: str) -> np.ndarray:
    """The array, piece by piece: a false header allocates no more than the file really holds."""
    header = read_header(stream, where)
    wanted, content = prod(header.shape) * header.dtype.itemsize, bytearray()
    while len(content) < wanted:
        piece = stream.read(min(CHUNK, wanted - len(content)))
        if not piece:
            raise SaddlepointError(f"ends after {len(content):,} of {wanted:,} bytes", where, "fetch it again")
        content += piece
    array = np.frombuffer(content, header.dtype)
    return array.reshape(header.shape, order="F" if header.columns_first else "C")


def read_npy(path: Path) -> np.ndarray:
    """The array in a .npy file, memory-mapped where it can be: it need not fit into memory."""
    try:
        with path.open("rb") as stream:
            header = read_header(stream, str(path))
            start, wanted = stream.tell(), prod(header.shape) * header.dtype.itemsize
        if path.stat().st_size - start < wanted:
            raise SaddlepointError(f"ends before its {wanted:,} bytes", str(path), "fetch it again")
        order = "F" if header.columns_first else "C"
        if wanted == 0:
            return np.empty(header.shape, header.dtype)
        return np.memmap(path, header.dtype, "c", start, header.shape, order)
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror or error}", str(path)) from error


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """All arrays in a .npz file by name."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            found = {}
            for name in names:
                with archive.open(name) as stream:
                    found[name.removesuffix(".npy")] = read_stream(stream, f"{path}: {name}")  # pyright: ignore
            return found
    except SaddlepointError:
        raise
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror or error}", str(path)) from error
    except Exception as error:  # damaged zips raise nearly everything
        raise SaddlepointError(f"damaged: {' '.join(str(error).split())[:120]}", str(path)) from error


def open_arrays(path: Path, wish: Reading) -> Source:
    """The source in a .npy or .npz file."""
    arrays = {"x": read_npy(path)} if path.suffix == ".npy" else read_npz(path)
    key = next((name for name in X_NAMES if name in arrays), None) or (next(iter(arrays)) if len(arrays) == 1 else None)
    if key is None:
        hint = f"name the examples x; there are {', '.join(arrays) or 'none'}"
        raise SaddlepointError("no array of examples", str(path), hint)
    n = len(arrays[key]) if arrays[key].ndim else 0
    columns = {
        LABEL_NAMES.get(name, name): array
        for name, array in arrays.items()
        if name != key and name not in NOT_CONDITIONS and array.ndim in (1, 2) and len(array) == n
    }
    return from_arrays(path.name, arrays[key], columns, wish, arrays.get("classes"))


def open_idx(path: Path, wish: Reading) -> Source:
    """Pictures in idx format, with the labels of the file beside it (`-images-idx3-` becomes `-labels-idx1-`)."""
    beside = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    if beside == path or not beside.exists() or wish.unconditional:
        return from_arrays(path.name, idx.read(path), {}, wish)
    return from_arrays(path.name, *labelled(path, beside), wish)


def labelled(pictures: Path, labels: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    x, c = idx.read_labelled(pictures, labels)
    return x, {"label": c}


def from_arrays(
    name: str, x: np.ndarray, columns: Mapping[str, np.ndarray], wish: Reading, classes: np.ndarray | None = None
) -> Source:
    """Examples and what may become their condition, as a source."""
    if x.ndim < 2 or 0 in x.shape or x.ndim > 4:
        raise SaddlepointError(f"{x.dtype} {list(x.shape)} are no examples", name, "give [N, H, W, C] or [N, D]")
    n, bad = len(x), []
    pixels, layout = (x, ()) if x.ndim == 2 else upright(x)
    tensor, said = points(pixels, name) if x.ndim == 2 else stored(pixels, name)
    made = Conditions(None, (), (), np.zeros(n, bool))
    if columns and not wish.unconditional:
        named = {key: with_names(array, classes) if key == "label" else array for key, array in columns.items()}
        made = conditions(named, wish.cond, name, n)
    finite = torch.ones(n, dtype=torch.bool)
    if tensor.is_floating_point():
        finite = torch.isfinite(tensor).flatten(1).all(1)
        bad += [
            Bad(f"number {i:,}", "holds numbers that are not finite") for i in (~finite).nonzero().flatten().tolist()
        ]
    missing = torch.from_numpy(made.missing)
    bad += [Bad(f"number {i:,}", "has no label") for i in (missing & finite).nonzero().flatten().tolist()]
    good = (finite & ~missing).nonzero().flatten()
    c = None if made.c is None else torch.from_numpy(made.c)
    notes = (*layout, *said, *made.notes, *tolerate(bad, len(good), wish.bad, name))
    if len(good) < n:
        tensor, c = tensor[good], None if c is None else c[good]
    if tensor.ndim == 4:
        tensor, scaled = normal(tensor)
        notes = (*notes, *scaled)
    if wish.size is not None and tensor.ndim == 4 and tuple(tensor.shape[2:]) != wish.size:
        raise SaddlepointError(f"arrays stay as they are, {list(tensor.shape[2:])}", "--size", "leave it out")
    mapped = isinstance(x, np.memmap) and tensor.data_ptr() == x.ctypes.data
    return Source(name, tensor, c, made.classes, fields=made.fields, notes=notes, mapped=mapped)


def upright(x: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Pictures as [N, C, H, W], and in words where the channels were found."""
    if x.ndim == 3:
        return x[:, None], ()
    if x.shape[1] < x.shape[3]:
        return x, ()
    moved = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    return moved, (f"{list(x.shape[1:])} is taken as height, width, {x.shape[3]} channels",) if x.shape[3] > 4 else ()


def stored(x: np.ndarray, name: str) -> tuple[torch.Tensor, tuple[str, ...]]:
    """Pictures in a type that sources hold: uint8, uint16, float32."""
    if x.dtype == np.uint8 or x.dtype == np.uint16:
        return tensor_of(x), ()
    if x.dtype == bool:
        return tensor_of(x.astype(np.uint8) * 255), ()
    if x.dtype.kind == "f":
        return tensor_of(x.astype(np.float32, copy=False)), ()
    if x.dtype.kind not in "iu":
        raise SaddlepointError(f"{x.dtype} are no pictures", name)
    low, high = int(x.min()), int(x.max())
    if low < 0 or high > 65535:
        return tensor_of(x.astype(np.float32, copy=False)), ()
    return tensor_of(x.astype(np.uint8 if high < 256 else np.uint16)), (f"{x.dtype} is held as 8 or 16 bits",)


def points(x: np.ndarray, name: str) -> tuple[torch.Tensor, tuple[str, ...]]:
    """[N, D] float32."""
    if x.dtype.kind not in "fiub":
        raise SaddlepointError(f"{x.dtype} are no points", name)
    return tensor_of(x.astype(np.float32, copy=False)), ()


def tensor_of(x: np.ndarray) -> torch.Tensor:
    """The array as a tensor; in native byte order and writable, as torch wants it."""
    x = x if x.dtype.isnative else x.astype(x.dtype.newbyteorder("="))
    return torch.from_numpy(x if x.flags.writeable else x.copy())


def with_names(labels: np.ndarray, classes: np.ndarray | None) -> np.ndarray | list[str]:
    """Labels by name, where the file names its classes."""
    whole = labels.ndim == 1 and labels.dtype.kind in "iu"
    if classes is None or classes.ndim != 1 or not whole or labels.max(initial=0) >= len(classes):
        return labels
    names = [str(value) for value in classes.tolist()]
    return [names[label] if label >= 0 else "" for label in labels.tolist()]
