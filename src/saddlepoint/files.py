"""Files and folders that are either whole or absent, whatever happens while they are written.

What is written goes to a draft beside its final name, is forced to the disk, and takes its name in one step; then the
folder that holds the name is forced to the disk too. A process killed at any moment leaves the old state or the new
one, and at most a draft, which `sweep` removes. Everything that changes the disk goes through `operations`, so that a
test can make any one of them fail.
What is ours is never a link, a pipe or a device (`regular`): such things are refused, and left as they are.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from saddlepoint.errors import Irregular, SaddlepointError
from saddlepoint.regular import CAREFUL, real_folder, refuse_irregular, refuse_link

DRAFT, FORMER = ".saddlepoint.tmp", ".saddlepoint.former"
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


def write_atomic(path: Path, data: bytes, lasting: bool = True) -> None:
    """Make `path` hold `data`, or leave it as it was and raise. A link there is replaced, not followed.

    Unless `lasting` it is not forced to the disk: one of many files, that can be made again after a power cut.
    """
    draft = _beside(path, DRAFT)
    with explained(path, needed=len(data)):
        try:
            _draft(draft, data, lasting)
            operations.rename(draft, path)
            if lasting:
                _sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                operations.unlink(draft)
            raise


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make `folder` hold these files, beside whatever others somebody has put there, or leave it as it was and raise.

    A folder cannot be replaced in one step. The former one is set aside first, where `sweep` finds it again should the
    process die between the two renames, or before what others put there was handed on. Irregular as `require_folder`.
    """
    draft, former = _beside(folder, DRAFT), _beside(folder, FORMER)
    sweep(folder.parent)
    require_folder(folder)
    with explained(folder, needed=sum(map(len, contents.values()))):
        try:
            operations.mkdir(draft)
            for name, data in contents.items():
                _put(draft / name, data, os.O_CREAT | os.O_EXCL, sync=True)
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


def require_folder(folder: Path) -> None:
    """Raise Irregular where something other than a folder has the name of one that is to be written."""
    if os.path.lexists(folder) and not real_folder(folder):
        raise Irregular("is a link, or no folder", str(folder), "move it elsewhere")


def settled(folder: Path) -> Path:
    """Where `folder` is to be read: there, or where a process that died between two renames has set it aside."""
    return former if not folder.exists() and (former := _beside(folder, FORMER)).is_dir() else folder


def append(path: Path, data: bytes) -> None:
    """Add `data` to the end of a file, all of it or, having raised, nothing. Not forced to the disk: see `sync`."""
    with explained(path, needed=len(data)):
        _put(path, data, os.O_CREAT | os.O_APPEND)


def cut(path: Path, size: int) -> None:
    """Shorten a file to its first `size` bytes."""
    with explained(path), _closing(open_regular(path, os.O_WRONLY)) as handle:
        operations.truncate(handle, size)
        operations.sync(handle)


def sync(path: Path) -> None:
    """Force a file that was written to, and its name, to the disk."""
    with explained(path):
        with _closing(open_regular(path, os.O_RDWR)) as handle:
            operations.sync(handle)
        _sync_folder(path.parent)


def read_bounded(path: Path, most: int, start: int = 0) -> bytes:
    """All of a file, or what follows its first `start` bytes. Irregular if it is no regular file or that is more than
    `most` bytes; OSError as the system has it.
    """
    with reading(path) as file:
        if (size := os.fstat(file.fileno()).st_size - start) > most:
            raise Irregular(f"has {size:,} bytes, more than the {most:,} that are read", str(path), "restore it")
        file.seek(start)
        return file.read(max(0, size))


@contextmanager
def reading(path: Path) -> Iterator[BufferedReader]:
    """A file, to be read piece by piece. Irregular and OSError as for `read_bounded`."""
    with os.fdopen(open_regular(path, os.O_RDONLY, os.open), "rb") as file:
        yield file


def open_regular(path: Path, flags: int, opener: Callable[..., int] | None = None) -> int:
    """A handle, to be closed, of a regular file that is no link nor, if it is to be changed, has a second name."""
    changed = bool(flags & (os.O_WRONLY | os.O_RDWR))
    with suppress(FileNotFoundError):
        refuse_irregular(os.lstat(path), path, changed)
    handle = (opener or operations.open)(path, flags | CAREFUL, 0o666)
    try:
        refuse_irregular(os.fstat(handle), path, changed)
    except SaddlepointError:
        os.close(handle)
        raise
    return handle


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, where they are missing."""
    with explained(folder):
        for step in [*reversed(folder.parents), folder]:
            if not step.is_dir() and not _made(step) and not step.is_dir():  # another process may have been first
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def make_new_folder(folder: Path) -> bool:
    """Create a folder where there is nothing of that name; False where there is."""
    with explained(folder):
        return _made(folder)


def make_own_folder(folder: Path) -> None:
    """Create a folder that belongs to a run, where it is missing; Irregular where it is a link to another."""
    refuse_link(folder)
    make_folder(folder)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it. Its name goes first, so that no half of it is taken for the whole."""
    with explained(folder):
        operations.rename(folder, draft := _beside(folder, DRAFT))
        _remove(draft)


def rename(path: Path, name: str) -> None:
    """Give a file or a folder another name, where it is."""
    with explained(path):
        operations.rename(path, path.with_name(name))
        _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Finish what a dead process left behind: put back a folder it had set aside, or hand on to the new one what of it
    is somebody else's, and remove its drafts; nothing else.
    """
    with explained(folder):
        for entry in sorted(folder.iterdir()) if folder.is_dir() else []:
            whole = entry.with_name(entry.name.removesuffix(FORMER))
            if whole != entry and real_folder(entry) and not os.path.lexists(whole):
                operations.rename(entry, whole)
            elif whole != entry and real_folder(entry):
                _hand_on(entry, whole)
            elif entry.name.endswith((DRAFT, FORMER)):
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
        what = str(error.strerror or error)
        raise SaddlepointError(what, str(path), "check the disk and the permissions", code=1) from error


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _made(folder: Path) -> bool:
    try:
        operations.mkdir(folder)
    except FileExistsError:
        return False
    _sync_folder(folder.parent)
    return True


@contextmanager
def _closing(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        operations.close(handle)


def _draft(path: Path, data: bytes, lasting: bool) -> None:
    """Write a new file. What a dead process left under its name goes; if that is a link, nothing is written through."""
    if os.path.lexists(path):
        operations.unlink(path)
    _put(path, data, os.O_CREAT | os.O_EXCL, sync=lasting)


def _put(path: Path, data: bytes, flags: int, sync: bool = False) -> None:
    """Write all of `data` to a file opened with these flags; one that is appended to is cut back if that fails."""
    with _closing(open_regular(path, os.O_WRONLY | flags)) as handle:
        before, rest = os.fstat(handle).st_size, memoryview(data)
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
    if hasattr(os, "O_DIRECTORY"):
        with _closing(operations.open(folder, os.O_RDONLY | os.O_DIRECTORY)) as handle:
            operations.sync(handle)


def _hand_on(former: Path, folder: Path) -> None:
    """Move what a folder does not have from its former self to it, and remove the rest; not into what is no folder."""
    if not real_folder(folder):
        return
    if others := sorted(set(os.listdir(former)) - set(os.listdir(folder))):
        for name in others:
            operations.rename(former / name, folder / name)
        _sync_folder(folder)
    _remove(former)


def _remove(path: Path) -> None:
    """Remove a file, a link, or a folder with what is in it, never following a link."""
    if real_folder(path):
        for entry in sorted(path.iterdir()):
            _remove(entry)
        operations.rmdir(path)
    else:
        operations.unlink(path)
