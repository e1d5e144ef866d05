"""Does it merely memorise? The memorisation test and the near-copies, by pictures' pixels or by features."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.duplicates import equals
from saddlepoint.judging.nearest import Nearest, nearest
from saddlepoint.statistics.copies import Copying, copying, near_copies
from saddlepoint.statistics.influence import some
from saddlepoint.statistics.intervals import Interval, wilson

QUERIES = 1_000
RERANKED = 100
CHUNK = 512


class Copies(NamedTuple):
    """The near-copies, the closest first, each [n]: which sample, of which training example, how far from it, and how
    far that is from the nearest other training example.
    """

    samples: Tensor
    training: Tensor
    distances: Tensor
    usual: Tensor


class Memory(NamedTuple):
    """copies   the near-copies among the samples
    share    of the samples that are such
    usual    the same share of independent real examples, which nobody can have copied
    among    how many training examples were looked at
    """

    copies: Copies
    share: Interval
    usual: Interval
    among: int


def memorised(samples: Tensor, training: Tensor, held_out: Tensor, rng: torch.Generator) -> Copying:
    """Whether training examples are nearest to the samples more often than held-out ones would be: of uint8 compared
    exactly, of features as floats.
    """
    near, n = search(samples), len(training)
    equal = equals(torch.cat([training, held_out]))
    places = either(near(samples, training), near(samples, held_out), equal, n)
    trained = torch.arange(len(equal)) < n
    return copying(torch.bincount(places, minlength=len(equal)), trained, rng)


def memory(samples: Tensor, training: Tensor, usual: Interval) -> Memory:
    """The near-copies among samples, beside what is `usual`: what `independent` finds for these training examples."""
    copies = copies_of(samples, training)
    return Memory(copies, wilson(len(copies.samples), len(samples)), usual, len(training))


def independent(training: Tensor, held_out: Tensor) -> Interval:
    """The share of near-copies, by the same rule, of real examples drawn independently of the training ones: at most
    1,000 held-out ones; where none are held out, one random half of the training examples against the other.

    It is 0 for photographs. Where examples have few dimensions, or few values, it is not: of points spread evenly on a
    line a third, in F dimensions little more than 1 / (1 + 3^F), of counts as good as all.
    """
    if not len(held_out):
        order = torch.randperm(len(training), generator=torch.Generator().manual_seed(0))
        held_out, training = (training[part] for part in (order[::2], order[1::2]))
    drawn = held_out[some(len(held_out), QUERIES)]
    return wilson(len(copies_of(drawn, training).samples), len(drawn))


def copies_of(samples: Tensor, training: Tensor) -> Copies:
    """The near-copies, by distances that depend on differences alone: the same wherever the origin lies."""
    found = search(samples)(samples, training)
    usual = usual_distance(training, found.indices)
    places = near_copies(found.distances, usual)
    return Copies(places, found.indices[places], found.distances[places], usual[places])


def either(trained: Nearest, others: Nearest, equal: Tensor, n: int) -> Tensor:
    """Each sample's nearest among n training examples and, counted after these, the held-out ones. `equal` says of each
    of all which is the first that is equal to it.

    Of several as near, one at random, always alike. Were it always the first, a training example, then samples equal to
    a training and to a held-out example alike would pass for copies.
    """
    rng, apart = torch.Generator().manual_seed(0), trained.distances - others.distances
    coins, dice = torch.rand(2, len(apart), dtype=torch.float64, generator=rng)
    ours = torch.where(apart == 0, coins < 0.5, apart < 0)
    names = equal[torch.where(ours, trained.indices, n + others.indices)]
    order, many = equal.argsort(stable=True), torch.bincount(equal, minlength=len(equal))
    return order[(many.cumsum(0) - many)[names] + (dice * many[names]).long()]


def usual_distance(training: Tensor, places: Tensor) -> Tensor:
    """How far these training examples are from the nearest other that is not equal to them, [n]; infinite where all
    are equal.
    """
    chosen, back = places.unique(return_inverse=True)
    return search(training)(training[chosen], training, others=True).distances[back]


def search(examples: Tensor) -> Callable[..., Nearest]:
    """How the nearest are found: among bytes by whole numbers, among features in float64."""
    return nearest if examples.dtype == torch.uint8 else nearest_features


def nearest_features(samples: Tensor, training: Tensor, others: bool = False) -> Nearest:
    """argmin_j |y_i - t_j| over features, float64 without cancellation: rows are equal where their distance is 0, and
    these are passed over where `others` are asked for.
    """
    indices, distances = [], []
    for part in samples.split(CHUNK):
        apart = torch.cdist(part.double(), training.double(), compute_mode="donot_use_mm_for_euclid_dist")
        least = (apart.where(apart > 0, torch.inf) if others else apart).min(1)
        indices.append(least.indices)
        distances.append(least.values)
    return Nearest(torch.cat(indices), torch.cat(distances))


def nearest_l1(samples: Tensor, training: Tensor) -> Nearest:
    """The nearest by the sum of absolute differences, of the 100 nearest by L2: not always the nearest of all."""
    x, t = samples.flatten(1).float(), training.flatten(1).float()
    count = min(RERANKED, len(t))
    indices, distances = [], []
    for part in x.split(CHUNK):
        among = torch.cdist(part, t).topk(count, largest=False).indices
        sums = torch.stack([(one - t[places]).abs().sum(1, dtype=torch.float64) for one, places in zip(part, among)])
        best = sums.min(1)
        indices.append(among.gather(1, best.indices[:, None])[:, 0])
        distances.append(best.values)
    return Nearest(torch.cat(indices), torch.cat(distances))
