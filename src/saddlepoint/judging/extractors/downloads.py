"""Files of weights that are downloaded: believed for their SHA-256, wherever they come from.

    CACHE/weights/HASH.EXT    HASH is that of the address, EXT what the address ends in

Nothing reaches the disk, or a reader, whose digest is not among those that are known. An address that a user has just
typed may be asked (`fetched`); one that was found in a file is looked up in the cache alone (`cached`).
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from hashlib import file_digest, sha256
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from threading import Thread
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from saddlepoint import files
from saddlepoint.data.cache import place
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors.foreign import MOST, believed

SCHEMES = ("https://", "http://")
PIECE = 1 << 20
PATIENCE = 30.0  # seconds without a byte
IN_ALL = 1800.0  # seconds that a download may take
OTHERWISE = "download it by other means, and give the file"


def is_address(where: str) -> bool:
    return where.lower().startswith(SCHEMES)


def folder() -> Path:
    return place() / "weights"


def cached(address: str, known: Mapping[str, str]) -> Path | None:
    """The file at this address, where it has been before; None where it has not. Nobody is asked for it.

    `known`: digests, each with what it is.
    """
    path = place_of(address)
    with suppress(OSError, SaddlepointError), files.reading(path) as file:
        return path if file_digest(file, "sha256").hexdigest() in known else None


def fetched(address: str, known: Mapping[str, str]) -> Path:
    """The file at this address, from the cache, or downloaded into it; for addresses that the user has given.

    SaddlepointError where it cannot be had, is too large, or is none of those known.
    """
    if (path := cached(address, known)) is not None:
        return path
    content = download(address)
    believed(content, address, known)
    path = place_of(address)
    files.make_folder(path.parent)
    files.write_atomic(path, content)
    return path


def place_of(address: str) -> Path:
    """Where the cache has the file of this address, if it has it."""
    suffix = PurePosixPath(urlsplit(address).path).suffix
    return folder() / (sha256(address.encode()).hexdigest()[:32] + suffix)


def download(address: str) -> bytes:
    """What is at this address; SaddlepointError, in words for people, where that cannot be had in time.

    A server may send a byte now and then for ever, also before its first line is whole, where no limit of ours is asked
    for: the waiting is done by a thread of its own, which is left to itself when the time is up.
    """
    outcome: list[bytes | SaddlepointError] = []
    end = time.monotonic() + IN_ALL

    def work() -> None:
        try:
            outcome.append(received(address, end))
        except SaddlepointError as error:
            outcome.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(IN_ALL)
    found = outcome[0] if outcome else SaddlepointError(f"not whole after {IN_ALL:.0f} seconds", address, OTHERWISE)
    if isinstance(found, SaddlepointError):
        raise found
    return found


def received(address: str, end: float) -> bytes:
    """What is at this address, of at most MOST bytes, received before `end` of the monotonic clock."""
    content = bytearray()
    try:
        with urlopen(address, timeout=PATIENCE) as answer:
            while (piece := answer.read1(PIECE)) and time.monotonic() < end:
                content += piece
                if len(content) > MOST:
                    raise SaddlepointError(f"more than {MOST >> 20} MiB: no weights of ours", address)
            promised = int(answer.headers.get("Content-Length") or len(content))
    except HTTPError as error:
        error.close()
        raise SaddlepointError(f"the server says {error.code} {error.reason}", address, OTHERWISE) from error
    except (URLError, OSError, ValueError, HTTPException) as error:
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
