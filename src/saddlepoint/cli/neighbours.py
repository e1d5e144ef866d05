"""saddlepoint neighbours DATA: models of every kind, trained for the same time, in one table."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Root, Speaking, Time
from saddlepoint.cli.tables import columns, say, tell
from saddlepoint.durations import parse, show
from saddlepoint.errors import SaddlepointError, plain

if TYPE_CHECKING:
    from saddlepoint.neighbours.table import Table


def neighbours(
    data: Annotated[str, Parameter(help="The pictures: a folder, a zip, arrays; or digits.")],
    /,
    *,
    budget: Annotated[str, Time] = "5m",
    seeds: Annotated[int, Parameter(metavar="N", help="Runs of each recipe, with the seeds 0, 1, ...")] = 3,
    recipes: Annotated[
        str | None, Parameter(metavar="A,B", help="Which ones; unset: all that need these pictures only.")
    ] = None,
    root: Root = Path("runs/neighbours"),
    dry_run: Annotated[bool, Parameter(negative=(), help="Say what it would take; train and write nothing.")] = False,
    voice: Speaking = NORMAL,
) -> None:
    """Train all kinds of models for the same time on one thread, and compare them.

    Each seed of a recipe is a run in its own folder, and a command that was
    interrupted continues where it was. table.md and table.json, next to these
    folders, hold the table; samples.png shows samples of each model.

    Example: saddlepoint neighbours digits --budget 5m --seeds 3
    Example: saddlepoint neighbours digits --recipes vae,made,gan --dry-run
    """
    if seeds < 1:
        raise SaddlepointError(f"must be at least 1, not {seeds}", "--seeds")
    from saddlepoint.neighbours.table import SAMPLES, made, planned
    from saddlepoint.neighbours.training import Wish, kept_back, usual_rows
    from saddlepoint.systems import catalog

    named = filter(None, map(str.strip, (recipes or "").split(",")))
    chosen = usual_rows(data) if recipes is None else tuple(dict.fromkeys(named))
    if not chosen:
        raise SaddlepointError("no recipe takes these pictures", data, "name some with --recipes")
    for recipe in chosen:
        catalog.recipe(recipe)  # which says so where there is none
    wish = Wish(data, parse(budget), seeds, chosen, root, kept_back(data, chosen))
    cells, seconds = planned(wish)
    speak = (lambda line: None) if voice.quiet else tell
    speak(f"{len(cells)} runs of {show(parse(budget))}, on one thread: about {show(seconds)} with judging")
    if dry_run:
        announce(cells, seconds, voice)
        return
    table = made(wish, speak)
    if voice.json:
        say([json.dumps(table.values)])
    elif not voice.quiet:
        draw(table)
        names = [name for name in ("table.md", "table.json", SAMPLES) if (wish.root / name).exists()]
        say(["", *columns([(str(wish.root / name),) for name in names])])


def announce(cells: list[tuple[str, int, str]], seconds: float, voice: Speaking) -> None:
    """What would be done."""
    if voice.json:
        runs = [{"recipe": recipe, "seed": seed, "state": how} for recipe, seed, how in cells]
        say([json.dumps({"seconds": seconds, "runs": runs})])
    elif not voice.quiet:
        rows = [(recipe, str(seed), how) for recipe, seed, how in cells]
        say(columns(rows, titles=("recipe", "seed", "its run is")))


def draw(table: "Table") -> None:
    """On the screen, as wide as it has to be."""
    from rich.console import Console
    from rich.table import Table as Drawn

    drawn = Drawn(box=None, pad_edge=False)
    for place, title in enumerate(table.header):
        drawn.add_column(plain(title), justify="left" if place < 2 else "right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*(plain(text).replace("[", "\\[") for text in row))
    wide = Console(width=1_000).measure(drawn).maximum
    console = Console(highlight=False)
    console.width = max(console.width, wide)
    console.print(drawn)
    for number, note in enumerate(table.notes, 1):
        console.print(plain(f"[{number}] {note}"), markup=False)
