"""saddlepoint runs: what there is in a folder of runs."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say
from saddlepoint.errors import SaddlepointError
from saddlepoint.record import read_record
from saddlepoint.storage.journal import read
from saddlepoint.storage.lock import NAME

try:
    import fcntl
except ImportError:  # Windows, where runs are not locked
    fcntl = None


class Row(NamedTuple):
    """One run. `state` is done, running, stopped, or damaged; `when` is the last change, in local time."""

    name: str
    recipe: str
    data: str
    images: int
    state: str
    d_real: float | None
    d_fake: float | None
    when: str


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
    found = list(rows(root))
    if voice.json:
        say([json.dumps([row._asdict() for row in found])])
    elif voice.quiet:
        return
    elif found:
        say(columns([cells(row) for row in found], titles=TITLES))
    else:
        say([f"no runs in {root}"])


TITLES = ("name", "recipe", "data", "examples", "state", "D(x)", "D(G(z))", "when")


def cells(row: Row) -> tuple[str, ...]:
    """The row as text; a dash for what is not known."""
    chances = (f"{d:.2f}" if d is not None else "-" for d in (row.d_real, row.d_fake))
    return (row.name, row.recipe, row.data, f"{row.images:,}", row.state, *chances, row.when)


def rows(root: Path) -> Iterator[Row]:
    """The runs below a folder, the latest first."""
    folders = [path.parent for path in root.glob("*/config.json")]
    for folder in sorted(folders, key=changed, reverse=True):
        when = datetime.fromtimestamp(changed(folder)).strftime("%Y-%m-%d %H:%M")
        try:
            record, events = read_record(folder), journal(folder)
        except SaddlepointError:
            yield Row(folder.name, "-", "-", 0, "damaged", None, None, when)
            continue
        ends = [event for event in events if event["event"] == "rounds"]
        last = ends[-1] if ends else {}
        images = max((event["images"] for event in events), default=0)
        state = "running" if held(folder) else "done" if over(events) else "stopped"
        name, recipe, data = folder.name, record.config.recipe, record.data.name
        yield Row(name, recipe, data, images, state, last.get("d_real"), last.get("d_fake"), when)


def journal(folder: Path) -> list[dict]:
    """The run's events; none where it has not begun."""
    path = folder / "journal.jsonl"
    return read(path) if path.exists() else []


def over(events: list[dict]) -> bool:
    """Whether the run came to its end, and nothing but its last checkpoint was added since."""
    last = [event["event"] for event in events if event["event"] != "checkpoint"][-1:]
    return last == ["end"]


def changed(folder: Path) -> float:
    """When something last happened in the run: seconds since 1970."""
    path = folder / "journal.jsonl"
    return (path if path.exists() else folder / "config.json").stat().st_mtime


def held(folder: Path) -> bool:
    """Whether a process works on the run: it holds the lock, and has put its number there."""
    path = folder / NAME
    if fcntl is None or not path.exists() or not path.read_text().strip():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
