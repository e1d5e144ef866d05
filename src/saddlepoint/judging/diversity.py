"""How unlike each other the members of a sample are, and those of each class, next to real ones."""

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.group import Group
from saddlepoint.statistics.distances import mean_over_pairs, mean_pairwise_distance
from saddlepoint.statistics.influence import some
from saddlepoint.statistics.intervals import Interval, mean_of
from saddlepoint.statistics.similarity import ms_ssim, scales

MOST = 1_000
PAIRS = 100
EACH_CLASS = 3  # examples, held out or generated, that a class needs for a verdict of its own


def spread(fake: Group, real: Group) -> Interval:
    """Mean distance of two members, over that of two real ones, in percent: 100 where all of the data is met. The real
    ones are not all alike.
    """
    ratio = mean_pairwise_distance(fake.seen.features[some(fake.size, MOST)])
    usual = mean_pairwise_distance(real.seen.features[some(real.size, MOST)]).value
    return ratio.scaled(100 / usual)


def class_spread(fake: Group, real: Group) -> Interval | None:
    """The mean over the classes of the same within a class. Classes of too few, and those whose real members are all
    alike, are passed over; None where that is so of every class.
    """
    pairs = [(fake.of(label), real.of(label)) for label in shared(real, fake)]
    ratios = [spread(ours, theirs) for ours, theirs in pairs if not theirs.alike]
    return mean_of(ratios) if ratios else None


def likeness(of: Group, rng: torch.Generator, pairs: int = PAIRS) -> tuple[Interval, int]:
    """(mean MS-SSIM of `pairs` random pairs within each class, or of all where there are no more; scales it has): 1
    where a class is one picture.

    AC-GAN's measure of diversity (Odena et al. 2017, section 4.2); beside published values only with all five scales,
    on pictures of 128 x 128. The interval is that of the choice of pictures and of pairs.
    """
    count = scales(*of.x.shape[2:])
    if not count:
        raise SaddlepointError(f"pictures of {list(of.x.shape[2:])} pixels", "MS-SSIM", "11 pixels are the least")
    return mean_of([_of_pairs(members.x, rng, pairs) for members in by_class(of)]), count


def by_class(some: Group) -> list[Group]:
    """The members of each class that has EACH_CLASS or more; all of them where there are no labels."""
    if some.labels is None:
        return [some]
    counts = torch.bincount(some.labels).tolist()
    return [some.of(label) for label, count in enumerate(counts) if count >= EACH_CLASS]


def shared(real: Group, fake: Group) -> list[int]:
    """The classes of which both sides have EACH_CLASS or more, so that a tiny one keeps no other from its verdict.
    SaddlepointError where a side has no labels, or of a class that is no tiny one nothing was generated.
    """
    if real.labels is None or fake.labels is None:
        raise SaddlepointError("one side has no labels", "judge", "classes need labels on both")
    counts = torch.bincount(real.labels).tolist()
    large = [label for label, count in enumerate(counts) if count >= EACH_CLASS]
    return [label for label in large if fake.of(label).size >= EACH_CLASS]


def _of_pairs(x: Tensor, rng: torch.Generator, pairs: int) -> Interval:
    """Mean MS-SSIM of pairs of different members."""
    n = len(x)
    if n < 3:
        raise SaddlepointError(f"a class of {n} pictures has no two pairs", "MS-SSIM", "give more of each class")
    if n * (n - 1) // 2 <= pairs:
        first, second = torch.triu_indices(n, n, 1)
    else:
        first = torch.randint(n, (pairs,), generator=rng)
        second = (first + torch.randint(1, n, (pairs,), generator=rng)) % n
    pictures = x.double() / 255
    return mean_over_pairs(ms_ssim(pictures[first], pictures[second]), first, second, n)
