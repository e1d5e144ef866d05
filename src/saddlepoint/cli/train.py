"""saddlepoint train DATA: a new run, or with --dry-run what it would take.

Which flags there are depends on the recipe: the verb is made for the words that were typed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from saddlepoint.cli.began import BEGUN
from saddlepoint.cli.display import screen
from saddlepoint.cli.flags import Voice, type_of
from saddlepoint.cli.offered import AFTER, BEFORE, asked_for
from saddlepoint.cli.tables import plan_lines, say
from saddlepoint.durations import parse
from saddlepoint.planning.begin import agreed, configure, settings_of, usual_recipe


def command(tokens: Sequence[str]) -> Callable[..., None]:
    """The verb for these words: with the flags of the recipe that they name."""
    Flags: Any = type_of(asked_for(tokens))

    def train(data: str, /, *, flags: Flags = None) -> None:  # pyright: ignore[reportInvalidTypeForm]
        run(data, flags or {})

    return train


def run(data: str, given: Mapping[str, Any]) -> None:
    """What the verb does: `given` holds its own flags, and by their names the settings."""
    own = {row.key: given.get(row.key) for row in (*BEFORE, *AFTER)}
    flags = {name: value for name, value in given.items() if name not in own}
    voice = Voice(bool(own["quiet"]), bool(own["json"]))
    budget, recipe, file = own["budget"], own["recipe"], own["config"]
    seconds = None if budget is None else parse(budget)
    agreed(flags, budget)
    if file is None and recipe is None and (base := flags.get("from") or flags.get("base")):
        file = settings_of(Path(base))
    settings = configure(recipe, None if file is None else Path(file), flags, usual_recipe(data))
    from saddlepoint import api  # torch is imported here, once the request is known to be sound

    if own["dry_run"]:
        plan = api.plan(data, settings, seconds)
        if voice.json or not voice.quiet:
            say([json.dumps(plan._asdict())] if voice.json else plan_lines(plan))
        return
    from saddlepoint.tracking import tracked

    with screen(voice) as shown, tracked(own["track"], shown) as watcher:
        root, name = Path(own["root"] or "runs"), own["name"]
        api.start(data, settings, budget=seconds, name=name, root=root, watcher=watcher, begun=BEGUN.get())
