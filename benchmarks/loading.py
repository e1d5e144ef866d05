"""Reading: pictures a second from many small files, and the share of training that is spent gathering batches.

    python benchmarks/loading.py [--files 10000] [--gigabytes 1] [--rounds 60]

The bundled digits as PNG files in nested folders, decoded twice (the second time from the cache); then batches of 64
from a mapped array of colour pictures of 64 x 64, in random order, against the default recipe's time for a round.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from saddlepoint.data import cache
from saddlepoint.data.batches import Batches
from saddlepoint.data.digits import digits
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.randomness import Randomness
from saddlepoint.running.engine import resolve
from saddlepoint.running.plan import measure
from saddlepoint.settings import configure


def files(folder: Path, count: int) -> None:
    source = digits()
    assert source.c is not None
    for i in range(count):
        label = int(source.c[i % source.size])
        path = folder / ("odd" if label % 2 else "even") / str(label) / f"{i:06d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(source.x[i % source.size, 0].numpy()).save(path)


def decoding(folder: Path) -> None:
    """Pictures a second, from the files and from the cache."""
    cache.SMALL = 0
    os.environ["SADDLEPOINT_CACHE"] = str(folder / "cache")
    for what in ("files", "cache"):
        start = time.monotonic()
        size = open_source(Reading(str(folder / "set"))).size
        seconds = time.monotonic() - start
        print(f"{size:,} pictures from {what}: {seconds:.1f} s, {size / seconds:,.0f} a second")


def gathering(folder: Path, gigabytes: float, rounds: int) -> None:
    """The share of a round that gathering its batch takes."""
    n = int(gigabytes * 1e9 / (3 * 64 * 64))
    made = np.lib.format.open_memmap(folder / "large.npy", "w+", np.uint8, (n, 3, 64, 64))
    for start in range(0, n, 10_000):
        made[start : start + 10_000] = np.random.default_rng(start).integers(0, 256, made[start : start + 10_000].shape)
    made.flush()
    source, conf = open_source(str(folder / "large.npy")), configure(None, None, {"unconditional": True})
    batches = Batches(source, conf.batch, Randomness(0), conf.range, torch.device("cpu"))
    batches.at(0)
    start = time.monotonic()
    for position in range(conf.batch, (rounds + 1) * conf.batch, conf.batch):
        batches.at(position)
    gather = (time.monotonic() - start) / rounds
    whole = conf.batch / measure(conf, source, resolve(conf.engine)).rate
    print(f"{n:,} pictures, {source.x.nbytes / 1e9:.1f} GB: {1e3 * gather:.2f} ms of {1e3 * whole:.0f} for a batch")
    print(f"share of gathering: {gather / whole:.2%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=60)
    wishes = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files(folder / "set", wishes.files)
        decoding(folder)
        gathering(folder, wishes.gigabytes, wishes.rounds)


if __name__ == "__main__":
    main()
