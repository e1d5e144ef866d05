"""What every experiment is asked and what it answers. Imports nothing heavy: the command line reads it."""

from collections.abc import Callable
from typing import NamedTuple


class Options(NamedTuple):
    """What a user may choose.

    world     a name of `saddlepoint.data.worlds.WORLDS`; "" for the experiment's own
    seed      of everything random
    effort    the share of the training to do: 1 is what the documentation shows, tests take less
    progress  is told, in one line, what is going on
    """

    world: str = ""
    seed: int = 0
    effort: float = 1.0
    progress: Callable[[str], None] = lambda line: None

    def steps(self, full: int) -> int:
        """`full` steps, times the effort."""
        return max(1, round(full * self.effort))


class Table(NamedTuple):
    """Numbers in rows, as text: what is printed and written beside the figure."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """The table in columns, for a terminal."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.header))]
        return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip() for line in lines)

    def csv(self) -> str:
        """The table as comma-separated values."""
        quoted = [[f'"{cell}"' if "," in cell else cell for cell in line] for line in (self.header, *self.rows)]
        return "\n".join(",".join(line) for line in quoted) + "\n"
