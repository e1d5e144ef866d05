"""The idx format of MNIST, plain or gzipped: 0, 0, type, dimensions; each size as a big-endian uint32; the elements.

Described by LeCun, Cortes and Burges beside their data. A file is not trusted: what its header declares is compared
with what is there before memory is asked for, which stays bounded by `limit` and by what the file really holds.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from saddlepoint.data.guards import regular, swelling
from saddlepoint.data.reading import plain, why
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import write_atomic

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LIMIT = 1 << 30
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"


def read(path: str | Path, limit: int = LIMIT) -> np.ndarray:
    """The array in an idx or idx.gz file (told apart by its first bytes), in native byte order.

    Raises SaddlepointError, with the file's name, where the file cannot be read, is not idx, holds fewer or more
    elements than it declares, or declares more than `limit` bytes.
    """
    where = plain(str(path))
    try:
        size = regular(Path(path)).st_size
        with open(path, "rb") as file:
            zipped = file.read(2) == _GZIP
            file.seek(0)
            if not zipped:
                return _parse(file, where, limit)
            with gzip.GzipFile(fileobj=file) as stream:
                return _parse(stream, where, limit, size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SaddlepointError(f"the gzip stream is damaged: {why(error)}", where, "fetch the file again") from error
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror or error}", where) from error


def write(path: str | Path, array: np.ndarray) -> None:
    """Write an idx file, gzipped where the name ends in .gz; the same array always makes the same bytes."""
    big = array.dtype.newbyteorder(">")
    code = next((code for code, kind in TYPES.items() if np.dtype(kind) == big), None)
    if code is None:
        raise SaddlepointError(f"idx files cannot hold {array.dtype}", str(path), "use uint8, int8 to int32 or a float")
    header = struct.pack(f">4B{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    content = header + array.astype(big).tobytes()
    if str(path).endswith(".gz"):
        content = gzip.compress(content, compresslevel=9, mtime=0)
    write_atomic(Path(path), content)


def read_labelled(pictures: str | Path, labels: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Pictures [N, H, W] uint8 and their labels [N] int64, from two idx files that belong together."""
    x, c = read(pictures), read(labels)
    if x.ndim != 3 or x.dtype != np.uint8 or x.size == 0:
        raise SaddlepointError(f"holds {x.dtype} {list(x.shape)}, not pictures: uint8 [N, H, W]", plain(str(pictures)))
    if c.ndim != 1 or c.dtype.kind not in "iu" or (c < 0).any():
        raise SaddlepointError(
            f"holds {c.dtype} {list(c.shape)}, not labels: whole numbers >= 0, [N]", plain(str(labels))
        )
    if len(x) != len(c):
        raise SaddlepointError(f"{len(c)} labels for {len(x)} pictures", plain(str(labels)), "are these files a pair?")
    return x, c.astype(np.int64)


def _parse(stream: BinaryIO | gzip.GzipFile, name: str, limit: int, packed: int | None = None) -> np.ndarray:
    """The array in a stream that `packed` bytes are unpacked to; None where they are as they lie."""
    zeros, code, dimensions = struct.unpack(">HBB", _exactly(stream, 4, name))
    if zeros != 0 or code not in TYPES or not 1 <= dimensions <= 8:
        raise SaddlepointError("not an idx file: its first four bytes are no idx magic", name)
    shape = struct.unpack(f">{dimensions}I", _exactly(stream, 4 * dimensions, name))
    kind = np.dtype(TYPES[code])
    declared = math.prod(shape) * kind.itemsize
    if math.prod(max(side, 1) for side in shape) * kind.itemsize > limit:
        raise SaddlepointError(f"declares {declared} bytes {list(shape)}, more than the limit of {limit}", name)
    if packed is not None and (reason := swelling(packed, declared)):
        raise SaddlepointError(reason, name, "unpack it with gunzip, if you trust it")
    content = _exactly(stream, declared, name)
    if stream.read(1):
        raise SaddlepointError(f"holds more than the {declared} bytes it declares {list(shape)}", name)
    return np.frombuffer(content, kind).reshape(shape).astype(kind.newbyteorder("="), copy=False)


def _exactly(stream: BinaryIO | gzip.GzipFile, count: int, name: str) -> bytearray:
    """`count` bytes, read piece by piece: a false header allocates no more than the file really holds."""
    content = bytearray()
    while len(content) < count:
        piece = stream.read(min(_CHUNK, count - len(content)))
        if not piece:
            raise SaddlepointError(f"ends after {len(content)} of {count} declared bytes", name, "fetch it again")
        content += piece
    return content
