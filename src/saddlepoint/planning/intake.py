"""From what a user calls their data to sources that a system can be trained on: names, sizes, kinds."""

import re
from collections.abc import Mapping
from os.path import exists
from pathlib import Path

from saddlepoint.data.facts import Facts
from saddlepoint.data.memory import Held
from saddlepoint.data.names import IN_MEMORY, medium
from saddlepoint.data.reading import Tell
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.media.catalog import medium_of
from saddlepoint.planning.size import affordable
from saddlepoint.record import DataRecord, digests
from saddlepoint.running.base import checkpoint_of, record_of
from saddlepoint.running.live import Sources
from saddlepoint.running.reading import reading
from saddlepoint.settings.run import Data, Run
from saddlepoint.settings.tree import files, wishes
from saddlepoint.systems.catalog import system


def located(data: str | Held, config: Run, budget: float | None, engine: Engine) -> Run:
    """The configuration with all its data named for good: where they lie, how large pictures may be."""
    name = called(data)
    side = config.data.side or affordable(name, config, budget, engine)
    named = config.data.model_copy(update={"name": lasting(name), "side": side})
    if config.base is not None:
        named, config = as_the_base(config.base, named, config)
    others = {
        name: wish.model_copy(
            update={"name": lasting(wish.name), "side": wish.side or side, "size": wish.size or named.size}
        )
        for name, wish in wishes(config).items()
        if name != "x"
    }
    others |= {name: lasting(path) for name, path in files(config).items()}
    return config.model_copy(update={"data": named, **others})


def called(data: str | Held) -> str:
    """What a run calls its data."""
    return data if isinstance(data, str) else data.name


def opened_for(config: Run, data: str | Held, source: Source | None, tell: Tell) -> Sources:
    """All sources of a run, by column; `source` is x where it is open already. Refused before anything is read where
    one that the system needs was not named.
    """
    digests(config)  # which reads all further files
    takes = system(config.system).takes
    for column in takes:
        if column not in ("x", "c") and not column.endswith("?") and column not in wishes(config):
            what = f"`{config.recipe}` needs a second set of data"
            raise SaddlepointError(what, f"--{column}", f"say where it is: --{column} PATH")
    held = {} if isinstance(data, str) else {"x": data}
    return {
        name: source if name == "x" and source is not None else open_source(reading(wish, held.get(name)), tell)
        for name, wish in wishes(config).items()
    }


def suited(config: Run, facts: Facts) -> None:
    """Refuse data that the system cannot be trained on, or not in this range."""
    for column, kinds in system(config.system).takes.items():
        name = column.removesuffix("?")
        about = facts.get(name)
        if about is None:
            if not column.endswith("?"):
                what = f"`{config.recipe}` needs a condition: {' or '.join(kinds)}"
                raise SaddlepointError(what, config.data.name, "`saddlepoint recipes` says what each recipe takes")
        elif about.kind not in kinds:
            what = f"`{config.recipe}` takes {' or '.join(kinds)}{' as conditions' * (name == 'c')}, not {about.kind}"
            where = wishes(config).get(name, config.data).name
            raise SaddlepointError(what, where, "`saddlepoint recipes` says what each recipe takes")
    if (only := system(config.system).only) and config.range not in only:
        what = f"`{config.recipe}` cannot be trained with x in this range"
        raise SaddlepointError(what, f"--range {config.range}", f"use --range {' or '.join(only)}")
    medium = medium_of(facts["x"])
    if config.range not in medium.ranges:
        fit = next((each for each in medium.ranges if each in only), "")
        hint = f"use --range {fit}" if fit else "use --recipe points"
        raise SaddlepointError(f"{medium.noun} have no such range", f"--range {config.range}", hint)


def apart(records: Mapping[str, DataRecord]) -> None:
    """Refuse a further set of data that is the first one again."""
    for name, record in records.items():
        if name != "x" and record.digest == records["x"].digest:
            what = "it is the first set of data again"
            raise SaddlepointError(what, f"--{name} {record.name}", "give the other kind")


def as_the_base(base: str, data: Data, config: Run) -> tuple[Data, Run]:
    """Pictures of the size that the base was trained on, unless another is asked for; and where to find the base."""
    checkpoint_of(base)
    shape = record_of(base).data.shape
    fixed = medium(data.name) in ("bundled", "memory", "world", "arrays", "idx") or len(shape) != 3
    if data.size is None and not fixed:
        data = data.model_copy(update={"size": f"{shape[1]}x{shape[2]}"})
    return data, config.model_copy(update={"base": str(Path(base).resolve())})


def lasting(data: str) -> str:
    """A path in full, since a run may be resumed from another folder; other names as they are."""
    return data if medium(data) in ("bundled", "memory", "world") or not exists(data) else str(Path(data).resolve())


def stem(data: str) -> str:
    """What a run is called after: the last part of the data's name, in plain characters."""
    bare = Path(data).resolve().stem if exists(data) else data.removeprefix(IN_MEMORY)
    return re.sub(r"[^\w.-]+", "-", bare)[:40] or "data"
