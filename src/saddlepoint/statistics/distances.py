"""How far the members of a sample lie apart: means over pairs, of all or of some."""

import math

from torch import Tensor, cdist

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import NORMAL_95, Interval, jackknife


def mean_pairwise_distance(features: Tensor) -> Interval:
    """U = 1/(n(n-1)) sum_{i != j} |y_i - y_j| over features [N, F], with its jackknife interval.

    Without sample i the statistic is U_i = (s - 2 s_i) / ((n-1)(n-2)), where s_i sums row i of the distances and s all
    of them: leaving every sample out costs no more than the rows' sums (Arvesen, Jackknifing U-statistics, 1969).
    """
    n = len(features)
    if features.ndim != 2 or n < 3:
        raise SaddlepointError(f"features {list(features.shape)}", "mean pairwise distance", "give [N, F], N >= 3")
    y = features.double()
    rows = cdist(y, y, compute_mode="donot_use_mm_for_euclid_dist").sum(1)
    total = rows.sum()
    return jackknife(float(total / (n * (n - 1))), (total - 2 * rows) / ((n - 1) * (n - 2)))


def mean_over_pairs(h: Tensor, first: Tensor, second: Tensor, n: int) -> Interval:
    """1/B sum_p h_p over B pairs of n members, with the interval of the choice of members and of pairs.

    h  [B];   first, second  [B] int64, the two different members of each pair

    Pairs that share a member are not independent. The jackknife over members, each left out with its pairs, sees that,
    but counts twice what a pair adds beyond its members, once with either. So the variance is the jackknife's less
    sum_p (h_p - mean)^2 / B^2, and never less than this, which is that of independent pairs (Fafchamps and Gubert, The
    formation of risk sharing networks, 2007, for the sum over pairs with a member in common). Over all pairs of three
    members the standard error is from (5/6)^(1/2) to (10/3)^(1/2) times the true one, for h_ij = a_i + a_j and for h of
    every pair by itself; of ten members, from .95 to 1.23 times.
    """
    pairs, sums, times = len(h), h.new_zeros(n), h.new_zeros(n)
    for ends in (first, second):
        sums.index_add_(0, ends, h)
        times.index_add_(0, ends, h.new_ones(pairs))
    if h.ndim != 1 or n < 3 or pairs <= int(times.max()):
        what, hint = f"{pairs} pairs of {n} members", "whoever is left out, a pair must remain"
        raise SaddlepointError(what, "mean over pairs", hint)
    value = float(h.mean())
    members = (jackknife(value, (h.sum() - sums) / (pairs - times)).high - value) / NORMAL_95
    single = float(h.var(correction=0)) / pairs
    half = NORMAL_95 * math.sqrt(max(members**2 - single, single))
    return Interval(value, value - half, value + half)
