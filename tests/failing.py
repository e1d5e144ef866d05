"""Disks that fail: a table of operations whose n-th call does not do what it should."""

import os
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
    """

    def __init__(self, n: int, fault: Fault) -> None:
        self.n, self.fault = n, fault
        self.calls = 0
        self.struck = ""

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
        def guarded(*arguments: Any) -> Any:
            self.calls += 1
            if self.calls == self.n:
                self.struck = name
                if isinstance(self.fault, int):
                    raise OSError(self.fault, os.strerror(self.fault))
                if self.fault == "torn" and name == "write":
                    call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            if self.calls >= self.n and isinstance(self.fault, str):
                raise Killed
            return call(*arguments)

        return guarded


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
