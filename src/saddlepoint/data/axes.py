"""The axes of points: what each column of a table is called, which numbers it holds, and how networks see them.

A column in dollars beside one in millimetres must not weigh a million times as much: networks see

    y = (x - middle) / scale,   and of a column with heavy tails   y = arsinh((x - middle) / scale),

each column with its own middle and scale, from the whole of the data. Computed in float64: of x near 1e9 with a spread
of 1, float32 knows nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

NORMAL = 1.4826  # the standard deviation of a normal distribution over its median absolute deviation
FAR = 20.0  # robust deviations from the median, beyond which a column counts as one with heavy tails
CROWD = 0.02  # of a column, that make an end of it crowded
FINE = 1e-4  # of its spread: the error that a column in float32 may have


class Axis(NamedTuple):
    """One column.

    low, high  the least and the greatest of its numbers; what is generated stays between them
    middle     mean, of a bent axis median
    scale      standard deviation, of a bent axis the robust one; 1 of a constant column
    bent       whether networks see arsinh of it, which is straight in the middle and a logarithm far out
    whole      whether all its numbers are whole
    crowded    whether the data crowd at its least, and at its greatest number: what is generated beyond such an end is
               brought to it, as zeros of an amount are; beyond others it is mirrored, and crowds nowhere
    """

    name: str
    low: float
    high: float
    middle: float = 0.0
    scale: float = 1.0
    bent: bool = False
    whole: bool = False
    crowded: tuple[bool, bool] = (True, True)


def axes_of(x: np.ndarray, names: Sequence[str] = ()) -> tuple[Axis, ...]:
    """The axes of x [N, D]; without names they are x1, x2, ..."""
    if not len(rows := kept(x)):
        return ()
    names = names or [f"x{number}" for number in range(1, x.shape[1] + 1)]
    return tuple(axis(name, column) for name, column in zip(names, rows.T, strict=True))


def kept(x: np.ndarray) -> np.ndarray:
    """The rows of x that are examples, float64: all numbers in them finite, as float32 too."""
    return x[np.isfinite(narrow(x)).all(1)].astype(np.float64)


def narrow(x: np.ndarray) -> np.ndarray:
    """As float32; what is beyond it becomes infinite."""
    with np.errstate(over="ignore"):
        return x.astype(np.float32, copy=False)


def axis(name: str, column: np.ndarray) -> Axis:
    """One column [N] of finite numbers, as an axis."""
    low, high = float(column.min()), float(column.max())
    whole = bool((column == column.round()).all())
    at_low, at_high = (whole or bool((column == end).mean() > CROWD) for end in (low, high))
    if low == high:
        return Axis(name, low, high, low, whole=whole)
    median = float(np.median(column))
    apart = np.abs(column - median)
    usual = NORMAL * float(np.median(apart[apart > 0]))  # of a column that is 0 nearly everywhere: of the rest of it
    if apart.max() > FAR * usual:
        return Axis(name, low, high, median, usual, True, whole, (at_low, at_high))
    centred = column - median  # the mean and the deviation of these lose no digits, wherever the column lies
    middle, scale = median + float(centred.mean()), float(centred.std())
    return Axis(name, low, high, middle, scale, False, whole, (at_low, at_high))


def too_coarse(x: np.ndarray, axes: Sequence[Axis]) -> bool:
    """Whether float32 would lose what tells the rows of x [N, D] apart: of whole numbers any, of others FINE of the
    spread.
    """
    if not axes or x.dtype == np.float32:
        return False
    rows = kept(x)
    lost = np.abs(rows - narrow(rows)).max(0)
    allowed = [0.0 if each.whole else FINE * each.scale if each.low < each.high else np.inf for each in axes]
    return bool((lost > allowed).any())


def standardised(x: Tensor, axes: Sequence[Axis]) -> Tensor:
    """x [N, D] as networks see it, float64; as it is where its axes are not known."""
    if not axes:
        return x
    middle, scale, bent = columns(x, axes)
    y = (x.double() - middle) / scale
    return torch.where(bent, y.asinh(), y)


def restored(y: Tensor, axes: Sequence[Axis]) -> Tensor:
    """The inverse of `standardised`, float64, no further out than the data; whole where all the data are."""
    if not axes:
        return y
    middle, scale, bent = columns(y, axes)
    y = y.double()
    x = middle + scale * torch.where(bent, y.clamp(-700, 700).sinh(), y)
    low, high = (torch.tensor(ends, dtype=torch.float64, device=y.device) for ends in zip(*(a[1:3] for a in axes)))
    at_low, at_high = (torch.tensor(ends, device=y.device) for ends in zip(*(each.crowded for each in axes)))
    brought = ((x < low) & at_low) | ((x > high) & at_high)
    x = torch.where(brought, x, mirrored(x, low, high))
    x = torch.minimum(torch.maximum(x, low), high)
    return torch.where(torch.tensor([each.whole for each in axes], device=y.device), x.round(), x)


def mirrored(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """x as it is between the ends; from beyond one as far inside, to and fro as often as it takes; where they are one
    and the same, x.
    """
    wide = high - low
    folded = low + wide - ((x.clamp(-1e300, 1e300) - low).remainder(2 * wide) - wide).abs()
    return torch.where(((low <= x) & (x <= high)) | (wide == 0), x, folded)


def columns(x: Tensor, axes: Sequence[Axis]) -> tuple[Tensor, Tensor, Tensor]:
    """(middle, scale, bent), each [D], where x is."""
    kind = {"dtype": torch.float64, "device": x.device}
    middle, scale = torch.tensor([a.middle for a in axes], **kind), torch.tensor([a.scale for a in axes], **kind)
    return middle, scale, torch.tensor([a.bent for a in axes], device=x.device)
