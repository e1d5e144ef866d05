"""Intervals of a statistic of two samples, for the choice of both: of its mean over draws of as many x and y."""

import math
from typing import NamedTuple

from torch import Tensor

from saddlepoint.statistics.intervals import Interval, student_95, wilson_of

PARTS = 10
LEAST = 0.6  # of the jackknife's variance: half of it where all of it depends on pairs, and a little for not knowing it


class Side(NamedTuple):
    """What the choice of one sample adds to the variance, with the degrees of freedom that this is known by."""

    variance: float
    freedom: int

    @staticmethod
    def of(without: Tensor) -> "Side":
        """(g-1)/g sum_i (t_i - mean t)^2 with t_i the statistic without part i of g equal ones: the jackknife's."""
        g = len(without)
        return Side(float((without - without.mean()).square().sum()) * (g - 1) / g, g - 1)


def of_both(value: float, x: Side, y: Side, twice: float) -> Interval:
    """value +- t s,  s^2 = x + y - twice, but never below .6 (x + y).

    twice  what of the variance depends on pairs of examples, and not on each by itself

    The jackknife counts once what each example adds by itself, and twice what a pair adds beyond its members (Efron and
    Stein, The jackknife estimate of variance, 1981). Where both samples are of one law, nothing is left but pairs in a
    Frechet, kernel or sliced distance, and the plain jackknife would be 1.4 times too wide. t is Student's with as many
    degrees of freedom as both sides know their variances by (Satterthwaite 1946).
    """
    half = _t(x, y) * math.sqrt(_variance(x, y, twice))
    return Interval(value, value - half, value + half)


def share_of_both(value: float, x: Side, y: Side, twice: float, trials: int) -> Interval:
    """The same for a share of `trials`: Wilson's interval of as many independent trials as have this variance, never
    more than there were. It keeps within 0 and 1, and has a width where the share is 0 or 1.

    After Korn and Graubard, Confidence intervals for proportions with small expected number of positive counts, 1998,
    who do so with the binomial's own interval.
    """
    share, variance = min(max(value, 0.0), 1.0), _variance(x, y, twice)
    own = share * (1 - share)
    worth = min(trials, own / variance) if variance > 0 and own > 0 else trials
    return wilson_of(share, worth, _t(x, y)) if variance > 0 else wilson_of(share, worth)


def by_pairs(value: float, without_x: Tensor, without_y: Tensor, together: Tensor, sizes: tuple[int, int]) -> float:
    """What of the variance depends on pairs, by the statistic without part i of x, without part i of y, and without
    both, all [g]: the differences of differences

        d_i = t - t(x without i) - t(y without i) + t(both without i)

    hold what depends on one x and one y, and nothing else; their squares' mean times (g - 1)^2 is its variance. What
    pairs within a sample of n and of m add is as much as in a statistic that compares samples of one law, where it is
    (n + m)^2 / (2 n m) times that in all.
    """
    g, (n, m) = len(together), sizes
    crossed = (value - without_x - without_y + together).square().mean() * (g - 1) ** 2
    return float(crossed) * (n + m) ** 2 / (2 * n * m)


def _variance(x: Side, y: Side, twice: float) -> float:
    whole = x.variance + y.variance
    return max(whole - twice, LEAST * whole)


def _t(x: Side, y: Side) -> float:
    whole = x.variance + y.variance
    if whole <= 0:
        return student_95(min(x.freedom, y.freedom))
    shares = (x.variance / whole) ** 2 / x.freedom + (y.variance / whole) ** 2 / y.freedom
    return student_95(round(1 / shares))
