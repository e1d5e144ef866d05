"""Does it merely memorise? The memorisation test and the near-copies, by pictures' pixels or by features."""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.duplicates import equals
from saddlepoint.judge.nearest import Nearest, nearest
from saddlepoint.statistics.copies import SHUFFLES, Copying, copying, near_copies

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
    """test     whether training pictures are nearest more often than held-out ones would be; None with none held out
    nearest  each sample's nearest training example
    copies   the near-copies among the samples
    among    how many training examples were looked at
    """

    test: Copying | None
    nearest: Nearest
    copies: Copies
    among: int


def memory(
    samples: Tensor, training: Tensor, held_out: Tensor, rng: torch.Generator, shuffles: int = SHUFFLES
) -> Memory:
    """Compare samples with what was trained on and what was kept from it: uint8 exactly, features as floats."""
    near = nearest if samples.dtype == torch.uint8 else nearest_features
    to_training = near(samples, training)
    test = None
    if len(held_out):
        equal, n = equals(torch.cat([training, held_out])), len(training)
        places = either(to_training, near(samples, held_out), equal, n)
        trained = torch.arange(len(equal)) < n
        test = copying(torch.bincount(places, minlength=len(equal)), trained, rng, shuffles)
    usual = usual_distance(training, to_training.indices)
    found = near_copies(to_training.distances, usual)
    copies = Copies(found, to_training.indices[found], to_training.distances[found], usual[found])
    return Memory(test, to_training, copies, len(training))


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
    """How far these training examples are from the nearest other that is not equal to them, [n]."""
    chosen, back = places.unique(return_inverse=True)
    flat = training.flatten(1)
    found = [_nearest_other(flat[part].float(), flat) for part in chosen.split(CHUNK)]
    return torch.cat(found)[back]


def _nearest_other(some: Tensor, training: Tensor) -> Tensor:
    """The least distance above 0 of each to the training examples, in float64; infinite where all are equal."""
    best = torch.full((len(some),), torch.inf, dtype=torch.float64)
    for part in training.split(8 * CHUNK):
        apart = torch.cdist(some, part.float()).double()
        # |u|^2 - 2 u.v + |v|^2 in float32 leaves some 1e-3 of |u| where u = v
        apart[apart <= 1e-3 * some.norm(dim=1, keepdim=True)] = torch.inf
        best = torch.minimum(best, apart.min(1).values)
    return best


def nearest_features(samples: Tensor, training: Tensor) -> Nearest:
    """argmin_j |y_i - t_j| over features, float64 without cancellation."""
    best = [
        torch.cdist(part.double(), training.double(), compute_mode="donot_use_mm_for_euclid_dist").min(1)
        for part in samples.split(CHUNK)
    ]
    return Nearest(torch.cat([each.indices for each in best]), torch.cat([each.values for each in best]))


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
