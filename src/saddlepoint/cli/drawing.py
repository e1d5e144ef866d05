"""What `saddlepoint sample` writes. This module imports torch; its verb does so once the request is sound."""

import csv
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
        for i, image in enumerate(pictures(x)):
            name = f"{first + i:0{digits}d}.png"
            image.save(path / name)
            if labels is not None and G.classes:
                names.append([name, G.classes[int(labels[i])]])
    if G.classes:
        with (path / "labels.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(names)
    return path


def pictures(x: Tensor) -> Iterator[Image.Image]:
    """uint8 [N, C, H, W] of 1 to 4 channels, or uint16 of one, one by one."""
    most = {torch.uint8: 4, torch.uint16: 1}.get(x.dtype, 0)
    if x.ndim != 4 or not 1 <= x.shape[1] <= most:
        raise SaddlepointError(f"examples of shape {list(x.shape[1:])} are no PNG", "--to", "write a .npz file")
    for picture in x.permute(0, 2, 3, 1).numpy():
        yield Image.fromarray(picture.squeeze(2) if picture.shape[2] == 1 else picture)


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
