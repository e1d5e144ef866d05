"""The game on a finite set, exactly: V, its equilibrium, and the gradient of max_D V.

p = p_data, q = p_g, both [N] probabilities; D = sigmoid(l) with logits l [N], so that D can be any function in (0, 1).
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softmax

from saddlepoint.theory.divergences import jsd, value_of_game


def value(p: Tensor, q: Tensor, logits: Tensor) -> Tensor:
    """V(D, G) = sum_x p log D + q log(1 - D), a scalar (Goodfellow et al. 2014, eq. 1)."""
    return (p * logsigmoid(logits) + q * logsigmoid(-logits)).sum()


def best_value(p: Tensor, q: Tensor) -> Tensor:
    """L(q) = max_D V = -log 4 + 2 JSD(p || q), a scalar."""
    return value_of_game(jsd(p.log(), q.log()).sum())


def gradient_of_maximum(p: Tensor, q: Tensor) -> Tensor:
    """dL/dq = dV/dq with D* held fixed = log(1 - D*) = log q - log(p + q), [N].

    As for a maxout unit, the maximiser's own movement contributes nothing, since dV/dD = 0 there (Danskin's theorem).
    """
    return q.log() - (p + q).log()


def hessian_at_equilibrium(p: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Second derivatives of V at D = 1/2, q = p, in the coordinates (l, s) with q = softmax(s): all [N, N].

    V_ll = -diag(p) / 2, V_ls = -(diag(p) - p p') / 2 and V_ss = 0: against D = 1/2 every q earns the same.
    """
    covariance = torch.diag(p) - torch.outer(p, p)
    return -torch.diag(p) / 2, -covariance / 2, torch.zeros_like(covariance)


def value_of_logits(p: Tensor, logits: Tensor, s: Tensor) -> Tensor:
    """V as a function of both players' coordinates (l, s), q = softmax(s)."""
    return value(p, softmax(s, 0), logits)


EQUILIBRIUM_VALUE = -math.log(4)
