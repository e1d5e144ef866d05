"""Which curves a run has to show: journal events in, charts out."""

from collections.abc import Callable, Iterable, Sequence

from saddlepoint.judging.headline import NAME as HEADLINE
from saddlepoint.readings import WORDS, Reads
from saddlepoint.report.curves import Chart, Line
from saddlepoint.report.story import Event, Story, number
from saddlepoint.storage.told import reads

REAL, FAKE, HELD_OUT, GREY = 0, 1, 2, 6
HUES = {"D": (0, 4, 2), "G": (1, 5, 3)}
OPINIONS = (
    ("train", "training", REAL, False),
    ("held_out", "held out", HELD_OUT, True),
    ("fake", "generated", FAKE, False),
)


def charts(story: Story) -> list[Chart]:
    """Everything the journal has curves of, in the order one reads them; charts without any value are left out."""
    rounds, held_out = story.of_kind("rounds"), story.of_kind("held_out")
    kinds = reads(story.events)
    losses = _lines(rounds, "losses")
    found = [
        *(
            _readings(kind, [event for event, each in zip(rounds, kinds) if each == kind])
            for kind in dict.fromkeys(kinds)
        ),
        _distance(story.of_kind("judgement")),
        _judged(story.of_kind("judgement")),
        Chart("Losses", "What each player minimises.", tuple(line for line in losses if "/" not in line.name)),
        Chart(
            "Extra terms",
            "Penalties and further costs, before they are weighted.",
            tuple(line for line in losses if "/" in line.name),
        ),
        Chart(
            "Gradient norms",
            "How strongly each player is pushed. A player whose gradient vanishes has stopped learning.",
            _lines(rounds, "gradients"),
            log=True,
        ),
        Chart(
            "What D has memorised",
            "D's logits; the middle half of them is shaded. If training is above held out, D memorises its examples "
            "instead of learning what they have in common.",
            tuple(_opinion(held_out, *what) for what in OPINIONS),
        ),
        Chart(
            "Speed",
            "Real examples a second.",
            (_line(rounds, "examples a second", "rate", GREY),),
            limits=_from_zero(rounds),
        ),
    ]
    marks = _marks(story)
    return [chart._replace(lines=lines, marks=marks) for chart in found if (lines := _with_values(chart.lines))]


def _readings(kind: Reads, rounds: Sequence[Event]) -> Chart:
    """What D says of real and of generated examples, as its objective reads it."""
    words = WORDS[kind]
    lines = (_line(rounds, words.real, "d_real", REAL), _line(rounds, words.fake, "d_fake", FAKE))
    title = f"{words.real} and {words.fake}"
    return Chart(title, words.meaning, lines, limits=words.limits, guide=words.guide)


def _line(events: Sequence[Event], name: str, field: str, hue: int) -> Line:
    return Line(name, _images(events), [number(event.get(field)) for event in events], hue)


def _lines(events: Sequence[Event], group: str) -> tuple[Line, ...]:
    """A line for each name in a group such as the losses; a player's own loss is solid, what belongs to it dashed."""
    names = list(dict.fromkeys(name for event in events for name in _group(event, group)))
    hue = _hues()
    return tuple(
        Line(name, _images(events), [number(_group(e, group).get(name)) for e in events], hue(name), "/" in name)
        for name in names
    )


def _opinion(events: Sequence[Event], field: str, name: str, hue: int, dashed: bool) -> Line:
    told = [_group(event, field) for event in events]
    quantiles = [q if isinstance(q := one.get("q"), list) and len(q) == 5 else [None] * 5 for one in told]
    low, high = ([number(q[at]) for q in quantiles] for at in (1, 3))
    return Line(name, _images(events), [number(one.get("mean")) for one in told], hue, dashed, low, high)


JUDGED = {
    "frechet": ("What chooses the average", "The Frechet distance of each average"),
    "l1": ("How far results are from what they should be", "The mean absolute error of each average, on unseen pairs"),
    "nats": ("How unlikely unseen examples are", "-log p(x) by each average, or a bound or estimate of it, in nats"),
}


def _distance(events: Sequence[Event]) -> Chart:
    """The figure that leads, of the average that was the best at each judgement."""
    told = [_group(event, "measures").get(HEADLINE) for event in events]
    meaning = (
        "In percent, judged during training with the best average; two standard errors are shaded. 0: like real data. "
        "100: no better than the mean of the data alone; for points: nothing in common."
    )
    line = _with_interval("best average", events, told, FAKE)
    return Chart("How far the samples are from real examples", meaning, (line,), guide=0.0)


def _judged(events: Sequence[Event]) -> Chart:
    """The measure that decides which model is kept."""
    decides = next((str(event["decides"]) for event in events if event.get("decides")), "frechet")
    title, what = JUDGED.get(decides, (f"Judged during training: {decides}", "Of each average"))
    meaning = f"{what}, judged during training; two standard errors are shaded. Less is better."
    return Chart(title, meaning, _averages(events, decides), log=decides == "frechet")


def _averages(events: Sequence[Event], decides: str) -> tuple[Line, ...]:
    """A line for each average, with its interval."""
    names = list(dict.fromkeys(name for event in events for name in _group(event, decides)))
    found = []
    for name, hue in zip(names, (FAKE, HELD_OUT, REAL, GREY)):
        found.append(_with_interval(name, events, [_group(event, decides).get(name) for event in events], hue))
    return tuple(found)


def _with_interval(name: str, events: Sequence[Event], told: Sequence[object], hue: int) -> Line:
    bars = [bar if isinstance(bar, list) and len(bar) == 3 else [None] * 3 for bar in told]
    value, low, high = ([number(bar[at]) for bar in bars] for at in range(3))
    return Line(name, _images(events), value, hue, low=low, high=high)


def _hues() -> Callable[[str], int]:
    """Blue kinds for critics, orange kinds for generators, as long as there are any; grey for all others."""
    used: dict[tuple[str, bool], int] = {}

    def hue(name: str) -> int:
        kinds, key = HUES.get(name[:1], (GREY,)), (name[:1], "/" in name)
        used[key] = used.get(key, -1) + 1
        return kinds[used[key] % len(kinds)]

    return hue


def _marks(story: Story) -> tuple[tuple[float, str], ...]:
    """Where a stage other than the first began, and where the run had to go back."""
    stages = [
        (event, f"stage {int(number(event.get('stage')) or 0) + 1}")
        for event in story.of_kind("stage")
        if number(event.get("images"))
    ]
    rollbacks = [({"images": broke_at(event)}, "rollback") for event in story.of_kind("rollback")]
    return tuple((x, text) for event, text in stages + rollbacks if (x := number(event.get("images"))) is not None)


def broke_at(event: Event) -> float | None:
    """Images seen when a rollback became necessary."""
    at = number(event.get("at"))
    return number(event.get("images")) if at is None else at


def _from_zero(rounds: Sequence[Event]) -> tuple[float, float] | None:
    rates = [rate for event in rounds if (rate := number(event.get("rate")))]
    return (0.0, 1.15 * max(rates)) if rates else None


def _with_values(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(line for line in lines if any(value is not None for value in line.y))


def _images(events: Sequence[Event]) -> list[float]:
    return [number(event.get("images")) or 0.0 for event in events]


def _group(event: Event, name: str) -> Event:
    group = event.get(name)
    return group if isinstance(group, dict) else {}
