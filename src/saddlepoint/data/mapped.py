"""An array in a file: its room taken before it is written, its bytes on the disk before its name, checked before use.

    x.npy           a .npy file whose header has HEADER bytes; it is mapped, not loaded
    x.NUMBER.tmp    the same while process NUMBER writes it, with a lock on it that ends with the process
    checked.json    at which start of the machine, and in which state of the file, its digest was last compared

All of it may raise OSError, or SaddlepointError with one line.
"""

import errno
import hashlib
import json
import os
import struct
from contextlib import suppress
from math import prod
from pathlib import Path

import numpy as np

from saddlepoint import files
from saddlepoint.errors import SaddlepointError

try:
    import fcntl
except ImportError:  # Windows: there a file that is mapped cannot be removed anyway
    fcntl = None

NAME, CHECKED = "x.npy", "checked.json"
HEADER = 128
PIECE = 1 << 22
UNABLE = (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)  # what a disk says that cannot set room aside
BOOT = Path("/proc/sys/kernel/random/boot_id")


def draft_in(folder: Path) -> Path:
    """Where this process writes the array of this folder."""
    return folder / f"x.{os.getpid()}.tmp"


def create(draft: Path, shape: tuple[int, ...], dtype: str) -> np.memmap:
    """A new array in a file whose room is all taken: a full disk says so now, instead of killing the process later."""
    draft.unlink(missing_ok=True)
    size = HEADER + prod(shape) * np.dtype(dtype).itemsize
    with os.fdopen(files.open_regular(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL), "r+b") as file:
        if fcntl is not None:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the mapping keeps it
        take_room(file.fileno(), size)
        return np.memmap(file, dtype, "r+", HEADER, shape)


def take_room(handle: int, size: int) -> None:
    """Set so many bytes of the disk aside for a new file; where the system cannot, by writing zeros."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(handle, 0, size)
        except OSError as error:
            if error.errno not in UNABLE:
                raise
        else:
            return
    for start in range(0, size, PIECE):
        rest = memoryview(bytes(min(PIECE, size - start)))
        while rest:
            rest = rest[os.write(handle, rest) :]


def finish(draft: Path, x: np.ndarray) -> str:
    """Give the file its header and its name, once its bytes are on the disk; returns their SHA-256.

    x is the mapped array or its beginning; the room of what was left out is cut off.
    """
    x.flush()  # pyright: ignore[reportAttributeAccessIssue]
    words = repr({"descr": x.dtype.str, "fortran_order": False, "shape": x.shape}).encode("latin1")
    size = HEADER - 10
    with draft.open("r+b") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", size) + words.ljust(size - 1) + b"\n")
        file.truncate(HEADER + x.nbytes)
    files.sync(draft)
    files.rename(draft, NAME)
    sha256 = digest(draft.with_name(NAME))
    note(draft.parent, sha256)
    return sha256


def load(folder: Path, shape: tuple[int, ...], dtype: str) -> np.memmap:
    """The array, mapped; what is written to it does not reach the file. ValueError where the file is too short."""
    with files.reading(folder / NAME) as file:
        return np.memmap(file, dtype, "c", HEADER, shape)


def digest(path: Path) -> str:
    """SHA-256 of the array's bytes. They are read, not mapped: a disk that fails is an OSError."""
    with files.reading(path) as file:
        file.seek(HEADER)
        return hashlib.file_digest(file, "sha256").hexdigest()


def whole(folder: Path, sha256: str) -> bool:
    """Whether the array's bytes have this digest: read once after each start of the machine, and when the file changed.

    Where the machine's starts cannot be told apart, they are read each time.
    """
    if BOOT.exists() and noted(folder) == state(folder, sha256):
        return True
    if digest(folder / NAME) != sha256:
        return False
    note(folder, sha256)
    return True


def state(folder: Path, sha256: str) -> dict[str, str | int]:
    """What is noted of a file whose digest was compared."""
    file = os.stat(folder / NAME)
    boot = BOOT.read_text().strip() if BOOT.exists() else ""
    times = {"inode": file.st_ino, "size": file.st_size, "modified": file.st_mtime_ns, "changed": file.st_ctime_ns}
    return {"boot": boot, "sha256": sha256, **times}


def noted(folder: Path) -> object:
    try:
        return json.loads(files.read_bounded(folder / CHECKED, 1000))
    except (OSError, SaddlepointError, ValueError):
        return None


def note(folder: Path, sha256: str) -> None:
    with suppress(SaddlepointError):  # it is then read once more
        files.write_atomic(folder / CHECKED, json.dumps(state(folder, sha256)).encode())


def sweep(folder: Path) -> None:
    """Remove the drafts of dead processes; those of living ones are locked or, on Windows, cannot be removed."""
    for path in folder.glob("x.*.tmp"):
        with suppress(OSError, SaddlepointError), files.reading(path) as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
