"""Feed damaged files to every reader for a while: each gives a source or one SaddlepointError, soon, in little memory.

    python scripts/fuzz.py [--seconds 60] [--seed 0]

Good files of every kind are cut, flipped, spliced, filled with zeros and renamed. Anything but a SaddlepointError, more
than 5 seconds on one file or 1 GB of memory ends the run with the file kept and named.
"""

import argparse
import io
import random
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from saddlepoint.data import idx
from saddlepoint.data.names import are_points
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import silent
from saddlepoint.data.survey import survey
from saddlepoint.errors import SaddlepointError
from saddlepoint.media.pictures import deep

SLOWEST, MEMORY = 5.0, 1 << 20  # seconds, kilobytes


def pictures(rng: np.random.Generator) -> dict[str, bytes]:
    """A small good picture of each kind, by suffix."""
    found = {}
    colour = Image.fromarray(rng.integers(0, 256, (20, 24, 3), dtype=np.uint8))
    clear = Image.fromarray(rng.integers(0, 256, (20, 24, 4), dtype=np.uint8))
    grey = Image.fromarray(rng.integers(0, 65536, (20, 24), dtype=np.uint16))
    kinds = {".png": clear, ".jpg": colour, ".webp": clear, ".avif": colour, ".gif": colour, ".bmp": colour}
    for suffix, image in {**kinds, ".tif": grey, ".pgm": grey, ".tiff": colour, ".apng": grey}.items():
        buffer = io.BytesIO()
        image.save(buffer, "PNG" if suffix == ".apng" else Image.registered_extensions()[suffix])
        found[suffix] = buffer.getvalue()
    found[".dib"] = deep(rng.integers(0, 65536, (20, 24, 4), dtype=np.uint16))  # a suffix tells nothing
    return found


def seeds(folder: Path) -> list[tuple[str, bytes]]:
    """(suffix, content) of one good file for every reader."""
    rng = np.random.default_rng(0)
    found = list(pictures(rng).items())
    x, y = rng.integers(0, 256, (6, 8, 8), dtype=np.uint8), np.arange(6) % 2
    np.save(folder / "x.npy", x)
    np.savez(folder / "x.npz", x=x, y=y, classes=np.array(["a", "b"]))
    idx.write(folder / "x.idx", x)
    idx.write(folder / "x.idx.gz", x)
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for i, (suffix, content) in enumerate(found[:4]):
            archive.writestr(f"{'ab'[i % 2]}/{i}{suffix}", content)
    table = "u,v,class\n1,2,a\n3,4,b\n5,,a\n"
    (folder / "x.csv").write_text(table)
    (folder / "x.tsv").write_text(table.replace(",", "\t"), encoding="utf-16")
    (folder / "x.txt").write_text("x.png\na\\x.png\n")
    if find_spec("pyarrow"):
        write_parquet(folder / "x.parquet", found[0][1])
    found += [("".join(path.suffixes), path.read_bytes()) for path in sorted(folder.glob("x.*"))]
    return [*found, (".csv", table.replace(",", ";").encode())]


def write_parquet(path: Path, picture: bytes) -> None:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"image": [picture] * 6, "label": [0, 1] * 3}), path, row_group_size=4)


def harmed(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """The content after one to four accidents."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(data) + 1), rng.randrange(6)
        span = rng.choice((1, 2, 4, 16, 64))
        if kind == 0:
            del data[at:]
        elif kind == 1 and data:
            data[min(at, len(data) - 1)] ^= 1 << rng.randrange(8)
        elif kind == 2:
            data[at : at + span] = rng.randbytes(span)
        elif kind == 3:
            data[at : at + span] = rng.choice((b"\0", b"\xff", b"\x7f")) * span
        elif kind == 4:
            data[at:at] = other[: rng.randrange(len(other) + 1)]
        else:
            del data[at : at + span]
    return bytes(data)


def attempt(path: Path) -> str:
    """'read' or 'refused', each in printable lines; anything else is raised."""
    alone = path.suffix in (".npy", ".npz", ".idx", ".gz", ".zip", ".csv", ".tsv", ".txt", ".parquet")
    name = str(path if alone else path.parent)
    try:
        are_points(name)
        found = survey(Reading(name), silent)
        outcome, said = "read", [*found.source.notes, *map(str, found.bad)]
    except SaddlepointError as error:
        outcome, said = "refused", [str(error)]
    if not all(words.isprintable() for words in said):
        raise AssertionError(f"not printable: {said}")
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    wishes = parser.parse_args()
    warnings.simplefilter("error")
    rng, counts, slowest = random.Random(wishes.seed), Counter(), 0.0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "seeds"
        folder.mkdir()
        found = seeds(folder)
        end = time.monotonic() + wishes.seconds
        while time.monotonic() < end:
            suffix, content = rng.choice(found)
            data = harmed(content, rng.choice(found)[1], rng)
            path = Path(place) / "now" / f"x{rng.choice(found)[0] if rng.random() < 0.1 else suffix}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            start = time.monotonic()
            try:
                counts[attempt(path)] += 1
            except BaseException as error:
                kept = Path(f"fuzz-{wishes.seed}{path.suffix}").absolute()
                kept.write_bytes(data)
                print(f"{type(error).__name__}: {error}\nkept as {kept}", file=sys.stderr)
                return 1
            slowest = max(slowest, time.monotonic() - start)
            path.unlink()
            if slowest > SLOWEST or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > MEMORY:
                print(f"{slowest:.1f} s on {path.name}, or too much memory", file=sys.stderr)
                return 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{sum(counts.values()):,} files: {dict(counts)}; slowest {slowest:.2f} s, at most {memory:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
