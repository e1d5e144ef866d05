"""The generator's gradient as a function of what D says of its samples, for any cost.

The chain rule is dJ/dtheta = (dJ/df) (df/dG) (dG/dtheta): the first factor is the objective's alone, and it decides
whether a generator whose samples are rejected can learn.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Cost = Callable[[Tensor, Tensor], Tensor]


def generator_slope(cost: Cost, f: Tensor, r: Tensor | None = None) -> Tensor:
    """dJ(G)/df at the logits f [N], by differentiation; r (0 unless given) is read by paired costs only."""
    f = f.detach().requires_grad_(True)
    r = torch.zeros_like(f) if r is None else r
    (slope,) = torch.autograd.grad(cost(r, f).sum(), f)
    return slope


def minimax_slope(f: Tensor) -> Tensor:
    """d/df log(1 - D) = -D = -sigmoid(f): vanishes where D rejects, f -> -inf."""
    return -f.sigmoid()


def non_saturating_slope(f: Tensor) -> Tensor:
    """d/df -log D = -(1 - D) = -sigmoid(-f): tends to -1 where D rejects."""
    return -(-f).sigmoid()
