"""Does the generator draw what is real, and all that is real? Balls around samples stand for the two supports.

x  real features [n, F];   y  generated features [m, F];   r_k(u)  the distance from u to its k-th neighbour

Where several are exactly as far from a centre as its k-th neighbour, as counts, categories and copies are, they stand
in random order, and what is given is the mean over all orders. So features that have ties are judged as they would be
with a noise too small to matter, and for samples of the real law the expected values are the same with ties and
without: 1 of the density, 1 - C(n - 1, k) / C(n + m - 1, k) of the coverage.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import PARTS, Side, by_pairs, of_both, share_of_both
from saddlepoint.statistics.intervals import Interval, parts_of


class Manifold(NamedTuple):
    """precision  share of y inside some real ball (|y - x_i| < r_k(x_i)): a collapsed generator has it high
    recall     share of x inside some generated ball (|x - y_j| < r_k(y_j)): a collapsed generator has it low
    density    real balls around a y, over k: above 1 where y crowds in the midst of the data
    coverage   share of real balls that hold some y: low for a collapsed generator
    """

    precision: Interval
    recall: Interval
    density: Interval
    coverage: Interval


class Balls(NamedTuple):
    """The balls around n centres, to the k-th neighbour of each among them; all [n].

    radius  r_k
    border  how many neighbours are exactly so far away: 1 where there are no ties
    places  how many of these are within the first k
    """

    radius: Tensor
    border: Tensor
    places: Tensor


def manifold(x: Tensor, y: Tensor, k: int = 5) -> Manifold:
    """The four shares, with intervals for the choice of both samples by the jackknife over ten parts of either.

    Kynkaanniemi et al., Improved precision and recall metric, 2019; Naeem et al., Reliable fidelity and diversity
    metrics, 2020, whose code gives the same where no two distances are equal. Where more than k rows are equal, there a
    perfect sampler has neither density nor coverage; here it has both.
    """
    n, m = len(x), len(y)
    fewest = min(size - math.ceil(size / PARTS) for size in (n, m))
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or fewest < k + 2:
        what = f"features {list(x.shape)} and {list(y.shape)} for {k} neighbours"
        raise SaddlepointError(what, "precision and recall", f"give [n, F] and [m, F] with more than {k + 2} each")
    x, y = x.double(), y.double()
    across, of_x, of_y = distances(x, y), parts_of(n, PARTS), parts_of(m, PARTS)
    real = without_parts(across, distances(x, x), of_x, of_y, k)
    own = without_parts(across.T.contiguous(), distances(y, y), of_y, of_x, k).transpose(1, 2)
    tables = {"precision": real[0], "recall": own[0], "density": real[1], "coverage": real[2]}
    trials = {"precision": m, "recall": n, "coverage": min(n, m)}
    found = {name: _interval(table, (n, m), trials.get(name)) for name, table in tables.items()}
    return Manifold(**found)


def distances(u: Tensor, v: Tensor) -> Tensor:
    """|u_i - v_j|, [n, m], without the cancellation of |u|^2 - 2 u.v + |v|^2: equal rows have none."""
    return torch.cdist(u, v, compute_mode="donot_use_mm_for_euclid_dist")


def balls(own: Tensor, k: int) -> Balls:
    """The balls around centres whose distances from each other are `own`, [n, n]."""
    nearest = own.topk(k + 2, dim=1, largest=False).values  # its own 0, k others, and whether the next is as far
    radius = nearest[:, k]
    nearer = (nearest < radius[:, None]).sum(1)
    until = (nearest <= radius[:, None]).sum(1)
    if (until == k + 2).any():
        until = (own <= radius[:, None]).sum(1)
    itself = (nearer == 0).long()  # stands on the border of a ball of radius 0
    return Balls(radius, until - nearer - itself, k + 1 - nearer - itself)


def without_parts(across: Tensor, own: Tensor, centres: Tensor, others: Tensor, k: int) -> Tensor:
    """(share of the others inside some ball, balls around one over k, share of balls that hold one): of all in the
    first row and column; in row i + 1 and column j + 1 without part i of the centres and part j of the others.

    across [n, m], from centres to others;  own [n, n];  centres [n] and others [m], the part of each;  the result
    [3, PARTS + 1, PARTS + 1]
    """
    member = one_hot(others, PARTS).float()
    rows = [held(across, balls(own, k), member, k)]
    for part in range(PARTS):
        kept = centres != part
        rows.append(held(across[kept], balls(own[kept][:, kept], k), member, k))
    return torch.stack(rows, 1)


def held(across: Tensor, ball: Balls, member: Tensor, k: int) -> Tensor:
    """The three for these balls, of all others and without each part of them, [3, PARTS + 1]. member [m, PARTS]."""
    inside, border = (across < ball.radius[:, None]).float(), across == ball.radius[:, None]
    within, around = _but(inside @ member), inside.sum(0).double()
    some, on = (around > 0).double(), torch.zeros_like(within)
    if border.any():
        # One more on a border that has b already comes within the first q of them in q / (b + 1) of all orders.
        chance = (ball.places.double() / (ball.border + 1))[:, None]
        around = around + (border * chance).sum(0)
        some = 1 - (1 - some) * (border * (-chance).log1p()).sum(0).exp()
        on = _but(border.float() @ member)
    found = torch.stack([some, around / k])
    empty = (within == 0) * _none_first(ball, on, k)
    shares = _but(found @ member.double()) / _but(member.sum(0, keepdim=True).double())
    return torch.cat([shares, 1 - empty.mean(0, keepdim=True)])


def _but(sums: Tensor) -> Tensor:
    """From sums over each part, [..., PARTS], those over all and over all but each, in float64 [..., PARTS + 1]."""
    whole = sums.double().sum(-1, keepdim=True)
    return torch.cat([whole, whole - sums], -1)


def _none_first(ball: Balls, on: Tensor, k: int) -> Tensor:
    """In how many of all orders of b neighbours and `on` others on a border the first q of them are neighbours:
    prod_(l < q) (b - l) / (b + on - l).
    """
    found = torch.ones_like(on)
    for place in range(k):
        b = (ball.border - place).clamp(min=1)[:, None]
        found = torch.where(place < ball.places[:, None], found * b / (b + on), found)
    return found


def _interval(table: Tensor, sizes: tuple[int, int], trials: int | None) -> Interval:
    """Of [PARTS + 1, PARTS + 1], the value first, the rows without parts of x, the columns without parts of y."""
    value, without_x, without_y = float(table[0, 0]), table[1:, 0], table[0, 1:]
    sides = Side.of(without_x), Side.of(without_y)
    twice = by_pairs(value, without_x, without_y, table[1:, 1:].diagonal(), sizes)
    return of_both(value, *sides, twice) if trials is None else share_of_both(value, *sides, twice, trials)
