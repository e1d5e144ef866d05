"""How far one distribution lies from another: functions of log-probabilities or log-densities, one number per point.

Every integrand takes log p and log q [N] and returns [N]: on a finite set its sum is the divergence, on the line or the
plane its integral is. A point with p = 0 contributes what the limit p -> 0 does. All in nats.
"""

import math

import torch
from torch import Tensor


def kl(log_p: Tensor, log_q: Tensor) -> Tensor:
    """p log(p / q): the integrand of KL(p || q); inf where p > 0 = q."""
    p = log_p.exp()
    return torch.where(p > 0, p * (log_p - log_q), 0.0)


def jsd(log_p: Tensor, log_q: Tensor) -> Tensor:
    """1/2 p log(p / m) + 1/2 q log(q / m) with m = (p + q) / 2: the integrand of JSD(p || q), in [0, log 2]."""
    log_m = torch.logaddexp(log_p, log_q) - math.log(2)
    return (kl(log_p, log_m) + kl(log_q, log_m)) / 2


def total_variation(log_p: Tensor, log_q: Tensor) -> Tensor:
    """1/2 |p - q|: the integrand of TV(p, q) = sup_A |p(A) - q(A)|, which is in [0, 1]."""
    return (log_p.exp() - log_q.exp()).abs() / 2


def entropy(log_p: Tensor) -> Tensor:
    """-p log p: the integrand of the entropy H(p)."""
    return -torch.where(log_p > -math.inf, log_p.exp() * log_p, 0.0)


def wasserstein1(P: Tensor, Q: Tensor) -> Tensor:
    """|P(x) - Q(x)| of two distribution functions on the line: the integrand of W1(p, q) (Vallender 1974)."""
    return (P - Q).abs()


def wasserstein1_finite(x: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """W1 of the probabilities p, q [N] on increasing positions x [N]: sum |P_i - Q_i| (x_{i+1} - x_i), a scalar."""
    return ((p - q).cumsum(0)[:-1].abs() * x.diff()).sum()


def value_of_game(divergence: Tensor) -> Tensor:
    """V(D*, G) = -log 4 + 2 JSD(p_data || p_g) (Goodfellow et al. 2014, theorem 1)."""
    return -math.log(4) + 2 * divergence


def divergence_from_value(value: Tensor) -> Tensor:
    """(V + log 4) / 2: the JSD if D is optimal, and a lower bound of it for any other D."""
    return (value + math.log(4)) / 2
