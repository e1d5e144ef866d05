"""What is looked at before a file is opened or unpacked: reading a pipe may never end, and a zip may hold anything."""

import os
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path

from saddlepoint.data.reading import plain
from saddlepoint.errors import SaddlepointError

FREE, TIMES = 1 << 28, 200  # bytes that may be unpacked in any case; beyond, how many from each byte of the file
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # whose unpacking can be stopped at any byte
OTHERS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


def regular(path: Path) -> os.stat_result:
    """What the system knows of a file. Raises SaddlepointError for whatever is none: a folder, a pipe, a device."""
    try:
        about = os.stat(path)
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", plain(str(path))) from error
    if not stat.S_ISREG(about.st_mode):
        what = OTHERS.get(stat.S_IFMT(about.st_mode), "a device")
        raise SaddlepointError(f"{what}, not a file", plain(str(path)), "give a file on a disk")
    return about


def swelling(packed: int, unpacked: int) -> str:
    """Why so much is not unpacked; empty where it may be. Deflate makes at most 1,032 bytes from one."""
    bomb = unpacked > max(FREE, TIMES * packed)
    return f"unpacks {packed:,} bytes to {unpacked:,}: no data do" if bomb else ""


def sealed(one: zipfile.ZipInfo) -> str:
    """Why this entry of a zip is not opened, whatever it holds; empty where it may be."""
    if one.flag_bits & 1:
        return "encrypted"
    return "" if one.compress_type in METHODS else f"compressed by method {one.compress_type}: only deflate is read"


def overlapping(inside: Iterable[zipfile.ZipInfo], size: int) -> bool:
    """Whether entries share their bytes: together they are larger than the file of `size` bytes."""
    return sum(one.compress_size for one in inside) > size
