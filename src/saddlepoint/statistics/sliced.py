"""The sliced Wasserstein distance: the mean over directions of the distance between two samples' shadows on a line.

x, y  [n, F], [m, F]
"""

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import Interval, jackknife, parts_of

PARTS = 10


def directions(features: int, count: int, rng: torch.Generator) -> Tensor:
    """Random unit vectors, [F, count] float64."""
    w = torch.randn(features, count, dtype=torch.float64, generator=rng)
    return w / w.norm(dim=0)


def sliced_wasserstein(x: Tensor, y: Tensor, w: Tensor) -> Interval:
    """SW_2 = (mean over columns w of W_2^2(x w, y w))^(1/2), with the jackknife over ten parts of y.

    Rabin et al., Wasserstein barycenter and its application to texture mixing, 2011. For two points at distance d in
    F dimensions, and all directions, it is d / sqrt(F).
    """
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or len(x) < 1 or len(y) < 2 * PARTS:
        shapes = f"samples {list(x.shape)} and {list(y.shape)}"
        raise SaddlepointError(shapes, "sliced Wasserstein", f"give [n, F] and [m, F], m >= {2 * PARTS}")
    a, b = (x.double() @ w).sort(0).values, y.double() @ w
    order = b.sort(0)
    member = parts_of(len(y), PARTS)[order.indices]
    without = []
    for part in range(PARTS):
        kept = (member != part).T  # the same number in every row
        rest = order.values.T[kept].view(w.shape[1], -1).T
        without.append(float(squared_on_lines(a, rest).mean().sqrt()))
    return jackknife(float(squared_on_lines(a, order.values).mean().sqrt()), without)


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
