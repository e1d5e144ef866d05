"""Maximum likelihood, and why it minimises KL(p_data || p_g): Gaussian mixtures on the line, by EM and by gradient."""

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Parameters(NamedTuple):
    """A mixture of K Gaussians on the line: weights (as logits [K]), means [K], log standard deviations [K]."""

    logits: Tensor
    means: Tensor
    log_sds: Tensor


def log_density(theta: Parameters, x: Tensor) -> Tensor:
    """log P_G(x; theta), [N]."""
    return torch.logsumexp(joint(theta, x), 1)


def joint(theta: Parameters, x: Tensor) -> Tensor:
    """log P(component k, x), [N, K]."""
    z = (x[:, None] - theta.means) / theta.log_sds.exp()
    return theta.logits.log_softmax(0) - z.square() / 2 - theta.log_sds - math.log(2 * math.pi) / 2


def negative_log_likelihood(theta: Parameters, x: Tensor, weight: Tensor) -> Tensor:
    """-sum_i weight_i log P_G(x_i; theta), a scalar.

    With weight 1/N it is the sample's; with weight p_data(x_i) dx_i over quadrature nodes it is E_x -log P_G(x), and
    exceeds the entropy of p_data by exactly KL(p_data || P_G).
    """
    return -(weight * log_density(theta, x)).sum()


def em_step(theta: Parameters, x: Tensor, weight: Tensor) -> Parameters:
    """One step of expectation-maximisation (Dempster et al. 1977): it never lowers the likelihood."""
    responsibility = joint(theta, x).softmax(1) * weight[:, None]
    mass = responsibility.sum(0)
    means = (responsibility * x[:, None]).sum(0) / mass
    variances = (responsibility * (x[:, None] - means).square()).sum(0) / mass
    return Parameters((mass / mass.sum()).log(), means, variances.log() / 2)


def canonical(theta: Parameters) -> Tensor:
    """[K, 3]: weight, mean, standard deviation, sorted by mean: what two fits are compared by."""
    table = torch.stack([theta.logits.softmax(0), theta.means, theta.log_sds.exp()], 1)
    return table[theta.means.argsort()]
