"""A zip of pictures, read in place; its folders are the classes. Entries that would reach outside are refused."""

import stat
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from saddlepoint.data.folder import LABELS, by_folder
from saddlepoint.data.guards import overlapping, regular, sealed
from saddlepoint.data.pictures import BYTES, FOREIGN, SUFFIXES
from saddlepoint.data.reading import Bad, Entry, Listing, plain, why
from saddlepoint.errors import SaddlepointError

RATIO = 1000  # pictures are compressed already: what unpacks to more than this is no picture
SMALL = 1 << 20
MOST = 5_000_000


def list_zip(path: Path) -> Listing:
    """Every picture in the zip, in the order of their names."""
    where = plain(str(path))
    try:
        size = regular(path).st_size
        archive = zipfile.ZipFile(path)
        inside = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise SaddlepointError(f"not a zip that can be read: {why(error)}", where, "fetch it again") from error
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror or error}", where) from error
    if len(inside) > MOST:
        raise SaddlepointError(f"{len(inside):,} entries, more than {MOST:,}", where)
    if overlapping(inside, size):
        raise SaddlepointError("not a zip that can be read: its entries overlap", where, "fetch it again")
    entries, bad = [], []
    for one in inside:
        name = path_of(one)
        suffix = PurePosixPath(name).suffix.lower()
        if name.endswith("/") or hidden(name) or suffix not in SUFFIXES | FOREIGN:
            continue
        if reason := refused(one) or (f"{suffix} is not read" if suffix in FOREIGN else ""):
            bad.append(Bad(name, reason))
        else:
            changed = hash((one.CRC, *one.date_time)) & 0xFFFFFFFF
            entries.append(Entry(name, one.file_size, changed, partial(unpacked, archive, one)))
    if not entries and not bad:
        raise SaddlepointError("no pictures in this zip", where, "pictures end in .png, .jpg, .webp, ...")
    entries.sort(key=lambda entry: entry.name)
    labels = any(PurePosixPath(path_of(one)).name == LABELS for one in inside)
    return by_folder(path.name, shorter(entries), bad, str(path.resolve()), labels)


def path_of(one: zipfile.ZipInfo) -> str:
    """The entry's path, between slashes: some programs write it as Windows does, between backslashes."""
    return one.filename.replace("\\", "/")


def hidden(name: str) -> bool:
    """Whether it belongs to a system's own bookkeeping: .DS_Store, __MACOSX/."""
    return any(part.startswith(".") and part != ".." for part in name.split("/")) or name.startswith("__MACOSX/")


def refused(one: zipfile.ZipInfo) -> str:
    """Why this entry is not opened; empty where it is."""
    name = path_of(one)
    if ".." in name.split("/") or name.startswith("/") or name[1:2] == ":":
        return "its name leads out of the zip"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "a link"
    if reason := sealed(one):
        return reason
    if one.file_size > BYTES:
        return f"{one.file_size:,} bytes, more than {BYTES:,}"
    if one.file_size > max(SMALL, RATIO * one.compress_size):
        return f"unpacks {one.compress_size:,} bytes to {one.file_size:,}: no picture does"
    return ""


def unpacked(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> BinaryIO:
    """The entry's bytes: as many as declared, however many there are, checked against their checksum."""
    with archive.open(one) as stream:
        return BytesIO(stream.read(one.file_size))


def shorter(entries: list[Entry]) -> list[Entry]:
    """Without the folders that all entries have in common: zips often hold one folder with everything in it."""
    parts = [entry.name.split("/")[:-1] for entry in entries]
    common = 0
    while parts and all(len(p) > common and p[common] == parts[0][common] for p in parts):
        common += 1
    return [entry._replace(name="/".join(entry.name.split("/")[common:])) for entry in entries]
