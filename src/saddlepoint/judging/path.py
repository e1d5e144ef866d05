"""Perceptual path length: how fast what is seen changes along a way through the latent space."""

from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import NORMAL_95, Interval

EPSILON = 1e-3

Draw = Callable[[Tensor], Tensor]
Way = Callable[[Tensor, Tensor, Tensor], Tensor]


def path_length(draw: Draw, way: Way, z: Tensor, rng: torch.Generator, epsilon: float = EPSILON) -> Interval:
    """E |f(G(z_t)) - f(G(z_(t + epsilon)))|^2 / epsilon^2, z_t on the way from z_0 to z_1 at t uniform in
    (0, 1 - epsilon): both points lie between the ends.

    draw  z [n, Z] to features of what it becomes, [n, F], not rounded to bytes
    way   (a, b, t [1]) to the point [1, Z] between two ends: along the sphere, or straight
    z     [2 n, Z], pairs of ends

    Karras et al., A style-based generator architecture, 2019, there with LPIPS and epsilon = 1e-4; here in the
    extractor's own distance, with a step that float32 can resolve. No filtering of outliers: the mean of all.
    """
    n = len(z) // 2
    if n < 2:
        raise SaddlepointError(f"{len(z)} ends of ways", "path length", "give at least 4")
    a, b, t = z[:n], z[n : 2 * n], (1 - epsilon) * torch.rand(n, 1, dtype=torch.float64, generator=rng)
    near, far = (torch.cat([way(*ends) for ends in zip(a, b, place)]) for place in (t, t + epsilon))
    rates = (draw(near).double() - draw(far).double()).square().sum(1) / epsilon**2
    half = NORMAL_95 * float(rates.std()) / n**0.5
    return Interval(float(rates.mean()), float(rates.mean()) - half, float(rates.mean()) + half)
