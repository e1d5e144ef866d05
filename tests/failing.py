"""Disks that fail: a table of operations whose n-th call does not do what it should."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from saddlepoint import files
from saddlepoint.errors import SaddlepointError

Fault = int | str


class Killed(BaseException):
    """The process has died: nothing after it touches the disk, so that no clean-up runs either."""


class Disk:
    """Counts operations; the n-th fails, and its name is then in `struck`.

    fault   an errno: that call raises OSError, and the next ones work again
            "kill": that call and all after it raise Killed
            "torn": as "kill", but if it is a write, half of the bytes have arrived
            "sigkill": as "torn", and the process dies in earnest
    """

    def __init__(self, n: int, fault: Fault) -> None:
        self.n, self.fault = n, fault
        self.struck = ""
        self.log: list[tuple[str, str]] = []  # (operation, path) of every call
        self.paths: dict[int, str] = {}  # of open handles

    @contextmanager
    def installed(self) -> Iterator["Disk"]:
        """In place of the system's operations."""
        system = files.operations
        table = {name: call if name == "close" else self._guard(name, call) for name, call in system._asdict().items()}
        files.operations = files.Operations(**table)
        try:
            yield self
        finally:
            files.operations = system

    def _guard(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(target: Any, *rest: Any) -> Any:
            self.log.append((name, self.paths.get(target, "") if isinstance(target, int) else str(target)))
            if len(self.log) == self.n:
                self.struck = name
                self._strike(name, lambda share: call(target, bytes(rest[0])[: int(len(rest[0]) * share)]))
            if len(self.log) >= self.n and isinstance(self.fault, str):
                raise Killed
            result = call(target, *rest)
            if name == "open":
                self.paths[result] = str(target)
            return result

        return guarded

    def _strike(self, name: str, write: Callable[[float], Any]) -> None:
        if isinstance(self.fault, int):
            raise OSError(self.fault, os.strerror(self.fault))
        if self.fault != "kill" and name == "write":
            write(0.5)
        if self.fault == "sigkill":
            os.kill(os.getpid(), signal.SIGKILL)


def each_failure(fault: Fault, prepare: Callable[[], Any], act: Callable[[], Any]) -> Iterator[str]:
    """Prepare and act with the n-th operation failing, n = 1, 2, ..., until it no longer comes to that.

    Yields the name of the operation that failed, after each act; an act may fail only as the user is told to expect.
    """
    expected = SaddlepointError if isinstance(fault, int) else Killed
    for n in range(1, 1000):
        prepare()
        with Disk(n, fault).installed() as disk, suppress(expected):
            act()
        if not disk.struck:
            assert n > 1, "nothing went through the table of operations"
            return
        yield disk.struck
    raise AssertionError("it never succeeded")
