"""JSON as it is written in one spelling, with its SHA-256, and as it is read from whoever wrote it. No torch here."""

import hashlib
import json
from typing import Any

MOST = 1 << 18  # lists and objects that are read: each takes twenty times the room that it has in the file


def canonical(value: Any) -> bytes:
    """JSON in one spelling: the same value gives the same bytes. Raises ValueError for a number that is not finite."""
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":")).encode()


def parsed(data: bytes) -> Any:
    """What is written in this JSON. ValueError where it is none, has too many parts, or is nested too deep."""
    if (parts := data.count(b"[") + data.count(b"{")) > MOST:
        raise ValueError(f"it has {parts:,} parts, more than {MOST:,}")
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
