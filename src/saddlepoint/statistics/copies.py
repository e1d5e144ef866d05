"""Does a generator draw its training pictures again? A test with an exact p-value, and a rule for single copies."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import Interval, wilson

SHUFFLES = 9_999  # enough to know a p-value of .001 well
CLOSE = 1 / 3


class Copying(NamedTuple):
    """share     of the samples whose nearest real picture is one that was trained on
    expected  the same share where training pictures are nothing special: N / (N + M)
    p         how often chance alone gives a share at least as high, with the interval of so many shuffles
    """

    share: Interval
    expected: float
    p: Interval


def copying(attracted: Tensor, trained: Tensor, rng: torch.Generator) -> Copying:
    """attracted [N + M]: how many samples have each real picture as their nearest; trained [N + M]: which were shown.

    Held-out pictures were drawn at random from the same data. For a generator that has not looked at single pictures,
    any other M of the N + M might as well have been held out: the share with `trained` shuffled is what chance gives,
    exactly, whatever the metric, however the samples crowd round few pictures. p = (1 + #{shuffled >= seen}) / (1 +
    shuffles). After Meehan et al., A non-parametric test to detect data-copying, 2020, who compare distances instead.

    Only how many pictures attract how many samples matters, so that a shuffle is a draw from urns: of few numbers, all
    shuffles at once (the multivariate hypergeometric law).
    """
    total, kept = int(attracted.sum()), int(trained.sum())
    if attracted.shape != trained.shape or not total or not 0 < kept < len(trained):
        what = f"{total} samples, {kept} training pictures, {len(trained) - kept} held out"
        raise SaddlepointError(what, "memorisation test", "there must be some of each")
    seen = int(attracted[trained].sum())
    # Fewer are held out than trained on, or the other way round: draw the smaller group.
    few = min(kept, len(trained) - kept)
    urns, sizes = attracted.unique(return_counts=True)
    chance = np.random.default_rng(int(torch.randint(2**62, (), generator=rng)))
    drawn = chance.multivariate_hypergeometric(sizes.numpy(), few, SHUFFLES, method="marginals") @ urns.numpy()
    hits = int(((drawn if few == kept else total - drawn) >= seen).sum())
    return Copying(wilson(seen, total), kept / len(trained), wilson(1 + hits, 1 + SHUFFLES))


def near_copies(to_training: Tensor, usual: Tensor) -> Tensor:
    """Which samples are near-copies, as indices, the closest first.

    to_training  [n], each sample's distance to its nearest training picture
    usual        [n], that training picture's own distance to the nearest other one that differs from it: what is usual
                 where it lies

    A sample is a near-copy where it is three times as close as that: a blank or a plain stroke has close relatives
    everywhere, and only closer than those counts. Where nothing is usual, as all training pictures are equal (infinity
    stands there), it has to be equal as well.
    """
    ratio = to_training / usual
    found = ((ratio < CLOSE) & (usual.isfinite() | (to_training == 0))).nonzero().flatten()
    return found[ratio[found].argsort(stable=True)]
