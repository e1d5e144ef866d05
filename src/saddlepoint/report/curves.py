"""Curves over the examples seen, drawn as SVG that stands in the page itself.

Colours and fonts are the page's: lines carry the classes h0, h1, ... and "dashed". Without any script, a strip under
the pointer shows its values.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from saddlepoint.report.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, fit, labelled, log_ticks, said, ticks

MOST_POINTS, MOST_STRIPS = 300, 120


class Line(NamedTuple):
    """y over x, both of one length. Where x steps back, or a value is None or not finite, the line is interrupted.

    low, high  the ends of a band around it, as long as y, or empty
    """

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    hue: int = 0
    dashed: bool = False
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


class Chart(NamedTuple):
    """Lines in one frame.

    meaning  how to read it, in a sentence
    limits   what of y to show; None leaves it to the data
    guide    a level worth a line of its own
    marks    places x where something happened, and what
    """

    title: str
    meaning: str
    lines: tuple[Line, ...]
    log: bool = False
    limits: tuple[float, float] | None = None
    guide: float | None = None
    marks: tuple[tuple[float, str], ...] = ()


class Point(NamedTuple):
    x: float
    y: float
    low: float
    high: float


def draw(chart: Chart, over: str = "examples seen") -> Markup:
    """The chart over this, as an <svg> element; empty where no line has a finite value."""
    runs = [(line, segments(line)) for line in chart.lines]
    points = [point for _, pieces in runs for piece in pieces for point in piece]
    if not points or (chart.log and all(point.y <= 0 for point in points)):
        return Markup("")
    values = [value for point in points for value in (point.y, point.low, point.high)]
    axes = fit([*(point.x for point in points), *(x for x, _ in chart.marks)], values, chart.log, chart.limits)
    outside = sum(not axes.contains(point.y) for point in points)
    drawn = Markup("").join(_line(line, pieces, axes) for line, pieces in runs)
    note = _text(WIDTH - RIGHT, TOP - 8, f"{outside} beyond the frame", "beyond end") if outside else ""
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}<svg x="{}" y="{}" width="{}" height="{}" '
        'viewBox="{} {} {} {}">{}</svg>{}{}{}</svg>'
    ).format(
        *(WIDTH, HEIGHT, f"{chart.title}: {', '.join(line.name for line in chart.lines)}, over {over}"),
        _frame(axes, chart.guide, over),
        # Lines are cut at the frame's upper and lower edge, but not the half of a dot at its sides.
        *(LEFT - 5, TOP, WIDTH - LEFT - RIGHT + 10, HEIGHT - TOP - BOTTOM) * 2,
        drawn,
        _marks(chart.marks, axes),
        note,
        _strips(runs, axes),
    )


def segments(line: Line) -> list[list[Point]]:
    """The uninterrupted pieces of a line, each thinned to means over neighbours with their extremes as the band."""
    pieces: list[list[Point]] = [[]]
    before = -math.inf
    for i, (x, y) in enumerate(zip(line.x, line.y)):
        if y is None or not math.isfinite(y):
            pieces.append([])
            continue
        if x < before:
            pieces.append([])
        low, high = (line.low[i], line.high[i]) if line.low and line.high else (y, y)
        pieces[-1].append(Point(x, y, y if low is None else low, y if high is None else high))
        before = x
    return [_thinned(piece) for piece in pieces if piece]


def _thinned(piece: list[Point]) -> list[Point]:
    size = math.ceil(len(piece) / MOST_POINTS)
    groups = [piece[i : i + size] for i in range(0, len(piece), size)] if size > 1 else [[point] for point in piece]
    return [
        Point(
            sum(point.x for point in group) / len(group),
            sum(point.y for point in group) / len(group),
            min(point.low for point in group),
            max(point.high for point in group),
        )
        for group in groups
    ]


def _line(line: Line, pieces: list[list[Point]], axes: Axes) -> Markup:
    kind = f"h{line.hue}{' dashed' if line.dashed else ''}"
    bands = Markup("").join(
        Markup('<path class="band {}" d="M{}Z"/>').format(
            kind, "L".join([_at(axes, p.x, p.high) for p in piece] + [_at(axes, p.x, p.low) for p in reversed(piece)])
        )
        for piece in pieces
        if any(p.low < p.high for p in piece)
    )
    path = "".join("M" + "L".join(_at(axes, p.x, p.y) for p in piece) for piece in pieces)
    # A piece of one point has no length: the round ends of a step of nothing make it a dot.
    dots = "".join(f"M{_at(axes, piece[0].x, piece[0].y)}h0" for piece in pieces if len(piece) == 1)
    points = Markup('<path class="point h{}" d="{}"/>').format(line.hue, dots) if dots else Markup("")
    return bands + Markup('<path class="line {}" d="{}"/>').format(kind, path) + points


def _at(axes: Axes, x: float, y: float) -> str:
    # Far outside is as invisible as further outside, and shorter to write.
    return f"{axes.x(x):.1f} {min(max(axes.y(y), -HEIGHT), 2 * HEIGHT):.1f}"


def _frame(axes: Axes, guide: float | None, over: str) -> Markup:
    bottom, parts = HEIGHT - BOTTOM, []
    for value, label in labelled((log_ticks if axes.log else ticks)(axes.y_low, axes.y_high)):
        parts.append(Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(LEFT, axes.y(value), WIDTH - RIGHT))
        parts.append(_text(LEFT - 7, axes.y(value) + 4, label, "tick end"))
    for value, label in labelled(ticks(axes.x_low, axes.x_high)):
        parts.append(Markup('<path class="axis" d="M{:.1f} {}v4"/>').format(axes.x(value), bottom))
        parts.append(_text(axes.x(value), bottom + 17, label, "tick middle"))
    parts.append(Markup('<path class="axis" d="M{} {}H{}"/>').format(LEFT, bottom, WIDTH - RIGHT))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, over, "label middle"))
    if guide is not None and axes.contains(guide):
        parts.append(Markup('<path class="guide" d="M{} {:.1f}H{}"/>').format(LEFT, axes.y(guide), WIDTH - RIGHT))
    return Markup("").join(parts)


def _marks(marks: Sequence[tuple[float, str]], axes: Axes) -> Markup:
    inside = [(axes.x(x), said_) for x, said_ in marks if axes.x_low <= x <= axes.x_high]
    return Markup("").join(
        Markup('<path class="mark" d="M{:.1f} {}V{}"/>').format(x, TOP - 4, HEIGHT - BOTTOM)
        + _text(x, TOP - 8, text, "beyond " + ("end" if x > WIDTH / 2 else "start"))
        for x, text in inside
    )


def _strips(runs: Sequence[tuple[Line, list[list[Point]]]], axes: Axes) -> Markup:
    """Upright strips side by side, one for each x with a value; under the pointer, a strip shows what it holds."""
    values: dict[float, list[str]] = {}
    for line, pieces in runs:
        for point in (point for piece in pieces for point in piece):
            values.setdefault(point.x, []).append(f"{line.name} {said(point.y)}")
    places = sorted(values)[:: math.ceil(len(values) / MOST_STRIPS)]
    edges = [LEFT, *((axes.x(a) + axes.x(b)) / 2 for a, b in zip(places, places[1:])), WIDTH - RIGHT]
    return Markup("").join(
        Markup(
            '<g class="strip"><path d="M{:.1f} {}V{}H{:.1f}V{}Z"/><path class="at" d="M{:.1f} {}V{}"/>'
            '<rect x="{}" width="{}" height="{}"/>{}</g>'
        ).format(
            *(left, TOP, HEIGHT - BOTTOM, right, TOP, axes.x(x), TOP, HEIGHT - BOTTOM),
            *(LEFT, WIDTH - LEFT, TOP - 2),
            _text(LEFT, TOP - 8, " · ".join([said(x), *values[x]]), "tick start"),
        )
        for x, left, right in zip(places, edges, edges[1:])
    )


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>').format(x, y, kind, escape(text))
