"""How little the densities of two samples have in common, at several small scales: sees thin shapes. In float64.

x, y  points, real and generated, [n, F], [m, F];   p, q  their densities
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import Side, of_both
from saddlepoint.statistics.energy import of_square
from saddlepoint.statistics.intervals import Interval

CHUNK = 1024
SHARES = (0.01, 0.03, 0.1, 0.3)  # of all pairs of real points, which are nearer to each other than a scale
PAIRED = 1_500  # real points, at most, whose pairs the scales are found by


class Scale(NamedTuple):
    """A kernel's width s, and its weight: one over the mean of k_s(x, x') over pairs of real points."""

    width: float
    weight: float


class Real(NamedTuple):
    """What the real points alone say: themselves [n, F], the scales, and the sum of k over all others of each, [n]."""

    x: Tensor
    scales: tuple[Scale, ...]
    own: Tensor

    @staticmethod
    def of(features: Tensor) -> "Real":
        """SaddlepointError where they are fewer than 3, or all alike."""
        if features.ndim != 2 or len(features) < 3:
            raise SaddlepointError(f"features {list(features.shape)}", "overlap", "give [n, F], n >= 3")
        x = features.double()
        scales = tuple(Scale(width, 1 / mean(x, width)) for width in widths(x))
        return Real(x, scales, sums(x, x, scales)[0])


class Sums(NamedTuple):
    """Of k(u_i, v_j): the sums over j [n], over i [m], and of the squares."""

    rows: Tensor
    columns: Tensor
    squares: Tensor


def difference(real: Real, features: Tensor) -> Interval:
    """100 (1 - 2 <p, q> / (<p, p> + <q, q>)),  <p, q> = E k(x, y),  with the interval of the choice of both.

        k(u, v) = sum_s w_s exp(-|u - v|^2 / 2 s^2),   w_s = 1 / E exp(-|x - x'|^2 / 2 s^2)

    0 where both laws are one and nowhere else; 100 where they have nothing in common. As k is a sum of Gaussians,
    <p, p> + <q, q> - 2 <p, q> is the squared difference of both densities, each smoothed by a Gaussian of width
    s / 2^(1/2), over all places, and summed over scales s: those within which 1, 3, 10 and 30 % of all pairs of real
    points lie. Every scale counts alike. Means are over pairs of different points, so that no number of points adds to
    the difference: it may be below 0.

    The interval is the jackknife's over single points, as in `energy.energy_share`.
    Anderson, Hall and Titterington, Two-sample test statistics for measuring discrepancies between two multivariate
    probability density functions using kernel-based density estimates, 1994; Gretton et al., A kernel two-sample test,
    2012.
    """
    x, n, m = real.x, len(real.x), len(features)
    if features.ndim != 2 or features.shape[1] != x.shape[1] or m < 3:
        shapes = f"features {list(features.shape)} against {list(x.shape)}"
        raise SaddlepointError(shapes, "overlap", "give [m, F], m >= 3, of the same features")
    y = features.double()
    cross, own = sums(x, y, real.scales), (real.own, sums(y, y, real.scales).rows)
    total = cross.rows.sum()
    p, q = (each.sum() / (len(each) * (len(each) - 1)) for each in own)
    less_p, less_q = ((each.sum() - 2 * each) / ((len(each) - 1) * (len(each) - 2)) for each in own)
    value = share(p, q, total / (n * m))
    less_x = share(less_p, q, (total - cross.rows) / ((n - 1) * m))
    less_y = share(p, less_q, (total - cross.columns) / (n * (m - 1)))
    pairs = cross.squares - cross.rows.square().sum() / m - cross.columns.square().sum() / n + total**2 / (n * m)
    twice = 2 * float(pairs.clamp(min=0)) * (n + m) ** 2 / (n * m) ** 3 / float(p + q) ** 2
    return of_square(of_both(float(value), Side.of(less_x), Side.of(less_y), twice)).scaled(100)


def share(p: Tensor, q: Tensor, both: Tensor) -> Tensor:
    """1 - 2 <p, q> / (<p, p> + <q, q>)."""
    return 1 - 2 * both / (p + q)


def widths(x: Tensor) -> list[float]:
    """The scales of real points: quantiles of the distances between two that differ."""
    some = x[:: math.ceil(len(x) / PAIRED)]
    apart = torch.pdist(some)
    apart = apart[apart > 0].sort().values
    if not len(apart):
        raise SaddlepointError("the real examples are all alike", "overlap", "look at the data")
    return [float(apart[int(part * (len(apart) - 1))]) for part in SHARES]


def mean(x: Tensor, width: float) -> float:
    """E exp(-|x - x'|^2 / 2 s^2) over pairs of different points."""
    n = len(x)
    return float(sums(x, x, (Scale(width, 1.0),)).rows.sum()) / (n * (n - 1))


def sums(u: Tensor, v: Tensor, scales: tuple[Scale, ...]) -> Sums:
    """A part at a time. A point is no pair with itself."""
    rows, columns, squares = u.new_zeros(len(u)), u.new_zeros(len(v)), u.new_zeros(())
    for i, j, k in parts(u, v, scales):
        rows[i : i + CHUNK] += k.sum(1)
        columns[j : j + CHUNK] += k.sum(0)
        squares += k.square().sum()
    return Sums(rows, columns, squares)


def parts(u: Tensor, v: Tensor, scales: tuple[Scale, ...]) -> Iterator[tuple[int, int, Tensor]]:
    """(i, j, k(u_i.., v_j..)) of all parts, with 0 for a point and itself."""
    origin = v.mean(0)  # what is subtracted of large numbers loses digits: they are made small first
    for i in range(0, len(u), CHUNK):
        for j in range(0, len(v), CHUNK):
            a, b = u[i : i + CHUNK] - origin, v[j : j + CHUNK] - origin
            d2 = torch.cdist(a, b, compute_mode="use_mm_for_euclid_dist").square_()
            k = torch.zeros_like(d2)
            for width, weight in scales:
                k += weight * torch.exp(d2 * (-0.5 / width**2))
            if u is v and i == j:
                k.fill_diagonal_(0)
            yield i, j, k
