"""One encoded picture to an array, or a reason why not. Nothing in a file is trusted.

Only the decoders of FORMATS are ever tried, whatever a name ends in; no other program is started. Size is known from
the header, before any pixel is decoded. Pillow is imported when a picture is opened.
"""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saddlepoint.data.depth import channels, deep, depth_of, order, unit
from saddlepoint.data.fitting import Form, fitted
from saddlepoint.data.reading import Entry, plain, why
from saddlepoint.errors import SaddlepointError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "DIB", "TIFF", "PPM")
FAMILY = {"MPO": "JPEG", "DIB": "BMP"}
"""Formats that are others under another name: a telephone's MPO is a JPEG with more pictures behind the first."""
SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .apng .webp .avif .gif .bmp .dib .tif .tiff .ppm .pgm .pbm .pnm".split(" ")  # noqa: SIM905
)
FOREIGN = frozenset(".heic .heif .psd .eps .ps .svg .fits .fit .jp2 .jxl .exr .dng .cr2 .nef".split(" "))  # noqa: SIM905
"""Suffixes of pictures that are not read: a user should hear of them."""

BYTES = 1 << 28  # of an encoded picture
PIXELS = 64_000_000  # of a picture as its header declares it; Pillow warns at 89 million
DECODED = 25_000_000  # of a picture as it is decoded: a JPEG may be decoded smaller than it is
LARGE = 4_000_000  # pixels of which only one picture is decoded at a time, whatever the number of threads
LEAST = 4
one_at_a_time = threading.Lock()


class Header(NamedTuple):
    """What is known of a picture before it is decoded, upright: `depth` is 8, 16, or 32 for floating point."""

    height: int
    width: int
    colour: bool
    alpha: bool
    depth: int
    format: str


def colour_of(text: str) -> tuple[int, int, int]:
    """A colour as CSS writes it: `white`, `#336699`, `rgb(1, 2, 3)`."""
    from PIL import ImageColor

    try:
        red, green, blue, *_ = ImageColor.getrgb(text)
    except ValueError as error:
        raise SaddlepointError(f"'{text}' is no colour", "--data.background", "such as white, or #336699") from error
    return red, green, blue


@contextmanager
def strict() -> Iterator[None]:
    """A picture of too many pixels is an error, and other warnings of a decoder about a file are not shown.

    To be entered once, around all threads: Python's filters are the process's.
    """
    from PIL.Image import DecompressionBombWarning

    log = logging.getLogger("PIL")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", DecompressionBombWarning)
            yield
    finally:
        log.setLevel(level)


@contextmanager
def opened(entry: Entry) -> Iterator["Image"]:
    """The picture, its header read. Whatever goes wrong, here or in the block, is a SaddlepointError with a reason."""
    from PIL import Image, UnidentifiedImageError

    where = plain(entry.name)
    try:
        if entry.size == 0:
            raise SaddlepointError("the file is empty", where)
        if entry.size > BYTES:
            raise SaddlepointError(f"{entry.size:,} bytes, more than {BYTES:,}", where)
        with entry.open() as stream, Image.open(stream, formats=FORMATS) as image:
            if min(image.size) < LEAST:
                raise SaddlepointError(f"{size_of(image)} pixels, less than {LEAST} a side", where)
            if image.width * image.height > PIXELS:
                raise SaddlepointError(f"{size_of(image)} pixels, more than {PIXELS:,} in all", where)
            yield image
    except SaddlepointError as error:
        raise SaddlepointError(error.what, where, error.hint) from error
    except UnidentifiedImageError as error:
        raise SaddlepointError(f"not a picture that is read: {', '.join(FORMATS)}", where) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise SaddlepointError(f"declares more than {PIXELS:,} pixels", where) from error
    except PermissionError as error:
        raise SaddlepointError("may not be read: no permission", where) from error
    except MemoryError as error:
        raise SaddlepointError("takes more memory than there is", where) from error
    except Exception as error:  # decoders raise nearly everything on damaged bytes
        raise SaddlepointError(f"damaged: {why(error)}", where) from error


def size_of(image: "Image") -> str:
    return f"{image.height:,} x {image.width:,}"


def probe(entry: Entry) -> Header:
    """What the header says. Raises SaddlepointError with the reason where it is no picture."""
    with opened(entry) as image:
        depth = depth_of(image)
        turned = not late(image) and image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        height, width = (image.width, image.height) if turned else (image.height, image.width)
        grey = image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I") or grey_palette(image)
        clear = image.has_transparency_data
        return Header(height, width, not grey, clear, depth, family(image))


def family(image: "Image") -> str:
    return FAMILY.get(image.format or "", image.format or "")


def late(image: "Image") -> bool:
    """Whether Pillow would decode the whole picture to find out how it is turned: a PNG may say so at its end. Few do;
    theirs are turned when they are decoded, whatever their header was taken for.
    """
    return image.format == "PNG" and not {"exif", "Raw profile type exif"} & image.info.keys()


def grey_palette(image: "Image") -> bool:
    """Whether all colours of a palette are grey."""
    colours = np.array(image.getpalette("RGB") or [0, 1, 2], np.uint8).reshape(-1, 3)
    return image.mode in ("P", "PA") and bool((colours == colours[:, :1]).all())


def decode(entry: Entry, form: Form) -> np.ndarray:
    """The picture as [C, H, W] in the form's type. Raises SaddlepointError with the reason where it cannot be."""
    from PIL import ImageOps

    with opened(entry) as image:
        if family(image) == "JPEG":
            image.draft(None, enough(image, form))
        pixels = image.width * image.height
        if pixels > DECODED:
            raise SaddlepointError(f"{size_of(image)} pixels, more than {DECODED:,}", plain(entry.name))
        with one_at_a_time if pixels > LARGE else nullcontext():
            again = opened(entry) if form.dtype != "uint8" and order(image) else None
            image.load()
            upright = ImageOps.exif_transpose(image)
            if form.dtype == "uint8":
                return planes(fitted(eight_bits(upright, form), form), form)
            return deep(channels(upright, again), form)


def enough(image: "Image", form: Form) -> tuple[int, int]:
    """(width, height) that a JPEG must be decoded at, at least, to fill the form, in whichever way it is turned."""
    side = max(form.height, form.width)
    scale = side / min(image.size)
    return (image.width, image.height) if scale >= 1 else (int(image.width * scale) + 1, int(image.height * scale) + 1)


def eight_bits(image: "Image", form: Form) -> "Image":
    """8 bits, in the channels of the form: L, LA, RGB or RGBA. Grey of 16 bits is divided by 257, never cut off."""
    from PIL import Image

    if image.mode == "F" or image.mode.startswith("I"):
        image = Image.fromarray((unit(image) * 255).round().astype(np.uint8))
    if image.has_transparency_data and form.channels in (1, 3):
        over = Image.new("RGBA", image.size, (*form.background, 255))
        image = Image.alpha_composite(over, image.convert("RGBA"))
    return image.convert({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[form.channels])


def planes(image: "Image", form: Form) -> np.ndarray:
    """[C, H, W] uint8."""
    return np.asarray(image, np.uint8).reshape(form.height, form.width, form.channels).transpose(2, 0, 1)
