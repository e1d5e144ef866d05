"""JSON in one spelling, and SHA-256: what is written twice is told from what is not. No torch is imported here."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """JSON in one spelling: the same value gives the same bytes. Raises ValueError for a number that is not finite."""
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
