"""Proposition 2 of Goodfellow et al. (2014): p_g descends in function space while D is optimal at every step.

p = p_data and q = p_g are probabilities [..., N] on a finite set; leading dimensions are independent runs. What q
descends is L(q) = max_D V = -log 4 + 2 JSD(p || q), which is convex in q; its gradient is log(1 - D*).
"""

import torch
from torch import Tensor

from saddlepoint.theory.divergences import jsd


def generator_gradient(p: Tensor, q: Tensor) -> Tensor:
    """dL/dq = log(1 - D*) = log(q / (p + q)), [..., N]; bounded below by log 1e-12 (at q = 0 it is -inf)."""
    return (q / (p + q)).clamp_min(1e-12).log()


def mirror_step(p: Tensor, q: Tensor, rate: float = 1.0) -> Tensor:
    """q <- q exp(-rate dL/dq) / Z: the gradient step in the geometry of probabilities.

    L is smooth relative to the entropy with constant 1 (p / (q (p + q)) <= 1 / q), so that rate 1 always descends; and
    with rate 1 the step is q <- q (p + q) / q / Z = (p + q) / 2, which halves the total variation each time. Where q is
    0 the formula's limit is taken for rate 1 and 0 for less.
    """
    moved = (p + q) if rate == 1.0 else q ** (1 - rate) * (p + q) ** rate
    return moved / moved.sum(-1, keepdim=True)


def projected_step(p: Tensor, q: Tensor, rate: float) -> Tensor:
    """q <- the point of the simplex nearest to q - rate dL/dq: the gradient step of ordinary geometry."""
    return project_to_simplex(q - rate * generator_gradient(p, q))


def improving_step(p: Tensor, q: Tensor, rate: float) -> Tensor:
    """The projected step with its rate halved, run by run, until the criterion does not rise: what proposition 2 asks.

    A fixed rate would not do: the curvature p / (q (p + q)) is unbounded where q is small, and the step jumps over.
    """
    before, moved = criterion(p, q), q
    searching = torch.ones_like(before, dtype=torch.bool)
    for halvings in range(30):
        trial = projected_step(p, q, rate / 2**halvings)
        better = searching & (criterion(p, trial) <= before)
        moved = torch.where(better[..., None], trial, moved)
        searching = searching & ~better
        if not bool(searching.any()):
            break
    return moved


def criterion(p: Tensor, q: Tensor) -> Tensor:
    """JSD(p || q), [...]: what q descends, but for a factor 2 and a constant."""
    return jsd(p.log(), q.log()).sum(-1)


def project_to_simplex(v: Tensor) -> Tensor:
    """argmin_q |q - v|^2 over q >= 0, sum q = 1: max(v - t, 0) with the t that makes it sum to 1 (Held et al. 1974)."""
    u = v.sort(-1, descending=True).values
    excess = u.cumsum(-1) - 1
    count = torch.arange(1, v.shape[-1] + 1, dtype=v.dtype)
    support = (u - excess / count > 0).sum(-1, keepdim=True)
    return (v - excess.gather(-1, support - 1) / support).clamp_min(0)


def coarse_gradient(p: Tensor, q: Tensor, cells: Tensor) -> Tensor:
    """log(1 - D) for the best D that is constant on each cell: a critic of limited capacity. cells [N] numbers them."""
    membership = torch.nn.functional.one_hot(cells).to(p)
    return generator_gradient(p @ membership, q @ membership)[..., cells]


def coarse_mirror_step(p: Tensor, q: Tensor, cells: Tensor, rate: float = 1.0) -> Tensor:
    """The mirror step against that critic: it can match the cells' masses, and nothing within a cell."""
    moved = q * (-rate * coarse_gradient(p, q, cells)).exp()
    return moved / moved.sum(-1, keepdim=True)


def total_variation(p: Tensor, q: Tensor) -> Tensor:
    """1/2 sum |p - q|, [...]."""
    return (p - q).abs().sum(-1) / 2
