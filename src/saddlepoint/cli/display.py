"""Who watches a run from the command line: a live display, plain lines where there is no terminal, or a quiet one.

Progress goes to standard error, the result to standard output, so that a pipe gets the result alone.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeVar

from saddlepoint.cli.flags import Voice
from saddlepoint.cli.tables import (
    left,
    line,
    plan_lines,
    say,
    share,
    status,
    summary_lines,
    summary_values,
    tell,
    terms,
)
from saddlepoint.durations import show
from saddlepoint.errors import plain
from saddlepoint.running.watcher import Plan, Summary, Tick, Watcher

LINE_SECONDS = 5.0
LIVE_SECONDS = 0.25
PLAYING = ("training", "judging")  # phases in turn, of which the line on progress tells enough


class Screen(Watcher, Protocol):
    """A watcher that must be closed, so that the terminal is left as it was."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None): ...


def screen(voice: Voice) -> Screen:
    """The display that suits what was asked for, and where the output goes."""
    if voice.quiet:
        return Quiet(voice.json)
    return Live(voice.json) if on_terminal() else Lines(voice.json)


def on_terminal() -> bool:
    """Whether both outputs are a terminal that can move its cursor."""
    return sys.stderr.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def result(summary: Summary, as_json: bool) -> None:
    """The end of a run, on standard output."""
    if as_json:
        say([json.dumps(summary_values(summary))])
    else:
        say(summary_lines(summary))


class Quiet:
    """Says nothing; with --json, the result."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None: ...
    def phase(self, name: str) -> None: ...
    def planned(self, plan: Plan) -> None: ...
    def progress(self, tick: Tick) -> None: ...
    def note(self, text: str) -> None: ...

    def done(self, summary: Summary) -> None:
        if self.as_json:
            result(summary, True)


class Lines:
    """One line every few seconds, one for each fact when it is new, and one for what takes long before and after."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json, self.next, self.facts, self.doing = as_json, 0.0, (), ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None: ...

    def phase(self, name: str) -> None:
        """The first gets no line: a request that is refused is answered by one line, and that says why."""
        if self.doing and name not in PLAYING:
            self.note(f"{name} ...")
        self.doing = name

    def planned(self, plan: Plan) -> None:
        for text in plan_lines(plan):
            self.note(text)

    def progress(self, tick: Tick) -> None:
        if time.monotonic() < self.next and tick.images < tick.total:
            return
        self.next = time.monotonic() + LINE_SECONDS
        self.note(line(tick))
        for fact in tick.facts:
            if fact not in self.facts:
                self.note(f"  {fact}")
        self.facts = tick.facts

    def note(self, text: str) -> None:
        tell(text)

    def done(self, summary: Summary) -> None:
        result(summary, self.as_json)


class Live:
    """A few lines at the bottom of the terminal, drawn anew a few times a second: by a thread of their own, so that one
    sees what is going on, and for how long, where nothing else is told.
    """

    def __init__(self, as_json: bool = False) -> None:
        from rich.console import Console
        from rich.live import Live as Region

        self.as_json, self.what = as_json, "examples"
        self.tick: Tick | None = None
        self.doing, self.since = "beginning", time.monotonic()
        self.console = Console(stderr=True, highlight=False)
        self.region = Region(
            console=self.console, get_renderable=self.now, refresh_per_second=1 / LIVE_SECONDS, transient=True
        )

    def __enter__(self) -> Self:
        self.region.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.region.stop()

    def phase(self, name: str) -> None:
        self.doing, self.since = name, time.monotonic()

    def planned(self, plan: Plan) -> None:
        self.what = plan.noun
        for text in plan_lines(plan):
            self.note(text)

    def progress(self, tick: Tick) -> None:
        self.tick = tick

    def now(self):
        """What is shown at the moment: the state of the game while it is played, its judgements among it; else what is
        going on, and for how long.
        """
        from rich.console import Group
        from rich.text import Text

        doing = Text(f"{self.doing}   {show(time.monotonic() - self.since)}")
        if self.tick is None or self.doing not in PLAYING:
            return Group("", doing)
        return self.drawn(self.tick) if self.doing == "training" else Group(self.drawn(self.tick), doing)

    def drawn(self, tick: Tick):
        """The bar, the speed, the players, the measured facts."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        width = min(self.console.width, 80)
        bar = Table.grid(padding=(0, 2))
        done = ProgressBar(total=max(1, tick.total), completed=tick.images, width=max(10, width - 24))
        bar.add_row(done, f"{share(tick):4.0%}   {left(tick)}")
        speed = f"{tick.images:,} of {tick.total:,} {self.what}"
        speed += f"   {tick.rate:,.0f} a second" if tick.rate else ""
        facts = [Text(plain(fact), style="dim") for fact in (terms(tick), *tick.facts) if fact]
        return Group("", bar, Text(speed), Text(plain(status(tick)), style="bold"), *facts)

    def note(self, text: str) -> None:
        self.console.print(plain(text), markup=False, soft_wrap=True)

    def done(self, summary: Summary) -> None:
        self.region.stop()
        result(summary, self.as_json)


Step = TypeVar("Step")


def bar(steps: Sequence[Step], silent: bool) -> Iterator[Step]:
    """The steps one by one, with a bar on a terminal that shows how far it is."""
    if silent or not on_terminal():
        yield from steps
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(steps, description="", console=Console(stderr=True), transient=True)
