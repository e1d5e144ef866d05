"""Pictures decoded once: a memory-mapped array beside what is known of it, so that the next start takes no time.

    CACHE/KEY/x.npy      [N, C, H, W], mapped and not loaded: it may be larger than memory
    CACHE/KEY/about.json which entries it holds, what was left out, the digest

The key is a hash of what was listed (path, size, time of change of every file) and of how it was decoded. Small sets,
which are decoded in a moment, are held in memory. CACHE is $SADDLEPOINT_CACHE, or where the system keeps caches.
"""

import hashlib
import json
import os
import shutil
import struct
import tempfile
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from saddlepoint.data.fitting import Form
from saddlepoint.data.gather import Gathered, assembled, decoded
from saddlepoint.data.pictures import Header
from saddlepoint.data.reading import Bad, Listing, Reading, Tell, tolerate
from saddlepoint.data.source import Source

FORMAT = 2
SMALL = 1 << 25  # bytes of encoded pictures that are not worth a cache
HEADER = 128


class Stored(NamedTuple):
    """One entry of the cache, for people: what it holds, how much, since when (seconds since 1970)."""

    folder: Path
    name: str
    pictures: int
    bytes: int
    made: float


def place() -> Path:
    """The folder of the cache. Without a home, one among the temporary files."""
    if given := os.environ.get("SADDLEPOINT_CACHE"):
        return Path(given)
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "saddlepoint"
    try:
        return Path.home() / ".cache" / "saddlepoint"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / "saddlepoint-cache"


def key_of(listing: Listing, wish: Reading) -> str:
    """The hash of all that decides what is decoded."""
    digest = hashlib.sha256()
    decoding = (FORMAT, listing.root, wish.size, wish.side, wish.fit, wish.background, listing.name)
    digest.update(json.dumps(decoding).encode())
    for entry in listing.entries:
        digest.update(json.dumps((entry.name, entry.size, entry.changed)).encode())
    return digest.hexdigest()[:32]


def through(listing: Listing, wish: Reading, tell: Tell) -> Source:
    """The source that these pictures are, decoded now or before."""
    found, folder = fetch(listing, wish, tell)
    source = assembled(listing, wish, found)
    return source if folder is None else source._replace(known=known(folder, source))


def fetch(listing: Listing, wish: Reading, tell: Tell) -> tuple[Gathered, Path | None]:
    """The pictures, from the cache or put into it, and their folder there; in memory where they are few."""
    if sum(entry.size for entry in listing.entries) < SMALL:
        return decoded(listing, wish, np.empty, tell), None
    folder = place() / key_of(listing, wish)
    found = load(folder)
    if found is not None:
        tolerate(found.bad, len(found.kept), wish.bad, listing.name)
        return found, folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        tell(f"no cache: {folder.parent}: {error.strerror}")
        return decoded(listing, wish, np.empty, tell), None
    return store(folder, listing, wish, tell), folder


def store(folder: Path, listing: Listing, wish: Reading, tell: Tell) -> Gathered:
    """Decode everything into the folder; `about.json` comes last, so that what has it is whole."""
    draft = folder / f"x.{os.getpid()}.tmp"

    def room(shape: tuple[int, ...], dtype: str) -> np.ndarray:
        free = shutil.disk_usage(folder).free
        needed = prod(shape) * np.dtype(dtype).itemsize
        if free < needed + (1 << 28):
            tell(f"no cache: {needed:,} bytes needed, {free:,} free in {folder}")
            return np.empty(shape, dtype)
        return np.memmap(draft, dtype, "w+", HEADER, shape)

    try:
        found = decoded(listing, wish, room, tell)
        if not draft.exists():
            return found
        found.x.flush()  # pyright: ignore[reportAttributeAccessIssue]
        head(draft, found.x)
        os.replace(draft, folder / "x.npy")
    finally:
        draft.unlink(missing_ok=True)
    about = {
        "name": listing.name,
        "kept": found.kept.tolist(),
        "bad": found.bad,
        "form": found.form._asdict(),
        "notes": found.notes,
        "shape": found.x.shape,
        "kinds": found.kinds,
    }
    written = folder / f"about.{os.getpid()}.tmp"
    written.write_text(json.dumps(about), encoding="utf-8")
    os.replace(written, folder / "about.json")
    return load(folder) or found


def head(path: Path, x: np.ndarray) -> None:
    """Write the header of a .npy file in front of the array's bytes, and cut off the room of what was left out."""
    words = repr({"descr": x.dtype.str, "fortran_order": False, "shape": x.shape}).encode("latin1")
    size = HEADER - 10
    with path.open("r+b") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", size) + words.ljust(size - 1) + b"\n")
        file.truncate(HEADER + x.nbytes)


def load(folder: Path) -> Gathered | None:
    """What is in the folder; None where it is not whole."""
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        form = Form(**about["form"] | {"background": tuple(about["form"]["background"])})
        shape = tuple(about["shape"])
        if (folder / "x.npy").stat().st_size != HEADER + prod(shape) * np.dtype(form.dtype).itemsize:
            return None
        x = np.memmap(folder / "x.npy", form.dtype, "c", HEADER, shape)
        bad = tuple(Bad(*one) for one in about["bad"])
        kinds = tuple((Header(*header), count) for header, count in about["kinds"])
        return Gathered(x, np.array(about["kept"], np.int64), bad, form, tuple(about["notes"]), kinds)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def known(folder: Path, source: Source) -> str:
    """The source's digest, computed once for each condition it is read with."""
    told = repr((source.classes, source.fields, source.c is None, source.size)).encode()
    path = folder / f"{hashlib.sha256(told).hexdigest()[:16]}.sha256"
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        digest = source.digest()
        try:
            path.write_text(digest, encoding="ascii")
        except OSError:
            return digest
        return digest


def contents() -> list[Stored]:
    """All that is in the cache, the latest first."""
    found = []
    for about in place().glob("*/about.json"):
        try:
            values = json.loads(about.read_text(encoding="utf-8"))
            size = sum(file.stat().st_size for file in about.parent.iterdir())
            made = about.stat().st_mtime
            found.append(Stored(about.parent, str(values["name"]), len(values["kept"]), size, made))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda entry: -entry.made)


def clear() -> None:
    """Remove everything that a cache of ours consists of, and nothing else in that folder."""
    for folder in place().glob("[0-9a-f]" * 32):
        shutil.rmtree(folder, ignore_errors=True)
