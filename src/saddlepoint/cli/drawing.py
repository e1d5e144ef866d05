"""What `saddlepoint sample` writes. This module imports torch; its verb does so once the request is sound."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint import figures
from saddlepoint.artefact.ability import CANNOT
from saddlepoint.artefact.artefact import CHUNK, Artefact, Samples
from saddlepoint.cli.display import bar
from saddlepoint.engine import room_for
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import make_folder, write_atomic

WIDEST = 16


class Drawing(NamedTuple):
    """Which samples: of this seed, and of this class or under this condition alone."""

    n: int
    seed: int
    label: str | None = None
    cond: str | None = None


def sheet(model: Artefact, path: Path, wanted: Drawing) -> Path:
    """All samples in one picture; where each class takes its turn, a column for each."""
    samples = model.sample(*wanted)
    in_turn = wanted.label is None and 1 < len(model.classes) <= WIDEST
    make_folder(path.parent)
    return figures.save(samples.picture(len(model.classes) if in_turn else None), path)


class Way(NamedTuple):
    """From one to the next of `points` z, `steps` steps each; `how` is unset where the prior decides."""

    points: int
    steps: int
    how: str | None


def walk(model: Artefact, path: Path, way: Way, wanted: Drawing) -> Path:
    """A row for each way from one z to the next; as a GIF, one picture that moves along it."""
    if not model.medium.copies:
        raise SaddlepointError(
            f"this model makes {model.medium.noun}, no pictures", "--walk", "sample with --grid or --to"
        )
    x = model.walk(way.points, way.steps, wanted.seed, way.how, wanted.label, wanted.cond).x
    make_folder(path.parent)
    pictures = model.medium.seen(x, model.about)
    if path.suffix.lower() == ".gif":
        first, *frames = figures.moving(pictures)
        return figures.save(first, path, frames)
    return figures.save(figures.walk(pictures, way.steps), path)


class Chunk(NamedTuple):
    """The samples from number `first` on, as data is stored, with their labels where there are any."""

    first: int
    x: Tensor
    labels: Tensor | None


def chunks(model: Artefact, wanted: Drawing, silent: bool) -> Iterator[Chunk]:
    """All samples, some at a time, with a bar that shows how far it is."""
    if "sample" not in model.can:
        raise model.refuse(CANNOT["sample"])
    n = wanted.n
    if model.model.latent is None:
        room_for(n, model.numbers)  # nothing of it can be drawn in parts
    z = model.noise(n, wanted.seed) if model.model.latent else None
    labels = model.condition(n, wanted.label, wanted.cond)
    drawn = model.draw(n, wanted.seed, labels) if z is None else None
    for first in bar(range(0, n, CHUNK), silent):
        part = slice(first, first + CHUNK)
        own = None if labels is None else labels[part]
        made = drawn[part] if z is None and drawn is not None else model.decode(z[part], own)  # pyright: ignore
        yield Chunk(first, model.stored(made), own)


def folder(model: Artefact, path: Path, wanted: Drawing, silent: bool) -> Path:
    """000000.png and so on; with classes, labels.csv says which is which."""
    make_folder(path)
    names, medium = [["file", "label"]], model.medium
    digits = max(6, len(str(wanted.n - 1)))
    for first, x, labels in chunks(model, wanted, silent):
        for i, one in enumerate(x):
            name = f"{first + i:0{digits}d}{medium.suffix}"
            write_atomic(path / name, medium.encode(one, model.about), lasting=False)
            if labels is not None and model.classes:
                names.append([name, model.classes[int(labels[i])]])
    if model.classes:
        table = io.StringIO(newline="")
        csv.writer(table).writerows(names)
        write_atomic(path / "labels.csv", table.getvalue().encode())
    return path


def rows(model: Artefact, path: Path, wanted: Drawing, silent: bool) -> Path:
    """A .csv file of points, with a header and the conditions as columns."""
    written = model.table(whole(model, wanted, silent))
    make_folder(path.parent)
    write_atomic(path, written.encode())
    return path


def arrays(model: Artefact, path: Path, wanted: Drawing, silent: bool) -> Path:
    """A .npz file with x [N, ...] and labels [N] with their names, or codes c [N, E]."""
    return whole(model, wanted, silent).save(path)


def whole(model: Artefact, wanted: Drawing, silent: bool) -> Samples:
    """All samples, of every chunk."""
    parts = list(chunks(model, wanted, silent))
    labels = [part.labels for part in parts if part.labels is not None]
    x, c = torch.cat([part.x for part in parts]), torch.cat(labels) if labels else None
    return Samples(x, c, model.about, model.classes)
