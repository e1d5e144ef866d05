"""A folder of pictures; the folders they lie in, however deep, are their classes."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from stat import S_ISREG

from saddlepoint.data.pictures import FOREIGN, SUFFIXES
from saddlepoint.data.reading import Bad, Entry, Listing, readable
from saddlepoint.errors import SaddlepointError

TOP = "."  # the class of pictures that lie beside folders of others


def list_folder(path: Path) -> Listing:
    """Every picture below the folder, in the order of their names. Other files are none of our business."""
    entries, bad = [], []
    for found in walk(path, path, ()):
        (bad if isinstance(found, Bad) else entries).append(found)
    if not entries and not bad:
        raise SaddlepointError("no pictures in this folder", str(path), "pictures end in .png, .jpg, .webp, ...")
    entries.sort(key=lambda entry: entry.name)
    return by_folder(f"{path.resolve().name}/", entries, bad, str(path.resolve()))


def by_folder(name: str, entries: list[Entry], bad: list[Bad], root: str) -> Listing:
    """The listing whose class is the folder of each entry; none where all lie in one folder."""
    classes = [entry.name.rpartition("/")[0] or TOP for entry in entries]
    kinds = set(classes)
    notes = ("all pictures lie in one folder: no classes",) if len(kinds) == 1 and TOP not in kinds else ()
    if TOP in kinds and len(kinds) > 1:
        notes = (f"{classes.count(TOP):,} pictures lie beside the folders: they are a class of their own, '{TOP}'",)
    return Listing(name, entries, {"class": classes} if len(kinds) > 1 else {}, bad, notes, root=root)


def walk(root: Path, folder: Path, above: tuple[str, ...]) -> Iterator[Entry | Bad]:
    """The pictures below `folder`. Links to folders are followed, but not back to one that is being walked."""
    here = os.path.realpath(folder)
    name = below(folder, root)
    if here in above:
        yield Bad(name, "a link back to a folder above it")
        return
    try:
        with os.scandir(folder) as found:
            inside = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        if folder == root:
            raise SaddlepointError(f"cannot be read: {error.strerror}", str(root)) from error
        yield Bad(name, f"cannot be read: {error.strerror}")
        return
    for entry in inside:
        if entry.name.startswith("."):
            continue
        suffix = os.path.splitext(entry.name)[1].lower()
        path = Path(entry.path)
        if is_folder(entry):
            if suffix in SUFFIXES:
                yield Bad(below(path, root), "a folder, not a picture")
            else:
                yield from walk(root, path, (*above, here))
        elif suffix in SUFFIXES or suffix in FOREIGN:
            yield look_at(path, below(path, root), suffix)


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
