"""A watcher for notebooks: one block of text below the cell, written anew as the run goes on.

    import saddlepoint as sp
    sp.train("digits", budget="2m")

`train` chooses it in a notebook. In a plain Python session, where nothing can be written anew, it prints a line every
few seconds instead.
"""

import sys
import time
from typing import Any

from saddlepoint.cli.tables import line, plan_lines, summary_lines, terms
from saddlepoint.running.watcher import Plan, Summary, Tick

LIVE, SLOW = 0.5, 5.0  # seconds between two drawings


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

    def show(self, last: list[str]) -> None:
        """Write the block anew; where there is no notebook, print what is new."""
        if not in_notebook():
            print(*(last or self.said[-1:]), sep="\n", flush=True)
            return
        from IPython.display import display  # pyright: ignore[reportMissingImports]

        block = {"text/plain": "\n".join([*self.said, *last])}
        if self.handle is None:
            self.handle = display(block, raw=True, display_id=True)
        else:
            self.handle.update(block, raw=True)
