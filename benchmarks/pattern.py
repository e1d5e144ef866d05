"""How much of a woven pattern `modern` leaves, by the last layer of its generator: five sets of pictures.

    python benchmarks/pattern.py make --data FOLDER --to SETS      FOLDER has cifar10_small, maps and super_resolution
    python benchmarks/pattern.py play --sets SETS --root RUNS [--only cifar maps ...] [--last cells smooth] [--seed 0]

`play` trains what is not there yet, on one thread, and prints a line a run: pictures seen, and the pattern of 2,000
samples against as many real pictures. Only digits have labels. Sheets of samples are written beside the runs. Smooth
sees fewer pictures by what it costs in time, SHARE.
"""

import argparse
import io
import time
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.data.sources import open_source
from saddlepoint.figures import grid
from saddlepoint.judging.extractors.extractor import as_stored
from saddlepoint.statistics.pattern import pattern

SIDE, DRAWN, SHEET = 64, 2_000, 60
SHARE = {"cells": 1.0, "smooth": 0.9}
IMAGES = {"digits": 200_000, "cifar": 120_000, "maps": 40_000, "photographs": 40_000, "shapes": 100_000}


def cifar(data: Path) -> np.ndarray:
    """10,000 pictures of 32 x 32 in colour."""
    return np.load(data / "cifar10_small" / "cifar10_small.npz")["x_train"]


def maps(data: Path) -> np.ndarray:
    """300 drawn maps at half their size, in four parts of 64 x 64."""
    found = []
    with zipfile.ZipFile(data / "maps" / "maps_train_300.zip") as file:
        for name in sorted(name for name in file.namelist() if name.endswith(".jpg")):
            picture = Image.open(io.BytesIO(file.read(name))).convert("RGB")
            right = picture.crop((picture.width // 2, 0, picture.width, picture.height))
            found += squares(right.resize((2 * SIDE, 2 * SIDE), Image.Resampling.BOX))
    return np.stack(found)


def photographs(data: Path) -> np.ndarray:
    """200 photographs (BSDS500), in parts of 64 x 64."""
    paths = sorted((data / "super_resolution" / "BSDS500_train").glob("*.jpg"))
    return np.stack([part for path in paths for part in squares(Image.open(path).convert("RGB"))])


def squares(picture: Image.Image) -> list[np.ndarray]:
    """What fits of SIDE x SIDE, side by side."""
    x = np.asarray(picture)
    rows, columns = range(0, len(x) - SIDE + 1, SIDE), range(0, x.shape[1] - SIDE + 1, SIDE)
    return [x[row : row + SIDE, column : column + SIDE] for row in rows for column in columns]


def shapes(folder: Path, n: int = 6_000, height: int = 29, width: int = 37) -> np.ndarray:
    """One or two discs and boxes of one flat colour each on nothing: RGBA, transparent outside; edges are sharp."""
    rng, (row, column) = np.random.default_rng(0), np.mgrid[:height, :width]
    x = np.zeros((n, height, width, 4), np.uint8)
    for picture in x:
        for _ in range(rng.integers(1, 3)):
            at, reach = rng.uniform((6, 6), (height - 6, width - 6)), rng.uniform(4, 11, 2)
            far = np.stack([(row - at[0]) / reach[0], (column - at[1]) / reach[rng.integers(2)]])
            inside = (far**2).sum(0) < 1 if rng.integers(2) else np.abs(far).max(0) < 0.9
            picture[inside] = (*rng.integers(30, 230, 3), 255)
    return x


MADE = {"cifar": cifar, "maps": maps, "photographs": photographs, "shapes": shapes}


def make(data: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for name, of in MADE.items():
        x = of(data)
        np.savez(to / f"{name}.npz", x=x)
        print(name, x.shape)


def play(name: str, last: str, wishes: argparse.Namespace) -> str:
    """One run, begun where it is not there, and its line."""
    data = "digits" if name == "digits" else str(wishes.sets / f"{name}.npz")
    images = wishes.images or int(IMAGES[name] * SHARE[last])
    folder, before = wishes.root / f"{name}-{last}-{wishes.seed}", time.process_time()
    if (folder / "report.html").exists():
        run = sp.Run(folder)
    else:
        settings = {"seed": wishes.seed, "images": images, "engine.threads": 1, "judge.share": 0.0, "g.last": last}
        settings |= {"judge.features": "pixels"}
        run = sp.train(data, recipe="modern", settings=settings, root=wishes.root, name=folder.name)
    spent = time.process_time() - before
    real = as_stored(open_source(data).x)
    real = real[torch.randperm(len(real), generator=torch.Generator().manual_seed(0))[:DRAWN]]
    fake = as_stored(run.sample(DRAWN, seed=1).x)
    grid(fake[:SHEET, :3] if fake.shape[1] > 3 else fake[:SHEET], 12).save(wishes.root / f"{folder.name}.png")
    found = pattern(real, fake)
    return f"{name} | {last} | {images:,} | {found.value:.2f} [{found.low:.2f}, {found.high:.2f}] | {spent:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("make", "play"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--sets", type=Path)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--only", nargs="+", default=list(IMAGES), choices=IMAGES)
    parser.add_argument("--last", nargs="+", default=list(SHARE), choices=SHARE)
    parser.add_argument("--images", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    wishes = parser.parse_args()
    if wishes.what == "make":
        make(wishes.data, wishes.to)
        return
    for name in wishes.only:
        for last in wishes.last:
            print(play(name, last, wishes), flush=True)


if __name__ == "__main__":
    main()
