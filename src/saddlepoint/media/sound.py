"""Sound [N, C, T], stored as int16 or as floats in [-1, 1]: waveforms, and wave files."""

import io
import math
import wave
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from saddlepoint.data.facts import About
from saddlepoint.data.scaling import scaled
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import FAKE, PAPER
from saddlepoint.media.medium import Medium

if TYPE_CHECKING:
    from PIL.Image import Image

RATE = 8_000  # samples a second, where nothing says otherwise
WIDTH, HEIGHT = 240, 60  # pixels of one waveform


def sheet(x: Tensor, about: About, columns: int | None = None, real: Tensor | None = None) -> "Image":
    """The waveforms one beside the other: at each pixel the range that the signal goes through."""
    from PIL import Image, ImageDraw

    across = columns or max(1, round((len(x) / 2) ** 0.5))
    rows = math.ceil(len(x) / across)
    image = Image.new("RGB", (across * (WIDTH + 8) + 8, rows * (HEIGHT + 8) + 8), PAPER)
    pen = ImageDraw.Draw(image)
    for i, one in enumerate(scaled(x, "signed", about)[:, 0]):
        left, middle = 8 + i % across * (WIDTH + 8), 8 + i // across * (HEIGHT + 8) + HEIGHT // 2
        for j, part in enumerate(one.tensor_split(min(WIDTH, len(one)))):
            low, high = (float(end) * HEIGHT / 2 for end in (part.min(), part.max()))
            pen.line((left + j, middle - high, left + j, middle - low), fill=FAKE)
    return image


def encode(x: Tensor, about: About) -> bytes:
    """One signal [C, T] as a wave file of 16 bits."""
    buffer = io.BytesIO()
    values = (scaled(x, "signed", about).clamp(-1, 1) * 32767).round().to(torch.int16)
    with wave.open(buffer, "wb") as file:
        file.setnchannels(len(x))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(values.T.contiguous().numpy().astype("<i2").tobytes())
    return buffer.getvalue()


def unseen(x: Tensor, about: About) -> Tensor:
    raise SaddlepointError("there are no features for sound yet", "judge", "it is judged only in nats or by pairs")


def eyes(about: About) -> tuple[str, ...]:
    return ()


SOUND = Medium("sounds", ("signed", "unit", "raw"), (8, 2), sheet, sheet, ".wav", encode, unseen, eyes)
