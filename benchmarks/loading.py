"""Reading: pictures a second from many small files, and the share of training that is spent gathering batches.

    python benchmarks/loading.py [--files 10000] [--gigabytes 1] [--rounds 60]
    python benchmarks/loading.py --larger 3 --memory 1.2

The bundled digits as PNG files in nested folders, decoded twice (the second time from the cache); then batches of 64
from a mapped array of colour pictures of 64 x 64, in random order, against the default recipe's time for a round.

With --larger: JPEG files of 64 x 64 are decoded to a cache of so many gigabytes by a process that may use no more
memory than --memory, page cache included (a control group: root, Linux), and trained from, five times in turn with a
tenth of that memory's worth, which fits: medians, and from the least to the most.
"""

import argparse
import os
import statistics
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
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.engine import resolve
from saddlepoint.planning import budget as plan
from saddlepoint.planning.begin import configure
from saddlepoint.planning.budget import measure
from saddlepoint.randomness import Randomness


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


def confine(gigabytes: float) -> None:
    """Put this process into a control group with so much memory for itself and for its files in the page cache."""
    first = Path("/sys/fs/cgroup/memory").is_dir()
    group = Path("/sys/fs/cgroup", "memory" if first else "", "saddlepoint-loading")
    group.mkdir(exist_ok=True)
    limit = "memory.limit_in_bytes" if first else "memory.max"
    (group / limit).write_text(str(int(gigabytes * 1e9)))
    (group / "cgroup.procs").write_text(str(os.getpid()))


def many(folder: Path, count: int) -> None:
    """So many JPEG files of 64 x 64, a thousand of them different."""
    rng, different = np.random.default_rng(0), 1_000
    for i in range(count):
        path = folder / f"{i // 10_000:03d}" / f"{i:07d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        if i < different:
            coarse = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
            coarse.resize((64, 64), Image.Resampling.BICUBIC).save(path)
        else:
            os.link(folder / "000" / f"{i % different:07d}.jpg", path)


def larger(folder: Path, gigabytes: float, memory: float, rounds: int) -> None:
    """Decode, gather and train from a cache that fits into memory, and from a larger one, in turn."""
    os.environ["SADDLEPOINT_CACHE"] = str(folder / "cache")
    cache.SMALL = 0
    plan.SECONDS = 12.0
    confine(memory)
    conf = configure(None, None, {"unconditional": True, "engine.threads": 1})
    sources, decoded = [], []
    for size in (memory / 10, gigabytes):
        count = int(size * 1e9 / (3 * 64 * 64))
        name = str(folder / f"{count}")
        many(Path(name), count)
        start = time.monotonic()
        sources.append(open_source(Reading(name, unconditional=True)))
        decoded.append(count / (time.monotonic() - start))
    rates = [[measure(conf, source, resolve(conf.engine)).rate for source in sources] for _ in range(5)]
    print("| cache | decoded a second | gathering a batch | of a round | pictures a second in training |")
    print("| --- | --- | --- | --- | --- |")
    for source, speed, found in zip(sources, decoded, zip(*rates)):
        rate, gather = statistics.median(found), gathered(source, rounds)
        share = gather * rate / 64
        print(
            f"| {source.x.nbytes / 1e9:.2f} GB | {speed:,.0f} | {1e3 * gather:.1f} ms | {share:.2%} |"
            f" {rate:.0f} ({min(found):.0f} to {max(found):.0f}) |"
        )


def gathered(source: Source, rounds: int) -> float:
    """Seconds for a batch of 64."""
    batches = Batches(source, 64, Randomness(1), "signed", torch.device("cpu"))
    batches.at(0)
    start = time.monotonic()
    for position in range(64, 64 * (rounds + 1), 64):
        batches.at(position)
    return (time.monotonic() - start) / rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--larger", type=float, help="GB of a set larger than memory")
    parser.add_argument("--memory", type=float, default=1.2, help="GB that may be used")
    wishes = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if wishes.larger:
            larger(folder, wishes.larger, wishes.memory, wishes.rounds)
            return
        files(folder / "set", wishes.files)
        decoding(folder)
        gathering(folder, wishes.gigabytes, wishes.rounds)


if __name__ == "__main__":
    main()
