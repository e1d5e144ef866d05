"""Intervals: how far a number may move by the chance of which samples were drawn. Two standard errors throughout.

The quantiles are those of 95 %: of a normal law, or of Student's. That is how often an interval holds where its number
is as good as normal; docs/judging.md has how often it does elsewhere.
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

NORMAL_95 = 1.959963984540054


class Interval(NamedTuple):
    """A value, and the ends of its interval."""

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> "Interval":
        """The interval of factor * value, for a factor > 0 that is known exactly."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


def parts_of(n: int, parts: int) -> Tensor:
    """Which of the parts each of n samples belongs to, [n]: drawn at random, always alike, of equal size but for one.

    Not by place: samples often come with their labels in turn, and a part would then be a class.
    """
    return torch.randperm(n, generator=torch.Generator().manual_seed(0)) % parts


def mean_of(intervals: Sequence[Interval]) -> Interval:
    """The mean of K independent values: half-widths h_k become (sum_k h_k^2)^(1/2) / K."""
    value = sum(each.value for each in intervals) / len(intervals)
    half = math.hypot(*(each.high - each.value for each in intervals)) / len(intervals)
    return Interval(value, value - half, value + half)


def mean_interval(values: Sequence[float] | Tensor) -> Interval:
    """The mean of N values of one example each, +- t s / N^(1/2), with s^2 their variance over N - 1 and t Student's.

    Gosset, The probable error of a mean, 1908: exact for normal values, and near it for the mean of a few dozen others.
    """
    v = torch.as_tensor(values).detach().double().flatten()
    if len(v) < 2 or not v.isfinite().all():
        what = f"{len(v)} values" if len(v) < 2 else f"{int((~v.isfinite()).sum())} values that are not finite"
        raise SaddlepointError(what, "interval of a mean", "give 2 or more, all finite")
    value = float(v.mean())
    half = student_95(len(v) - 1) * float(v.std()) / math.sqrt(len(v))
    return Interval(value, value - half, value + half)


@functools.cache
def student_95(freedom: int) -> float:
    """The t with P(|T| <= t) = .95, for T Student's with so many degrees of freedom.

    Up to 200 of them by halving, as P has a closed form there; for more by the expansion about the normal's, whose next
    term is below 1e-9. Abramowitz & Stegun 1964, 26.7.3, 26.7.4 and 26.7.5.
    """
    if freedom > 200:
        z, n = NORMAL_95, freedom
        g1 = (z**3 + z) / 4
        g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
        g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
        return z + g1 / n + g2 / n**2 + g3 / n**3
    low, high = 0.0, math.pi / 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < 0.95 else (low, middle)
    return math.sqrt(freedom) * math.tan(low)


def within(theta: float, freedom: int) -> float:
    """P(|T| <= t) for Student's T, t = freedom^(1/2) tan(theta).

    Odd: 2/pi (theta + sin (cos + 2/3 cos^3 + (2 4)/(3 5) cos^5 + ...)); even: sin (1 + 1/2 cos^2 + (1 3)/(2 4) cos^4 +
    ...); the last power is freedom - 2.
    """
    cosine, odd = math.cos(theta), freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for power in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (power - 1) / power
        total += term
    total *= math.sin(theta)
    return 2 / math.pi * (theta + total) if odd else total


def jackknife(value: float, without: Sequence[float] | Tensor) -> Interval:
    """value +- 1.96 s,  s^2 = (m-1)/m sum_j (t_j - mean t)^2, with t_j the statistic without part j of m equal ones.

    Unlike resampling with replacement it does not inflate statistics that repeated samples bias, such as the Frechet
    distance. Tukey 1958; for parts of more than one sample, Shao and Wu, A general theory for jackknife variance
    estimation, 1989.
    """
    t = torch.as_tensor(without, dtype=torch.float64)
    m = len(t)
    if m < 2:
        raise SaddlepointError(f"{m} part of the sample left out", "jackknife", "give at least 2 parts")
    half = NORMAL_95 * math.sqrt((m - 1) / m * float((t - t.mean()).square().sum()))
    return Interval(value, value - half, value + half)


def wilson(successes: int, n: int) -> Interval:
    """The share p = successes / n, with Wilson's score interval: honest also where every trial succeeded.

    (p + q/2 +- sqrt(p (1-p) q + q^2/4)) / (1 + q) with q = 1.96^2 / n. Wilson, Probable inference, 1927.
    """
    if not 0 <= successes <= n or n == 0:
        raise SaddlepointError(f"{successes} successes of {n}", "wilson", "give 0 <= successes <= n, n >= 1")
    return wilson_of(successes / n, n)


def wilson_of(p: float, n: float, z: float = NORMAL_95) -> Interval:
    """The same for a share p of n trials, which need not be whole numbers, with another quantile than the normal's."""
    q = z**2 / n
    half = math.sqrt(p * (1 - p) * q + q * q / 4)
    low, high = max(0.0, (p + q / 2 - half) / (1 + q)), min(1.0, (p + q / 2 + half) / (1 + q))
    return Interval(p, min(p, low), max(p, high))  # at 0 and 1 an end may lie beyond p by rounding
