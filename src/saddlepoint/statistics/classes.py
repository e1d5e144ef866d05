"""What a classifier's answers say of a sample: sure and varied (Inception Score), every mode alike (census).

logits  [N, K];   labels  [N] int64, the class of each sample
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import Interval, jackknife, parts_of

PARTS = 50


def inception_score(logits: Tensor) -> Interval:
    """exp(1/N sum_i KL(p(c|x_i) || p(c))), p(c) = 1/N sum_i p(c|x_i): from 1 to K.

    Salimans et al., Improved techniques for training GANs, 2016, without the split into ten: all N are one sample. The
    interval is the jackknife's over 50 parts.
    """
    n = len(logits)
    if logits.ndim != 2 or n < 4:
        raise SaddlepointError(f"logits {list(logits.shape)}", "inception score", "give [N, K], N >= 4")
    log_p = logits.double().log_softmax(1)
    p = log_p.exp()
    minus_entropy = torch.xlogy(p, p).sum(1)
    parts = min(PARTS, n // 2)
    part, without = parts_of(n, parts), []
    for j in range(parts):
        kept = part != j
        without.append(_score(p[kept], minus_entropy[kept]))
    return jackknife(_score(p, minus_entropy), without)


def _score(p: Tensor, minus_entropy: Tensor) -> float:
    marginal = p.mean(0)
    return math.exp(float(minus_entropy.mean() - torch.xlogy(marginal, marginal).sum()))


class Census(NamedTuple):
    """counts  samples of each mode, [K]
    modes   how many modes were met at all
    kl      KL(q || uniform) = log K + sum_c q_c log q_c in nats, q_c the share of mode c
    floor   what kl is on average for N samples that are uniform: (K - 1) / (2 N) to first order, and never above log K
    """

    counts: Tensor
    modes: Interval
    kl: Interval
    floor: float


def census(labels: Tensor, k: int) -> Census:
    """The modes that a sample meets, and how evenly.

    Leaving out one sample of mode c changes both numbers by what depends on its count alone, so the jackknife over
    single samples is a sum over modes. Metz et al., Unrolled generative adversarial networks, 2017 (Stacked MNIST);
    Miller, Note on the bias of information estimates, 1955 (the floor).
    """
    if labels.ndim != 1 or len(labels) < 2 or int(labels.min()) < 0 or int(labels.max()) >= k:
        raise SaddlepointError(f"labels {list(labels.shape)} of {k} modes", "mode census", "give [N], in 0 .. K - 1")
    n = len(labels)
    counts = torch.bincount(labels, minlength=k).double()
    entropy = torch.xlogy(counts, counts)  # sum_c q log q = sum_c n_c log n_c / n - log n
    total = entropy.sum()
    fewer = torch.xlogy((counts - 1).clamp(min=0), (counts - 1).clamp(min=0))
    kls = math.log(k) + (total - entropy + fewer) / (n - 1) - math.log(n - 1)
    modes = int((counts > 0).sum())
    return Census(
        counts.long(),
        _weighted(float(modes), (counts > 0).sum() - (counts == 1).double(), counts),
        _weighted(float(math.log(k) + total / n - math.log(n)), kls, counts),
        min((k - 1) / (2 * n), math.log(k)),
    )


def _weighted(value: float, without: Tensor, counts: Tensor) -> Interval:
    """The jackknife over single samples, of which `counts` have the same value `without`."""
    return jackknife(value, without.repeat_interleave(counts.long()))
