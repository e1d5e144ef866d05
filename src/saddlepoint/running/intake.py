"""From what a user calls their data to how they are read: names, sizes, the recipe that suits them."""

import re
from os.path import exists
from pathlib import Path

from saddlepoint.config import Config, Data
from saddlepoint.data.names import are_points, medium
from saddlepoint.data.reading import Reading, sides
from saddlepoint.running.base import checkpoint_of, record_of
from saddlepoint.running.engine import Engine

SIDE, LONG = 64, 3600.0  # pixels; seconds of a budget from which on a processor may try twice as many


def reading(data: Data) -> Reading:
    """How the configured data are to be read."""
    return Reading(
        name=data.name,
        size=sides(data.size) if data.size else None,
        side=data.side or SIDE,
        fit=data.fit,
        background=data.background,
        cond=data.cond,
        unconditional=data.unconditional,
        bad=data.bad,
    )


def as_the_base(base: str, data: Data, config: Config) -> tuple[Data, Config]:
    """Pictures of the size that the base was trained on, unless another is asked for; and where to find the base."""
    checkpoint_of(base)
    shape = record_of(base).data.shape
    fixed = medium(data.name) in ("bundled", "world", "arrays", "idx") or len(shape) != 3
    if data.size is None and not fixed:
        data = data.model_copy(update={"size": f"{shape[1]}x{shape[2]}"})
    return data, config.model_copy(update={"base": str(Path(base).resolve())})


def affordable(budget: float | None, engine: Engine) -> int:
    """The longest side of pictures that is worth trying in this time, where no size is asked for."""
    if engine.device.type == "cuda":
        return 4 * SIDE
    return 2 * SIDE if (budget or 0) >= LONG else SIDE


def lasting(data: str) -> str:
    """A path in full, since a run may be resumed from another folder; other names as they are."""
    return data if medium(data) in ("bundled", "world") or not exists(data) else str(Path(data).resolve())


def stem(data: str) -> str:
    """What a run is called after: the last part of the data's name, in plain characters."""
    return re.sub(r"[^\w.-]+", "-", Path(data).resolve().stem if exists(data) else data)[:40] or "data"


def usual_recipe(data: str) -> str:
    """The recipe that suits these data where none is asked for."""
    return "points" if are_points(data) else "modern"
