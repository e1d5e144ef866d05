"""The Frechet distance with its interval at the cost of one more decomposition, and without the bias of finite samples.

features [N, F];  everything in float64
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.gaussian import Gaussian, fit, frechet, square_root
from saddlepoint.statistics.intervals import NORMAL_95, Interval

CHUNK = 2048
SMALL = 1e-3  # of the variances: a distance below it has lost its digits as the difference of roots of squares
MOST = 2_000  # samples whose influence is looked at: its spread is then known to a percent or two


class Reference(NamedTuple):
    """The moments of the real features and the root of their covariance: computed once for all judgements."""

    moments: Gaussian
    root: Tensor

    @staticmethod
    def of(moments: Gaussian) -> "Reference":
        return Reference(moments, square_root(moments.covariance))


def frechet_interval(features: Tensor, reference: Reference) -> Interval:
    """The Frechet distance of a sample to the reference, with the interval of the choice of the sample.

    Its influence function: with R the reference's covariance, S the sample's, T = R^(1/2) (R^(1/2) S R^(1/2))^(-1/2)
    R^(1/2) the map that carries the one Gaussian to the other, and y' = y - mu,

        h(y) = 2 (mu - m) . y' + y'^T (I - T) y' - tr((I - T) S)

    is what one more sample y adds, to first order; the variance of the distance is that of h over N (the infinitesimal
    jackknife; Jaeckel 1972), taken from 2,000 of them where there are more. The same moments serve for the distance
    itself: |mu - m|^2 + tr S + tr R - 2 tr M^(1/2), M = R^(1/2) S R^(1/2), whose eigenvalues within rounding of 0 count
    as 0; a small one is taken by the slower way of `gaussian.frechet`, which squares nothing.
    """
    sample, (real, root) = fit(features), reference
    if sample.n < 3 or real.mean.shape != sample.mean.shape:
        what = f"features {list(features.shape)} against {len(real.mean)} wide"
        raise SaddlepointError(what, "frechet", "give at least 3, of the reference's extractor")
    eigenvalues, vectors = torch.linalg.eigh(root @ sample.covariance @ root)
    noise = eigenvalues.abs().max() * len(eigenvalues) * torch.finfo(torch.float64).eps
    kept = eigenvalues > noise
    roots = torch.where(kept, eigenvalues, 0).sqrt()
    apart = sample.mean - real.mean
    variances = sample.covariance.trace() + real.covariance.trace()
    value = float(apart.square().sum() + variances - 2 * roots.sum())
    if value < SMALL * float(variances):
        value = frechet(sample, real)
    across = (root @ vectors).mul_(torch.where(kept, eigenvalues, torch.inf) ** -0.25)
    parts = (features[places].double() - sample.mean for places in some(sample.n).split(CHUNK))
    h = torch.cat([_influence(part, apart, across) for part in parts])
    half = NORMAL_95 * float(h.std()) / math.sqrt(sample.n)
    return Interval(value, value - half, value + half)


def frechet_to(sample: Gaussian, reference: Reference) -> float:
    """The Frechet distance of a Gaussian to the reference: |mu - m|^2 + tr S + tr R - 2 tr M^(1/2), as above.

    A tenth of the time of `gaussian.frechet`; of covariances of deficient rank it keeps half of their digits.
    """
    (real, root), apart = reference, sample.mean - reference.moments.mean
    roots = torch.linalg.eigvalsh(root @ sample.covariance @ root).clamp(min=0).sqrt()
    value = apart.square().sum() + sample.covariance.trace() + real.covariance.trace() - 2 * roots.sum()
    return float(value.clamp(min=0))


def some(n: int, most: int = MOST) -> Tensor:
    """All of n places, or `most` of them, drawn at random, always alike: examples often come sorted by class."""
    return torch.arange(n) if n <= most else torch.randperm(n, generator=torch.Generator().manual_seed(0))[:most]


def _influence(y: Tensor, apart: Tensor, across: Tensor) -> Tensor:
    """h(y) but for its constant: T = across across^T."""
    return 2 * y @ apart + y.square().sum(1) - (y @ across).square().sum(1)


def without_bias(features: Tensor, reference: Reference, whole: Interval) -> Interval:
    """What the distance would be for infinitely many samples: 2 d_N - (d_A + d_B) / 2, of both halves of the sample.

    The distance of N samples exceeds the true one by c / N to first order (Chong and Forsyth, Effectively unbiased FID
    and Inception score, 2020, who fit a line through many N); that of N/2 by twice as much. The interval's width is
    that of the whole, which it equals to first order. The halves must have more samples than features.
    """
    # Drawn at random, always alike: samples often come with their labels in turn, or in order.
    order = torch.randperm(len(features), generator=torch.Generator().manual_seed(0))
    a, b = features[order[::2]], features[order[1::2]]
    if len(b) <= features.shape[1]:
        what = f"{len(b)} samples in a half for {features.shape[1]} features"
        raise SaddlepointError(what, "extrapolation", "the halves need more samples than features")
    value = 2 * whole.value - (frechet_to(fit(a), reference) + frechet_to(fit(b), reference)) / 2
    half = (whole.high - whole.low) / 2
    return Interval(value, value - half, value + half)
