"""sessions.jsonl: which processes worked on a run, when, where, how far, and how each ended."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from saddlepoint.engine import hardware
from saddlepoint.errors import SaddlepointError
from saddlepoint.record import versions
from saddlepoint.running.progress import Progress
from saddlepoint.storage.journal import Journal


@contextmanager
def noted(folder: Path, progress: Progress) -> Iterator[None]:
    """Add a line on this process once its work is over, however it ends; a killed one leaves none."""
    begun, start, first = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic(), progress.seen
    ended = "error"
    try:
        yield
        ended = "done"
    except SaddlepointError as error:
        ended = "signal" if error.code > 128 else "error"
        raise
    finally:
        Journal(folder / "sessions.jsonl").append(
            {
                "start": begun,
                "command": sys.argv,
                "pid": os.getpid(),
                "hardware": hardware(),
                "versions": versions(),
                "from_images": first,
                "to_images": progress.seen,
                "seconds": time.monotonic() - start,
                "ended": ended,
            }
        )
