"""saddlepoint train DATA: a new run, or with --dry-run what it would take."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.display import screen
from saddlepoint.cli.flags import DATA, NORMAL, Flags, Flat, Root, Speaking, Time
from saddlepoint.cli.tables import plan_lines, say
from saddlepoint.data.names import are_points
from saddlepoint.durations import parse
from saddlepoint.errors import SaddlepointError
from saddlepoint.recipes.catalog import RECIPES
from saddlepoint.settings import configure


@dataclass(frozen=True)
class Beginning:
    """Where the settings come from, before the flags."""

    recipe: Annotated[str | None, Parameter(metavar="NAME", help=f"Where to begin: {', '.join(RECIPES)}.")] = None
    config: Annotated[Path | None, Parameter(metavar="FILE", help="Settings in TOML or JSON, or of a run.")] = None


@dataclass(frozen=True)
class Place:
    """Where the run goes."""

    name: Annotated[str | None, Parameter(metavar="NAME", help="Of the run; unset: its data, its recipe, 1.")] = None
    root: Root = Path("runs")


def settings_of(base: Path) -> Path:
    """Where the settings of a run, or of the run of a checkpoint, are written."""
    folders = [folder for folder in (base, base.parent.parent) if (folder / "config.json").is_file()]
    if not folders:
        raise SaddlepointError("no run to begin with", f"--from {base}", "give a run's folder, or a checkpoint in it")
    return folders[0] / "config.json"


def train(
    data: Annotated[str, Parameter(help=f"What to train on: {DATA}.")],
    /,
    *,
    begin: Annotated[Beginning, Flat] = Beginning(),
    budget: Annotated[str | None, Time] = None,
    place: Annotated[Place, Flat] = Place(),
    dry_run: Annotated[bool, Parameter(negative=(), help="Say what it would take, and leave nothing.")] = False,
    flags: Flags = None,
    voice: Speaking = NORMAL,
) -> None:
    """Train a generator on data, for as long as --budget or --images says.

    Labels, where the data has them, become conditions. Settings come from the
    recipe, over them from --config, over these from the flags below.

    Example: saddlepoint train digits --budget 10m
    Example: saddlepoint train digits --recipe acgan --lr 0.0005 --dry-run
    """
    flags = flags or {}
    if budget and "images" in flags:
        raise SaddlepointError("says how long to train, as --budget does", "--images", "give one of them")
    seconds = parse(budget) if budget else None
    file = begin.config
    if file is None and begin.recipe is None and (base := flags.get("from") or flags.get("base")):
        file = settings_of(Path(base))
    settings = configure(begin.recipe, file, flags, "points" if are_points(data) else "modern")
    from saddlepoint import api  # torch is imported here, once the request is known to be sound

    if dry_run:
        plan = api.plan(data, settings, seconds)
        say([json.dumps(plan._asdict())] if voice.json else plan_lines(plan))
        return
    with screen(voice) as watcher:
        api.start(data, settings, budget=seconds, name=place.name, root=place.root, watcher=watcher)
