"""Files and folders that are either whole or absent, whatever happens while they are written.

What is written goes to a draft beside its final name, is forced to the disk, and takes its name in one step; then the
folder that holds the name is forced to the disk too. A process killed at any moment leaves the old state or the new
one, and at most a draft, which `sweep` removes. Everything that changes the disk goes through `operations`, so that a
test can make any one of them fail.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from saddlepoint.errors import SaddlepointError

DRAFT, FORMER = ".tmp", ".former"
FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file size limit is reached",
}


class Operations(NamedTuple):
    """Everything that changes the disk, as the system offers it."""

    open: Callable[..., int] = os.open
    write: Callable[..., int] = os.write
    sync: Callable[..., None] = os.fsync
    truncate: Callable[..., None] = os.ftruncate
    close: Callable[..., None] = os.close
    rename: Callable[..., None] = os.replace
    mkdir: Callable[..., None] = os.mkdir
    unlink: Callable[..., None] = os.unlink
    rmdir: Callable[..., None] = os.rmdir


operations = Operations()


def write_atomic(path: Path, data: bytes) -> None:
    """Make `path` hold `data`, or leave it as it was and raise."""
    draft = _beside(path, DRAFT)
    with explained(path, needed=len(data)):
        try:
            _put(draft, data, os.O_TRUNC, sync=True)
            operations.rename(draft, path)
            _sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                operations.unlink(draft)
            raise


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make `folder` hold these files and no others, or leave it as it was and raise.

    A folder cannot be replaced in one step. The former one is set aside first, where `sweep` finds it again should the
    process die between the two renames.
    """
    draft, former = _beside(folder, DRAFT), _beside(folder, FORMER)
    sweep(folder.parent)
    with explained(folder, needed=sum(map(len, contents.values()))):
        try:
            operations.mkdir(draft)
            for name, data in contents.items():
                _put(draft / name, data, os.O_EXCL, sync=True)
            _sync_folder(draft)
            if folder.exists():
                operations.rename(folder, former)
            operations.rename(draft, folder)
            _sync_folder(folder.parent)
        except OSError:
            with suppress(SaddlepointError):
                sweep(folder.parent)
            raise
    sweep(folder.parent)


def append(path: Path, data: bytes) -> None:
    """Add `data` to the end of a file, all of it or, having raised, nothing. Not forced to the disk: see `sync`."""
    with explained(path, needed=len(data)):
        _put(path, data, os.O_APPEND)


def cut(path: Path, size: int) -> None:
    """Shorten a file to its first `size` bytes."""
    with explained(path), _opened(path, os.O_WRONLY) as handle:
        operations.truncate(handle, size)
        operations.sync(handle)


def sync(path: Path) -> None:
    """Force a file that was appended to, and its name, to the disk."""
    with explained(path):
        with _opened(path, os.O_RDONLY) as handle:
            operations.sync(handle)
        _sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, where they are missing."""
    with explained(folder):
        for step in [*reversed(folder.parents), folder]:
            if not step.is_dir():
                operations.mkdir(step)
                _sync_folder(step.parent)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it. Its name goes first, so that no half of it is taken for the whole."""
    draft = folder if folder.suffix == DRAFT else _beside(folder, DRAFT)
    with explained(folder):
        if draft != folder:
            operations.rename(folder, draft)
        _remove(draft)


def rename(path: Path, name: str) -> None:
    """Give a file or a folder another name, where it is."""
    with explained(path):
        operations.rename(path, path.with_name(name))
        _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Finish what a dead process left behind: put back a folder it had set aside, remove its drafts."""
    with explained(folder):
        for entry in sorted(folder.iterdir()) if folder.is_dir() else []:
            if entry.suffix == FORMER and not entry.with_suffix("").exists():
                operations.rename(entry, entry.with_suffix(""))
            elif entry.suffix in (DRAFT, FORMER):
                _remove(entry)


def free_bytes(path: Path) -> int:
    """Free space, in bytes, of the disk that holds `path` or would hold it."""
    there = next(place for place in (path, *path.absolute().parents) if place.exists())
    return shutil.disk_usage(there).free


@contextmanager
def explained(path: Path, needed: int = 0) -> Iterator[None]:
    """Turn what the system reports into one line for the user; where space is short, with the bytes needed and free."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            what = f"{FULL[error.errno]}: {needed:,} bytes needed, {free_bytes(path):,} bytes free"
            raise SaddlepointError(what, str(path), "make room, then try again", code=1) from error
        raise SaddlepointError(
            str(error.strerror or error), str(path), "check the disk and the permissions", code=1
        ) from error


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    handle = operations.open(path, flags | getattr(os, "O_BINARY", 0), 0o666)
    try:
        yield handle
    finally:
        operations.close(handle)


def _put(path: Path, data: bytes, flags: int, sync: bool = False) -> None:
    """Write all of `data` to a file opened with these flags; one that is appended to is cut back if that fails."""
    with _opened(path, os.O_WRONLY | os.O_CREAT | flags) as handle:
        before = os.fstat(handle).st_size
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[operations.write(handle, rest) :]
        except OSError:
            with suppress(OSError):
                operations.truncate(handle, before)
            raise
        if sync:
            operations.sync(handle)


def _sync_folder(folder: Path) -> None:
    """Force a folder's list of names to the disk. (Windows has no such thing: there a rename is durable by itself.)"""
    if os.name == "posix":
        with _opened(folder, os.O_RDONLY) as handle:
            operations.sync(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for entry in sorted(path.iterdir()):
            _remove(entry)
        operations.rmdir(path)
    else:
        operations.unlink(path)
