"""The Frechet distance with its interval at the cost of one more decomposition, and without the bias of finite samples.

features [N, F];  everything in float64
"""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import Side, of_both
from saddlepoint.statistics.gaussian import Gaussian, fit, frechet, square_root
from saddlepoint.statistics.intervals import Interval
from saddlepoint.statistics.spectra import eigenvalues_of, eigh

CHUNK = 2048
SMALL = 1e-3  # of the variances: a distance below it has lost its digits as the difference of roots of squares
PAIRS = 500  # of an x and a y, by which is known how much pairs add
MOST = 2_000  # samples whose influence is looked at: its spread is then known to a percent or two


class Reference(NamedTuple):
    """The moments of the real features and the root of their covariance, computed once for all judgements; and some of
    the features themselves, [2,000 at most, F], or None where they are not known.
    """

    moments: Gaussian
    root: Tensor
    drawn: Tensor | None = None

    @staticmethod
    def of(moments: Gaussian, features: Tensor | None = None) -> "Reference":
        drawn = None if features is None else features[some(len(features))]
        return Reference(moments, square_root(moments.covariance), drawn)


def frechet_interval(features: Tensor, reference: Reference) -> Interval:
    """The Frechet distance of a sample to the reference, with the interval of the choice of both; of the sample alone
    where the reference's features are not known.

    Its influence functions: with R the reference's covariance, S the sample's, M = R^(1/2) S R^(1/2), T = R^(1/2)
    M^(-1/2) R^(1/2) the map that carries the one Gaussian to the other and T^-1 the way back,

        h(y) = 2 (mu - m) . y' + y'^T (I - T) y' - tr((I - T) S),   y' = y - mu
        g(x) = 2 (m - mu) . x' + x'^T (I - T^-1) x' - tr((I - T^-1) R),   x' = x - m

    are what one more of y or x adds, to first order; the variance of the distance is that of h over N and of g over
    theirs (the infinitesimal jackknife; Jaeckel 1972), taken from 2,000 of them where there are more, less what pairs
    add, which this counts twice (`both.of_both`). The same moments serve for the distance itself: |mu - m|^2 + tr S +
    tr R - 2 tr M^(1/2), whose eigenvalues within rounding of 0 count as 0; a small one is taken by the slower way of
    `gaussian.frechet`, which squares nothing.
    """
    sample, real = fit(features), reference.moments
    if sample.n < 3 or real.mean.shape != sample.mean.shape:
        what = f"features {list(features.shape)} against {len(real.mean)} wide"
        raise SaddlepointError(what, "frechet", "give at least 3, of the reference's extractor")
    eigenvalues, vectors = eigh(reference.root @ sample.covariance @ reference.root)
    noise = eigenvalues.abs().max() * len(eigenvalues) * torch.finfo(torch.float64).eps
    kept = eigenvalues > noise
    roots = torch.where(kept, eigenvalues, 0).sqrt()
    apart = sample.mean - real.mean
    variances = sample.covariance.trace() + real.covariance.trace()
    value = float(apart.square().sum() + variances - 2 * roots.sum())
    if value < SMALL * float(variances):
        value = frechet(sample, real)
    turned, eigenvalues = reference.root @ vectors, torch.where(kept, eigenvalues, torch.inf)
    ours, drawn = features[some(sample.n)], reference.drawn
    y = _side(ours, sample, apart, turned * eigenvalues**-0.25)
    if drawn is None:
        return of_both(value, Side(0.0, 1), y, 0.0)
    x = _side(drawn, real, -apart, sample.covariance @ turned * eigenvalues**-0.75)
    pairs = by_pairs(drawn - real.mean, ours - sample.mean, vectors, roots)
    return of_both(value, x, y, 2 * pairs * (1 / sample.n + 1 / real.n) ** 2)


def _side(some_of: Tensor, moments: Gaussian, apart: Tensor, across: Tensor) -> Side:
    """The variance of h over N, by some of the N: h(y) = 2 y' . apart + |y'|^2 - |across^T y'|^2, less a constant."""
    h = []
    for part in some_of.split(CHUNK):
        y = part.double() - moments.mean
        h.append(2 * y @ apart + y.square().sum(1) - (y @ across).square().sum(1))
    return Side(float(torch.cat(h).var()) / moments.n, len(some_of) - 1)


def by_pairs(x: Tensor, y: Tensor, vectors: Tensor, roots: Tensor) -> float:
    """E K(x, y)^2 for the distance near where both Gaussians are one, there the sum over pairs of

        K(x, y) = x . y + sum_ab w_ab (x_a x_b - l_a [a = b]) (y_a y_b - l_a [a = b]),   w_ab = 1 / (2 (l_a + l_b)),

    in the basis of the covariance's eigenvectors, l its eigenvalues: |mu - m|^2 + sum_ab w_ab (S - R)_ab^2 is the
    distance's second order (Bhatia, Jain and Lim, On the Bures-Wasserstein distance between positive definite matrices,
    2019). The eigenvectors of M, and the roots of its eigenvalues, are these where S = R; elsewhere little depends on
    this.
    """
    many = min(len(x), len(y), PAIRS)
    # In random order: both may come sorted by class, and would meet their like.
    u, v = (each[torch.randperm(len(each), generator=_alike(i))[:many]] @ vectors for i, each in enumerate((x, y)))
    sums = roots[:, None] + roots
    w = torch.where(sums > 0, 0.5 / sums.clamp(min=torch.finfo(torch.float64).tiny), 0)
    products, own = u * v, w.diagonal() * roots
    k = products.sum(1) + (products @ w * products).sum(1) - (u.square() + v.square()) @ own + own @ roots
    return float(k.square().mean())


def _alike(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def frechet_to(sample: Gaussian, reference: Reference) -> float:
    """The Frechet distance of a Gaussian to the reference: |mu - m|^2 + tr S + tr R - 2 tr M^(1/2), as above.

    A tenth of the time of `gaussian.frechet`; of covariances of deficient rank it keeps half of their digits.
    """
    real, root, apart = reference.moments, reference.root, sample.mean - reference.moments.mean
    roots = eigenvalues_of(root @ sample.covariance @ root).clamp(min=0).sqrt()
    value = apart.square().sum() + sample.covariance.trace() + real.covariance.trace() - 2 * roots.sum()
    return float(value.clamp(min=0))


def frechet_of(features: Tensor, reference: Reference) -> float:
    """The same of a sample's features [n, F]. Of no more rows than features the eigenvalues of M that are not 0 are
    those of a matrix [n, n]: with Y the centred rows, of Y R^(1/2) (Y R^(1/2))^T / (n - 1).
    """
    n = len(features)
    if not 2 <= n <= features.shape[1]:
        return frechet_to(fit(features), reference)
    mean = features.double().mean(0)
    y, apart = features.double() - mean, mean - reference.moments.mean
    turned = y @ reference.root
    roots = eigenvalues_of(turned @ turned.T / (n - 1)).clamp(min=0).sqrt()
    own = y.square().sum() / (n - 1)
    value = apart.square().sum() + own + reference.moments.covariance.trace() - 2 * roots.sum()
    return float(value.clamp(min=0))


def some(n: int, most: int = MOST) -> Tensor:
    """All of n places, or `most` of them, drawn at random, always alike: examples often come sorted by class."""
    return torch.arange(n) if n <= most else torch.randperm(n, generator=torch.Generator().manual_seed(0))[:most]


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
