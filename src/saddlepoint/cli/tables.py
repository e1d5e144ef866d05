"""What a run plans, says and leaves, as lines of plain text of at most 80 columns."""

import math
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from saddlepoint import durations
from saddlepoint.errors import plain
from saddlepoint.readings import WORDS
from saddlepoint.running.watcher import Plan, Summary, Tick

WIDTH = 80


def plan_lines(plan: Plan) -> Iterator[str]:
    """What is trained on, what is trained, what it will take."""
    what = plan.noun
    size = " x ".join(map(str, plan.shape))
    classes = f", {plan.classes} classes" if plan.classes else ""
    yield f"{plan.data}: {plan.examples:,} {what} of {size}{classes}; {plan.held_out:,} held out"
    threads = f", {plan.threads} thread{'s' * (plan.threads != 1)}" if plan.device == "cpu" else ""
    engine = f"{plan.device}, {plan.precision}{threads}"
    yield f"{plan.recipe}: {plan.weights:,} weights, batches of {plan.batch}, on {engine}"
    yield f"plan: {plan.images:,} {what}, about {durations.show(plan.seconds)} at {plan.rate:,.0f} a second"
    if plan.size:
        yield f"size: {plan.size}"
    yield f"room: {size_of(plan.disk_bytes)} on disk, {size_of(plan.memory_bytes)} of memory"


def size_of(count: int) -> str:
    """Bytes with a unit: 950 bytes, 4.2 MB."""
    for power, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= power:
            return f"{count / power:.{1 if count < 10 * power else 0}f} {unit}"
    return f"{count} bytes"


def status(tick: Tick) -> str:
    """What D says, each player's loss, and the refused steps where there are any."""
    values = {WORDS[tick.reads].real: tick.d_real, WORDS[tick.reads].fake: tick.d_fake}
    values |= {f"loss {name}": loss for name, loss in tick.losses.items() if "/" not in name}
    parts = [f"{name} {figure(value)}" for name, value in values.items() if not math.isnan(value)]
    return "   ".join([*parts, f"{tick.skipped} step{'s' * (tick.skipped != 1)} refused"] if tick.skipped else parts)


def terms(tick: Tick) -> str:
    """The extra terms, unweighted, where there are any: those of D, then those of G."""
    return "   ".join(f"{name} {figure(value)}" for name, value in tick.losses.items() if "/" in name)


def figure(value: float) -> str:
    """Three decimals, and fewer digits where that is too long."""
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:.3g}"


def line(tick: Tick) -> str:
    """The state of a run on one line, for where there is no terminal."""
    done = f"{share(tick):.0%}  {tick.images:,} of {tick.total:,}"
    speed = f"{tick.rate:,.0f}/s" if tick.rate else ""
    return "  ".join(filter(None, (done, speed, left(tick), status(tick)))).replace("   ", "  ")


def left(tick: Tick) -> str:
    """The time it will still take; nothing where no speed was measured yet."""
    return f"{durations.show(tick.left)} left" if math.isfinite(tick.left) else ""


def share(tick: Tick) -> float:
    return min(1.0, tick.images / tick.total) if tick.total else 1.0


def summary_lines(summary: Summary) -> Iterator[str]:
    """The table of figures, then the paths of what was left."""
    yield from columns(summary.figures)
    if summary.figures and summary.files:
        yield ""
    yield from (f"  {shorten(path)}" for path in summary.files)


def shorten(path: Path) -> str:
    """The path from here, where it lies below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def columns(rows: Sequence[Sequence[str]], titles: Sequence[str] = ()) -> Iterator[str]:
    """Aligned columns, two spaces apart; the last wraps at the right margin."""
    rows = [list(map(plain, row)) for row in ([titles] if titles else []) + list(rows)]
    widths = [max(map(len, column)) for column in zip(*rows)][:-1]
    indent = 2 + sum(widths) + 2 * len(widths)
    for *cells, last in rows:
        start = "  " + "".join(cell.ljust(width + 2) for cell, width in zip(cells, widths))
        wrapped = textwrap.wrap(last, max(20, WIDTH - indent)) or [""]
        yield (start + wrapped[0]).rstrip()
        yield from (" " * indent + more for more in wrapped[1:])


def summary_values(summary: Summary) -> dict[str, object]:
    """The same, for --json."""
    figures = {name: {"value": value, "note": note} for name, value, note in summary.figures}
    return {"folder": str(summary.folder), "figures": figures, "files": [str(path) for path in summary.files]}


def say(lines: Iterable[str]) -> None:
    """Plain lines on standard output, whatever the names in them. (JSON is plain by itself.)"""
    for one in lines:
        print(plain(one))


def tell(*lines: str) -> None:
    """Plain lines on standard error, at once."""
    for one in lines:
        print(plain(one), file=sys.stderr, flush=True)
