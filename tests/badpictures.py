"""Pictures as they come: good ones of every kind, and twenty kinds of bad ones, made by hand."""

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 30, 40


def noise(*channels: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, *channels), dtype=np.uint8)


def png(width: int, height: int, content: bytes = b"\0" * 1000) -> bytes:
    """A colour PNG that declares this size, whatever it holds."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(content)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def good(path: Path) -> Path:
    Image.fromarray(noise(3)).save(path)
    return path


def cut(path: Path) -> None:
    content = good(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped(path: Path) -> None:
    content = bytearray(good(path).read_bytes())
    content[content.index(b"IDAT") + 60] ^= 0xFF
    path.write_bytes(content)


def bytes_(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def of_size(width: int, height: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        Image.new("RGB", (width, height)).save(path)

    return write


def infinite(path: Path) -> None:
    x = np.ones((HEIGHT, WIDTH), np.float32)
    x[0, 0] = np.inf
    Image.fromarray(x).save(path)


# What a file is called, how it is made, and a word of the reason it is refused for.
BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty.png": (bytes_(b""), "empty"),
    "cut.jpg": (cut, "truncated"),
    "cut.png": (cut, "truncated"),
    "cut.webp": (cut, "damaged"),
    "flipped.png": (flipped, "damaged"),
    "text.png": (bytes_(b"hello"), "not a picture"),
    "page.jpg": (bytes_(b"<html><body>404</body></html>"), "not a picture"),
    "one-pixel.png": (of_size(1, 1), "1 x 1"),
    "thin.png": (of_size(1, 20_000), "20,000 x 1"),
    "bomb.png": (bytes_(png(50_000, 50_000)), "pixels"),
    "large.png": (bytes_(png(9_000, 8_000)), "pixels"),
    "nothing.png": (bytes_(png(0, 0)), "not a picture"),
    "hollow.png": (bytes_(png(40, 30, b"")), "damaged"),
    "script.jpg": (bytes_(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n"), "not a picture"),
    "layers.jpg": (bytes_(b"8BPS\0\1" + b"\0" * 40), "not a picture"),
    "stars.jpg": (bytes_(b"SIMPLE  =                    T".ljust(2880)), "not a picture"),
    "phone.heic": (bytes_(b"\0\0\0\x18ftypheic"), ".heic is not read"),
    "infinite.tif": (infinite, "not finite"),
    "folder.png": (lambda path: path.mkdir(), "a folder"),
    "loop.png": (lambda path: path.symlink_to(path), "leads nowhere"),
    "pipe.png": (lambda path: os.mkfifo(path), "not a file"),
}


def grey16(path: Path) -> None:
    Image.fromarray(np.linspace(0, 65535, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint16)).save(path)


def moving(path: Path) -> None:
    frames = [Image.fromarray(noise()) for _ in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def saved(make: Callable[[], Image.Image], **options: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        make().save(path, **options)  # pyright: ignore[reportArgumentType]

    return write


GOOD: dict[str, Callable[[Path], None]] = {
    "grey16.png": grey16,
    "moving.gif": moving,
    "press.jpg": saved(lambda: Image.frombytes("CMYK", (WIDTH, HEIGHT), noise(4).tobytes())),
    "palette.png": saved(lambda: Image.fromarray(noise(3)).quantize(16), transparency=3),
    "clear.png": saved(lambda: Image.fromarray(noise(4))),
    "grey.png": saved(lambda: Image.fromarray(noise())),
    "grey-clear.png": saved(lambda: Image.fromarray(noise(2))),
    "bits.png": saved(lambda: Image.fromarray(noise()).convert("1")),
    "floats.tif": saved(lambda: Image.fromarray(noise().astype(np.float32) / 255)),
    "picture.webp": saved(lambda: Image.fromarray(noise(3))),
    "picture.avif": saved(lambda: Image.fromarray(noise(3))),
    "picture.bmp": saved(lambda: Image.fromarray(noise(3))),
    "new\nline.png": saved(lambda: Image.fromarray(noise(3))),
    "face\N{GRINNING FACE}.png": saved(lambda: Image.fromarray(noise(3))),
    "n" * 190 + ".png": saved(lambda: Image.fromarray(noise(3))),
}
