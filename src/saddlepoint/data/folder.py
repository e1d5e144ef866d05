"""A folder of pictures; the folders they lie in, however deep, are their classes."""

import os
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from stat import S_ISREG

from saddlepoint.data.pictures import FOREIGN, SUFFIXES
from saddlepoint.data.reading import Bad, Entry, Listing, plain, readable, shown
from saddlepoint.errors import SaddlepointError

TOP = "."  # the class of pictures that lie beside folders of others
LABELS = "dataset.json"
INSTEAD = "give its labels as the column class of a .csv, next to a column path; `train --unconditional` takes none"


def list_folder(path: Path) -> Listing:
    """Every picture below the folder, in the order of their names. Other files are none of our business."""
    entries, bad = [], []
    for found in walk(path):
        (bad if isinstance(found, Bad) else entries).append(found)
    if not entries and not bad:
        raise SaddlepointError("no pictures in this folder", plain(str(path)), "pictures end in .png, .jpg, .webp, ...")
    entries.sort(key=lambda entry: entry.name)
    return by_folder(f"{path.resolve().name}/", entries, bad, str(path.resolve()), (path / LABELS).exists())


def by_folder(name: str, entries: list[Entry], bad: list[Bad], root: str, labels: bool = False) -> Listing:
    """The listing whose class is the folder of each entry; none where all lie in one folder. `labels`: whether there is
    a file of labels beside them, as StyleGAN writes it.
    """
    classes = [entry.name.rpartition("/")[0] or TOP for entry in entries]
    kinds = set(classes)
    notes = ("all pictures lie in one folder: no classes",) if len(kinds) == 1 and TOP not in kinds else ()
    if TOP in kinds and len(kinds) > 1:
        notes = (f"pictures outside the folders ({classes.count(TOP):,}) are a class of their own, '{TOP}'",)
    if labels:
        taken = "the folders are the classes" if len(kinds) > 1 else "there are no classes"
        notes += (f"{LABELS} is not read: {taken} ({INSTEAD})",)
    columns = {"class": classes} if len(kinds) > 1 else {}
    return Listing(name, entries, columns, bad, notes, root=root, kinds={"class": "class"})


def walk(root: Path) -> Iterator[Entry | Bad]:
    """The pictures below `root`. Links to folders are followed when all else has been seen, and each folder is read
    once, whatever leads to it: a few dozen links can name one folder a billion times.
    """
    waiting, seen = deque([root]), dict[tuple[int, int], str]()
    while waiting:
        folder = waiting.popleft()
        name = below(folder, root)
        try:
            about = os.stat(folder)
            first = seen.setdefault((about.st_dev, about.st_ino), name)
            if first != name:
                yield Bad(name, again(name, first))
                continue
            with os.scandir(folder) as found:
                inside = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise SaddlepointError(f"cannot be read: {error.strerror}", plain(str(root))) from error
            yield Bad(name, f"cannot be read: {error.strerror}")
            continue
        folders = []
        for entry in inside:
            suffix, path = os.path.splitext(entry.name)[1].lower(), Path(entry.path)
            if entry.name.startswith("."):
                continue
            if is_folder(entry) and suffix in SUFFIXES:
                yield Bad(below(path, root), "a folder, not a picture")
            elif is_folder(entry):
                (waiting if entry.is_symlink() else folders).append(path)
            elif suffix in SUFFIXES or suffix in FOREIGN:
                yield look_at(path, below(path, root), suffix)
        waiting.extendleft(reversed(folders))


def again(name: str, first: str) -> str:
    """Why a folder that was read before, under its first name, is not read again."""
    above = first == TOP or name.startswith(f"{first}/")
    return "a link back to a folder above it" if above else f"the folder '{shown(first)}' again"


def below(path: Path, root: Path) -> str:
    """The path from the root, as text: classes are named by it."""
    return readable(path.relative_to(root).as_posix())


def is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def look_at(path: Path, name: str, suffix: str) -> Entry | Bad:
    """The file, if it is one that may hold a picture."""
    if suffix in FOREIGN:
        return Bad(name, f"{suffix} is not read: convert it to PNG or JPEG")
    try:
        about = path.stat()
    except OSError as error:
        return Bad(name, "a link that leads nowhere" if path.is_symlink() else f"cannot be read: {error.strerror}")
    if not S_ISREG(about.st_mode):
        return Bad(name, "not a file")
    return Entry(name, about.st_size, about.st_mtime_ns, partial(open, path, "rb"))
