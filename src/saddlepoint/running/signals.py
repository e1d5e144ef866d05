"""Being asked to stop: the first signal ends the round and saves, the second ends the process."""

import os
import signal
import threading
from types import FrameType, TracebackType

HANDLED = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """`with StopSignals() as signals: ...` then ask `signals.received` between rounds; None, or the signal's number.

    A second signal leaves at once with status 128 + number: what is half-written is never a checkpoint's final name.
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
        for number, handler in self.before.items():
            signal.signal(number, handler)  # pyright: ignore[reportArgumentType]

    def handle(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            os._exit(128 + number)
        self.received = number
