"""Aerial photographs to maps without pairs, judged by the pairs that nobody was shown: pix2pix, cyclegan, cut.

    python benchmarks/unpaired.py FOLDER [--budget 5m] [--seed 0] [--recipes pix2pix,cyclegan,cut] [--strip FILE]
                                  [--set g.width=32] [--keep RUNS]

FOLDER holds maps_train_300.zip and maps_val_50.zip, pictures with the photograph on the left and its map on the right.
pix2pix is given the 300 pairs; the others two folders of halves, those of the maps in another order. All have the same
time, 64 x 64 pixels, one thread. Of the 50 pairs held back: mean |G(a) - b| as a share of the range, its ratio to that
of pix2pix, and how G(a) and b go together, picture by picture: a correlation below 0 is a picture with its colours
inverted. Beside them the mean of all training maps, which is the same for every photograph. `--set` is for cyclegan and
cut; `--strip` draws the first eight.
"""

import argparse
import random
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from saddlepoint import api, figures
from saddlepoint.artefact.folder import load
from saddlepoint.durations import parse
from saddlepoint.planning.begin import configure
from saddlepoint.statistics.intervals import mean_interval

SIDE = 64


def halves(path: Path) -> list[tuple[Image.Image, Image.Image]]:
    """(photograph, map) of each picture in a zip, in the order of their names."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith((".jpg", ".png"))):
            with archive.open(name) as file, Image.open(file) as picture:
                whole = picture.convert("RGB").resize((2 * SIDE, SIDE), Image.Resampling.LANCZOS)
            found.append((whole.crop((0, 0, SIDE, SIDE)), whole.crop((SIDE, 0, 2 * SIDE, SIDE))))
    return found


def write(pairs: list[tuple[Image.Image, Image.Image]], folder: Path) -> None:
    """`pairs` side by side; `a` and `b` the halves, where a number says nothing of which belong together."""
    order = list(range(len(pairs)))
    random.Random(0).shuffle(order)
    for name in ("pairs", "a", "b"):
        (folder / name).mkdir()
    for i, (left, right) in enumerate(pairs):
        both = Image.new("RGB", (2 * SIDE, SIDE))
        both.paste(left, (0, 0))
        both.paste(right, (SIDE, 0))
        both.save(folder / "pairs" / f"{i:03d}.png")
        left.save(folder / "a" / f"{i:03d}.png")
        right.save(folder / "b" / f"{order[i]:03d}.png")


def tensor(pictures: list[Image.Image]) -> Tensor:
    return torch.from_numpy(np.stack([np.array(each) for each in pictures])).permute(0, 3, 1, 2)


def say(what: str, made: Tensor, true: Tensor, to_beat: float | None) -> float:
    """The row of one model; the error, to hold others against."""
    x, y = made.double() / 255, true.double() / 255
    error = mean_interval((x - y).abs().flatten(1).mean(1))
    u, v = ((t - t.mean((1, 2, 3), keepdim=True)).flatten(1) for t in (x, y))
    together = (u * v).sum(1) / (u.norm(dim=1) * v.norm(dim=1)).clamp(min=1e-12)
    ratio = "" if to_beat is None else f", {error.value / to_beat:.2f} x pix2pix's"
    print(
        f"{what}: L1 {error.value:.4f} [{error.low:.4f}, {error.high:.4f}]{ratio}; correlation {together.mean():.2f}, "
        f"above 0 in {int((together > 0).sum())} of {len(together)}",
        flush=True,
    )
    return error.value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budget", default="5m")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recipes", default="pix2pix,cyclegan,cut")
    parser.add_argument("--strip", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    train, held = halves(given.folder / "maps_train_300.zip"), halves(given.folder / "maps_val_50.zip")
    a, b = (tensor([pair[side] for pair in held]) for side in (0, 1))
    usual = tensor([pair[1] for pair in train]).double().mean(0, keepdim=True).expand(len(b), -1, -1, -1)
    say("the mean map", usual, b, None)
    rows, to_beat = [a[:8], b[:8]], None
    with tempfile.TemporaryDirectory() as place:
        write(train, Path(place))
        for recipe in given.recipes.split(","):
            told: dict[str, Any] = {"engine.threads": 1, "device": "cpu", "seed": given.seed, "size": str(SIDE)}
            if recipe != "pix2pix":
                told |= {"to": str(Path(place) / "b")} | dict(word.split("=", 1) for word in given.set)
            data = Path(place) / ("pairs" if recipe == "pix2pix" else "a")
            wall, own = time.monotonic(), time.process_time()
            run = api.start(
                str(data),
                configure(recipe, None, told),
                budget=parse(given.budget),
                root=given.keep or Path(place) / "runs",
            )
            wall, own = time.monotonic() - wall, time.process_time() - own
            made = load(run.folder).apply(a).x
            rows.append(made[:8])
            seen = sum(stage.images for stage in run.config.stages)
            print(f"{run.folder}: planned {seen:,} pictures; {own:.0f} s of one core, {wall:.0f} s by the clock")
            error = say(recipe, made, b, to_beat)
            to_beat = error if recipe == "pix2pix" else to_beat
    if given.strip:
        figures.grid(torch.cat(rows), 8).save(given.strip)


if __name__ == "__main__":
    main()
