"""Pictures decoded once: a memory-mapped array beside what is known of it, so that the next start takes no time.

    CACHE/KEY/x.npy      [N, C, H, W], mapped and not loaded: it may be larger than memory (`mapped`)
    CACHE/KEY/about.json which entries it holds, what was left out, the SHA-256 of the array and of all this
    CACHE/KEY/*.sha256   the digest of the source that it is, for each condition it was read with

The key is a hash of what was listed (path, size, time of change of every file) and of how it was decoded. Small sets,
which are decoded in a moment, are held in memory. CACHE is $SADDLEPOINT_CACHE, or where the system keeps caches.

What is not as it was written is made anew. A disk that takes nothing makes reading slower, not impossible.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from saddlepoint import files
from saddlepoint.data import mapped
from saddlepoint.data.fitting import Form
from saddlepoint.data.gather import Gathered, assembled, decoded
from saddlepoint.data.pictures import Header
from saddlepoint.data.reading import Bad, Listing, Reading, Tell
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.regular import real_folder

FORMAT = 3
SMALL = 1 << 25  # bytes of encoded pictures that are not worth a cache
EACH = 1 << 13  # bytes that a picture counts as, at least: small files, too, have to be opened
MARGIN = 1 << 28  # bytes of the disk that are left free
LARGEST = 1 << 30  # bytes of what is known of an array: those of a hundred million pictures
ABOUT = "about.json"
OURS = (mapped.NAME, mapped.CHECKED, ABOUT, "*.sha256", "x.*.tmp", "about.*.tmp", "*" + files.DRAFT)


class Held(NamedTuple):
    """What a folder of the cache holds, and the SHA-256 of its array's bytes."""

    folder: Path
    found: Gathered
    sha256: str


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
    found, held = fetch(listing, wish, tell)
    source = assembled(listing, wish, found)
    return source if held is None else source._replace(known=known(held, source))


def fetch(listing: Listing, wish: Reading, tell: Tell) -> tuple[Gathered, Held | None]:
    """The pictures, from the cache or put into it, and what holds them there; in memory where they are few."""
    if sum(max(entry.size, EACH) for entry in listing.entries) < SMALL:
        return decoded(listing, wish, np.empty, tell), None
    folder = place() / key_of(listing, wish)
    mapped.sweep(folder)
    if (held := load(folder)) is not None:
        return held.found, held
    try:
        files.make_own_folder(folder)
    except SaddlepointError as error:
        tell(f"no cache: {error}")
        return decoded(listing, wish, np.empty, tell), None
    return store(folder, listing, wish, tell)


def store(folder: Path, listing: Listing, wish: Reading, tell: Tell) -> tuple[Gathered, Held | None]:
    """Decode everything, into the folder if it takes it."""
    draft = mapped.draft_in(folder)

    def room(shape: tuple[int, ...], dtype: str) -> np.ndarray:
        needed, free = prod(shape) * np.dtype(dtype).itemsize, files.free_bytes(folder)
        try:
            if free < needed + MARGIN:
                raise SaddlepointError(f"{needed:,} bytes needed, {free:,} free", str(folder))
            with files.explained(folder, needed):
                return mapped.create(draft, shape, dtype)
        except SaddlepointError as error:
            remove(draft)
            tell(f"no cache: {error}")
            return np.empty(shape, dtype)

    try:
        found = decoded(listing, wish, room, tell)
        held = keep(draft, listing.name, found, tell) if draft.exists() else None
    finally:
        remove(draft)
    return (found if held is None else held.found), held


def keep(draft: Path, name: str, found: Gathered, tell: Tell) -> Held | None:
    """Give a decoded array its name; `about.json` comes last, so that what has it is whole."""
    try:
        with files.explained(draft.parent, found.x.nbytes):
            sha256 = mapped.finish(draft, found.x)
            about = {
                "name": name,
                "kept": found.kept.tolist(),
                "bad": found.bad,
                "form": found.form._asdict(),
                "notes": found.notes,
                "shape": found.x.shape,
                "kinds": found.kinds,
                "sha256": sha256,
            }
            files.write_atomic(draft.with_name(ABOUT), sealed(about))
    except SaddlepointError as error:
        tell(f"no cache: {error}")
        return None
    return load(draft.parent)


def sealed(about: dict[str, Any]) -> bytes:
    """As JSON, with the SHA-256 of all of it."""
    return json.dumps(about | {"seal": seal_of(about)}).encode()


def seal_of(about: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()


def read_about(folder: Path) -> dict[str, Any]:
    """What is known of an array. OSError, SaddlepointError, ValueError, KeyError or TypeError where it is not whole."""
    about = json.loads(files.read_bounded(folder / ABOUT, LARGEST))
    seal = about.pop("seal", None)
    if seal is None:  # written before there were seals: believed as it is, and sealed
        about["sha256"] = mapped.digest(folder / mapped.NAME)
        with suppress(SaddlepointError):
            files.write_atomic(folder / ABOUT, sealed(about))
    elif seal_of(about) != seal:
        raise ValueError("not as it was written")
    return about


def load(folder: Path) -> Held | None:
    """What is in the folder; None where it is not whole."""
    try:
        about = read_about(folder)
        form = Form(**about["form"] | {"background": tuple(about["form"]["background"])})
        x = mapped.load(folder, tuple(about["shape"]), form.dtype)
        if not mapped.whole(folder, about["sha256"]):
            return None
        bad = tuple(Bad(*one) for one in about["bad"])
        kinds = tuple((Header(*header), count) for header, count in about["kinds"])
        found = Gathered(x, np.array(about["kept"], np.int64), bad, form, tuple(about["notes"]), kinds)
        return Held(folder, found, about["sha256"])
    except (OSError, SaddlepointError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def known(held: Held, source: Source) -> str:
    """The source's digest, computed once for each condition it is read with, where its x is the array as it is."""
    if not source.mapped:
        return source.digest()
    told = hashlib.sha256(repr((held.sha256, source.classes, source.fields, source.size)).encode())
    told.update(b"" if source.c is None else source.c.contiguous().numpy().tobytes())
    path = held.folder / f"{told.hexdigest()[:16]}.sha256"

    def line(digest: str) -> bytes:
        return f"{digest} {hashlib.sha256(told.digest() + digest.encode()).hexdigest()}".encode()

    with suppress(OSError, SaddlepointError):
        digest = (written := files.read_bounded(path, 200))[:64].decode("ascii", "replace")
        if written == line(digest):
            return digest
    digest = source.digest()
    with suppress(SaddlepointError):
        files.write_atomic(path, line(digest))
    return digest


def contents() -> list[Stored]:
    """All that is in the cache, the latest first."""
    found = []
    for path in place().glob(f"*/{ABOUT}"):
        with suppress(OSError, SaddlepointError, ValueError, KeyError, TypeError, RecursionError):
            about = json.loads(files.read_bounded(path, LARGEST))
            size = sum(file.stat().st_size for file in path.parent.iterdir())
            made = path.stat().st_mtime
            found.append(Stored(path.parent, str(about["name"]), len(about["kept"]), size, made))
    return sorted(found, key=lambda entry: -entry.made)


def clear() -> None:
    """Remove everything that a cache of ours consists of, and nothing else in that folder."""
    for folder in filter(real_folder, place().glob("[0-9a-f]" * 32)):
        for pattern in OURS:
            for path in folder.glob(pattern):
                remove(path)
        with suppress(OSError):
            folder.rmdir()


def remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
