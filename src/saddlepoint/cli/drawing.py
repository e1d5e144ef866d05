"""What `saddlepoint sample` writes. This module imports torch; its verb does so once the request is sound."""

import csv
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from saddlepoint import figures
from saddlepoint.cli.display import bar
from saddlepoint.cli.sample import Draw
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import make_folder
from saddlepoint.running.generator import CHUNK, Generator

WIDEST = 16


def sheet(G: Generator, path: Path, n: int, draw: Draw) -> Path:
    """All samples in one picture; where each class takes its turn, a column for each."""
    samples = G.sample(n, draw.seed, draw.label, draw.cond)
    in_turn = draw.label is None and 1 < len(G.classes) <= WIDEST
    make_folder(path.parent)
    return figures.save(samples.picture(len(G.classes) if in_turn else None), path)


def walk(G: Generator, path: Path, *, points: int, steps: int, how: str, draw: Draw) -> Path:
    """A row for each way from one z to the next."""
    x = G.walk(points, steps, draw.seed, how, draw.label).x
    if x.ndim != 4:
        raise SaddlepointError("this generator makes no pictures", "--walk", "sample points with --grid or --to")
    make_folder(path.parent)
    return figures.save(figures.walk(x, steps), path)


class Chunk(NamedTuple):
    """The samples from number `first` on, as data is stored, with their labels where there are any."""

    first: int
    x: Tensor
    labels: Tensor | None


def chunks(G: Generator, n: int, draw: Draw, silent: bool) -> Iterator[Chunk]:
    """All samples, some at a time, with a bar that shows how far it is."""
    z, labels = G.noise(n, draw.seed), G.condition(n, draw.label, draw.cond)
    for first in bar(range(0, n, CHUNK), silent):
        part = slice(first, first + CHUNK)
        own = None if labels is None else labels[part]
        yield Chunk(first, G.stored(G.decode(z[part], own)), own)


def folder(G: Generator, path: Path, n: int, draw: Draw, silent: bool) -> Path:
    """000000.png and so on; with classes, labels.csv says which is which."""
    make_folder(path)
    names = [["file", "label"]]
    digits = max(6, len(str(n - 1)))
    for first, x, labels in chunks(G, n, draw, silent):
        for i, content in enumerate(encoded(x)):
            name = f"{first + i:0{digits}d}.png"
            (path / name).write_bytes(content)
            if labels is not None and G.classes:
                names.append([name, G.classes[int(labels[i])]])
    if G.classes:
        with (path / "labels.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(names)
    return path


def encoded(x: Tensor) -> Iterator[bytes]:
    """uint8 or uint16 [N, C, H, W] of 1 to 4 channels as PNG files, one by one."""
    if x.ndim != 4 or x.dtype not in (torch.uint8, torch.uint16) or not 1 <= x.shape[1] <= 4:
        raise SaddlepointError(f"examples of shape {list(x.shape[1:])} are no PNG", "--to", "write a .npz file")
    for picture in x.permute(0, 2, 3, 1).numpy():
        if picture.dtype == np.uint16 and picture.shape[2] > 1:
            yield deep_png(picture)
        else:
            yield figures.png(Image.fromarray(picture.squeeze(2) if picture.shape[2] == 1 else picture))


def deep_png(picture: np.ndarray) -> bytes:
    """A PNG of uint16 [H, W, C] with several channels, which Pillow does not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, channels = picture.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.tobytes() for row in picture.astype(">u2"))  # each begins with its filter: none
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def arrays(G: Generator, path: Path, n: int, draw: Draw, silent: bool) -> Path:
    """A .npz file with x [N, ...] and, with classes, labels [N] and their names."""
    parts = list(chunks(G, n, draw, silent))
    content = {"x": np.concatenate([part.x.numpy() for part in parts])}
    labels = [part.labels.numpy() for part in parts if part.labels is not None]
    if labels:
        content["labels" if G.classes else "c"] = np.concatenate(labels)
    if G.classes:
        content["classes"] = np.array(G.classes)
    make_folder(path.parent)
    with path.open("wb") as file:
        np.savez_compressed(file, **content)  # pyright: ignore[reportArgumentType]
    return path
