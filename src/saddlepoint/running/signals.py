"""Being asked to stop: the first signal ends the round and saves, a second does what it would anywhere else."""

import signal
import threading
from types import FrameType, TracebackType

HANDLED = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """`with StopSignals() as signals: ...` then ask `signals.received` between rounds; None, or the signal's number.

    A second signal is answered at once by the handler that was there before, as Python's own, a KeyboardInterrupt: what
    is half-written is never a checkpoint's final name, and whether the process ends is not a library's to decide.
    Handlers are put back afterwards; outside the main thread, where there are no signals, this does nothing.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self.before: dict[int, object] = {}

    def __enter__(self) -> "StopSignals":
        if threading.current_thread() is threading.main_thread():
            self.before = {number: signal.signal(number, self.handle) for number in HANDLED}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.put_back()

    def put_back(self) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)  # pyright: ignore[reportArgumentType]

    def handle(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            self.put_back()
            signal.raise_signal(number)
        self.received = number
