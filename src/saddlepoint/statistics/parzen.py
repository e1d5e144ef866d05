"""Log-likelihood under a Parzen window: the number of table 1 of the paper that introduced these networks.

p(x) = 1/n sum_j N(x; s_j, sigma^2 I) over samples s [n, D];   x [m, D]; all in [0, 1]; float64 throughout
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import NORMAL_95, Interval

SIGMAS = tuple(10 ** (-1 + i / 9) for i in range(10))
"""logspace(-1, 0, 10)"""
CHUNK = 500


class Parzen(NamedTuple):
    """log_likelihood  the mean over the test examples, in nats, +- 1.96 standard errors
    error           the standard error std / sqrt(m): what the paper writes behind +-
    sigma           the width that the validation examples chose
    """

    log_likelihood: Interval
    error: float
    sigma: float


def parzen(samples: Tensor, validation: Tensor, test: Tensor, sigmas: tuple[float, ...] = SIGMAS) -> Parzen:
    """The protocol of Goodfellow et al., Generative adversarial nets, 2014, section 5, and its published code:

    sigma is the one with the highest mean log p over the validation examples (there the first 1,000; 10,000 samples;
    10,000 test examples). The number measures how the samples lie in pixel space and little else: centres of k-means
    score above the data themselves (Theis et al., A note on the evaluation of generative models, 2016).
    """
    if min(map(len, (samples, validation, test))) < 2:
        raise SaddlepointError("fewer than 2 examples", "Parzen window", "give samples, validation and test examples")
    if not all(bool(torch.isfinite(x).all()) for x in (samples, validation, test)):
        raise SaddlepointError("some pixels are not finite", "Parzen window", "look at the samples")
    squares = squared_distances(validation, samples)
    means = [float(log_density(squares, sigma, samples[0].numel()).mean()) for sigma in sigmas]
    sigma = sigmas[means.index(max(means))]
    parts = [log_density(squared_distances(x, samples), sigma, samples[0].numel()) for x in test.split(CHUNK)]
    log_p = torch.cat(parts)
    value, error = float(log_p.mean()), float(log_p.std()) / math.sqrt(len(log_p))
    return Parzen(Interval(value, value - NORMAL_95 * error, value + NORMAL_95 * error), error, sigma)


def log_density(squares: Tensor, sigma: float, dimensions: int) -> Tensor:
    """log 1/n sum_j exp(-|x - s_j|^2 / (2 sigma^2)) - D/2 log(2 pi sigma^2), [m], from the squares [m, n]."""
    logs = torch.logsumexp(squares / (-2 * sigma**2), 1) - math.log(squares.shape[1])
    return logs - dimensions / 2 * math.log(2 * math.pi * sigma**2)


def squared_distances(x: Tensor, s: Tensor) -> Tensor:
    """|x_i - s_j|^2 = |x|^2 + |s|^2 - 2 x.s, [m, n] float64."""
    x, s = x.flatten(1).double(), s.flatten(1).double()
    return (x.square().sum(1)[:, None] + s.square().sum(1) - 2 * x @ s.T).clamp(min=0)
