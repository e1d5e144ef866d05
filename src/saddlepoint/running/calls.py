"""Whoever is called back while a run goes on, and how a run is ended before its time. No torch is imported here."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from saddlepoint.errors import SaddlepointError

if TYPE_CHECKING:
    from PIL.Image import Image

    from saddlepoint.judging.card import Measure
    from saddlepoint.records import Round


LATE = 60.0  # seconds after which it is said that a callback has not returned


class StopTraining(Exception):  # noqa: N818 - it is a wish
    """Raised in a callback: the run is saved, judged and written as it is, and ends."""


class Stopped(SaddlepointError):  # noqa: N818 - it is no mistake
    """A run was told to stop by a signal, and was saved. `folder` is where."""

    def __init__(self, what: str, folder: object, hint: str, code: int) -> None:
        super().__init__(what, str(folder), hint, code)
        self.folder = folder


class Calls(NamedTuple):
    """Functions that are called between two rounds, in the thread that trains.

    round      with each round, in plain numbers
    snapshot   with each frame of the film strip
    judgement  with the measures of the average that is the best at that moment, by name
    line       with the run's folder and each line of its journal, as soon as it is written; must not raise
    """

    round: "Callable[[Round], object] | None" = None
    snapshot: "Callable[[Image], object] | None" = None
    judgement: "Callable[[Mapping[str, Measure]], object] | None" = None
    line: "Callable[[Path, Mapping[str, Any]], object] | None" = None


NO_CALLS = Calls()


class Listeners:
    """Those who are called back, and what they are still to be told once a round is over in every respect.

    `with listeners: ...` says of a callback that has not returned after a minute that the run waits for it: a thread
    looks now and then, which takes nothing from the rounds.
    """

    def __init__(self, calls: Calls, note: Callable[[str], object]) -> None:
        self.by_name: Mapping[str, Callable[..., object] | None] = calls._asdict()
        self.note, self.over = note, threading.Event()
        self.news: list[tuple[str, object]] = []
        self.last = ""
        self.since: float | None = None  # when the callback that is at work was called

    def __enter__(self) -> Self:
        self.over.clear()
        if any(self.by_name[name] for name in ("round", "snapshot", "judgement")):
            threading.Thread(target=self.watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()

    def watch(self) -> None:
        said = None
        while not self.over.wait(LATE / 4):
            name, since = self.last, self.since
            if since is not None and since != said and time.monotonic() - since >= LATE:
                said = since
                self.note(
                    f"on_{name} has not returned for {LATE:.0f} s, and the run waits for it; Ctrl-C twice ends it"
                )

    def add(self, name: str, given: object) -> None:
        if self.by_name[name] is not None:
            self.news.append((name, given))

    def line(self, folder: Path, line: Mapping[str, Any]) -> None:
        if (function := self.by_name["line"]) is not None:
            function(folder, line)

    def tell(self, round: "Round") -> None:
        """Call everybody, on the round first; `last` is who was called last, whose exception it is."""
        news, self.news = [("round", round), *self.news], []
        for self.last, given in news:
            if (function := self.by_name[self.last]) is not None:
                self.since = time.monotonic()
                function(given)
                self.since = None
