"""The sliced Wasserstein distance: the mean over directions of the distance between two samples' shadows on a line.

x, y  [n, F], [m, F]
"""

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import PARTS, Side, by_pairs, of_both
from saddlepoint.statistics.intervals import Interval, parts_of


def directions(features: int, count: int, rng: torch.Generator) -> Tensor:
    """Random unit vectors, [F, count] float64."""
    w = torch.randn(features, count, dtype=torch.float64, generator=rng)
    return w / w.norm(dim=0)


def sliced_wasserstein(x: Tensor, y: Tensor, w: Tensor) -> Interval:
    """SW_2 = (mean over columns w of W_2^2(x w, y w))^(1/2), with the jackknife over ten parts of x and of y.

    Rabin et al., Wasserstein barycenter and its application to texture mixing, 2011. For two points at distance d in
    F dimensions, and all directions, it is d / sqrt(F). The directions are taken as given.
    """
    n, m = len(x), len(y)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(n, m) < 2 * PARTS:
        shapes = f"samples {list(x.shape)} and {list(y.shape)}"
        raise SaddlepointError(shapes, "sliced Wasserstein", f"give [n, F] and [m, F], n and m >= {2 * PARTS}")
    a, b = _sorted_but(x, w), _sorted_but(y, w)
    value, *rest = (_distance(*each) for each in _in_turn(a, b))
    without_x, without_y, together = torch.tensor(rest, dtype=torch.float64).view(3, PARTS)
    twice = by_pairs(value, without_x, without_y, together, (n, m))
    return of_both(value, Side.of(without_x), Side.of(without_y), twice)


def _in_turn(a: list[Tensor], b: list[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """All of both; without each part of x, of y, and of both."""
    (x, *less_x), (y, *less_y) = a, b
    return [(x, y), *((each, y) for each in less_x), *((x, each) for each in less_y), *zip(less_x, less_y)]


def _sorted_but(x: Tensor, w: Tensor) -> list[Tensor]:
    """The shadows x w, sorted [n, L]: of all, and without each part of them."""
    order = (x.double() @ w).sort(0)
    member = parts_of(len(x), PARTS)[order.indices].T
    # The same number is left in every row.
    return [order.values] + [order.values.T[member != part].view(w.shape[1], -1).T for part in range(PARTS)]


def _distance(a: Tensor, b: Tensor) -> float:
    return float(squared_on_lines(a, b).mean().sqrt())


def squared_on_lines(a: Tensor, b: Tensor) -> Tensor:
    """W_2^2 of the columns of a [n, L] and b [m, L], sorted: the integral over t in (0, 1) of the squared difference of
    their quantile functions, which are steps at i/n and at j/m. [L]
    """
    n, m = len(a), len(b)
    if n == m:
        return (a - b).square().mean(0)
    # In units of 1/(n m) the steps are whole numbers: no rounding decides which step a piece belongs to.
    ends = torch.cat([torch.arange(1, n + 1) * m, torch.arange(1, m + 1) * n]).unique()
    widths = torch.diff(ends, prepend=ends.new_zeros(1))
    i, j = (ends - 1) // m, (ends - 1) // n
    return ((a[i] - b[j]).square() * (widths.double() / (n * m))[:, None]).sum(0)
