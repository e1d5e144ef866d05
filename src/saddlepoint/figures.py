"""Tensors as pictures: grids, film strips, walks, clouds of points. Pillow draws, and is imported when something is.

pictures  uint8 [N, C, H, W]; C = 1 grey, 2 grey and opacity, 3 colour, 4 colour and opacity; of more channels the
          first three are shown as colour
points    [N, 2] of any float type
"""

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import write_atomic
from saddlepoint.formats import format_of

if TYPE_CHECKING:
    from PIL import ImageFont
    from PIL.Image import Image

Colour = tuple[int, int, int]
Frame = tuple[int, "Image | Tensor"]

PAPER: Colour = (247, 247, 247)
INK: Colour = (96, 96, 96)
REAL: Colour = (0, 114, 178)
FAKE: Colour = (213, 94, 0)
READABLE = 64
PACE = 80  # milliseconds that a frame of a moving picture stays


def grid(
    pictures: Tensor,
    columns: int,
    *,
    scale: int | None = None,
    captions: Sequence[str] | None = None,
    background: Colour | None = PAPER,
) -> "Image":
    """N pictures row by row, with gaps; pixels become squares of `scale` (unset: the least that reaches 64 pixels).

    captions    one under each picture
    background  of the gaps, and behind what is not opaque; None leaves both transparent
    """
    tiles = _tiles(pictures, scale)
    return _plain(_mount(tiles, columns, captions, background), grey=pictures.shape[1] < 3)


def film(frames: Sequence[Frame], noun: str = "examples", *, background: Colour | None = PAPER) -> "Image":
    """The same z at every snapshot: time runs along the strip, each frame says how many real examples had been seen.

    A frame is a tensor of pictures, shown as a column, or a drawn image. Columns stand side by side, images at least
    twice as wide as high lie under each other, and others fill a block that is about as wide as a page.
    """
    if not frames:
        raise SaddlepointError("no frames", "film strip", "take at least one snapshot")
    drawn = [grid(f, 1, background=background) if isinstance(f, Tensor) else f for _, f in frames]
    if len({image.size for image in drawn}) > 1:
        sizes = sorted({f"{w} x {h}" for w, h in (image.size for image in drawn)})
        raise SaddlepointError(f"frames of different size: {', '.join(sizes)}", "film strip")
    width, height = drawn[0].size
    columns = 1 if width >= 2 * height else len(drawn) if height >= 2 * width else min(len(drawn), max(1, 960 // width))
    captions = [f"{compact(images)} {noun}" for images, _ in frames]
    grey = all(image.mode in ("L", "LA") for image in drawn)
    return _plain(_mount([image.convert("RGBA") for image in drawn], columns, captions, background), grey)


def walk(pictures: Tensor, steps: int, *, scale: int | None = None) -> "Image":
    """A way through z_1 .. z_P, [(P - 1) steps + 1, C, H, W]: a row for each leg, z_i to z_(i+1), with its ends."""
    legs = (len(pictures) - 1) // steps
    if legs < 1 or len(pictures) != legs * steps + 1:
        raise SaddlepointError(f"{len(pictures)} pictures, {steps} steps", "walk", "give legs x steps + 1 pictures")
    rows = torch.arange(legs)[:, None] * steps + torch.arange(steps + 1)
    ends = {0: 1, steps: 2}
    captions = [f"z{i + ends[j]}" if j in ends else "" for i in range(legs) for j in range(steps + 1)]
    return grid(pictures[rows.flatten()], steps + 1, scale=scale, captions=captions)


def clouds(points: Tensor, reference: Tensor | None, middle: Tensor, half: Tensor, size: int) -> "Image":
    """Points [N, 2] over others, in the window `middle` +- `half` [2]; how many lie outside stands in the corner."""
    from PIL import Image, ImageDraw

    # Drawn four times as large and shrunk: Pillow does not smooth the edges of what it draws.
    fine = 4 * size
    image = Image.new("RGB", (fine, fine), PAPER)
    pen = ImageDraw.Draw(image, "RGBA")
    outside = 0
    for cloud, colour in ((reference, REAL), (points, FAKE)):
        if cloud is None or not len(cloud):
            continue
        unit = (cloud[:, :2].detach().cpu().double() - middle) / half
        inside = unit[(unit.abs() <= 1).all(1)]
        outside = len(unit) - len(inside) if cloud is points else 0
        radius, opacity = max(4.0, min(14.0, 500 / len(unit) ** 0.5)), int(max(90, min(230, 730 / len(unit) ** 0.25)))
        # The real points are a wider, paler ground, so that both clouds stay visible where they agree.
        radius, opacity = (radius, opacity) if cloud is points else (1.6 * radius, opacity // 2)
        for x, y in ((inside * torch.tensor([1.0, -1.0]) + 1) * (fine / 2)).tolist():
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*colour, opacity))
    image = image.reduce(4)
    if outside:
        ImageDraw.Draw(image).text((8, size - 22), f"{outside:,} outside", INK, font=font_of(["0"], size, 14))
    return image


def png(image: "Image") -> bytes:
    """The image as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def save(image: "Image", path: Path, frames: Sequence["Image"] = ()) -> Path:
    """Write the image as what its file's suffix says, whole or not at all; with frames to follow, one that moves."""
    kind, buffer = format_of(path), io.BytesIO()
    first, *others = (flattened(each) if kind in ("JPEG", "GIF") else each for each in (image, *frames))
    moving = {"save_all": True, "append_images": others, "duration": PACE, "loop": 0} if others else {}
    first.save(buffer, format=kind, **({"quality": 92} if kind in ("JPEG", "WEBP") else {}), **moving)
    write_atomic(path, buffer.getvalue())
    return path


def flattened(image: "Image") -> "Image":
    """On paper, without opacity: some formats have none."""
    from PIL import Image

    if image.mode not in ("LA", "RGBA"):
        return image
    rgba = image.convert("RGBA")
    on_paper = Image.new("RGBA", rgba.size, (*PAPER, 255))
    on_paper.alpha_composite(rgba)
    return on_paper.convert("L" if image.mode == "LA" else "RGB")


def moving(pictures: Tensor, *, scale: int | None = None) -> list["Image"]:
    """Each picture by itself, for one that moves: there and back again, so that it can be looped."""
    tiles = _tiles(pictures, scale)
    return [_plain(tile, grey=pictures.shape[1] < 3) for tile in (*tiles, *tiles[-2:0:-1])]


def compact(number: float) -> str:
    """At most three digits and a unit: 950, 2.05k, 215k, 1.2M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size * 0.9995:
            return f"{number / size:.3g}{unit}"
    return f"{number:.3g}"


def _tiles(pictures: Tensor, scale: int | None) -> list["Image"]:
    from PIL import Image

    if pictures.dtype != torch.uint8 or pictures.ndim != 4 or 0 in pictures.shape:
        kind = f"{pictures.dtype} {list(pictures.shape)}"
        raise SaddlepointError(f"{kind} cannot be shown", "pictures", "give uint8 [N, C, H, W]")
    channels, side = pictures.shape[1], max(pictures.shape[2:])
    scale = scale or math.ceil(READABLE / side)
    colour = pictures[:, :1].expand(-1, 3, -1, -1) if channels < 3 else pictures[:, :3]
    opacity = pictures[:, -1:] if channels in (2, 4) else torch.full_like(pictures[:, :1], 255)
    rgba = torch.cat((colour, opacity), 1).permute(0, 2, 3, 1)
    large = rgba.repeat_interleave(scale, 1).repeat_interleave(scale, 2)
    return [Image.fromarray(tile) for tile in large.cpu().numpy()]


def _mount(
    images: Sequence["Image"], columns: int, captions: Sequence[str] | None, background: Colour | None
) -> "Image":
    """RGBA images of one size, row by row, captions centred underneath."""
    from PIL import Image, ImageDraw

    if columns < 1 or (captions is not None and len(captions) != len(images)):
        said = f"{columns} columns, {len(captions or ())} captions for {len(images)} pictures"
        raise SaddlepointError(said, "grid", "give at least one column, and a caption for each picture or none")
    width, height = images[0].size
    gap = max(2, min(width, height) // 24)
    font = font_of(captions, width + gap, 14) if captions else None
    band = math.ceil(font.size * 1.4) if font else 0
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    canvas_size = (columns * (width + gap) + gap, rows * (height + gap + band) + gap)
    canvas = Image.new("RGBA", canvas_size, (0, 0, 0, 0) if background is None else (*background, 255))
    pen = ImageDraw.Draw(canvas)
    for i, image in enumerate(images):
        left, top = gap + i % columns * (width + gap), gap + i // columns * (height + gap + band)
        canvas.alpha_composite(image, (left, top))
        if captions and font:
            pen.text((left + width / 2, top + height + band / 2), captions[i], (*INK, 255), font=font, anchor="mm")
    return canvas


def _plain(canvas: "Image", grey: bool) -> "Image":
    """Without the channels that say nothing."""
    transparent = canvas.getchannel("A").histogram()[255] < canvas.width * canvas.height
    return canvas.convert(("LA" if transparent else "L") if grey else ("RGBA" if transparent else "RGB"))


def font_of(texts: Sequence[str], width: int, largest: int) -> "ImageFont.FreeTypeFont":
    """Pillow's own font in the largest size, of at least 8, in which every text is no wider than this."""
    from PIL import ImageFont

    for size in range(largest, 7, -1):
        font = cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))
        if max(font.getlength(text) for text in texts) <= width:
            break
    return font
