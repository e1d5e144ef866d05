"""How a run folder stands, read off its files: what its journal says, whether a process works on it."""

import os
from pathlib import Path
from typing import Any, Literal

from saddlepoint.files import read_bounded, reading
from saddlepoint.storage.lock import LARGEST, NAME
from saddlepoint.storage.told import ended, told

try:
    import fcntl
except ImportError:  # Windows, where runs are not locked
    fcntl = None

State = Literal["done", "running", "stopped"]


def journal(folder: Path) -> list[dict[str, Any]]:
    """The run's events; none where it has not begun."""
    path = folder / "journal.jsonl"
    return told(path) if os.path.lexists(path) else []


def state_of(folder: Path, events: list[dict[str, Any]]) -> State:
    """Whether the run goes on at this moment, came to its end, or has to be resumed to get there."""
    return "running" if held(folder) else "done" if ended(events) else "stopped"


def held(folder: Path) -> bool:
    """Whether a process works on the run: it holds the lock, and has put its number there."""
    path = folder / NAME
    if fcntl is None or not os.path.lexists(path) or not read_bounded(path, LARGEST).strip():
        return False
    with reading(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
