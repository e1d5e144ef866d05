"""The maximum mean discrepancy between two samples under a polynomial kernel, in float64: KID without subsets.

x, y  features [n, F], [m, F];   k(u, v) = (u.v / F + 1)^3
"""

from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import Side, of_both
from saddlepoint.statistics.intervals import Interval

CHUNK = 2048


def polynomial(u: Tensor, v: Tensor) -> Tensor:
    """k(u_i, v_j), [n, m]."""
    return (u @ v.T / u.shape[1] + 1) ** 3


def kernel_distance(x: Tensor, y: Tensor, chunk: int = CHUNK) -> Interval:
    """MMD^2 = sum_{i != j} k(x_i, x_j)/(n(n-1)) + sum_{i != j} k(y_i, y_j)/(m(m-1)) - 2 sum_ij k(x_i, y_j)/(nm).

    Unbiased, hence sometimes below 0. The interval is that of the choice of x and y: the statistic without x_i or y_j
    follows from the sums of their rows and columns alone, and what pairs add from the squares of k(x_i, y_j), less the
    means of its row and its column. Binkowski et al., Demystifying MMD GANs, 2018; the published KID is the mean of
    this over subsets of 1,000, which has the same expectation and a larger variance.
    """
    n, m = len(x), len(y)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(n, m) < 3:
        shapes = f"features {list(x.shape)} and {list(y.shape)}"
        raise SaddlepointError(shapes, "kernel distance", "give [n, F] and [m, F], n >= 3, m >= 3")
    x, y = x.double(), y.double()
    rows, columns, squares = _sums(x, y, chunk)
    cross, own = rows.sum(), [_sums(u, u, chunk)[0] - (u.square().sum(1) / u.shape[1] + 1) ** 3 for u in (x, y)]
    parts = [each.sum() / (size * (size - 1)) for each, size in zip(own, (n, m))]
    value = float(sum(parts) - 2 * cross / (n * m))
    sides = [
        Side.of((each.sum() - 2 * each) / ((a - 1) * (a - 2)) - 2 * (cross - sums) / ((a - 1) * b))
        for each, sums, a, b in ((own[0], rows, n, m), (own[1], columns, m, n))
    ]
    pairs = squares - rows.square().sum() / m - columns.square().sum() / n + cross.square() / (n * m)
    return of_both(value, sides[0], sides[1], 2 * float(pairs.clamp(min=0)) * (n + m) ** 2 / (n * m) ** 3)


def _sums(u: Tensor, v: Tensor, chunk: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of k(u_i, v_j): the sums over j [n], over i [m], and of the squares."""
    rows, columns, squares = u.new_zeros(len(u)), u.new_zeros(len(v)), u.new_zeros(())
    for i in range(0, len(u), chunk):
        for j in range(0, len(v), chunk):
            k = polynomial(u[i : i + chunk], v[j : j + chunk])
            rows[i : i + chunk] += k.sum(1)
            columns[j : j + chunk] += k.sum(0)
            squares += k.square().sum()
    return rows, columns, squares
