"""Pictures [N, C, H, W]: sheets, PNG files of 8 and 16 bits, bytes for the eye."""

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from saddlepoint import figures
from saddlepoint.data.facts import About
from saddlepoint.data.scaling import as_bytes
from saddlepoint.errors import SaddlepointError
from saddlepoint.media.medium import Medium

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURED = 3  # channels from which on networks taught on photographs see more than pixels


def sheet(x: Tensor, about: About, columns: int | None = None, real: Tensor | None = None) -> "Image":
    """All of them side by side, as square as can be."""
    return figures.grid(as_bytes(x, about), columns or max(1, round(len(x) ** 0.5)))


def encode(x: Tensor, about: About) -> bytes:
    """One picture [C, H, W] of uint8 or uint16, of 1 to 4 channels, as a PNG file."""
    from PIL import Image

    if x.dtype not in (torch.uint8, torch.uint16) or not 1 <= x.shape[0] <= 4:
        raise SaddlepointError(
            f"{about.dtype} pictures of shape {list(x.shape)} are no PNG", "--to", "write a .npz file"
        )
    picture = x.permute(1, 2, 0).numpy()
    if picture.dtype == np.uint16 and picture.shape[2] > 1:
        return deep(picture)
    return figures.png(Image.fromarray(picture.squeeze(2) if picture.shape[2] == 1 else picture))


def deep(picture: np.ndarray) -> bytes:
    """A PNG of uint16 [H, W, C] with several channels, which Pillow does not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, channels = picture.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.tobytes() for row in picture.astype(">u2"))  # each begins with its filter: none
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def eyes(about: About) -> tuple[str, ...]:
    """Features taught on photographs where there is colour; else the pixels themselves."""
    return ("efficientnet", "pixels") if about.shape[0] >= COLOURED else ("pixels",)


PICTURES = Medium(
    noun="pictures",
    ranges=("signed", "unit", "raw"),
    drawn=(30, 3),
    sheet=sheet,
    frame=sheet,
    suffix=".png",
    encode=encode,
    seen=as_bytes,
    eyes=eyes,
    layout=torch.channels_last,
    copies=True,
)
