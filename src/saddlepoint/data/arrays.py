"""Arrays as sources: .npy, and .npz with x and perhaps labels; MNIST's idx.

[N, H, W] grey, [N, H, W, C] or [N, C, H, W] pictures (the smaller of both ends is C), [N, D] points, whose columns are
given a scale each: whoever measured them chose their units.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from saddlepoint.data import idx
from saddlepoint.data.axes import Axis, axes_of, narrow, too_coarse
from saddlepoint.data.brightness import dark
from saddlepoint.data.cond import NO_KINDS, Conditions, conditions
from saddlepoint.data.gather import extremes
from saddlepoint.data.npy import example_array, npz_headers, read_npy, read_npz
from saddlepoint.data.reading import Bad, Kind, Reading, few, plain, tolerate
from saddlepoint.data.source import Source
from saddlepoint.data.texts import Column, texts
from saddlepoint.errors import SaddlepointError

CHUNK = 1024  # examples of a mapped array that are looked at at once
Read = tuple[Source, tuple[Bad, ...]]
"""A source, and what was left out of it."""
NOT_CONDITIONS = frozenset(("classes", "x_test", "y_test", "labels_test", "test_images", "test_labels"))
LABEL_NAMES = {"y": "label", "y_train": "label", "labels": "label", "train_labels": "label", "c": "label"}


class Rows(NamedTuple):
    """Of points that are rows of a table: what its columns are called, and the line of the file that each row is."""

    names: Sequence[str] = ()
    lines: Sequence[int] = ()

    def named(self, row: int) -> str:
        return f"line {self.lines[row]:,}" if self.lines else f"number {row:,}"

    def bad(self, row: int, x: np.ndarray) -> Bad:
        """What is wrong with a row of x [N, D] that is not finite."""
        if not self.lines:
            return Bad(self.named(row), "holds numbers that are not finite")
        lacking = [name for name, one in zip(self.names, x[row]) if not np.isfinite(one)]
        return Bad(self.named(row), f"has no number in {few(lacking)}")


NO_TABLE = Rows()


def open_arrays(path: Path, wish: Reading) -> Read:
    """The source in a .npy or .npz file."""
    if path.suffix.lower() == ".npy":
        return from_arrays(path.name, read_npy(path), {}, wish)
    headers = npz_headers(path)
    key = example_array(headers)
    if key is None:
        hint = f"name the examples x; there are {few(headers) or 'none'}"
        raise SaddlepointError("no array of examples", plain(str(path)), hint)
    n = (headers[key].shape or (0,))[0]
    others = {name: header.shape for name, header in headers.items() if name != key and name not in NOT_CONDITIONS}
    ours = [name for name, shape in others.items() if len(shape) in (1, 2) and shape[0] == n]
    notes = tuple(
        f"'{name}' {list(shape)} does not belong to {n:,} examples: it is not read"
        for name, shape in others.items()
        if name in LABEL_NAMES and name not in ours
    )
    ours = [] if wish.unconditional else ours
    arrays = read_npz(path, [key, *ours, *({"classes"} & set(headers) if ours else ())])
    columns: dict[str, Column] = {LABEL_NAMES.get(name, name): arrays[name] for name in ours}
    kinds: dict[str, Kind] = {}
    if "classes" in arrays and (names := with_names(arrays["classes"], columns.get("label"))):
        columns["label"], kinds["label"] = names, "class"
    return from_arrays(path.name, arrays[key], columns, wish, notes, kinds)


def open_idx(path: Path, wish: Reading) -> Read:
    """Pictures in idx format, with the labels of the file beside it (`-images-idx3-` becomes `-labels-idx1-`)."""
    beside = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    if beside == path or not beside.exists() or wish.unconditional:
        return from_arrays(path.name, idx.read(path), {}, wish)
    x, c = idx.read_labelled(path, beside)
    return from_arrays(path.name, x, {"label": c}, wish)


def from_arrays(
    name: str,
    x: np.ndarray,
    columns: Mapping[str, Column],
    wish: Reading,
    notes: tuple[str, ...] = (),
    kinds: Mapping[str, Kind] = NO_KINDS,
    rows: Rows = NO_TABLE,
) -> Read:
    """Examples and what may become their condition, as a source."""
    if x.ndim < 2 or 0 in x.shape or x.ndim > 4:
        raise SaddlepointError(f"{x.dtype} {list(x.shape)} are no examples", plain(name), "give [N, H, W, C] or [N, D]")
    pixels, layout = (x, ()) if x.ndim == 2 else upright(x)
    tensor, said, axes = points(pixels, name, rows.names) if x.ndim == 2 else (*stored(pixels, name), ())
    n = len(x)
    made = Conditions(None, (), (), np.zeros(n, bool))
    if not wish.unconditional:
        made = conditions(columns, wish.cond, name, n, kinds)
    finite = torch.ones(n, dtype=torch.bool)
    if tensor.is_floating_point():
        finite = torch.cat([torch.isfinite(part).flatten(1).all(1) for part in tensor.split(CHUNK)])
    missing = torch.from_numpy(made.missing)
    bad = [rows.bad(i, x) for i in places(~finite)]
    bad += [Bad(rows.named(i), "has no label") for i in places(missing & finite)]
    good = (finite & ~missing).nonzero().flatten()
    c = None if made.c is None else torch.from_numpy(made.c)
    notes = (*notes, *layout, *said, *made.notes, *tolerate(bad, len(good), wish.bad, name))
    if len(good) < n:
        tensor, c = tensor[good], None if c is None else c[good]
    low, high, scale = extremes(tensor) if tensor.ndim == 4 else (0.0, 1.0, ())
    notes = (*notes, *scale)
    mapped = isinstance(x, np.memmap) and tensor.data_ptr() == x.ctypes.data
    source = Source(name, tensor, c, made.classes, "unstated", made.fields, notes, None, mapped, low, high)
    source = source._replace(axes=axes, label=made.label)
    return source, tuple(bad)


def places(where: torch.Tensor) -> list[int]:
    return where.nonzero().flatten().tolist()


def upright(x: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Pictures as [N, C, H, W], and in words where the channels were found."""
    if x.ndim == 3:
        return x[:, None], ()
    if x.shape[1] < x.shape[3]:
        return x, ()
    moved = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    return moved, (f"{list(x.shape[1:])} is taken as height, width, {x.shape[3]} channels",) if x.shape[3] > 4 else ()


def stored(x: np.ndarray, name: str) -> tuple[torch.Tensor, tuple[str, ...]]:
    """Pictures in a type that sources hold, uint8, uint16 or float32, and in words what is odd about them."""
    if x.dtype == bool:
        return tensor_of(x.astype(np.uint8) * 255), ()
    if x.dtype.kind == "f":
        return single(x), ()
    if x.dtype.kind not in "iu":
        raise SaddlepointError(f"{x.dtype} are no pictures", plain(name))
    high = int(x.max())
    if x.dtype.kind == "u" and x.dtype.itemsize <= 2:
        return tensor_of(x), dark(high, x.dtype.name)
    if int(x.min()) < 0 or high > 65535:
        return single(x), ()
    kind = "uint8" if high < 256 else "uint16"
    return tensor_of(x.astype(kind)), (f"{x.dtype} is held as {kind}", *dark(high, kind))


Points = tuple[torch.Tensor, tuple[str, ...], tuple[Axis, ...]]


def points(x: np.ndarray, name: str, names: Sequence[str]) -> Points:
    """[N, D] float32, or float64 where less would not tell them apart; what is to be said of that; their axes."""
    if x.dtype.kind not in "fiub":
        raise SaddlepointError(f"{x.dtype} are no points", plain(name))
    axes = axes_of(x, names)
    if too_coarse(x, axes):
        wide = np.where(np.isfinite(narrow(x)), x.astype(np.float64), np.inf)
        return torch.from_numpy(wide), ("held in float64: float32 would round its numbers",), axes
    bent = [each.name for each in axes if each.bent]
    notes = (f"heavy tails, on a scale that is logarithmic far from the middle: {few(bent)}",) if bent else ()
    return single(x), notes, axes


def single(x: np.ndarray) -> torch.Tensor:
    """As float32; what is beyond it becomes infinite, and is named as bad."""
    return tensor_of(narrow(x))


def tensor_of(x: np.ndarray) -> torch.Tensor:
    """The array as a tensor; in native byte order and writable, as torch wants it."""
    x = x if x.dtype.isnative else x.astype(x.dtype.newbyteorder("="))
    return torch.from_numpy(x if x.flags.writeable else x.copy())


def with_names(classes: np.ndarray, labels: Column | None) -> list[str] | None:
    """Labels by the names of their classes; None where these are not the names of these."""
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        return None
    if classes.ndim != 1 or labels.max(initial=0) >= len(classes):
        return None
    names = texts(classes)
    return [names[label] if label >= 0 else "" for label in labels.tolist()]
