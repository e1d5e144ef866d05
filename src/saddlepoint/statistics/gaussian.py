"""Gaussians fitted to features, and the Frechet distance between two of them. Everything in float64.

features    [N, F]
mean        mu = 1/n sum_i y_i                            [F]
covariance  S = 1/(n-1) sum_i (y_i - mu)(y_i - mu)^T      [F, F]
"""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.spectra import eigh, singular_values

CHUNK, BLOCK = 2048, 256  # samples and features that are multiplied at once


class Gaussian(NamedTuple):
    """Mean, unbiased covariance (zero where n = 1) and number of the samples they were taken from."""

    mean: Tensor
    covariance: Tensor
    n: int

    def merge(self, other: "Gaussian") -> "Gaussian":
        """The moments of both samples together: streaming is merging chunk after chunk.

        With d = mu_b - mu_a and the scatter M = (n-1) S:  mu = mu_a + d n_b/n,  M = M_a + M_b + d d^T n_a n_b/n
        (Chan, Golub and LeVeque, Algorithms for computing the sample variance, 1983, equations 1.5).
        """
        n = self.n + other.n
        apart = other.mean - self.mean
        scatter = self.scatter() + other.scatter() + torch.outer(apart, apart) * (self.n * other.n / n)
        return Gaussian(self.mean + apart * (other.n / n), scatter / (n - 1), n)

    def without(self, part: "Gaussian") -> "Gaussian":
        """The moments of what remains when a part of the sample is taken out: the inverse of `merge`."""
        n = self.n - part.n
        if n < 2:
            raise SaddlepointError(f"{n} of {self.n} samples remain", "Gaussian.without", "at least 2 must")
        mean = (self.mean * self.n - part.mean * part.n) / n
        apart = part.mean - mean
        scatter = self.scatter() - part.scatter() - torch.outer(apart, apart) * (n * part.n / self.n)
        return Gaussian(mean, scatter / (n - 1), n)

    def scatter(self) -> Tensor:
        """sum_i (y_i - mu)(y_i - mu)^T, [F, F]."""
        return self.covariance * (self.n - 1)


def fit(features: Tensor) -> Gaussian:
    """The moments of features [N, F]; SaddlepointError where there are none, or one is not finite."""
    if features.ndim != 2 or features.shape[0] == 0:
        raise SaddlepointError(f"features of shape {list(features.shape)}", "fit", "give [N, F] with N >= 1")
    # A part at a time: the features as a whole in float64 would take more memory than all else. From the first part's
    # mean on, so that what is taken off at the end is small, and no digits are lost.
    parts = features.split(CHUNK)
    origin = parts[0].double().mean(0)
    total, sums = origin.new_zeros(len(origin), len(origin)), torch.zeros_like(origin)
    for part in parts:
        shifted = part.to(torch.float64, copy=True).sub_(origin)
        sums += shifted.sum(0)
        add_outer(total, shifted)
    apart, n = sums / len(features), len(features)
    scatter = mirrored(total).sub_(torch.outer(apart, apart).mul_(n))
    if not torch.isfinite(scatter.diagonal()).all():  # one number that is not finite leaves its column without a sum
        raise SaddlepointError("some features are not finite", "fit", "look at the samples they came from")
    return Gaussian(origin + apart, scatter.div_(max(n - 1, 1)), n)


def add_outer(total: Tensor, y: Tensor) -> None:
    """Add y^T y [F, F] to `total`, in place: of many features only the blocks on and above the diagonal."""
    for start in range(0, y.shape[1], BLOCK):
        total[start : start + BLOCK, start:].addmm_(y[:, start : start + BLOCK].T, y[:, start:])


def mirrored(total: Tensor) -> Tensor:
    """What stands above the diagonal written below it as well, in place: symmetric to the last digit."""
    for start in range(0, len(total), BLOCK):
        rows = slice(start, start + BLOCK)
        square = total[rows, rows].triu()
        total[rows, rows] = square + square.triu(1).T
        total[start + BLOCK :, rows] = total[rows, start + BLOCK :].T
    return total


def frechet(a: Gaussian, b: Gaussian) -> float:
    """d^2 = |mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), the squared Frechet (2-Wasserstein) distance.

    tr (S_a S_b)^(1/2) is the sum of the singular values of S_a^(1/2) S_b^(1/2): the square roots of the eigenvalues of
    S_a^(1/2) S_b S_a^(1/2), without squaring first, so that covariances of deficient rank keep their last digits (the
    distance of a Gaussian to itself is 0 to rounding, whatever its rank).

    Dowson and Landau, The Frechet distance between multivariate normal distributions, 1982; used on features of
    pictures by Heusel et al., GANs trained by a two time-scale update rule converge to a local Nash equilibrium, 2017.
    """
    if a.mean.shape != b.mean.shape:
        raise SaddlepointError(
            f"features {len(a.mean)} and {len(b.mean)} wide", "frechet", "use one extractor for both"
        )
    if min(a.n, b.n) < 2:
        raise SaddlepointError(f"{min(a.n, b.n)} samples have no covariance", "frechet", "give at least 2")
    roots = singular_values(square_root(a.covariance) @ square_root(b.covariance))
    apart = (a.mean - b.mean).square().sum()
    return float((apart + a.covariance.trace() + b.covariance.trace() - 2 * roots.sum()).clamp(min=0))


def square_root(covariance: Tensor) -> Tensor:
    """The symmetric S^(1/2) = V diag(l)^(1/2) V^T of S = V diag(l) V^T; eigenvalues within rounding of 0 count as 0."""
    eigenvalues, vectors = eigh(covariance)
    noise = eigenvalues.abs().max() * len(eigenvalues) * torch.finfo(covariance.dtype).eps
    return (vectors * torch.where(eigenvalues > noise, eigenvalues, 0).sqrt()) @ vectors.T
