"""What a run folder holds of its judgements: measures.json, what the doctor reads off it and the journal, and whether
one run's measures are better than another's.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from saddlepoint.errors import SaddlepointError, typed
from saddlepoint.files import read_bounded, write_atomic
from saddlepoint.judging.card import Card, Measure
from saddlepoint.judging.case import Case
from saddlepoint.judging.doctor import diagnose
from saddlepoint.judging.headline import NAME as HEADLINE
from saddlepoint.judging.headline import choosing, leading
from saddlepoint.judging.mixture import BESIDE
from saddlepoint.judging.standing import Verdict
from saddlepoint.record import read_record
from saddlepoint.settings.run import Run
from saddlepoint.statistics.intervals import Interval
from saddlepoint.storage.spelling import parsed
from saddlepoint.storage.told import ended, lengths, told

NAME = "measures.json"
LARGEST = 1 << 24  # bytes of it that are read
HIGHER = ("precision", "recall", "coverage", "inception_score", "label_accuracy", "modes")
SPREADS = ("spread", "class_spread", "pixel_spread", "pixel_class_spread")
TARGET = dict.fromkeys(SPREADS, 100.0) | {"density": 1.0, "pattern": 1.0}  # best in the middle
NEITHER = ("memorisation_p", "nearest_is_training", "path_length")  # of which less or more is no merit by itself
UNBIASED = (HEADLINE, "kernel")  # of which the number of samples moves nothing but the interval

OF_REAL = {"metric", "n_real", "reference"}  # fields of a card that follow from the real examples
REAL = "judge samples of both against one folder, or train both on the same data with the same --data.held-out"
KINDS = "a bound may be far from the true value, and an estimate on either side of it: they do not show which is better"
SAME = "judge both again, with the same --features and -n"


def keep(folder: Path, measures: Mapping[str, Measure]) -> None:
    """Write the measures into the run's folder."""
    content = {name: measure.to_json() for name, measure in measures.items()}
    write_atomic(folder / NAME, json.dumps(content, indent=2).encode())


def kept(folder: Path) -> dict[str, Measure]:
    """The measures of a run that was judged."""
    try:
        content = parsed(read_bounded(folder / NAME, LARGEST))
        return {name: Measure.from_json(fields) for name, fields in content.items()}
    except SaddlepointError as error:
        raise SaddlepointError(f"{error.where}: {error.what}", str(folder / NAME), "judge the run again") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        read_record(folder)  # which says so where this is no run at all
        raise SaddlepointError("not judged yet", str(folder), typed("judge", folder)) from error
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(folder / NAME)) from error
    except (ValueError, AttributeError, OverflowError) as error:
        raise SaddlepointError(f"cannot be read: {error}", str(folder / NAME), "judge the run again") from error


def examine(folder: Path, config: Run, going_on: bool = False) -> list[Verdict]:
    """What the doctor says of a run folder: by its journal, and its last measures where none were taken on the way. The
    figure that leads is the last one measured: one run has one; and what stands beside it was measured then alone.
    Where its end has not come it was stopped, unless the caller knows that it is going on.
    """
    events = told(folder / "journal.jsonl")
    looked = [place for place, event in enumerate(events) if event.get("event") == "judgement" and "measures" in event]
    last = {name: list(measure[:3]) for name, measure in kept(folder).items()} if (folder / NAME).exists() else {}
    if last and not looked:
        events.append({"event": "judgement", "measures": last, "decides": choosing(last)})
    elif last and ended(events):
        event, beside = events[looked[-1]], [name for name in last if name.startswith(BESIDE)]
        names = {HEADLINE, *beside, *(name.removeprefix(BESIDE) for name in beside)} & set(last)
        events[looked[-1]] = event | {"measures": event["measures"] | {name: last[name] for name in names}}
    tree = config.model_dump(mode="json")
    for stage, images in zip(tree["stages"], lengths(events)):  # as the plan has them by now
        stage["images"] = images
    left = not going_on and ended(events) < len(config.stages)
    return diagnose(Case.of(tree, events)._replace(left=left))


class Comparison(NamedTuple):
    """One measure of two runs. verdict: 'better', 'worse' or 'cannot tell', of the first against the second."""

    name: str
    a: Measure
    b: Measure
    verdict: str


def shared(a: Mapping[str, Measure], b: Mapping[str, Measure]) -> list[str]:
    """The measures of the samples that both have, of those of which there is a better."""
    own = [name for name in a if not name.endswith("_real") and not name.startswith(BESIDE)]
    return [name for name in own if name in b and name not in NEITHER]


def apart(a: Mapping[str, Measure], b: Mapping[str, Measure]) -> list[str]:
    """Those of them whose numbers mean different things, by their cards."""
    return [name for name in shared(a, b) if differing(name, a, b)]


def left_out(a: Mapping[str, Measure], b: Mapping[str, Measure]) -> dict[str, str]:
    """Why these are not compared, each with the measures that it is true of."""
    found: dict[str, list[str]] = {}
    for name in apart(a, b):
        kinds = [kind(m.card.metric) for m in (a[name], b[name])]
        field, ours, theirs = ("how it is known", *kinds) if kinds[0] != kinds[1] else differing(name, a, b)[0]
        found.setdefault(f"{field}: {ours} there, {theirs} here", []).append(name)
    return {why: ", ".join(names) for why, names in found.items()}


def differing(name: str, a: Mapping[str, Measure], b: Mapping[str, Measure]) -> list[tuple[str, object, object]]:
    """The fields in which this measure's cards differ; how many samples there were does not count where that moves
    nothing but the interval.
    """
    found = differences(a[name].card, b[name].card)
    return [field for field in found if not (name in UNBIASED and field[0] == "n_fake")]


def differences(ours: Card, theirs: Card) -> list[tuple[str, object, object]]:
    """The fields in which two cards differ, and what they are in each; the samples' seed may, and what the same real
    examples are called, which have one digest.
    """
    fields = zip(Card._fields, ours, theirs)
    found = [(name, one, other) for name, one, other in fields if name != "seed" and one != other]
    same = nameless(ours.reference) == nameless(theirs.reference)
    return [difference for difference in found if not (same and difference[0] == "reference")]


def nameless(reference: str) -> str:
    """How many real examples a card names, which, and their digest, without what the data are called."""
    return ", ".join(reference.split(", ")[-2:])


def compare(a: Mapping[str, Measure], b: Mapping[str, Measure]) -> list[Comparison]:
    """Measure by measure, without those whose cards differ; refused where the one that leads is one of these, or
    where nothing is left.
    """
    names, others = shared(a, b), apart(a, b)
    if not names:
        raise SaddlepointError("they share no measure", "compare", "judge both with the same --features")
    if leading(names) in others or len(others) == len(names):
        name = leading(others)
        found = differing(name, a, b)
        field, ours, theirs = found[0]
        kinds = [kind(m.card.metric) for m in (a[name], b[name])]
        if kinds[0] != kinds[1]:
            what = f"{name}: {kinds[0]} there, {kinds[1]} here: the numbers cannot be compared"
            raise SaddlepointError(what, "compare", KINDS)
        what = f"{name}: {field} is {ours!r} there, {theirs!r} here: the numbers cannot be compared"
        raise SaddlepointError(what, "compare", REAL if {field for field, *_ in found} <= OF_REAL else SAME)
    names = [name for name in names if name not in others]
    goals = {name: a[f"{name}_real"].value for name in names if f"{name}_real" in a}
    return [Comparison(name, a[name], b[name], against(name, a[name], b[name], goals.get(name))) for name in names]


def kind(metric: str) -> str:
    """How a number is known, as its card has it."""
    words = {"bound on ": "a bound", "estimate of ": "an estimate"}
    return next((word for start, word in words.items() if metric.startswith(start)), "an exact value")


def against(name: str, a: Measure, b: Measure, goal: float | None = None) -> str:
    """Is a better than b, which is closer to the goal, where there is one? Where the difference is within 1.96 of its
    standard error, that cannot be told.
    """
    goal = TARGET.get(name, goal)
    values = Interval(*a[:3]), Interval(*b[:3])
    x, y = values if goal is None else (from_goal(value, goal) for value in values)
    if not differ(x, y) or not differ(*values):
        return "cannot tell"
    return "better" if (x.value > y.value) == (goal is None and name in HIGHER) else "worse"


def from_goal(of: Interval, goal: float) -> Interval:
    """How far a value is from the goal; its ends as far from it as the value's own."""
    far = Interval(of.value - goal, of.low - goal, of.high - goal)
    return far if far.value >= 0 else Interval(-far.value, -far.high, -far.low)


def differ(x: Interval, y: Interval) -> bool:
    """Whether zero lies outside the interval of the difference, by the halves that face each other:

        l - s > hypot(l - low of l, high of s - s),   l the larger value, s the smaller

    Source: Newcombe 1998, Stat. Med. 17, 873, method 10, for shares; Zou & Donner 2008, Stat. Med. 27, 1693.
    """
    small, large = sorted((x, y))
    return large.value - small.value > math.hypot(large.value - large.low, small.high - small.value)
