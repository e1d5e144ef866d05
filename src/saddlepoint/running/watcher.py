"""What a run tells whoever watches it: a terminal, a notebook, a test, or nobody."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from saddlepoint.errors import as_written
from saddlepoint.readings import Reads
from saddlepoint.running.calls import NO_CALLS, Calls


class Plan(NamedTuple):
    """What a run is going to do, as far as it can be known before."""

    data: str
    noun: str
    examples: int
    held_out: int
    shape: tuple[int, ...]
    classes: int
    recipe: str
    weights: int
    batch: int
    images: int
    rate: float
    seconds: float
    disk_bytes: int
    memory_bytes: int
    device: str
    precision: str
    threads: int
    size: str = ""  # what is to be said of how large the pictures are


class Tick(NamedTuple):
    """How a run stands after a round. `total` and `left` are in real examples and seconds; `facts` are measured;
    `reads` is what D's two numbers are.
    """

    images: int
    total: int
    seconds: float
    left: float
    rate: float
    losses: Mapping[str, float]
    d_real: float
    d_fake: float
    skipped: int
    facts: tuple[str, ...] = ()
    reads: Reads = "probability"


class Summary(NamedTuple):
    """What a finished run leaves: figures (name, value, note), and files."""

    folder: Path
    figures: tuple[tuple[str, str, str], ...]
    files: tuple[Path, ...]


@runtime_checkable
class Watcher(Protocol):
    """`phase` says what is going on from now on, in a word or two: reading, measuring, training, judging, writing."""

    def phase(self, name: str) -> None: ...
    def planned(self, plan: Plan) -> None: ...
    def progress(self, tick: Tick) -> None: ...
    def note(self, text: str) -> None: ...
    def done(self, summary: Summary) -> None: ...


def calls_of(watcher: Watcher) -> Calls:
    """Whoever listens with this watcher; mostly nobody."""
    return watcher.calls if isinstance(watcher, Listened) else NO_CALLS


class Listened:
    """A watcher, and those who are called back beside it."""

    def __init__(self, watcher: Watcher, calls: Calls) -> None:
        self.phase, self.planned, self.progress = watcher.phase, watcher.planned, watcher.progress
        self.done, self.calls, self.say = watcher.done, calls, watcher.note

    def note(self, text: str) -> None:
        self.say(as_written(text))


class Nobody:
    """Watches nothing."""

    def phase(self, name: str) -> None: ...
    def planned(self, plan: Plan) -> None: ...
    def progress(self, tick: Tick) -> None: ...
    def note(self, text: str) -> None: ...
    def done(self, summary: Summary) -> None: ...
