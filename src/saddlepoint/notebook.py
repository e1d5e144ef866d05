"""A watcher for notebooks: a block of text below the cell, written anew as the run goes on; below it what the run
draws by now, its curves, and what the doctor says. All of it stays in the notebook when that is saved.

    import saddlepoint as sp
    sp.train("digits", budget="2m")

`train` chooses it in a notebook. In a plain Python session, where nothing can be written anew, it prints a line every
few seconds instead.
"""

import base64
import html
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from saddlepoint.cli.tables import line, plan_lines, summary_lines, terms
from saddlepoint.court.kept import examine
from saddlepoint.files import read_bounded
from saddlepoint.record import read_record
from saddlepoint.report.page import curve_pictures
from saddlepoint.report.story import read_story
from saddlepoint.running.showing import Pace
from saddlepoint.running.watcher import Plan, Summary, Tick
from saddlepoint.storage.places import LARGEST_FRAME

LIVE, SLOW = 0.5, 5.0  # seconds between two drawings
FIRST = 0.02  # seconds that curves and verdict are expected to take
CURVES = 4  # of those that the report has, the first


def in_notebook() -> bool:
    """Whether this program is a notebook's, which shows pictures and writes a block anew; an IPython in a terminal is a
    terminal.
    """
    kernel = sys.modules.get("IPython")
    return kernel is not None and hasattr(kernel.get_ipython(), "kernel")


class Notebook:
    """Notes and the plan stay; the run's state is the last line, and the result takes its place."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.next, self.doing = 0.0, ""
        self.handle: Any = None
        self.sheet: Any = None
        self.frame = b""
        self.beside, self.pace = "", Pace(FIRST)  # the curves and the verdict, and how often they are made

    def phase(self, name: str) -> None:
        if name != self.doing:
            self.doing = name
            self.show([f"{name} ..."] if name != "training" else [])

    def planned(self, plan: Plan) -> None:
        self.said += plan_lines(plan)
        self.show([])

    def note(self, text: str) -> None:
        self.said.append(text)
        self.show([])

    def progress(self, tick: Tick) -> None:
        if time.monotonic() < self.next and tick.images < tick.total:
            return
        self.next = time.monotonic() + (SLOW if self.handle is None else LIVE)
        self.show([line(tick), *filter(None, [terms(tick)]), *tick.facts])

    def done(self, summary: Summary) -> None:
        self.show(list(summary_lines(summary)))
        if self.sheet is not None:
            with suppress(Exception):
                self.look(summary.folder)
                self.draw(self.frame)

    def line(self, folder: Path, event: Mapping[str, Any]) -> None:
        """A line of the journal: with each frame of the film strip a new sheet. What cannot be shown is left out."""
        if event["event"] == "snapshot" and in_notebook():
            with suppress(Exception):  # nothing that is shown is worth the run
                self.pace.again(lambda: self.look(folder, going_on=True))
                self.frame = read_bounded(folder / event["file"], LARGEST_FRAME)
                self.draw(self.frame)

    def look(self, folder: Path, going_on: bool = False) -> None:
        """Curves and verdict as they are now."""
        verdict = examine(folder, read_record(folder).config, going_on)[0]
        drawn = curve_pictures(read_story(folder))[:CURVES]
        self.beside = (
            "".join(
                f'<figure style="display:inline-block;width:24em;margin:.5em">{picture(source, chart.title)}'
                f"<figcaption>{html.escape(chart.title)}: {html.escape(', '.join(each.name for each in chart.lines))}"
                "</figcaption></figure>"
                for chart, source in drawn
            )
            + f"<div>doctor: <b>{html.escape(verdict.name)}</b>: {html.escape(verdict.evidence)}</div>"
        )

    def draw(self, frame: bytes) -> None:
        """The newest frame and what is beside it, as one piece of HTML that needs nothing else."""
        source = f"data:image/png;base64,{base64.b64encode(frame).decode()}"
        block = {"text/plain": "what it draws", "text/html": picture(source, "what it draws") + self.beside}
        self.sheet = shown(block, self.sheet)

    def show(self, last: list[str]) -> None:
        """Write the block anew; where there is no notebook, print what is new."""
        if not in_notebook():
            print(*(last or self.said[-1:]), sep="\n", flush=True)
            return
        self.handle = shown({"text/plain": "\n".join([*self.said, *last])}, self.handle)


def picture(source: str, what: str) -> str:
    return f'<img src="{source}" alt="{html.escape(what)}" style="max-width:100%">'


def shown(block: dict[str, str], handle: Any) -> Any:
    """Show it in the place of what this handle showed, or below everything where there is none yet; the handle."""
    from IPython.display import display  # pyright: ignore[reportMissingImports]

    if handle is None:
        return display(block, raw=True, display_id=True)
    handle.update(block, raw=True)
    return handle
