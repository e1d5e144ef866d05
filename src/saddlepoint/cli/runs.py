"""saddlepoint runs: what there is in a folder of runs."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say
from saddlepoint.data.reading import shown
from saddlepoint.errors import SaddlepointError, typed
from saddlepoint.files import explained
from saddlepoint.readings import WORDS, Reads
from saddlepoint.record import read_record
from saddlepoint.running.state import journal, state_of
from saddlepoint.storage.places import seen
from saddlepoint.storage.told import read_last


class Row(NamedTuple):
    """One run. `state` is done, running, stopped, or damaged, and `why`; `when` is the last change, in local time;
    `reads` is what D's two numbers are.
    """

    name: str
    recipe: str
    data: str
    images: int
    state: str
    d_real: float | None
    d_fake: float | None
    when: str
    why: str = ""
    reads: Reads = "probability"


def runs(
    root: Annotated[Path, Parameter(help="The folder that holds them.")] = Path("runs"),
    /,
    *,
    voice: Speaking = NORMAL,
) -> None:
    """List the runs in a folder: what they are, how far they got, how D and G stand.

    Example: saddlepoint runs
    """
    if not root.is_dir():
        raise SaddlepointError("no such folder", str(root), "`saddlepoint train` makes runs/")
    if (root / "journal.jsonl").exists() and (root / "config.json").exists():
        raise SaddlepointError("a run, not a folder of runs", str(root), f"`{typed('runs', root.parent)}` lists it")
    found = list(rows(root))
    if voice.json:
        say([json.dumps([row._asdict() for row in found])])
    elif voice.quiet:
        return
    elif found:
        say(columns([cells(row) for row in found], titles=TITLES))
        say(f"  {row.name} is damaged: {row.why}" for row in found if row.why)
    else:
        say([f"no runs in {root}"])


TITLES = ("name", "recipe", "data", "examples", "state", "D(x)", "D(G(z))", "when")


def cells(row: Row) -> tuple[str, ...]:
    """The row as text; a dash for what is not known."""
    said = (f"{d:.2f} {WORDS[row.reads].mark}".rstrip() if d is not None else "-" for d in (row.d_real, row.d_fake))
    return (row.name, row.recipe, row.data, f"{row.images:,}", row.state, *said, row.when)


def rows(root: Path) -> Iterator[Row]:
    """The runs below a folder, the latest first."""
    folders = [path for path in root.iterdir() if os.path.lexists(path / "config.json")]
    for folder in sorted(folders, key=changed, reverse=True):
        when = local(changed(folder))
        try:
            with explained(folder):
                yield row(folder, when)
        except SaddlepointError as error:  # whatever is wrong with one run, the others are listed
            why = f"{Path(error.where).name}: {error.what}" if error.where else error.what
            yield Row(folder.name, "-", "-", 0, "damaged", None, None, when, shown(why))


def row(folder: Path, when: str) -> Row:
    """What is known of one run. SaddlepointError where a file of it is damaged, or cannot be one."""
    record, events = read_record(folder), journal(folder)
    ends = [event for event in events if event["event"] == "rounds"]
    last = ends[-1] if ends else {}
    state, name, recipe, data = state_of(folder, events), folder.name, record.config.recipe, record.data.name
    d_real, d_fake, images = last.get("d_real"), last.get("d_fake"), seen(folder, events)
    return Row(name, recipe, data, images, state, d_real, d_fake, when, reads=read_last(events))


def changed(folder: Path) -> float:
    """When something last happened in the run: seconds since 1970."""
    path = folder / "journal.jsonl"
    return os.lstat(path if os.path.lexists(path) else folder / "config.json").st_mtime


def local(seconds: float) -> str:
    """A time by the clock on the wall; a dash for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return "-"
