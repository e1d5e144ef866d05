"""What mode coverage is measured on: mixtures in the plane, and the 1,200 dimensions of VEEGAN."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.densities import Mixture


class Target(NamedTuple):
    """What is to be learnt: K equal modes in D dimensions; z has `latent`.

    draw   (n, rng) -> samples [n, D]
    judge  x [N, D] -> the nearest mode [N], and whether x is of high quality [N]
    """

    name: str
    modes: int
    dimension: int
    latent: int
    draw: Callable[[int, torch.Generator], Tensor]
    judge: Callable[[Tensor], tuple[Tensor, Tensor]]


def planar(name: str, p: Mixture) -> Target:
    """A mixture of round Gaussians in the plane, judged by Mahalanobis distance."""

    def judge(x: Tensor) -> tuple[Tensor, Tensor]:
        k, distance = p.nearest(x)
        return k, distance <= 3

    return Target(name, len(p.weights), 2, 2, p.sample, judge)


def veegan(modes: int = 10, inner: int = 700, outer: int = 1200) -> Target:
    """Ten round Gaussians of 700 dimensions, embedded in 1,200 by an isometry (Srivastava et al. 2017, section 4.1).

    The paper leaves the means open: here N(0, 4 I), so that modes lie some 75 apart. A true sample is sqrt(700) +- 0.7
    from its mode; of high quality is what lies within 3 of these deviations.
    """
    rng = torch.Generator().manual_seed(2017)
    isometry = torch.linalg.qr(torch.randn(outer, inner, generator=rng))[0]
    means = 2 * torch.randn(modes, inner, generator=rng)
    centres = (means @ isometry.T).double()

    def draw(n: int, rng: torch.Generator) -> Tensor:
        k = torch.randint(modes, (n,), generator=rng)
        return (means[k] + torch.randn(n, inner, generator=rng)) @ isometry.T

    def judge(x: Tensor) -> tuple[Tensor, Tensor]:
        distance, k = torch.cdist(x, centres).min(1)
        return k, distance <= math.sqrt(inner) + 3 / math.sqrt(2)

    return Target("veegan", modes, outer, 64, draw, judge)
