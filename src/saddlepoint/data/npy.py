"""NumPy's .npy and .npz files: headers are checked against the file before memory is asked for. Nothing is unpickled.

The formats are described in `numpy.lib.format`; its reader of headers is used here, on a header of bounded length.
"""

import zipfile
from collections.abc import Callable, Collection, Mapping
from io import BytesIO
from math import prod
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

import numpy as np
from numpy.lib import format as npy

from saddlepoint.data.guards import overlapping, regular, sealed, swelling
from saddlepoint.data.reading import plain, shown, why
from saddlepoint.errors import SaddlepointError

X_NAMES = ("x", "x_train", "images", "train_images", "data", "arr_0")
LIMIT = 1 << 36
LONGEST = 10_000  # bytes of a header
DIMENSIONS = 8
CHUNK = 1 << 24
Result = TypeVar("Result")


class Header(NamedTuple):
    """What an array's header declares."""

    shape: tuple[int, ...]
    dtype: np.dtype
    columns_first: bool

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * self.dtype.itemsize


def read_header(stream: IO[bytes], where: str) -> Header:
    """Raises SaddlepointError where it is no array of plain numbers or texts, or declares more than the limit."""
    try:
        version = npy.read_magic(stream)
        length = stream.read(2 if version == (1, 0) else 4)
        if (size := int.from_bytes(length, "little")) > LONGEST:
            raise ValueError(f"a header of {size:,} bytes")
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, columns_first, dtype = read(BytesIO(length + stream.read(size)), max_header_size=LONGEST)
    except Exception as error:  # the header is parsed as Python: anything may be raised
        raise SaddlepointError(f"not an array: {why(error)}", where) from error
    if dtype.hasobject or dtype.kind not in "fiubUS" or not dtype.itemsize:
        raise SaddlepointError(f"holds {dtype}, not numbers", where, "save plain arrays")
    header = Header(shape, dtype, columns_first)
    if len(shape) > DIMENSIONS or min(shape, default=0) < 0 or header.nbytes > LIMIT:
        raise SaddlepointError(f"declares {dtype} {list(shape)}, more than {LIMIT:,} bytes", where)
    return header


def example_array(names: Collection[str]) -> str | None:
    """Which array of a file holds the examples: by its name, or because there is no other."""
    known = next((name for name in X_NAMES if name in names), None)
    return next(iter(names)) if known is None and len(names) == 1 else known


def npy_header(path: Path) -> Header:
    """The header of a .npy file."""
    regular(path)
    with path.open("rb") as stream:
        return read_header(stream, plain(str(path)))


def read_npy(path: Path) -> np.ndarray:
    """The array in a .npy file, memory-mapped: it need not fit into memory."""
    where = plain(str(path))
    try:
        size = regular(path).st_size
        with path.open("rb") as stream:
            header = read_header(stream, where)
            start, wanted = stream.tell(), header.nbytes
        if size - start < wanted:
            raise SaddlepointError(f"ends before its {wanted:,} bytes", where, "fetch it again")
        if not wanted:
            raise SaddlepointError(f"{header.dtype} {list(header.shape)} are no examples", where, "give some")
        return np.memmap(path, header.dtype, "c", start, header.shape, "F" if header.columns_first else "C")
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror or error}", where) from error


def npz_headers(path: Path) -> dict[str, Header]:
    """The headers of all arrays in a .npz file, by name."""

    def look(archive: zipfile.ZipFile, inside: Mapping[str, zipfile.ZipInfo]) -> dict[str, Header]:
        found = {}
        for name, one in inside.items():
            with archive.open(one) as stream:
                found[name] = read_header(stream, within(path, name))
        return found

    return unzipped(path, look)


def read_npz(path: Path, names: Collection[str]) -> dict[str, np.ndarray]:
    """These arrays of a .npz file, by name; the others are not unpacked."""

    def take(archive: zipfile.ZipFile, inside: Mapping[str, zipfile.ZipInfo]) -> dict[str, np.ndarray]:
        chosen = {name: inside[name] for name in names}
        packed, size = (
            sum(one.compress_size for one in chosen.values()),
            sum(one.file_size for one in chosen.values()),
        )
        if reason := swelling(packed, size):
            raise SaddlepointError(reason, plain(str(path)), "save it by numpy.savez, not compressed, if you trust it")
        found = {}
        for name, one in chosen.items():
            with archive.open(one) as stream:
                found[name] = read_stream(stream, one.file_size, within(path, name))
        return found

    return unzipped(path, take)


def read_stream(stream: IO[bytes], size: int, where: str) -> np.ndarray:
    """The array in a stream of `size` bytes, piece by piece: a false header allocates no more than there really is."""
    header = read_header(stream, where)
    wanted, rest, content = header.nbytes, size - stream.tell(), bytearray()
    if rest < wanted:
        raise SaddlepointError(f"ends after {rest:,} of {wanted:,} bytes", where, "fetch it again")
    while len(content) < wanted:
        piece = stream.read(min(CHUNK, wanted - len(content)))
        if not piece:
            raise SaddlepointError(f"ends after {len(content):,} of {wanted:,} bytes", where, "fetch it again")
        content += piece
    array = np.frombuffer(content, header.dtype)
    return array.reshape(header.shape, order="F" if header.columns_first else "C")


def unzipped(path: Path, work: Callable[[zipfile.ZipFile, Mapping[str, zipfile.ZipInfo]], Result]) -> Result:
    """work(archive, its arrays by name). Whatever a damaged zip raises is a SaddlepointError."""
    where = plain(str(path))
    try:
        size = regular(path).st_size
        with zipfile.ZipFile(path) as archive:
            inside = {one.filename[:-4]: one for one in archive.infolist() if one.filename.endswith(".npy")}
            if overlapping(inside.values(), size):
                raise SaddlepointError("its arrays overlap", where, "save it again by numpy.savez")
            for name, one in inside.items():
                if reason := sealed(one):
                    raise SaddlepointError(reason, within(path, name), "save it again by numpy.savez_compressed")
            return work(archive, inside)
    except SaddlepointError:
        raise
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror or error}", where) from error
    except Exception as error:  # damaged zips raise nearly everything
        raise SaddlepointError(f"damaged: {why(error)}", where) from error


def within(path: Path, name: str) -> str:
    return f"{plain(str(path))}: {shown(name)}"
