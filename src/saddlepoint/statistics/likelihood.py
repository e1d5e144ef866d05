"""Terms of the likelihood of a model with latent z, in nats: what a variational autoencoder is trained and judged by.

log p(x) >= E_q log p(x | z) - KL(q(z | x) || p(z)), for z ~ q = N(mu, diag exp(log_var)) and p(z) = N(0, I)
(Kingma & Welling 2014, Auto-encoding variational Bayes, equation 3); equal where q is the posterior.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from saddlepoint.errors import SaddlepointError


def bernoulli_log_likelihood(logits: Tensor, x: Tensor) -> Tensor:
    """sum_i x_i log p_i + (1 - x_i) log(1 - p_i), p = sigmoid(logits): [B], for logits and x [B, ...], x in [0, 1].

    As x l - max(l, 0) - log(1 + e^-|l|), which is finite, with slope x - p, for logits of any size. For x of 0 and 1 it
    is a log-likelihood; in between, minus a cross-entropy, which is greatest at p = x and not 0 there.
    """
    if logits.shape != x.shape:
        shapes = f"logits {list(logits.shape)} and x {list(x.shape)}"
        raise SaddlepointError(shapes, "Bernoulli likelihood", "give two of one shape")
    return -binary_cross_entropy_with_logits(logits, x.to(logits), reduction="none").flatten(1).sum(1)


def gaussian_log_density(x: Tensor, mu: Tensor, log_var: Tensor) -> Tensor:
    """log N(x; mu, diag exp(log_var)) = -1/2 sum_i (log 2 pi + v_i + (x_i - mu_i)^2 e^-v_i), v = log_var: [B].

    x [B, ...]; mu and log_var of the same shape, or broadcast to it.
    """
    squares = (x - mu).square() * (-log_var).exp()
    return -0.5 * (math.log(2 * math.pi) + log_var + squares).flatten(1).sum(1)


def gaussian_kl(mu: Tensor, log_var: Tensor) -> Tensor:
    """KL(N(mu, diag exp(log_var)) || N(0, I)) = 1/2 sum_i (mu_i^2 + e^v_i - 1 - v_i), v = log_var: [B].

    Kingma & Welling 2014, appendix B. 0 only at mu = 0, v = 0; e^v - 1 is taken at once, so that little is lost there.
    """
    return 0.5 * (mu.square() + torch.expm1(log_var) - log_var).flatten(1).sum(1)


def importance_bound(log_w: Tensor) -> Tensor:
    """log 1/K sum_k w_k, with log_w [K, B] the logarithms of w_k = p(x, z_k) / q(z_k | x), z_k ~ q: [B].

    In the mean it is at most log p(x), not less for a larger K, and comes to it as K grows; for K = 1 it is the bound
    above. Burda et al. 2016, Importance weighted autoencoders, equation 8 and theorem 1.
    """
    if not len(log_w):
        raise SaddlepointError("no draws of z", "importance bound", "give log_w of [K, B], K >= 1")
    return torch.logsumexp(log_w, 0) - math.log(len(log_w))
