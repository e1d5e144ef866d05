"""The optimal discriminator: what D should answer if it could be any function (Goodfellow et al. 2014, proposition 1).

Densities come as logarithms log p_data(x), log p_g(x), both [N]; where both are -inf, x never occurs and D is 1/2.
"""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def criterion(a: Tensor, b: Tensor, D: Tensor) -> Tensor:
    """f(D) = a log D + b log(1 - D): what D(x) earns at a point where p_data = a and p_g = b."""
    return torch.xlogy(a, D) + torch.special.xlog1py(b, -D)


def criterion_slope(a: Tensor, b: Tensor, D: Tensor) -> Tensor:
    """f'(D) = a / D - b / (1 - D): zero at a / (a + b) alone."""
    return a / D - b / (1 - D)


def criterion_curvature(a: Tensor, b: Tensor, D: Tensor) -> Tensor:
    """f''(D) = -a / D^2 - b / (1 - D)^2 < 0: the only critical point is a maximum."""
    return -a / D.square() - b / (1 - D).square()


def optimal_logit(log_p: Tensor, log_q: Tensor) -> Tensor:
    """logit D*(x) = log p_data(x) - log p_g(x), [N]; 0 where neither occurs."""
    return torch.where(log_p == log_q, 0.0, log_p - log_q)


def optimal_discriminator(log_p: Tensor, log_q: Tensor) -> Tensor:
    """D*(x) = p_data(x) / (p_data(x) + p_g(x)), [N]."""
    return optimal_logit(log_p, log_q).sigmoid()


def value_density(log_p: Tensor, log_q: Tensor, logit: Tensor) -> Tensor:
    """p_data log D + p_g log(1 - D) at each x, [N]; its sum or integral is V(D, G), D = sigmoid(logit)."""
    p, q = log_p.exp(), log_q.exp()
    return torch.where(p > 0, p * logsigmoid(logit), 0.0) + torch.where(q > 0, q * logsigmoid(-logit), 0.0)
