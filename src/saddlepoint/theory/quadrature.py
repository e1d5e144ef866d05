"""Integrals over boxes in one and two dimensions, each with a bound on its error.

A box is cut into panels; on each the tensor-product Gauss-Legendre rules of 6 and 10 nodes an axis are compared. The
bound is the sum of their differences over all panels, and a rounding term: for a smooth integrand the finer rule, whose
value is returned, is far more exact than its difference from the coarser one. Panels that err too much are split.

It is a bound where the integrand is smooth on each panel. At a kink or a jump both rules may err alike. An absolute
value has kinks: on the line, cut there (`crossings` finds them); in the plane, `integrate_absolute` encloses it by
integrals of smooth functions.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

Integrand = Callable[[Tensor], Tensor]

COARSE, FINE = 6, 10
_CHUNK = 1 << 19  # points evaluated at once: bounds the memory


class Box(NamedTuple):
    """The region [low, high] of R^d, outside of which a density's mass is at most `outside`.

    scale  width of the finest structure inside: panels start no wider than four of it, so that no peak is missed
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    scale: float
    outside: float = 0.0

    def union(self, other: "Box") -> "Box":
        """The smallest box around both."""
        low = tuple(map(min, self.low, other.low))
        high = tuple(map(max, self.high, other.high))
        return Box(low, high, min(self.scale, other.scale), self.outside + other.outside)


class Integral(NamedTuple):
    """A value [M], the bound on its error [M], and the number of points it took."""

    value: Tensor
    error: Tensor
    points: int


class Rule(NamedTuple):
    """Fixed nodes [N, d] and weights [N]: a sum over them is an integral, and can be differentiated."""

    nodes: Tensor
    weights: Tensor


def integrate(
    f: Integrand, box: Box, tolerance: float = 1e-10, limit: int = 1 << 25, cuts: Tensor | None = None
) -> Integral:
    """The integral over the box of f: [N, d] -> [N] or [N, M], in float64.

    Refined until the bound is at most `tolerance` for each of the M, or `limit` points are spent: read the bound.
    `cuts` [K] are points of the line at which panels have to end.
    """
    return _refined(lambda centres, halves: _compared(f, centres, halves), box, tolerance, limit, cuts)


def integrate_absolute(g: Integrand, box: Box, tolerance: float = 1e-3, limit: int = 1 << 25) -> Integral:
    """The integral over the box of |g|, g: [N, d] -> [N] smooth and of either sign, in float64.

    On each panel P,  |int_P g| <= int_P |g| <= (vol(P) int_P g^2)^1/2  by Cauchy and Schwarz, and both ends are
    integrals of smooth functions: the value is the middle between them, the bound half of what lies between, and of
    their own errors. Where g keeps its sign the lower end is exact, and the bound its error. It is taken to do so where
    its mean over the panel exceeds 3^d of its standard deviations: no polynomial of degree 2 in each coordinate is ever
    that far from its mean. Along g = 0 the bound falls with the square of the panels' width: ask for few digits.
    """

    def enclosed(centres: Tensor, halves: Tensor) -> Panels:
        both = _compared(lambda x: torch.stack([(y := g(x)), y.square()], 1), centres, halves)
        (value, square), (doubt, more) = both.value.T, (both.doubt + both.rounding).T
        d, low = centres.shape[1], value.abs()
        high = (2**d * halves.prod(1) * square.clamp(min=0)).sqrt()  # and vol(P)^2 var(g) = high^2 - low^2
        signed = low > 3**d * (high.square() - low.square()).clamp(min=0).sqrt()
        high = (high.square() + 2**d * halves.prod(1) * more).sqrt()
        middle = torch.where(signed, low, (low + high) / 2)
        error = torch.where(signed, doubt, (high - low) / 2 + doubt)
        return Panels(middle[:, None], error[:, None], both.rounding[:, :1])

    return _refined(enclosed, box, tolerance, limit)


class Panels(NamedTuple):
    """Of K panels: integrals over each, how far they may be off, and what rounding alone makes of them, all [K, M]."""

    value: Tensor
    doubt: Tensor
    rounding: Tensor


def _compared(f: Integrand, centres: Tensor, halves: Tensor) -> Panels:
    """The finer rule, and its difference from the coarser one."""
    fine, size = _apply(f, centres, halves, FINE)
    coarse, _ = _apply(f, centres, halves, COARSE)
    return Panels(fine, (fine - coarse).abs(), 4 * torch.finfo(torch.float64).eps * size)


def _refined(
    on: Callable[[Tensor, Tensor], Panels], box: Box, tolerance: float, limit: int, cuts: Tensor | None = None
) -> Integral:
    """The sum over panels, those split that are more in doubt than their share of the tolerance by volume: but no panel
    can be better than rounding.
    """
    centres, halves = _panels(box, cuts)
    volume = float(halves.prod(1).sum())
    value, error, points = 0.0, 0.0, 0
    while len(centres):
        found = on(centres, halves)
        points += len(centres) * (FINE ** len(box.low) + COARSE ** len(box.low))
        share = (tolerance * halves.prod(1) / volume)[:, None]
        done = (found.doubt <= torch.maximum(share, found.rounding)).all(1)
        if points > limit:
            done[:] = True
        value = value + found.value[done].sum(0)
        error = error + (found.doubt + found.rounding)[done].sum(0)
        centres, halves = _split(centres[~done], halves[~done])
    return Integral(torch.as_tensor(value), torch.as_tensor(error), points)


def rule(box: Box, order: int = FINE, width: float = 4.0) -> Rule:
    """The composite Gauss-Legendre rule with panels at most `width` scales wide: nodes [N, d], weights [N]."""
    centres, halves = _panels(box._replace(scale=box.scale * width / 4.0))
    nodes, weights = _tensor_rule(order, len(box.low))
    points = centres[:, None, :] + halves[:, None, :] * nodes
    return Rule(points.flatten(0, 1), (halves.prod(1)[:, None] * weights).flatten())


def cells_of(box: Box, count: int, order: int = FINE) -> Rule:
    """The box in `count` equal cells an axis, K in all, with a rule on each: nodes [K, N, d], weights [K, N]."""
    low, high = torch.tensor([box.low, box.high], dtype=torch.float64)
    half = (high - low) / count / 2
    steps = torch.cartesian_prod(*[2 * torch.arange(count, dtype=torch.float64) + 1] * len(half)).view(-1, len(half))
    nodes, weights = _tensor_rule(order, len(half))
    return Rule(low + half * (steps[:, None] + nodes), half.prod() * weights.expand(len(steps), -1))


def crossings(g: Integrand, box: Box) -> Tensor:
    """Where g: [N, 1] -> [N] changes its sign on the line, [K]: the kinks of |g|. Two changes within a twentieth of a
    scale may go unseen.
    """
    ends = torch.tensor([box.low, box.high], dtype=torch.float64)
    x = torch.cat([ends[:1], rule(box, width=0.5).nodes, ends[1:]])
    sign = g(x).sign()
    x, sign = x[sign != 0], sign[sign != 0]
    changes = (sign[1:] != sign[:-1]).nonzero().flatten()
    low, high, below = x[changes], x[changes + 1], sign[changes]
    for _ in range(64 if len(changes) else 0):
        middle = (low + high) / 2
        same = (g(middle).sign() == below)[:, None]
        low, high = torch.where(same, middle, low), torch.where(same, high, middle)
    return ((low + high) / 2)[:, 0]


def _panels(box: Box, cuts: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Centres and half-widths [K, d] of equal panels at most four scales wide, on the line cut once more at `cuts`."""
    axes = []
    for low, high in zip(box.low, box.high, strict=True):
        if not (math.isfinite(low) and math.isfinite(high) and low < high and box.scale > 0):
            raise SaddlepointError(f"cannot integrate from {low} to {high} in panels of {box.scale}", "quadrature")
        pieces = max(1, math.ceil((high - low) / (4 * box.scale) - 1e-9))
        edges = torch.linspace(low, high, pieces + 1, dtype=torch.float64)
        if cuts is not None:
            edges = torch.cat([edges, cuts[(cuts > low) & (cuts < high)]]).unique()
        axes.append(torch.stack([(edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2], 1))
    grids = torch.meshgrid(*[torch.arange(len(axis)) for axis in axes], indexing="ij")
    both = torch.stack([axis[grid.flatten()] for axis, grid in zip(axes, grids)], 1)
    return both[..., 0], both[..., 1]


def _split(centres: Tensor, halves: Tensor) -> tuple[Tensor, Tensor]:
    """Each panel in 2^d."""
    d = centres.shape[1]
    signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * d).reshape(-1, d)
    smaller = (halves / 2)[:, None, :].expand(-1, len(signs), -1)
    return (centres[:, None, :] + signs * smaller).flatten(0, 1), smaller.flatten(0, 1)


@cache
def _tensor_rule(order: int, d: int) -> tuple[Tensor, Tensor]:
    """Nodes [order^d, d] and weights [order^d] on [-1, 1]^d."""
    nodes, weights = map(torch.from_numpy, np.polynomial.legendre.leggauss(order))
    return (
        torch.cartesian_prod(*[nodes] * d).reshape(-1, d),
        torch.cartesian_prod(*[weights] * d).reshape(-1, d).prod(1),
    )


def _apply(f: Integrand, centres: Tensor, halves: Tensor, order: int) -> tuple[Tensor, Tensor]:
    """The rule on each panel: the integrals of f and of |f|, both [K, M]."""
    d = centres.shape[1]
    nodes, weights = _tensor_rule(order, d)
    values, sizes = [], []
    for c, h in zip(centres.split(_CHUNK // len(nodes)), halves.split(_CHUNK // len(nodes))):
        y = f((c[:, None, :] + h[:, None, :] * nodes).reshape(-1, d))
        y = y.reshape(len(c), len(nodes), -1) * (h.prod(1)[:, None] * weights)[..., None]
        values.append(y.sum(1))
        sizes.append(y.abs().sum(1))
    return torch.cat(values), torch.cat(sizes)
