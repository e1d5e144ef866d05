"""The energy distance between two samples, in percent of that of the mean example alone. Everything in float64.

x, y  features of real and of generated examples, [n, F], [m, F]
"""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import Side, of_both
from saddlepoint.statistics.intervals import Interval

CHUNK = 2048


class Unit(NamedTuple):
    """The energy distance of the mean example alone, and what it would be without each of the n real examples, [n]."""

    value: float
    without: Tensor


class Known(NamedTuple):
    """What the real examples alone say: themselves [n, F], how far each is from all others in sum [n], and the unit."""

    x: Tensor
    own: Tensor
    unit: Unit

    @staticmethod
    def of(features: Tensor) -> "Known":
        """SaddlepointError where they are fewer than 3, or all alike: nothing is far from the mean then."""
        if features.ndim != 2 or len(features) < 3:
            raise SaddlepointError(f"features {list(features.shape)}", "energy distance", "give [n, F], n >= 3")
        x = features.double()
        own = sums(x, x).rows
        found = unit(x, own)
        if not found.value > 0:
            raise SaddlepointError("the real examples are all alike", "energy distance", "look at the data")
        return Known(x, own, found)


class Sums(NamedTuple):
    """Of |u_i - v_j|: the sums over j [n], over i [m], and of the squares."""

    rows: Tensor
    columns: Tensor
    squares: Tensor


def energy_share(real: Known, features: Tensor) -> Interval:
    """100 e(x, y) / e(x, mean),  e(x, y) = 2 E|x - y| - E|x - x'| - E|y - y'|, with the interval of the choice of both.

    0 where both laws are one, and nowhere else; 100 where samples are as far from the data as their mean alone, drawn
    again and again. Means are over pairs of different examples, so that no number of examples adds to e(x, y): it may
    be below 0. It is the same wherever the features' origin lies, however they are turned, and in whatever unit.

    The interval is the jackknife's over single examples, which follows from the sums of rows and of columns, less what
    pairs add (`both.of_both`), on the scale of its root (`of_square`). As in `kernel.kernel_distance`: e is the maximum
    mean discrepancy under k = -|u - v|.
    Szekely and Rizzo, Energy statistics, 2013; Sejdinovic et al., Equivalence of distance-based and RKHS-based
    statistics in hypothesis testing, 2013.
    """
    x, n, m = real.x, len(real.x), len(features)
    if features.ndim != 2 or features.shape[1] != x.shape[1] or m < 3:
        shapes = f"features {list(features.shape)} against {list(x.shape)}"
        raise SaddlepointError(shapes, "energy distance", "give [m, F], m >= 3, of the same features")
    y = features.double()
    cross, own = sums(x, y), (real.own, sums(y, y).rows)
    total = cross.rows.sum()
    value = 2 * total / (n * m) - sum(each.sum() / (len(each) * (len(each) - 1)) for each in own)
    less_x, less_y = (
        2 * (total - part) / ((a - 1) * b) - (each.sum() - 2 * each) / ((a - 1) * (a - 2)) - rest
        for each, part, a, b, rest in (
            (own[0], cross.rows, n, m, own[1].sum() / (m * (m - 1))),
            (own[1], cross.columns, m, n, own[0].sum() / (n * (n - 1))),
        )
    )
    pairs = cross.squares - cross.rows.square().sum() / m - cross.columns.square().sum() / n + total**2 / (n * m)
    twice = 2 * float(pairs.clamp(min=0)) * (n + m) ** 2 / (n * m) ** 3 / real.unit.value**2
    sides = Side.of(less_x / real.unit.without), Side.of(less_y / real.unit.value)
    return of_square(of_both(float(value) / real.unit.value, *sides, twice)).scaled(100)


def of_square(of: Interval) -> Interval:
    """The interval of v, a squared distance: that of its root squared again, (v^(1/2) +- h / (2 v^(1/2)))^2, which
    moves both ends up by h^2 / (4 v). Where v is below its half-width h, by v / 4; where it is below 0, not at all.

    The error of a square grows with it: a value that is low by chance takes its own error for too small.
    """
    half = of.high - of.value
    moved = half**2 / (4 * of.value) if of.value > half else max(of.value, 0) / 4
    return Interval(of.value, of.low + moved, of.high + moved)


def unit(x: Tensor, own: Tensor) -> Unit:
    """e(x, mean) = 2 E|x - mu| - E|x - x'|, with the mean of the sample for mu.

    The sample's mean lies nearer to its members than mu does: (n / (n - 1))^(1/2) makes up for it, exactly where x is
    normal. Without x_i it changes, to first order, by what x_i adds to either mean and by how it moves mu.
    """
    n = len(x)
    apart = x - x.mean(0)
    radii = apart.norm(dim=1)
    grown = (n / (n - 1)) ** 0.5
    towards = (apart / radii.clamp(min=torch.finfo(torch.float64).tiny)[:, None]).mean(0)
    radius, between = radii.mean(), own.sum() / (n * (n - 1))
    less_radius = radius - (radii - radius - apart @ towards) / (n - 1)
    less_between = (own.sum() - 2 * own) / ((n - 1) * (n - 2))
    return Unit(float(2 * grown * radius - between), 2 * grown * less_radius - less_between)


def sums(u: Tensor, v: Tensor) -> Sums:
    """A part at a time: all pairs of 10,000 would take a gigabyte. An example is at 0 from itself, to the last bit."""
    rows, columns, squares = u.new_zeros(len(u)), u.new_zeros(len(v)), u.new_zeros(())
    origin = v.mean(0)  # what is subtracted of large numbers loses digits: they are made small first
    for i in range(0, len(u), CHUNK):
        for j in range(0, len(v), CHUNK):
            a, b = u[i : i + CHUNK] - origin, v[j : j + CHUNK] - origin
            d = torch.cdist(a, b, compute_mode="use_mm_for_euclid_dist")
            if u is v and i == j:
                d.fill_diagonal_(0)
            rows[i : i + CHUNK] += d.sum(1)
            columns[j : j + CHUNK] += d.sum(0)
            squares += d.square().sum()
    return Sums(rows, columns, squares)
