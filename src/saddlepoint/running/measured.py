"""What a run folder holds of its judgements: measures.json, what the doctor reads off it and the journal, and whether
one run's measures are better than another's.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from saddlepoint.config import Config
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import write_atomic
from saddlepoint.judge.card import Measure
from saddlepoint.judge.case import Case
from saddlepoint.judge.doctor import Verdict, diagnose
from saddlepoint.storage.journal import read
from saddlepoint.storage.record import read_record

NAME = "measures.json"
HIGHER = ("precision", "recall", "coverage", "inception_score", "label_accuracy", "modes")
TARGET = {"spread": 100.0, "class_spread": 100.0, "density": 1.0}  # best in the middle
NEITHER = ("memorisation_p", "nearest_is_training", "path_length")  # of which less or more is no merit by itself


def keep(folder: Path, measures: Mapping[str, Measure]) -> None:
    """Write the measures into the run's folder."""
    content = {name: measure.to_json() for name, measure in measures.items()}
    write_atomic(folder / NAME, json.dumps(content, indent=2).encode())


def kept(folder: Path) -> dict[str, Measure]:
    """The measures of a run that was judged."""
    try:
        content = json.loads((folder / NAME).read_bytes())
        return {name: Measure.from_json(fields) for name, fields in content.items()}
    except (FileNotFoundError, NotADirectoryError) as error:
        read_record(folder)  # which says so where this is no run at all
        raise SaddlepointError("not judged yet", str(folder), f"saddlepoint judge {folder}") from error
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(folder / NAME)) from error
    except (ValueError, AttributeError) as error:
        raise SaddlepointError(f"cannot be read: {error}", str(folder / NAME), "judge the run again") from error


def examine(folder: Path, config: Config) -> list[Verdict]:
    """What the doctor says of a run folder: by its journal, and its last measures where none were taken on the way."""
    events = read(folder / "journal.jsonl")
    looked = any(event.get("event") == "judgement" and "measures" in event for event in events)
    if not looked and (folder / NAME).exists():
        last = {name: list(measure[:3]) for name, measure in kept(folder).items()}
        events.append({"event": "judgement", "measures": last})
    return diagnose(Case.of(config.model_dump(mode="json"), events))


class Comparison(NamedTuple):
    """One measure of two runs. verdict: 'better', 'worse' or 'cannot tell', of the first against the second."""

    name: str
    a: Measure
    b: Measure
    verdict: str


def compare(a: Mapping[str, Measure], b: Mapping[str, Measure]) -> list[Comparison]:
    """Measure by measure; refused where the cards differ in anything but the samples' seed."""
    names = [name for name in a if name in b and not name.endswith("_real") and name not in NEITHER]
    if not names:
        raise SaddlepointError("they share no measure", "compare", "judge both with the same --features")
    goals = {name: a[f"{name}_real"].value for name in names if f"{name}_real" in a}
    return [Comparison(name, a[name], b[name], against(name, a[name], b[name], goals.get(name))) for name in names]


def against(name: str, a: Measure, b: Measure, goal: float | None = None) -> str:
    """Is a better than b, which is closer to the goal, where there is one? Where the difference is within 1.96 of its
    standard error, that cannot be told.
    """
    for field, ours, theirs in zip(a.card._fields, a.card, b.card):
        if field != "seed" and ours != theirs:
            what = f"{name}: {field} is {ours!r} there, {theirs!r} here: the numbers do not compare"
            raise SaddlepointError(what, "compare", "judge both with the same --features and -n")
    goal = TARGET.get(name, goal)
    x, y = (m.value if goal is None else abs(m.value - goal) for m in (a, b))
    error = math.hypot(a.high - a.value, b.high - b.value)
    if abs(x - y) <= error or (goal is not None and abs(a.value - b.value) <= error):
        return "cannot tell"
    return "better" if (x > y) == (goal is None and name in HIGHER) else "worse"
