"""Confidence intervals: how far a number may move by the chance of which samples were drawn. 95 % throughout."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

NORMAL_95 = 1.959963984540054


class Interval(NamedTuple):
    """A value, and the ends of its 95 % confidence interval."""

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
    p, q = successes / n, NORMAL_95**2 / n
    half = math.sqrt(p * (1 - p) * q + q * q / 4)
    return Interval(p, max(0.0, (p + q / 2 - half) / (1 + q)), min(1.0, (p + q / 2 + half) / (1 + q)))
