"""What every picture of a set is brought to, and how it comes to its size."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saddlepoint.data.reading import Fit

if TYPE_CHECKING:
    from PIL.Image import Image


class Form(NamedTuple):
    """What every picture of a set is brought to.

    channels    1 grey, 2 grey and opacity, 3 colour, 4 colour and opacity
    dtype       uint8, uint16, or float32 as stored in the file
    background  (red, green, blue): behind what is transparent where opacity is not kept, and of the bars of 'pad'
    """

    height: int
    width: int
    channels: int
    dtype: str = "uint8"
    fit: Fit = "crop"
    background: tuple[int, int, int] = (255, 255, 255)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.channels, self.height, self.width


def fitted(image: "Image", form: Form) -> "Image":
    """The picture at the form's size: cropped to its middle, padded, or stretched; untouched where it fits already. One
    that is to be cut into patches is cropped: it is smaller than one.
    """
    from PIL import Image

    size = form.width, form.height
    if image.size == size:
        return image
    wide, high = form.width / image.width, form.height / image.height
    if form.fit == "pad":
        scale = min(wide, high)
        inner = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        canvas = Image.new(image.mode, size, padding(image.mode, form))
        canvas.paste(smooth(image, inner), ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
        return canvas
    box = (0.0, 0.0, float(image.width), float(image.height))
    if form.fit != "stretch":
        scale = max(wide, high)
        half_width, half_height = form.width / scale / 2, form.height / scale / 2
        x, y = image.width / 2, image.height / 2
        box = (max(0.0, x - half_width), max(0.0, y - half_height), x + half_width, y + half_height)
        box = (*box[:2], min(box[2], float(image.width)), min(box[3], float(image.height)))
    return smooth(image, size, box)


def corners(height: int, width: int, form: Form, most: int) -> list[tuple[int, int]]:
    """The upper left corners (top, left) of the patches of a picture: as many as fit side by side, evenly spread from
    one border to the other, at most `most` of them; one at least, which an even smaller picture is enlarged to.
    """
    tops, lefts = starts(height, form.height), starts(width, form.width)
    found = [(top, left) for top in tops for left in lefts]
    return [found[i * len(found) // most] for i in range(most)] if len(found) > most else found


def starts(side: int, patch: int) -> list[int]:
    """Where the patches along one side begin; a single one lies in the middle."""
    room, count = max(0, side - patch), max(1, side // patch)
    return [room // 2] if count == 1 else [round(i * room / (count - 1)) for i in range(count)]


def cut(x: np.ndarray, places: list[tuple[int, int]], form: Form) -> np.ndarray:
    """[C, H, W] -> the patches at these corners, [n, C, height, width]."""
    return np.stack([x[:, top : top + form.height, left : left + form.width] for top, left in places])


def padding(mode: str, form: Form) -> float | tuple[int, ...]:
    """The colour of the bars: transparent where there is opacity, else the background."""
    red, green, blue = form.background
    grey = round(0.299 * red + 0.587 * green + 0.114 * blue)
    return {"F": grey / 255, "L": grey, "LA": (0, 0), "RGB": (red, green, blue), "RGBA": (0, 0, 0, 0)}[mode]


def smooth(image: "Image", size: tuple[int, int], box: tuple[float, float, float, float] | None = None) -> "Image":
    """Bicubic with antialiasing. Pillow weighs colours by their opacity: no rim appears around what is opaque."""
    from PIL.Image import Resampling

    return image.resize(size, Resampling.BICUBIC, box)
