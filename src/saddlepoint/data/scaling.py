"""The map between numbers as they are stored and numbers as networks see them, in both directions: here alone.

A recipe states a range: 'signed' is [-1, 1], 'unit' is [0, 1], 'raw' is as stored, 'standard' is each column about 0
with a spread of 1. What is black and what is white (`About.low`, `About.high`), and the scale of a column
(`About.axes`), is known of the data, never of a single example. Points that are drawn here have no such axes: they have
that scale already, and are the same in 'standard' and 'raw'.
"""

from typing import Literal

import torch
from torch import Tensor

from saddlepoint.data.axes import restored, standardised
from saddlepoint.data.facts import WHITE, About
from saddlepoint.errors import SaddlepointError

Scale = Literal["signed", "unit", "raw", "standard"]
ENDLESS = ("raw", "standard")  # ranges that have no ends

BYTES = About("pictures", dtype="uint8", low=0.0, high=255.0)


def scaled(x: Tensor, scale: Scale, about: About | None = None) -> Tensor:
    """Stored examples as float32 in the range; whole numbers that name something (int64) stay what they are.

        unit = (x - low) / (high - low),   signed = 2 unit - 1

    Without `about`, integers count from black = 0 to white, the type's largest, and floats lie in [0, 1] already.
    """
    if x.dtype == torch.int64:
        return x
    if scale in ENDLESS:
        return (x if scale == "raw" or about is None else standardised(x, about.axes)).float()
    low, high = (0.0, WHITE.get(x.dtype, 1.0)) if about is None else (about.low, about.high)
    share = (x.float() - low) / max(high - low, 1e-12)
    return 2 * share - 1 if scale == "signed" else share


def left_as_stored(scale: Scale, about: About) -> list[float]:
    """The scales of the columns that networks see as they are stored; of constant ones there is none."""
    return [axis.scale for axis in about.axes if axis.low < axis.high] if scale == "raw" else []


def unit(x: Tensor, scale: Scale) -> Tensor:
    """x of the range 'signed' or 'unit' with black at 0 and white at 1; what has no range stays as it is."""
    return (x + 1) / 2 if scale == "signed" else x


def stored(x: Tensor, scale: Scale, about: About) -> Tensor:
    """The inverse of `scaled`: examples in the type and between the numbers that the data are stored in.

    Integers are rounded; what lies beyond black or white becomes black or white. 'raw' floats stay as they are, and of
    columns what lies further out than the data is brought back to their end.
    """
    if x.dtype == torch.int64:
        return x
    dtype = TYPES[about.dtype]
    if scale in ENDLESS:
        x = x if scale == "raw" else restored(x, about.axes)
        return x.to(dtype) if dtype.is_floating_point else x.round().clamp(about.low, about.high).to(dtype)
    value = about.low + unit(x, scale).clamp(0, 1) * (about.high - about.low)
    return value.to(dtype) if dtype.is_floating_point else value.round().to(dtype)


TYPES = {
    "uint8": torch.uint8,
    "uint16": torch.uint16,
    "int16": torch.int16,
    "float32": torch.float32,
    "float64": torch.float64,
    "int64": torch.int64,
}


def to_uint8(x: Tensor, scale: Scale) -> Tensor:
    """The bytes that x in this range stands for; bytes stay as they are, and 16 bits are divided by 257."""
    if x.dtype == torch.uint8:
        return x
    if x.dtype == torch.uint16:
        return (x.float() / 257).round().to(torch.uint8)
    if not torch.isfinite(x).all():
        raise SaddlepointError("not a number, or infinite", "pictures", "only finite pixels can be shown")
    return stored(x.float(), scale, BYTES)


def as_bytes(x: Tensor, about: About) -> Tensor:
    """Stored examples as bytes, for the eye and for networks that were taught on bytes."""
    return to_uint8(scaled(x, "unit", about) if x.is_floating_point() else x, "unit")
