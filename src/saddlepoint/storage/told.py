"""What the lines of a run's journal hold, checked: a journal may come from anybody, or have been edited.

Every line names an event and how many real examples had been seen. Of what each kind of event holds, `SHAPES` has what
is reckoned with; what is not there, or is null, was not measured, and what else is there is left alone.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from saddlepoint.errors import SaddlepointError
from saddlepoint.readings import WORDS, Reads
from saddlepoint.storage.journal import read

Holds = Callable[[Any], bool]


def number(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**63 and not isinstance(value, bool))


def whole(value: Any) -> bool:
    return number(value) and isinstance(value, int) and value >= 0


def text(value: Any) -> bool:
    return isinstance(value, str)


def bar(value: Any) -> bool:
    """A measure: its value, and the ends of its interval."""
    return isinstance(value, list) and len(value) == 3 and all(each is None or number(each) for each in value)


def by_name(holds: Holds) -> Holds:
    """A mapping whose values are such, or null."""
    return lambda value: isinstance(value, dict) and all(each is None or holds(each) for each in value.values())


SHAPES: Mapping[str, Mapping[str, Holds]] = {
    "rounds": {
        **dict.fromkeys(("seconds", "rate", "d_real", "d_fake"), number),
        **dict.fromkeys(("skipped", "unfit", "round", "stage"), whole),
        **dict.fromkeys(("losses", "gradients"), by_name(number)),
    },
    "snapshot": {"file": text},
    "stage": {
        **dict.fromkeys(("stage", "length"), whole),
        "reads": lambda value: as_read(value) is not None,
        "columns": lambda value: isinstance(value, list) and all(map(number, value)),
    },
    "held_out": dict.fromkeys(
        ("train", "fake", "held_out"), lambda value: isinstance(value, dict) and all(map(opinion, value.items()))
    ),
    "judgement": {"measures": by_name(bar), "decides": text},
    "plan": {"lengths": lambda value: isinstance(value, list) and all(map(whole, value)), "seconds": number},
    "rollback": {"at": whole, "rate_factor": number},
}


def opinion(item: tuple[str, Any]) -> bool:
    """(name, value) of what the journal says of a critic's logits."""
    name, value = item
    return value is None or (isinstance(value, list) if name == "q" else number(value))


def told(path: Path) -> list[dict[str, Any]]:
    """The events of a run's journal. SaddlepointError names the first line that cannot be one, and what of it."""
    events = read(path)
    for line, event in enumerate(events, 1):
        if wrong := fault(event):
            what = f"line {line} is no event of a run: {wrong}"
            raise SaddlepointError(what, str(path), "the file was damaged or edited")
    return events


def ended(events: Iterable[Mapping[str, Any]]) -> int:
    """How many stages were played, where the last of them came to its end; else 0. A checkpoint may follow the end."""
    course = [event for event in events if event.get("event") in ("stage", "end")]
    if not course or course[-1]["event"] != "end":
        return 0
    stages = [event.get("stage") for event in course if event["event"] == "stage"]
    return 1 + stages[-1] if stages and isinstance(stages[-1], int) else 1


def lengths(events: Iterable[Mapping[str, Any]]) -> list[int]:
    """Real examples of the stages by the last plan that was made while the run went on; empty where none was."""
    plans = [event["lengths"] for event in events if event.get("event") == "plan" and event.get("lengths")]
    return plans[-1] if plans else []


def reads(events: Iterable[Mapping[str, Any]]) -> list[Reads]:
    """Of each line on rounds what its numbers on D are, as the line on its stage says. Runs from before stages said so
    are read by their numbers: scores where one cannot be a probability.
    """
    events = list(events)
    stages = {str(event.get("stage")): event.get("reads") for event in events if event.get("event") == "stage"}
    rounds = [event for event in events if event.get("event") == "rounds"]
    found: list[Reads | None] = [as_read(stages.get(str(event.get("stage")))) for event in rounds]
    silent = [event.get(name) for event, known in zip(rounds, found) if not known for name in ("d_real", "d_fake")]
    beyond = any(number(d) and not 0 <= d <= 1 for d in filter(None, silent))
    guess: Reads = "score" if beyond else "probability"
    return [guess if known is None else known for known in found]


def read_last(events: Iterable[Mapping[str, Any]]) -> Reads:
    """What the numbers on D of the last line on rounds are."""
    return (reads(events) or ["probability"])[-1]


def as_read(value: object) -> Reads | None:
    """One of the ways in which D is read; None for what is none."""
    return next((way for way in WORDS if way == value), None)


def spent(events: Iterable[Mapping[str, Any]]) -> float:
    """Seconds of work on the run so far, by all processes."""
    return max((event.get("seconds") or 0.0 for event in events), default=0.0)


def fault(event: Mapping[str, Any]) -> str:
    """What is wrong with an event; empty where nothing is."""
    if not text(event.get("event")) or not whole(event.get("images")):
        return "it has no kind, or no number of images"
    for name, holds in SHAPES.get(event["event"], {}).items():
        if event.get(name) is not None and not holds(event[name]):
            return f"'{name}' is none"
    if event["event"] == "judgement" and event.get("measures") is not None:
        return verdict(event)
    return "'file' is missing" if event["event"] == "snapshot" and event.get("file") is None else ""


def verdict(event: Mapping[str, Any]) -> str:
    """What is wrong with a judgement that has measures: one of them decides, for each average by its half-life."""
    decides = event.get("decides") or "frechet"
    averages = event.get(decides)
    if not bar(event["measures"].get(decides)):
        return f"'{decides}' decides, and was not measured"
    if averages is not None and not (by_name(bar)(averages) and all(half_life(name) for name in averages)):
        return f"'{decides}' is none"
    return ""


def half_life(average: str) -> bool:
    """Whether an average's name ends in its half-life, or says nothing of it."""
    end = average.rpartition("-")[2]
    return not end or (end.isascii() and end.isdigit() and len(end) < 20)
