"""What may bear the name of a file or folder of ours: regular files and real folders, never a link, a pipe or a device.

A link would have us change what it leads to, a pipe keep us waiting, a device fill the memory.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG

from saddlepoint.errors import Irregular

JUNCTION = 0xA0000003  # the tag of Windows' second kind of link to a folder
CAREFUL = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""To open a file without following a link or waiting for a pipe, where the system can."""


def is_link(state: os.stat_result) -> bool:
    return S_ISLNK(state.st_mode) or getattr(state, "st_reparse_tag", 0) == JUNCTION


def refuse_irregular(state: os.stat_result, path: Path, changed: bool) -> None:
    """Raise Irregular for what is no file of ours; one with a second name would be changed under that name, too."""
    if is_link(state):
        raise Irregular("is a link", str(path), "put the file itself there")
    if not S_ISREG(state.st_mode):
        raise Irregular("is no regular file", str(path), "restore it")
    if changed and state.st_nlink > 1:
        raise Irregular("has a second name (a hard link)", str(path), "put a copy of its own there")


def refuse_link(folder: Path) -> None:
    """Raise Irregular where a link bears the name of a folder of ours."""
    with suppress(FileNotFoundError, NotADirectoryError):
        if is_link(os.lstat(folder)):
            raise Irregular("is a link", str(folder), "put the folder itself there")


def real_folder(path: Path) -> bool:
    """Whether this is a folder, and no link to one."""
    state = os.lstat(path)
    return S_ISDIR(state.st_mode) and not is_link(state)


def holds_only(folder: Path, names: Collection[str]) -> bool:
    """Whether this is a folder, and no link to one, with nothing in it but what has these names."""
    return real_folder(folder) and set(os.listdir(folder)) <= set(names)
