"""More than 8 bits: grey of 16 bits or floating point, colour of 16 bits.

Pillow holds colour in 8 bits. Its decoders of PNG and TIFF unpack of each 16-bit number the upper byte, and would
unpack the lower one were they told that the numbers are in the other byte order: so a picture is decoded twice.
"""

import re
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import numpy as np

from saddlepoint.data.fitting import Form, fitted
from saddlepoint.errors import SaddlepointError

if TYPE_CHECKING:
    from PIL.Image import Image

COLOUR = re.compile(r"(RGBA?;16)([BLN])")  # how Pillow calls 16 bits of big, little and the machine's own byte order
OTHER = {"B": "L", "L": "B", "N": "B"}
GREY = np.array([0.299, 0.587, 0.114], np.float32)


def depth_of(image: "Image") -> int:
    """Bits of each number of an opened picture: 8, 16, or 32 for floating point."""
    if image.mode == "F":
        return 32
    return 16 if image.mode.startswith("I") or order(image) else 8


def order(image: "Image") -> str:
    """The byte order B, L or N of colour of 16 bits; empty for anything else."""
    tiles = getattr(image, "tile", [])
    found = COLOUR.fullmatch(raw_mode(tiles[0].args)) if tiles and "transparency" not in image.info else None
    return found[2] if found else ""


def raw_mode(args: object) -> str:
    return str(args[0]) if isinstance(args, tuple) and args else str(args)


def swapped(image: "Image") -> None:
    """Have the picture, not decoded yet, unpacked in the other byte order."""
    other = OTHER[order(image)]
    for i, tile in enumerate(image.tile):  # pyright: ignore[reportAttributeAccessIssue]
        mode = f"{raw_mode(tile.args)[:-1]}{other}"
        args = (mode, *tile.args[1:]) if isinstance(tile.args, tuple) else mode
        image.tile[i] = tile._replace(args=args)  # pyright: ignore[reportAttributeAccessIssue]


def unit(image: "Image") -> np.ndarray:
    """Grey values of more than 8 bits as float32 [H, W], white = 1; floating point as it is."""
    x = np.asarray(image, np.float32)
    if not np.isfinite(x).all():
        raise SaddlepointError("holds numbers that are not finite", "")
    if image.mode == "F":
        return x
    if x.min() < 0 or x.max() > 65535:
        raise SaddlepointError("its values are beyond 16 bits", "")
    return x / 65535


def channels(upright: "Image", again: AbstractContextManager["Image"] | None) -> np.ndarray:
    """[C, H, W] float32, white = 1: grey or colour, and opacity where there is any. `again` opens the picture a second
    time, where it is colour of 16 bits.
    """
    from PIL import ImageOps

    if again is not None:
        with again as lower:
            swapped(lower)
            lower.load()
            low = np.asarray(ImageOps.exif_transpose(lower), np.float32)
        return ((256 * np.asarray(upright, np.float32) + low) / 65535).transpose(2, 0, 1)
    if upright.mode == "F" or upright.mode.startswith("I"):
        return unit(upright)[None]
    clear = upright.has_transparency_data
    grey = upright.mode in ("1", "L", "LA", "La")
    plain = upright.convert(("LA" if clear else "L") if grey else "RGBA" if clear else "RGB")
    return np.asarray(plain, np.float32).reshape(*plain.size[::-1], -1).transpose(2, 0, 1) / 255


def deep(x: np.ndarray, form: Form) -> np.ndarray:
    """These channels [C, H, W], resized in floating point, in the form's channels and type."""
    from PIL import Image

    colours, opacity = (x[:-1], x[-1:]) if len(x) in (2, 4) else (x, np.ones_like(x[:1]))
    behind = np.array(form.background, np.float32)[:, None, None]
    if form.channels in (3, 4):
        colours = np.broadcast_to(colours, (3, *x.shape[1:]))
    else:
        behind = np.tensordot(GREY, behind, 1)[None]
        colours = np.tensordot(GREY, colours, 1)[None] if len(colours) == 3 else colours
    keeps, fits = form.channels in (2, 4), x.shape[1:] == (form.height, form.width)
    if not keeps:
        colours = opacity * colours + (1 - opacity) * behind / 255
    elif not fits:
        colours = opacity * colours  # so that no rim appears around what is opaque
    bars = np.zeros(4) if keeps else behind.flatten()
    planes = [
        np.asarray(fitted(Image.fromarray(plane), form._replace(background=(round(bar),) * 3)), np.float32)
        for plane, bar in zip([*colours, *opacity] if keeps else colours, bars.tolist())
    ]
    y = np.stack(planes)
    if keeps and not fits:
        y[:-1] /= np.maximum(y[-1:], 1e-6)
    return y if form.dtype == "float32" else (y.clip(0, 1) * 65535).round().astype(np.uint16)
