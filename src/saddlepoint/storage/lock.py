"""One process at a time works on a run folder."""

import os
import time
from pathlib import Path
from types import TracebackType

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import explained, open_regular, read_bounded

try:
    import fcntl
except ImportError:  # Windows: no advisory locks of this kind
    fcntl = None

NAME = "run.lock"
LARGEST = 20  # bytes of a process number and a line end
PATIENCE = 0.3  # seconds to wait for a reader to let go, and for the holder to have written its number


class RunLock:
    """`with RunLock(folder): ...`. A second holder is refused at once, and told the first one's process number.

    A reader shares the lock for an instant, to see whether somebody holds it: that is waited for.
    The lock is the system's (flock) on the file `run.lock`: it ends with the process that holds it, however that dies,
    so that there is never a stale one to remove. The file itself stays; only its content is the holder's number. It is
    emptied, so a link of that name is refused.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._handle: int | None = None

    def __enter__(self) -> "RunLock":
        with explained(self.path):
            handle = open_regular(self.path, os.O_RDWR | os.O_CREAT)
        try:
            if fcntl is not None:
                _take(handle)
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        except BlockingIOError:
            os.close(handle)
            raise SaddlepointError(
                f"process {self._holder()} is working on this run",
                str(self.path.parent),
                "wait for it, stop it, or choose another name",
            ) from None
        except OSError as error:
            os.close(handle)
            raise SaddlepointError(f"cannot be locked: {error.strerror}", str(self.path), code=1) from error
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.ftruncate(handle, 0)
            os.close(handle)

    def _holder(self) -> str:
        """The holder's process number: read again for a moment if it has only just taken the lock."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if number := read_bounded(self.path, LARGEST).strip():
                return number.decode("ascii", "replace")
            time.sleep(0.01)
        return "of unknown number"


def _take(handle: int) -> None:
    """Lock a file for this handle alone. BlockingIOError where another one has it so, or readers do not let go."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # raises, unless readers alone are in the way
            fcntl.flock(handle, fcntl.LOCK_UN)
            if time.monotonic() > end:
                raise
        time.sleep(0.01)
