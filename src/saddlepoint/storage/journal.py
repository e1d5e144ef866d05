"""The journal of a run: one JSON object a line, only ever added to.

Everything in it is a function of the configuration and the seed, but for wall-clock fields, which are always named
`seconds` and `rate`. A checkpoint stores the journal's length; a resumed run moves what was written later aside and
writes it anew, so that no line is doubled or missing.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from saddlepoint import files
from saddlepoint.errors import SaddlepointError
from saddlepoint.storage.spelling import parsed

LARGEST = 1 << 26  # bytes that are moved aside: a hundred thousand lines and more, which no checkpoint counts on
LONGEST = 1 << 20  # bytes of a line; a journal may have any number of them


class Journal:
    """A journal that is being written. `offset` is its length in bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = path.stat().st_size if path.exists() else 0

    def append(self, event: Mapping[str, Any]) -> None:
        """Add one line; readers see it at once. Numbers that are not finite become null: JSON has no others."""
        line = json.dumps(_finite(event), allow_nan=False, ensure_ascii=False, separators=(",", ":")) + "\n"
        data = line.encode()
        files.append(self.path, data)
        self.offset += len(data)

    def sync(self) -> None:
        """Force what was added to the disk: to be done before a checkpoint that counts on it."""
        if self.path.exists():
            files.sync(self.path)

    def rewind(self, offset: int) -> None:
        """Go back to `offset`, moving what follows to `journal.tail-1.jsonl`, or the next number that is free."""
        with files.explained(self.path):
            there, before = os.path.lexists(self.path), max(0, offset - 1)
            data = files.read_bounded(self.path, LARGEST, before) if there else b""
            length = os.lstat(self.path).st_size if there else 0
        if offset and data[:1] != b"\n":
            what = f"the checkpoint continues it at byte {offset:,}, where no line ends (it has {length:,} bytes)"
            raise SaddlepointError(what, str(self.path), "put the journal of this run back, or start a new run")
        if tail := data[offset - before :]:
            files.write_atomic(self._free_tail(), tail)
            files.cut(self.path, offset)
        self.offset = offset

    def _free_tail(self) -> Path:
        names = (self.path.with_name(f"{self.path.stem}.tail-{k}{self.path.suffix}") for k in count(1))
        return next(path for path in names if not os.path.lexists(path))


def read(path: Path) -> list[dict[str, Any]]:
    """All events so far. A last line that is not whole is still being written, or its writer died: it is left out."""
    try:
        return [_event(line, path, number) for number, line in enumerate(lines(path), start=1)]
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(path), "is this a run folder?") from error


def lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, one by one, each with its end. One of more than LONGEST bytes is cut there, and is the
    last. Irregular and OSError as for `files.reading`.
    """
    with files.reading(path) as file:
        while (line := file.readline(LONGEST + 1)).endswith(b"\n"):
            yield line
        if len(line) > LONGEST:
            yield line


def _event(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        event = parsed(line) if len(line) <= LONGEST else None
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise SaddlepointError(f"line {number} is not an event", str(path), "the file was damaged or edited")
    return event


def _finite(value: Any) -> Any:
    """The same value in plain JSON types, with null for every number that is not finite."""
    if isinstance(value, Mapping):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def numbers(event: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a line, those of its groups by `group/name`."""
    found = {}
    for name, value in event.items():
        for key, one in {f"{name}/{key}": one for key, one in value.items()}.items() if isinstance(value, dict) else ():
            found[key] = one
        if isinstance(value, int | float):
            found[name] = value
    return {name: value for name, value in found.items() if isinstance(value, int | float)}
