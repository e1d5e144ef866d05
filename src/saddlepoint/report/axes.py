"""Axes: which range to show, where the ticks stand, and which pixel a pair of data coordinates falls on."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from saddlepoint.figures import compact

WIDTH, HEIGHT = 480, 264
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 22, 38


class Axes(NamedTuple):
    """A frame of `WIDTH` x `HEIGHT` units with margins; the ranges of x and y that fill it. y may be logarithmic."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    log: bool = False

    def x(self, value: float) -> float:
        """Units from the left edge."""
        return LEFT + (value - self.x_low) / (self.x_high - self.x_low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Units from the top edge; values y <= 0 lie far below the frame of a logarithmic axis."""
        if self.log:
            low, high = math.log10(self.y_low), math.log10(self.y_high)
            share = (math.log10(value) - low) / (high - low) if value > 0 else -10.0
        else:
            share = (value - self.y_low) / (self.y_high - self.y_low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def contains(self, value: float) -> bool:
        """Whether y = value lies in the frame."""
        return self.y_low <= value <= self.y_high


def fit(x: Sequence[float], y: Sequence[float], log: bool, limits: tuple[float, float] | None = None) -> Axes:
    """Axes that hold all x from 0 or less on, and the bulk of y, unless `limits` says what of y to show.

    A few wild values must not flatten everything else: what lies further from the middle 96 % than 60 % of their
    width is left outside.
    """
    x_low, x_high = min(0.0, *x), max(x)
    x_high = x_high if x_high > x_low else x_low + 1
    if limits:
        return Axes(x_low, x_high, *limits, log)
    shown = sorted(math.log10(v) for v in y if v > 0) if log else sorted(y)
    tail = int(0.02 * len(shown))
    core_low, core_high = shown[tail], shown[-1 - tail]
    reach = 0.6 * (core_high - core_low) or 0.5 * abs(core_high) or 0.5
    low, high = max(shown[0], core_low - reach), min(shown[-1], core_high + reach)
    margin = 0.06 * (high - low) or reach
    if log:
        return Axes(x_low, x_high, 10 ** (low - margin), 10 ** (high + margin), log)
    # Where zero is near it is worth seeing.
    low, high = (0.0 if 0 <= low < 0.5 * high else low - margin), high + margin
    return Axes(x_low, x_high, low, high)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most this many multiples of 1, 2 or 5 times a power of ten, within [low, high]."""
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    steps = (step * m for m in (1, 2, 5, 10, 20))
    step = next(s for s in steps if math.floor(high / s) - math.ceil(low / s) < most)
    return [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Powers of ten within [low, high], every n-th where they are many; with 2 and 5 between where they are few."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    decades = [10.0**e for e in exponents if low <= 10.0**e <= high]
    if len(decades) > most:
        return decades[:: math.ceil(len(decades) / most)]
    if len(decades) >= 3:
        return decades
    between = [m * 10.0**e for e in exponents for m in (1, 2, 5) if low <= m * 10.0**e <= high]
    return between if len(between) >= 2 else ticks(low, high, most)


def labelled(values: Sequence[float]) -> list[tuple[float, str]]:
    """Ticks with their numbers: three digits, and more where ticks could not be told apart."""
    short = [said(value) for value in values]
    return list(zip(values, short if len(set(short)) == len(short) else [f"{value:.10g}" for value in values]))


def said(value: float) -> str:
    """A number in three digits."""
    return compact(0.0 if abs(value) < 1e-12 else value).replace("e-0", "e-").replace("-", "−")
