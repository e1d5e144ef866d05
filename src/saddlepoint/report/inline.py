"""Pictures that stand in the page itself, small enough that the page stays one that can be sent."""

import base64
import io
import math
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from saddlepoint.figures import grid, png

if TYPE_CHECKING:
    from PIL.Image import Image

BUDGET = 1_200_000
LOSSLESS = 24_000


class Inline(NamedTuple):
    """A picture as a data address, and its size in pixels."""

    source: str
    width: int
    height: int


def inline(image: "Image") -> Inline:
    """The picture as PNG, or as WebP of high quality where PNG is large and that is smaller."""
    data, kind = png(image), "png"
    if len(data) > LOSSLESS:
        buffer = io.BytesIO()
        image.save(buffer, format="WEBP", quality=85, method=2)
        if buffer.tell() < len(data):
            data, kind = buffer.getvalue(), "webp"
    return Inline(f"data:image/{kind};base64,{base64.b64encode(data).decode()}", image.width, image.height)


def row(pictures: Tensor, columns: int | None = None, room: int = 0) -> Inline:
    """uint8 [n, C, H, W] in one row, or in so many columns, with transparent gaps; with room for as many columns as
    stand in a row beside it, so that pictures have the same size in both.
    """
    image = grid(pictures, columns or len(pictures), background=None)
    if room > len(pictures):
        wide = image.convert("LA" if image.mode in ("L", "LA") else "RGBA")
        image = wide.crop((0, 0, round(wide.width * room / len(pictures)), wide.height))
    return inline(image)


def shrunk(pictures: Tensor, budget: int = BUDGET) -> Tensor:
    """uint8 [..., C, H, W] at the largest 1/n of its size at which all of it has at most `budget` pixels."""
    c, h, w = pictures.shape[-3:]
    factor = min(math.ceil(math.sqrt(pictures.numel() / c / budget)), h, w)
    if factor < 2:
        return pictures
    flat = pictures.reshape(-1, c, h, w).float()
    means = torch.nn.functional.avg_pool2d(flat, factor, ceil_mode=True)
    return means.round().to(torch.uint8).reshape(*pictures.shape[:-2], *means.shape[-2:])


def shrunk_image(image: "Image", budget: int = BUDGET) -> "Image":
    """The same for a drawn image."""
    factor = math.ceil(math.sqrt(image.width * image.height / budget))
    return image.reduce(factor) if factor > 1 else image
