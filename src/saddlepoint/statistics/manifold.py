"""Does the generator draw what is real, and all that is real? Balls around samples stand for the two supports.

x  real features [n, F];   y  generated features [m, F];   r_k(u)  the distance from u to its k-th neighbour
"""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import Interval, jackknife, parts_of, wilson

PARTS = 10


class Manifold(NamedTuple):
    """precision  share of y inside some real ball (|y - x_i| <= r_k(x_i)): a collapsed generator has it high
    recall     share of x inside some generated ball (|x - y_j| <= r_k(y_j)): a collapsed generator has it low
    density    real balls around a y, over k: above 1 where y crowds in the midst of the data
    coverage   share of real balls that hold some y: low for a collapsed generator
    """

    precision: Interval
    recall: Interval
    density: Interval
    coverage: Interval


def manifold(x: Tensor, y: Tensor, k: int = 5) -> Manifold:
    """The four shares; strictly inside counts for density and coverage, on the border for the other two.

    Kynkaanniemi et al., Improved precision and recall metric, 2019; Naeem et al., Reliable fidelity and diversity
    metrics, 2020. Intervals: precision and density for the choice of y (Wilson's; the standard error). Recall and
    coverage depend on both samples: Wilson's for the choice of x, widened by the jackknife over ten parts of y.
    """
    n, m = len(x), len(y)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or n <= k or m * (PARTS - 1) // PARTS <= k + 1:
        what = f"features {list(x.shape)} and {list(y.shape)} for {k} neighbours"
        raise SaddlepointError(what, "precision and recall", f"give [n, F] and [m, F] with more than {k + 2} each")
    x, y = x.double(), y.double()
    across, within = distances(x, y), distances(y, y)
    real, own = radii(distances(x, x), k), radii(within, k)
    inside = (across < real[:, None]).double()
    density = inside.sum(0) / k
    places, recalls, coverages = parts_of(m, PARTS), [], []
    for part in range(PARTS):
        kept = places != part
        smaller = radii(within[kept][:, kept], k)
        recalls.append(float((across[:, kept] <= smaller).any(1).double().mean()))
        coverages.append(float(inside[:, kept].any(1).double().mean()))
    return Manifold(
        wilson(int((across <= real[:, None]).any(0).sum()), m),
        _of_both(int((across <= own).any(1).sum()), n, recalls),
        jackknife(float(density.mean()), (density.sum() - density) / (m - 1)),
        _of_both(int(inside.any(1).sum()), n, coverages),
    )


def distances(u: Tensor, v: Tensor) -> Tensor:
    """|u_i - v_j|, [n, m], without the cancellation of |u|^2 - 2 u.v + |v|^2."""
    return torch.cdist(u, v, compute_mode="donot_use_mm_for_euclid_dist")


def radii(own: Tensor, k: int) -> Tensor:
    """The k-th smallest of each row of distances within one sample, its 0 to itself not counted, [n]."""
    return own.kthvalue(k + 1, dim=1).values


def _of_both(successes: int, n: int, without: list[float]) -> Interval:
    """Wilson's interval of a share of n, with the jackknife's variance added to either side's."""
    share, more = wilson(successes, n), jackknife(successes / n, without)
    half = more.high - more.value
    low = share.value - ((share.value - share.low) ** 2 + half**2) ** 0.5
    high = share.value + ((share.high - share.value) ** 2 + half**2) ** 0.5
    return Interval(share.value, max(0.0, low), min(1.0, high))
