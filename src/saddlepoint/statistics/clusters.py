"""k-means: the centres that lie least far from the examples around them."""

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

ROUNDS, CHUNK = 10, 1_000


def kmeans(x: Tensor, k: int, rng: torch.Generator, rounds: int = ROUNDS) -> Tensor:
    """k centres c [k, D] of x [N, D], by rounds of

        a_n = argmin_j |x_n - c_j|,   c_j = the mean of the x_n with a_n = j

    from k different examples; no round raises sum_n |x_n - c_(a_n)|^2. A centre that nobody is nearest to stays where
    it is. Lloyd 1982, Least squares quantization in PCM.
    """
    if not 1 <= k <= len(x):
        raise SaddlepointError(f"{k:,} centres of {len(x):,} examples", "k-means", "give as many examples or more")
    c = x[torch.randperm(len(x), generator=rng)[:k]].clone()
    for _ in range(rounds):
        nearest = torch.cat([(c.square().sum(1) - 2 * part @ c.T).argmin(1) for part in x.split(CHUNK)])
        counts = torch.bincount(nearest, minlength=k)
        sums = torch.zeros_like(c).index_add_(0, nearest, x)
        c = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1), c)
    return c
