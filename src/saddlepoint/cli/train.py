"""saddlepoint train DATA: a new run, or with --dry-run what it would take.

Which flags there are depends on the recipe: the verb is made for the words that were typed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from saddlepoint.cli.display import screen
from saddlepoint.cli.flags import DATA, NORMAL, Flat, Root, Speaking, Time, flags_of, one_condition
from saddlepoint.cli.tables import plan_lines, say
from saddlepoint.durations import parse
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.begin import chosen, configure, settings_of, usual_recipe


@dataclass(frozen=True)
class Beginning:
    """Where the settings come from, before the flags."""

    recipe: Annotated[
        str | None,
        Parameter(metavar="NAME", help="Begin as this one; unset: what suits the data. See `saddlepoint recipes`."),
    ] = None
    config: Annotated[Path | None, Parameter(metavar="FILE", help="Settings in TOML, or JSON as a run leaves.")] = None


@dataclass(frozen=True)
class Place:
    """Where the run goes."""

    name: Annotated[str | None, Parameter(metavar="NAME", help="Of the run; unset: its data, its recipe, 1.")] = None
    root: Root = Path("runs")


def command(tokens: Sequence[str]) -> Callable[..., None]:
    """The verb for these words: with the flags of the recipe that they name."""
    recipe, file, base = (valued(tokens, flag) for flag in ("--recipe", "--config", "--from"))
    if recipe is None and file is None and base is not None:
        file = str(settings_of(Path(base)))
    kind = type(chosen(recipe, None if file is None else Path(file)))
    brief = recipe is None and file is None and "all" not in tokens
    Flags: Any = flags_of(kind, brief)

    def train(
        data: Annotated[str, Parameter(help=f"What to train on: {DATA}.")],
        /,
        *,
        begin: Annotated[Beginning, Flat] = Beginning(),
        budget: Annotated[str | None, Time] = None,
        place: Annotated[Place, Flat] = Place(),
        dry_run: Annotated[bool, Parameter(negative=(), help="Say what it would take, and leave nothing.")] = False,
        flags: Flags = None,  # pyright: ignore[reportInvalidTypeForm]
        voice: Speaking = NORMAL,
    ) -> None:
        run(data, begin, budget, place, dry_run, flags or {}, voice)

    train.__doc__ = PAGE + ("" if brief is False else MORE)
    return train


PAGE = """Train a model on data, for as long as --budget or --images says.

Labels, where the data has them, become conditions. Settings come from the
recipe, over them from --config, over these from the flags below.

Example: saddlepoint train digits --budget 10m
Example: saddlepoint train digits --recipe acgan --lr 0.0005 --dry-run
"""

MORE = """
All other settings: saddlepoint train --help all, or with --recipe NAME those
of that recipe.
"""


def valued(tokens: Sequence[str], flag: str) -> str | None:
    """What stands behind a flag, as --flag X or --flag=X; None where it was not given."""
    for place, token in enumerate(tokens):
        if token == flag and place + 1 < len(tokens):
            return tokens[place + 1]
        if token.startswith(f"{flag}="):
            return token.partition("=")[2]
    return None


def run(
    data: str, begin: Beginning, budget: str | None, place: Place, dry_run: bool, flags: dict[str, Any], voice: Speaking
) -> None:
    """What the verb does."""
    if budget and "images" in flags:
        raise SaddlepointError("says how long to train, as --budget does", "--images", "give one of them")
    one_condition(flags.get("cond") or flags.get("data.cond"), bool(flags.get("unconditional")))
    seconds = parse(budget) if budget else None
    file = begin.config
    if file is None and begin.recipe is None and (base := flags.get("from") or flags.get("base")):
        file = settings_of(Path(base))
    settings = configure(begin.recipe, file, flags, usual_recipe(data))
    from saddlepoint import api  # torch is imported here, once the request is known to be sound

    if dry_run:
        plan = api.plan(data, settings, seconds)
        if voice.json or not voice.quiet:
            say([json.dumps(plan._asdict())] if voice.json else plan_lines(plan))
        return
    with screen(voice) as watcher:
        api.start(data, settings, budget=seconds, name=place.name, root=place.root, watcher=watcher)
