"""saddlepoint look DATA: what is in there, before any training time is spent."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking, Time
from saddlepoint.cli.offered import DATA
from saddlepoint.cli.tables import columns, plan_lines, say, shorten
from saddlepoint.cli.theory import silence, tell
from saddlepoint.data.reading import shown
from saddlepoint.durations import parse
from saddlepoint.errors import SaddlepointError, typed
from saddlepoint.formats import format_of
from saddlepoint.planning.begin import configure, one_condition, usual_recipe

if TYPE_CHECKING:
    from saddlepoint.data.facts import About
    from saddlepoint.data.survey import Survey
    from saddlepoint.running.watcher import Plan

SMALL, UNEVEN, MANY, POINTS = 2_000, 3.0, 12, 5_000


def look(
    data: Annotated[str, Parameter(help=f"What to look at: {DATA}.")],
    /,
    *,
    budget: Annotated[str, Time] = "30m",
    sheet: Annotated[Path, Parameter(metavar="FILE", help="The file for the contact sheet.")] = Path("look.png"),
    size: Annotated[str | None, Parameter(metavar="TEXT", help="Size of pictures, as for `train`.")] = None,
    cond: Annotated[str | None, Parameter(metavar="TEXT", help="The condition, as for `train`.")] = None,
    unconditional: Annotated[bool, Parameter(negative=(), help="Ignore the labels.")] = False,
    voice: Speaking = NORMAL,
) -> None:
    """See what is in a data set: sizes, channels, classes, what cannot be read.

    Every file is opened. The contact sheet shows some of each class; the last
    lines say what `train` would choose for this budget.

    Example: saddlepoint look photos/ --budget 1h
    """
    seconds = parse(budget)
    one_condition(cond, unconditional)
    format_of(sheet)
    given = {"size": size, "cond": cond, "unconditional": unconditional or None}
    wishes = {name: value for name, value in given.items() if value is not None}
    config = configure(None, None, wishes, usual_recipe(data))
    from saddlepoint import api

    start = time.monotonic()
    found = api.look(data, config, seconds, silence if voice.quiet else tell)
    took = time.monotonic() - start
    wishes |= advice(found)
    plan = api.plan(data, configure(None, None, wishes, usual_recipe(data)), seconds, found.source)
    picture = contact(found, sheet)
    if voice.json:
        say([json.dumps(values(found, plan) | {"sheet": picture})])
    elif not voice.quiet:
        notes = [note for note in found.source.notes if not note.startswith("left out")]
        read = ("read in", f"{took:.1f} s, {found.source.size / took:,.0f} a second")
        say([*columns([*rows(found), read]), "", *notes, *plan_lines(plan), ""])
        say([f"  {picture}", f"  {command(data, budget, wishes)}"])


def contact(found: "Survey", path: Path) -> str:
    """Write the contact sheet; where that is not allowed, say so: it is not what was asked for."""
    from saddlepoint.data.survey import sheet
    from saddlepoint.figures import save
    from saddlepoint.media.catalog import medium_of

    x = about(found)
    some = sheet(found.source) if x.kind == "pictures" else found.source.x[:POINTS]
    try:
        return shorten(save(medium_of(x).sheet(some, x, 10, None), path))
    except SaddlepointError as error:
        return f"no contact sheet: {error}"


def about(found: "Survey") -> "About":
    """What an example is."""
    from saddlepoint.data.facts import facts_of

    return facts_of({"x": found.source})["x"]


def rows(found: "Survey") -> Iterator[tuple[str, str]]:
    """(what, how it is) of the data, a line each."""
    source = found.source
    yield "examples", f"{source.size:,}"
    yield from pictures(found)
    yield from table(found)
    if source.classes:
        yield "classes", f"{len(source.classes):,}: {listed(found)}"
        least, most = min(found.counts), max(found.counts)
        yield "balance", f"{least:,} to {most:,} examples of a class"
    for field in source.fields:
        yield "condition", str(field)
    if found.alike is not None:
        yield (
            "near-duplicates",
            f"{found.alike:,}" + (" (kept on one side of the held-out split)" if found.alike else ""),
        )
    yield "unreadable", f"{len(found.bad):,}"
    yield from (("", str(bad)) for bad in found.bad)


def table(found: "Survey") -> Iterator[tuple[str, str]]:
    """The columns of a table, a line each: from where to where they go, and what kind of numbers they hold."""
    axes = found.source.axes
    for i, axis in enumerate(axes[:MANY]):
        kinds = (", whole numbers" * axis.whole) + (", heavy tails" * axis.bent)
        ends = f"{axis.low:g} everywhere" if axis.low == axis.high else f"{axis.low:g} to {axis.high:g}{kinds}"
        yield "" if i else "columns", f"{shown(axis.name)}: {ends}"
    if len(axes) > MANY:
        yield "", f"and {len(axes) - MANY:,} more"


def pictures(found: "Survey") -> Iterator[tuple[str, str]]:
    """Sizes, channels, depths and formats of the files; of arrays, what they hold."""
    from saddlepoint.data.survey import sizes

    source = found.source
    if not found.kinds:
        yield "each", f"{' x '.join(map(str, source.x.shape[1:]))} {str(source.x.dtype).removeprefix('torch.')}"
        return
    different = sizes(found.kinds)
    some = ", ".join(f"{count:,} of {height} x {width}" for (height, width), count in different[:4])
    yield "sizes", some + (f", and {len(different) - 4:,} others" if len(different) > 4 else "")
    tally: dict[str, dict[str, int]] = {"channels": {}, "depth": {}, "formats": {}}
    for header, count in found.kinds:
        channels = ("colour" if header.colour else "grey") + (" and opacity" if header.alpha else "")
        words = {"channels": channels, "depth": f"{header.depth} bits", "formats": header.format}
        for name, word in words.items():
            tally[name][word] = tally[name].get(word, 0) + count
    for name, words in tally.items():
        alone = len(words) == 1
        yield name, ", ".join(word if alone else f"{count:,} {word}" for word, count in words.items())


def listed(found: "Survey") -> str:
    """The classes with their counts, the largest first."""
    pairs = sorted(zip(found.source.classes, found.counts), key=lambda pair: -pair[1])
    rest = f", and {len(pairs) - MANY:,} more" if len(pairs) > MANY else ""
    return ", ".join(f"{name} {count:,}" for name, count in pairs[:MANY]) + rest


def advice(found: "Survey") -> dict[str, Any]:
    """Settings that these data call for: the plan that is shown is made with them, as a run would be."""
    from saddlepoint.data.survey import UNDECIDED

    told: dict[str, Any] = {}
    if about(found).kind == "pictures" and found.source.size < SMALL:
        told["augment"] = "adaptive"
    if found.counts and max(found.counts) > UNEVEN * max(1, min(found.counts)):
        told["balance"] = "0.5"
    if any(note.startswith(UNDECIDED) for note in found.source.notes):
        told["unconditional"] = True
    if found.bad:
        told["bad"] = f"{min(1.0, len(found.bad) / (len(found.bad) + found.source.size) + 0.005):.2f}"
    return told


def command(data: str, budget: str, wishes: Mapping[str, Any]) -> str:
    """What to type next."""
    flags = {f"--{name}": value for name, value in wishes.items()}
    words = [word for flag, value in flags.items() for word in ((flag,) if value is True else (flag, str(value)))]
    return typed("train", data, "--budget", budget, *words)


def values(found: "Survey", plan: "Plan") -> dict[str, Any]:
    """The same, for --json."""
    source = found.source
    return {
        "examples": source.size,
        "shape": list(source.x.shape[1:]),
        "kinds": [[*header, count] for header, count in found.kinds],
        "columns": {axis.name: [axis.low, axis.high] for axis in source.axes},
        "classes": dict(zip(source.classes, found.counts)),
        "near_duplicates": found.alike,
        "bad": {bad.name: bad.reason for bad in found.bad},
        "notes": source.notes,
        "plan": plan._asdict(),
    }
