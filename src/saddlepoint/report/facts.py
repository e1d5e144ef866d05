"""What the page says in words and numbers: pure functions of a run's story."""

import json
import math
import re
import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from saddlepoint.durations import show
from saddlepoint.figures import compact
from saddlepoint.judging.card import Measure
from saddlepoint.judging.headline import protocol, unsaid
from saddlepoint.readings import WORDS
from saddlepoint.report.charts import broke_at
from saddlepoint.report.story import Event, Story, number
from saddlepoint.storage.told import read_last


class Fact(NamedTuple):
    """A name, its value, and what is to be said about it."""

    name: str
    value: str
    note: str = ""


class Work(NamedTuple):
    """One process's work on the run."""

    start: str
    images: str
    lasted: str
    ended: str


RATIOS = ("frechet_ratio",)  # few examples make them small: no figure to begin with
ENDINGS = {"done": "finished", "signal": "stopped on request, saved", "error": "failed"}


def key_figures(story: Story, measures: Mapping[str, Measure]) -> list[Fact]:
    """At most six figures to begin with: how much, how long, how fast, how well."""
    rates = sorted(rate for event in story.of_kind("rounds") if (rate := number(event.get("rate"))))
    planned = f"of {story.planned:,} planned" if story.planned > story.images else "real examples, with repetition"
    facts = [Fact(f"{story.noun} seen", compact(story.images), planned)]
    if story.seconds:
        count = max(1, len(story.sessions))
        facts.append(Fact("training time", show(story.seconds), f"in {count} session{'s' * (count > 1)}"))
    if rates:
        facts.append(Fact(f"{story.noun} a second", f"{rates[len(rates) // 2]:,.0f}", "median"))
    if silent := unsaid(measures):
        facts.append(Fact("distance from real examples", "-", silent))
    for measure in [measure for name, measure in measures.items() if name not in RATIOS][: 3 - bool(silent)]:
        facts.append(figure(measure))
    last = next(iter(reversed(story.of_kind("rounds"))), {})
    words = WORDS[read_last(story.events)]
    for name, field in ((words.real, "d_real"), (words.fake, "d_fake")):
        if len(facts) < 6 and (value := number(last.get(field))) is not None:
            facts.append(Fact(name, f"{value:.2f}", "at the end" if story.finished else "at its last line"))
    return facts


def figure(measure: Measure) -> Fact:
    """A measure in a few large letters: its short name, its value and unit; what else its name says is in the note."""
    value, interval = with_interval(measure)
    name, _, unit = measure.card.metric.partition(", ")
    aside = re.search(r" \((.*?)\)", name)
    unit, _, of_what = unit.partition(" ")
    note = "; ".join(filter(None, (of_what, interval, aside and aside[1], protocol(measure.card))))
    return Fact(name.replace(aside[0], "") if aside else name, f"{value} {unit}".strip(), note)


def with_interval(measure: Measure) -> tuple[str, str]:
    """The value and its interval, both to the second digit of the interval's half width."""
    half = (measure.high - measure.low) / 2
    digits = 4 if half <= 0 else min(6, max(0, 1 - math.floor(math.log10(half))))
    return f"{measure.value:,.{digits}f}", f"{measure.low:,.{digits}f} to {measure.high:,.{digits}f}"


def state(story: Story) -> str:
    """How the run stands."""
    if story.finished:
        early = any(plan.get("why") and plan.get("images") == story.images for plan in story.of_kind("plan"))
        return "finished early: plateau" if early else "finished"
    if not story.images:
        return "nothing trained yet"
    of = f" of {story.planned:,}" if story.planned else ""
    return f"interrupted at {story.images:,}{of} {story.noun}"


def under_way(story: Story) -> str:
    """How far a run is that goes on."""
    return f"under way: {story.images:,} of {story.planned:,} {story.noun}, as of {datetime.now():%H:%M:%S}"


def begun(story: Story) -> str:
    """When the first session began, in words; empty where that is not known."""
    return when(story.sessions[0].get("start")) if story.sessions else ""


def when(moment: object) -> str:
    """2026-03-01T09:05:00+00:00 as 1 March 2026, 09:05."""
    try:
        time = datetime.fromisoformat(str(moment))
    except ValueError:
        return str(moment or "")
    return f"{time.day} {time:%B %Y, %H:%M}"


def happenings(story: Story, going_on: bool = False) -> list[str]:
    """What a reader must know before the pictures: steps refused, ways back, an end before the end."""
    told = []
    for event in story.of_kind("rollback"):
        to = number(event.get("to")) if "to" in event else number(event.get("images"))
        reason = event.get("reason") or "weights or steps were not finite"
        text = f"At {broke_at(event) or 0:,.0f} {story.noun}: {reason}. Back to {to or 0:,.0f}"
        factor = number(event.get("rate_factor"))
        told.append(text + (f", learning rates times {factor:g}." if factor else "."))
    if refused := sum(int(number(event.get("skipped")) or 0) for event in story.of_kind("rounds")):
        told.append(f"{refused:,} step{'s' * (refused > 1)} refused, because something was not finite.")
    if story.images and not story.finished and not going_on:
        told.append("The run has not ended. All that follows is as of the last line of its journal.")
    return told


def data_facts(data: Event) -> list[Fact]:
    """What was trained on. The licence comes first: it binds whoever uses the result."""
    held_out = data.get("held_out")
    kept = len(held_out) if isinstance(held_out, list) else 0
    size, shape, classes = number(data.get("size")), data.get("shape"), data.get("classes")
    facts = [Fact("licence", str(data.get("licence", "unstated"))), Fact("name", str(data.get("name", "unknown")))]
    if size:
        facts.append(Fact("examples", f"{size - kept:,.0f}", f"and {kept:,} held out" if kept else ""))
    if isinstance(shape, list):
        facts.append(Fact("shape", " × ".join(map(str, shape))))
    if isinstance(classes, list) and classes:
        names = ", ".join(map(str, classes[:20])) + (", …" if len(classes) > 20 else "")
        facts.append(Fact("classes", f"{len(classes)}", names))
    if data.get("digest"):
        facts.append(Fact("SHA-256", str(data["digest"])))
    return facts


def settings(config: Event) -> dict[str, list[Fact]]:
    """The whole configuration under the names its flags have, by its first word; what has none is 'run'."""
    groups: dict[str, list[Fact]] = {"run": []}
    for name, value in config.items():
        if isinstance(value, dict):
            groups[name] = _flat(name, value)
        elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            groups |= {f"{name} {i + 1}": _flat(f"{name}.{i}", entry) for i, entry in enumerate(value)}
        else:
            groups["run"].append(Fact(name, plain(value)))
    return {group: facts for group, facts in groups.items() if facts}


def flat(tree: Event) -> list[Fact]:
    """A mapping as facts, sorted out of nested mappings by dotted names."""
    return _flat("", tree)


def _flat(prefix: str, tree: Event) -> list[Fact]:
    facts = []
    for name, value in tree.items():
        dotted = f"{prefix}.{name}".lstrip(".")
        facts += _flat(dotted, value) if isinstance(value, dict) else [Fact(dotted, plain(value))]
    return facts


def plain(value: object) -> str:
    """A JSON value as one would say it."""
    if value is None:
        return "unset"
    if isinstance(value, list):
        return ", ".join(map(plain, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value)


def sessions(story: Story) -> list[Work]:
    """The processes that worked on the run, in turn."""
    return [
        Work(
            when(session.get("start")),
            f"{number(session.get('from_images')) or 0:,.0f} to {number(session.get('to_images')) or 0:,.0f}",
            show(number(session.get("seconds")) or 0.0),
            ENDINGS.get(str(session.get("ended")), "still at work, or killed"),
        )
        for session in story.sessions
    ]


def command(story: Story) -> str:
    """What was typed first, as one would type it again."""
    typed = story.sessions[0].get("command") if story.sessions else None
    if not isinstance(typed, list) or not typed:
        return ""
    return shlex.join(["saddlepoint", *map(str, typed[1:])])
