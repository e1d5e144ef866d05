"""The maximum mean discrepancy between two samples under a polynomial kernel, in float64: KID without subsets.

x, y  features [n, F], [m, F];   k(u, v) = (u.v / F + 1)^3
"""

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import Interval, jackknife

CHUNK = 2048


def polynomial(u: Tensor, v: Tensor) -> Tensor:
    """k(u_i, v_j), [n, m]."""
    return (u @ v.T / u.shape[1] + 1) ** 3


def kernel_distance(x: Tensor, y: Tensor, chunk: int = CHUNK) -> Interval:
    """MMD^2 = sum_{i != j} k(x_i, x_j)/(n(n-1)) + sum_{i != j} k(y_i, y_j)/(m(m-1)) - 2 sum_ij k(x_i, y_j)/(nm).

    Unbiased, hence sometimes below 0. The interval is that of the choice of y, with x as it is: the statistic without
    y_j follows from the sums of row j alone. Binkowski et al., Demystifying MMD GANs, 2018; the published KID is the
    mean of this over subsets of 1,000, which has the same expectation and a larger variance.
    """
    n, m = len(x), len(y)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or n < 2 or m < 3:
        shapes = f"features {list(x.shape)} and {list(y.shape)}"
        raise SaddlepointError(shapes, "kernel distance", "give [n, F] and [m, F], n >= 2, m >= 3")
    x, y = x.double(), y.double()
    xx = float(_rows(x, x, chunk).sum()) / (n * (n - 1))
    rows, crosses = _rows(y, y, chunk), _rows(y, x, chunk, own=False)
    total, cross = rows.sum(), crosses.sum()
    value = xx + float(total / (m * (m - 1)) - 2 * cross / (n * m))
    without = xx + (total - 2 * rows) / ((m - 1) * (m - 2)) - 2 * (cross - crosses) / (n * (m - 1))
    return jackknife(value, without)


def _rows(u: Tensor, v: Tensor, chunk: int, own: bool = True) -> Tensor:
    """sum_j k(u_i, v_j), [n]; where u and v are one sample, without k(u_i, u_i)."""
    sums = torch.cat(
        [torch.stack([polynomial(some, other).sum(1) for other in v.split(chunk)]).sum(0) for some in u.split(chunk)]
    )
    return sums - (u.square().sum(1) / u.shape[1] + 1) ** 3 if own else sums
