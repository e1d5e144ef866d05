"""Distributions whose truth is known: each samples exactly, and knows its log-density and its score.

x is [N, D] in float64. The score is grad_x log p(x), [N, D]. `box` is where the mass is, for integrals over it.
"""

import math
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.theory.quadrature import Box


class Density(Protocol):
    """What every distribution here offers."""

    @property
    def dimension(self) -> int: ...

    @property
    def box(self) -> Box: ...

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """n independent draws, [n, D]."""
        ...

    def log_density(self, x: Tensor) -> Tensor:
        """log p(x), [N]; -inf where x cannot occur."""
        ...

    def score(self, x: Tensor) -> Tensor:
        """grad_x log p(x), [N, D]."""
        ...


class Mixture:
    """sum_k w_k N(mu_k, L_k L_k'): a Gaussian mixture.

    weights  [K], made to sum to 1
    means    [K, D]
    roots    [K, D, D], lower-triangular L_k; or [K] standard deviations of round Gaussians
    """

    def __init__(self, weights: Tensor, means: Tensor, roots: Tensor) -> None:
        self.weights = weights.double() / weights.double().sum()
        self.means = means.double()
        eye = torch.eye(self.means.shape[1], dtype=torch.float64)
        self.roots = roots.double() if roots.ndim == 3 else roots.double()[:, None, None] * eye

    @property
    def dimension(self) -> int:
        return self.means.shape[1]

    @property
    def box(self) -> Box:
        """Seven standard deviations around every component, beyond which each axis holds 2.6e-12 of its mass."""
        spread = 7 * self.roots.square().sum(2).sqrt()
        low, high = (self.means - spread).amin(0), (self.means + spread).amax(0)
        narrow = float(torch.linalg.svdvals(self.roots).min())
        outside = self.dimension * math.erfc(7 / math.sqrt(2))
        return Box(tuple(low.tolist()), tuple(high.tolist()), narrow, outside)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        k = torch.multinomial(self.weights, n, replacement=True, generator=rng)
        return self.component(k, rng)

    def component(self, k: Tensor, rng: torch.Generator) -> Tensor:
        """One draw from each of the components k [n], [n, D]."""
        noise = torch.randn(len(k), self.dimension, generator=rng, dtype=torch.float64)
        return self.means[k] + torch.einsum("nij,nj->ni", self.roots[k], noise)

    def log_density(self, x: Tensor) -> Tensor:
        return self.joint(x).logsumexp(1)

    def score(self, x: Tensor) -> Tensor:
        """sum_k P(k | x) Sigma_k^-1 (mu_k - x)."""
        responsibility = self.joint(x).softmax(1)
        return -torch.einsum("nk,kij,nki->nj", responsibility, self._inverses, self._whitened(x))

    def cdf(self, x: Tensor) -> Tensor:
        """P(X <= x) of a mixture on the line, x [N] -> [N]."""
        if self.dimension != 1:
            raise SaddlepointError(f"no distribution function in {self.dimension} dimensions", hint="only on the line")
        z = (x[:, None] - self.means[:, 0]) / self.roots[:, 0, 0]
        return torch.special.ndtr(z) @ self.weights

    def nearest(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The component nearest to each x in its own standard deviations (Mahalanobis): index [N], distance [N]."""
        distance, k = self._whitened(x).norm(dim=2).min(1)
        return k, distance

    def widened(self, factor: float) -> "Mixture":
        """The same with every standard deviation times `factor`."""
        return Mixture(self.weights, self.means, self.roots * factor)

    def weighted(self, weights: Tensor) -> "Mixture":
        """The same components with other weights [K]."""
        return Mixture(weights, self.means, self.roots)

    def _whitened(self, x: Tensor) -> Tensor:
        """L_k^-1 (x - mu_k), [N, K, D]."""
        return torch.einsum("kij,nkj->nki", self._inverses, x[:, None, :] - self.means)

    @cached_property
    def _inverses(self) -> Tensor:
        return torch.linalg.inv(self.roots)

    def joint(self, x: Tensor) -> Tensor:
        """log (w_k N(x; mu_k, Sigma_k)), [N, K]."""
        volume = self.roots.diagonal(dim1=1, dim2=2).log().sum(1) + self.dimension * math.log(2 * math.pi) / 2
        return self.weights.log() - volume - self._whitened(x).square().sum(2) / 2


class Twist(NamedTuple):
    """x = R(rate |u|^2) u with u from a planar mixture, R a rotation: areas are kept, so that p(x) = p_u(u)."""

    base: Mixture
    rate: float

    @property
    def dimension(self) -> int:
        return 2

    @property
    def box(self) -> Box:
        reach = max(map(abs, (*self.base.box.low, *self.base.box.high))) * math.sqrt(2)
        return self.base.box._replace(low=(-reach, -reach), high=(reach, reach))

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        u = self.base.sample(n, rng)
        return rotate(u, self.rate * u.square().sum(1))

    def log_density(self, x: Tensor) -> Tensor:
        return self.base.log_density(self._untwisted(x))

    def score(self, x: Tensor) -> Tensor:
        """J' s(u) with u = R(-a) x, a = rate |x|^2, and J = du/dx = R(-a) + (R(-a - pi/2) x) (2 rate x)'."""
        angle = self.rate * x.square().sum(1)
        s = self.base.score(self._untwisted(x))
        turned = rotate(x, -angle - math.pi / 2)
        return rotate(s, angle) + 2 * self.rate * x * (turned * s).sum(1, keepdim=True)

    def _untwisted(self, x: Tensor) -> Tensor:
        return rotate(x, -self.rate * x.square().sum(1))


class Checkerboard(NamedTuple):
    """Uniform on the dark squares of side 1 of a board of size x size, centred on 0; size is even."""

    size: int = 4

    @property
    def dimension(self) -> int:
        return 2

    @property
    def box(self) -> Box:
        """The board itself; a scale of 1/4 puts the edges of squares on the edges of panels."""
        return Box((-self.size / 2,) * 2, (self.size / 2,) * 2, 0.25)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        row = torch.randint(self.size, (n,), generator=rng)
        column = 2 * torch.randint(self.size // 2, (n,), generator=rng) + row % 2
        within = torch.rand(n, 2, generator=rng, dtype=torch.float64)
        return torch.stack([column, row], 1) + within - self.size / 2

    def log_density(self, x: Tensor) -> Tensor:
        square = (x + self.size / 2).floor()
        inside = ((square >= 0) & (square < self.size)).all(1) & (square.sum(1) % 2 == 0)
        level = x.new_tensor(-math.log(self.size**2 / 2))
        return torch.where(inside, level, -math.inf)

    def score(self, x: Tensor) -> Tensor:
        """0: the density is constant wherever it is positive (and has no score on the edges)."""
        return torch.zeros_like(x)


class Finite(NamedTuple):
    """Probabilities [K] on K points [K, D]; its log-density is a log-probability."""

    points: Tensor
    probabilities: Tensor

    @property
    def dimension(self) -> int:
        return self.points.shape[1]

    @property
    def box(self) -> Box:
        raise SaddlepointError("a distribution on a finite set has no density to integrate", hint="sum over its points")

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        return self.points[torch.multinomial(self.probabilities, n, replacement=True, generator=rng)]

    def log_density(self, x: Tensor) -> Tensor:
        same = (x[:, None, :] == self.points).all(2).to(self.probabilities)
        return (same @ self.probabilities).log()

    def score(self, x: Tensor) -> Tensor:
        raise SaddlepointError("a distribution on a finite set has no score", hint="it has no density")


def rotate(x: Tensor, angle: Tensor) -> Tensor:
    """Each row of x [N, 2] turned counter-clockwise by its angle [N]."""
    c, s = angle.cos(), angle.sin()
    return torch.stack([c * x[:, 0] - s * x[:, 1], s * x[:, 0] + c * x[:, 1]], 1)


def strung(curve: Tensor, sd: float) -> Mixture:
    """Equal round Gaussians at the points of a curve [K, D].

    At a spacing of h the density on the string has a ripple of 2 exp(-2 pi^2 sd^2 / h^2), by Poisson's summation: below
    1e-28 at the .55 standard deviations that neighbours may lie apart. But for its ends the mixture is, to every digit,
    the curve convolved with the Gaussian.
    """
    if any(float((a - b).norm()) > 0.55 * sd for a, b in pairwise(curve)):
        raise SaddlepointError("the Gaussians are too far apart to make a curve", hint="more points, or a larger sd")
    return Mixture(torch.ones(len(curve)), curve, torch.full((len(curve),), sd, dtype=torch.float64))
