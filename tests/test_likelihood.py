"""The terms of a likelihood: literal formulas, torch's distributions, extremes, and bounds on a log p(x) that is known.

The bound is taken apart where nothing is left to chance: a model of finitely many z, all draws of which are enumerated,
and a linear Gaussian one, by quadrature.
"""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.testing import assert_close

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.likelihood import (
    bernoulli_log_likelihood,
    gaussian_kl,
    gaussian_log_density,
    importance_bound,
)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def double(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


# Bernoulli


def test_bernoulli_is_the_literal_formula_and_torchs():
    logits, x = 3 * draw(5, 2, 3), draw(5, 2, 3, seed=1).sigmoid()
    p = logits.sigmoid()
    assert_close(bernoulli_log_likelihood(logits, x), (x * p.log() + (1 - x) * (1 - p).log()).sum((1, 2)))
    bits = x.round()
    assert_close(bernoulli_log_likelihood(logits, bits), Bernoulli(logits=logits).log_prob(bits).sum((1, 2)))
    assert_close(bernoulli_log_likelihood(logits, bits.bool()), bernoulli_log_likelihood(logits, bits))


def test_bernoullis_probabilities_of_all_pictures_sum_to_one():
    logits = 2 * draw(1, 4).expand(16, -1)
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)), dtype=torch.float64)
    assert bernoulli_log_likelihood(logits, every).exp().sum().item() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bernoulli_at_the_extremes(dtype):
    """Right and sure: 0; wrong and sure: -|l|; the slope is x - p. To the last bit, where log(sigmoid) is infinite."""
    logits = torch.tensor([[1e4], [-1e4], [1e4], [-1e4], [1e4], [0.0]], dtype=dtype, requires_grad=True)
    x = torch.tensor([[1.0], [0.0], [0.0], [1.0], [0.5], [0.5]], dtype=dtype)
    found = bernoulli_log_likelihood(logits, x)
    found.sum().backward()
    assert_close(found, torch.tensor([0, 0, -1e4, -1e4, -5e3, -math.log(2)], dtype=dtype), rtol=1e-7, atol=0)
    assert_close(logits.grad[:, 0], torch.tensor([0, 0, -1, 1, -0.5, 0], dtype=dtype), rtol=0, atol=0)


def test_bernoullis_slope_is_x_minus_p_and_no_small_probability_is_lost():
    logits, x = draw(3, 4).requires_grad_(), draw(3, 4, seed=1).sigmoid()
    (slope,) = torch.autograd.grad(bernoulli_log_likelihood(logits, x).sum(), logits)
    assert_close(slope, x - logits.sigmoid())
    assert torch.autograd.gradgradcheck(bernoulli_log_likelihood, (logits, x))
    assert bernoulli_log_likelihood(double(30.0)[None], double(1.0)[None]).item() == pytest.approx(
        -math.exp(-30), rel=1e-9
    )


# Gaussian


def test_the_density_is_torchs():
    x, mu, log_var = draw(4, 2, 3), draw(4, 2, 3, seed=1), draw(4, 2, 3, seed=2)
    theirs = Normal(mu, (log_var / 2).exp()).log_prob(x).sum((1, 2))
    assert_close(gaussian_log_density(x, mu, log_var), theirs)
    assert_close(gaussian_log_density(x, mu, torch.zeros((), dtype=x.dtype)), Normal(mu, 1.0).log_prob(x).sum((1, 2)))
    assert torch.autograd.gradcheck(gaussian_log_density, tuple(t.requires_grad_() for t in (x, mu, log_var)))


def test_kl_is_torchs_and_that_of_quadrature():
    mu, log_var = draw(6, 3), draw(6, 3, seed=1)
    q = Normal(mu, (log_var / 2).exp())
    assert_close(gaussian_kl(mu, log_var), kl_divergence(q, Normal(torch.zeros_like(mu), 1.0)).sum(1))
    z, w = (torch.from_numpy(each) for each in np.polynomial.hermite_e.hermegauss(40))
    for m, v in ((0.0, 0.0), (1.5, -2.0), (-0.3, 1.2)):
        u = (m + math.exp(v / 2) * z)[:, None]
        log_q = gaussian_log_density(u, double(m), double(v))
        log_p = gaussian_log_density(u, double(0.0), double(0.0))
        expected = (w * (log_q - log_p)).sum() / w.sum()
        assert gaussian_kl(double(m)[None], double(v)[None]).item() == pytest.approx(expected.item(), abs=1e-12)


def test_kl_and_its_slopes_at_the_prior_near_it_and_far_off():
    """1/2 (mu^2 + v^2 / 2) near the prior, where e^v - 1 - v loses its figures; slopes mu and (e^v - 1) / 2."""
    mu, log_var = torch.zeros(1, 3).double().requires_grad_(), torch.zeros(1, 3).double().requires_grad_()
    found = gaussian_kl(mu, log_var)
    found.sum().backward()
    assert found.item() == 0
    assert (mu.grad == 0).all() & (log_var.grad == 0).all()
    near = gaussian_kl(torch.zeros(1, 1).double(), double(1e-5)[None]).item()
    assert near == pytest.approx(0.25e-10, rel=1e-4)
    mu, log_var = (1e4 * draw(2, 3)).requires_grad_(), double(-1e4, 12.0, 0.5).expand(2, -1).clone().requires_grad_()
    found = gaussian_kl(mu, log_var)
    found.sum().backward()
    assert found.isfinite().all() & (found > 0).all()
    assert_close(mu.grad, mu.detach())
    assert_close(log_var.grad, (log_var.detach().exp() - 1) / 2)
    assert torch.autograd.gradcheck(gaussian_kl, (draw(2, 3).requires_grad_(), draw(2, 3, seed=1).requires_grad_()))


# The importance bound

PRIOR = double(0.2, 0.5, 0.3)
LIKELIHOOD = double(0.7, 0.05, 0.3)  # p(x | z) of one x
PROPOSAL = double(0.3, 0.3, 0.4)
LOG_P = (PRIOR * LIKELIHOOD).sum().log().item()


def expected_bound(q: Tensor, k: int) -> float:
    """E of the bound over all draws z_1, ..., z_k of q, each with its probability."""
    draws = torch.tensor(list(itertools.product(range(3), repeat=k))).T  # [k, 3^k]
    log_w = (PRIOR * LIKELIHOOD / q).log()[draws]
    return (q[draws].prod(0) * importance_bound(log_w)).sum().item()


def test_in_the_mean_the_bound_grows_with_k_and_stays_below_log_p():
    bounds = [expected_bound(PROPOSAL, k) for k in range(1, 9)]
    assert bounds == sorted(bounds)
    assert all(b - a > 1e-4 for a, b in itertools.pairwise(bounds))
    assert bounds[-1] < LOG_P
    assert LOG_P - bounds[-1] < 0.2 * (LOG_P - bounds[0])


def test_the_mean_weight_itself_is_p_of_x_for_every_k():
    for k in (1, 2, 5):
        draws = torch.tensor(list(itertools.product(range(3), repeat=k))).T
        log_w = (PRIOR * LIKELIHOOD / PROPOSAL).log()[draws]
        mean = (PROPOSAL[draws].prod(0) * importance_bound(log_w).exp()).sum()
        assert mean.item() == pytest.approx(math.exp(LOG_P), rel=1e-12)


def test_one_draw_is_the_evidence_lower_bound_and_the_posterior_makes_it_equal():
    kl = (PROPOSAL * (PROPOSAL / PRIOR).log()).sum()
    assert expected_bound(PROPOSAL, 1) == pytest.approx(((PROPOSAL * LIKELIHOOD.log()).sum() - kl).item(), rel=1e-12)
    posterior = PRIOR * LIKELIHOOD / math.exp(LOG_P)
    for k in (1, 3):
        assert expected_bound(posterior, k) == pytest.approx(LOG_P, rel=1e-12)


A, NOISE, X = 1.5, -1.0, 0.8  # x = A z + e, log var e = NOISE


def log_weights(z: Tensor, mu: float, log_var: float) -> Tensor:
    """log p(x | z) + log p(z) - log q(z), [K]."""
    z, zero = z[:, None], double(0.0)
    log_x = gaussian_log_density(double(X), A * z, double(NOISE))
    return log_x + gaussian_log_density(z, zero, zero) - gaussian_log_density(z, double(mu), double(log_var))


def test_on_a_linear_gaussian_model_the_terms_are_the_bound_and_the_posterior_meets_log_p():
    """x ~ N(0, A^2 + s^2), exactly; the posterior is N(A x / (A^2 + s^2), s^2 / (A^2 + s^2))."""
    total = A**2 + math.exp(NOISE)
    log_p = -0.5 * (math.log(2 * math.pi * total) + X * X / total)
    mu, log_var = A * X / total, NOISE - math.log(total)
    z = draw(50)
    assert_close(log_weights(z, mu, log_var), torch.full((50,), log_p, dtype=torch.float64))
    # elsewhere: the mean of log w is E_q log p(x | z) - KL, and lies below by KL(q || posterior)
    nodes, w = (torch.from_numpy(each) for each in np.polynomial.hermite_e.hermegauss(20))
    m, v = mu + 0.3, log_var - 0.5
    elbo = (w * log_weights(m + math.exp(v / 2) * nodes, m, v)).sum() / w.sum()
    squares = (X - A * m) ** 2 + A**2 * math.exp(v)
    reconstruction = -0.5 * (math.log(2 * math.pi) + NOISE + squares * math.exp(-NOISE))
    assert elbo.item() == pytest.approx(reconstruction - gaussian_kl(double(m)[None], double(v)[None]).item(), rel=1e-9)
    apart = 0.5 * (math.exp(v - log_var) - 1 - (v - log_var) + (m - mu) ** 2 * math.exp(-log_var))
    assert elbo.item() == pytest.approx(log_p - apart, rel=1e-9)


def test_on_that_model_sampled_bounds_rise_to_log_p():
    """q = N(0, 1), the prior: 4,000 trials of K draws each; the bounds' means are apart by many standard errors."""
    total = A**2 + math.exp(NOISE)
    log_p = -0.5 * (math.log(2 * math.pi * total) + X * X / total)
    log_w = log_weights(draw(64 * 4000), 0.0, 0.0).view(64, 4000)
    found = [importance_bound(log_w[:k]) for k in (1, 4, 16, 64)]
    for low, high in itertools.pairwise(found):
        assert high.mean() - low.mean() > 4 * (high - low).std() / math.sqrt(4000)
    assert found[-1].mean() < log_p
    assert log_p - found[-1].mean() < 0.03


def test_the_bounds_slopes_are_the_weights_over_their_sum():
    log_w = (3 * draw(5, 2)).requires_grad_()
    (slope,) = torch.autograd.grad(importance_bound(log_w).sum(), log_w)
    assert_close(slope, log_w.exp() / log_w.exp().sum(0))
    assert torch.autograd.gradcheck(importance_bound, log_w)


def test_the_bound_at_the_extremes():
    assert_close(importance_bound(double(-1e4, -1e4)[:, None]), double(-1e4))
    assert_close(importance_bound(double(1e4, -1e4)[:, None]), double(1e4 - math.log(2)))
    assert_close(importance_bound(double(-math.inf, 0.0)[:, None]), double(-math.log(2)))  # a z that cannot make x
    assert_close(importance_bound(double(-3.0)[:, None]), double(-3.0))


def test_what_does_not_fit_is_refused():
    with pytest.raises(SaddlepointError, match=r"logits \[2, 3\] and x \[2, 1, 3\]"):
        bernoulli_log_likelihood(torch.zeros(2, 3), torch.zeros(2, 1, 3))
    with pytest.raises(SaddlepointError, match="no draws"):
        importance_bound(torch.zeros(0, 4))
