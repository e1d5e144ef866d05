"""Files of weights that are downloaded: believed for their SHA-256, wherever they come from.

    CACHE/weights/HASH.EXT    HASH is that of the address, EXT what the address ends in

Nothing reaches the disk, or a reader, whose digest is not among those that are known.
"""

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from saddlepoint import files
from saddlepoint.data.cache import place
from saddlepoint.errors import SaddlepointError
from saddlepoint.judge.extractors.foreign import believed

SCHEMES = ("https://", "http://")
MOST = 1 << 29  # bytes; a file that promises or sends more is refused
PIECE = 1 << 20
PATIENCE = 30.0  # seconds without a byte
OTHERWISE = "download it by other means, and give the file"


def is_address(where: str) -> bool:
    return where.lower().startswith(SCHEMES)


def folder() -> Path:
    return place() / "weights"


def fetched(address: str, known: Mapping[str, str]) -> Path:
    """The file at this address, from the cache where it has been before. `known`: digests, each with what it is.

    SaddlepointError where it cannot be had, is too large, or is none of those known.
    """
    suffix = PurePosixPath(urlsplit(address).path).suffix
    path = folder() / (sha256(address.encode()).hexdigest()[:32] + suffix)
    if path.is_file() and sha256(path.read_bytes()).hexdigest() in known:
        return path
    content = download(address)
    believed(content, address, known)
    files.make_folder(path.parent)
    files.write_atomic(path, content)
    return path


def download(address: str) -> bytes:
    """What is at this address; SaddlepointError, in words for people, where that cannot be had."""
    content = bytearray()
    try:
        with urlopen(address, timeout=PATIENCE) as answer:
            while piece := answer.read(PIECE):
                content += piece
                if len(content) > MOST:
                    raise SaddlepointError(f"more than {MOST >> 20} MiB: no weights of ours", address)
            promised = int(answer.headers.get("Content-Length") or len(content))
    except HTTPError as error:
        raise SaddlepointError(f"the server says {error.code} {error.reason}", address, OTHERWISE) from error
    except (URLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise SaddlepointError(f"cannot be downloaded: {why}", address, OTHERWISE) from error
    if len(content) < promised:
        raise SaddlepointError(f"the download broke off after {len(content):,} of {promised:,} bytes", address, "again")
    return bytes(content)


def contents() -> list[Path]:
    """All files that are kept."""
    return sorted(folder().glob("[0-9a-f]" * 32 + "*"))


def clear() -> None:
    """Remove them, and nothing else in that folder."""
    for path in contents():
        with suppress(OSError):
            path.unlink()
