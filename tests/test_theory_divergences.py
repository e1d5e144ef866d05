"""Divergences, the optimal discriminator, the value: exact on finite sets, by quadrature on densities. float64."""

import math

import pytest
import torch
from torch.testing import assert_close

from saddlepoint.data.densities import Mixture
from saddlepoint.data.worlds import gaussian, grid, ring
from saddlepoint.objectives import cross_entropy, value
from saddlepoint.theory import divergences, optimal
from saddlepoint.theory.quadrature import Box, crossings, integrate, rule

LOG4 = math.log(4)
PAIRS = [(ring(sd=0.05), ring(sd=0.1)), (grid(), grid(sd=0.1)), (gaussian(), ring(sd=0.3))]


def probabilities(n, seed, runs=()):
    weights = torch.rand(*runs, n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + 1e-3
    return weights / weights.sum(-1, keepdim=True)


def at(mean, sd=1.0):
    mean, sd = torch.tensor([mean, sd], dtype=torch.float64)
    return Mixture(torch.ones(1), mean.view(1, 1), sd.view(1))


# --- the quadrature ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (lambda x: x[:, 0].exp(), math.e - 1),
        (lambda x: 1 / (1 + 25 * x[:, 0].square()), math.atan(5) / 5),
        (lambda x: (40 * x[:, 0]).cos(), math.sin(40) / 40),
        (lambda x: x[:, 0].sqrt(), 2 / 3),
    ],
)
def test_the_quadrature_s_bound_holds(f, exact):
    """Smooth, peaked, oscillating and singular integrands on [0, 1]: true error <= bound."""
    for tolerance in (1e-3, 1e-6, 1e-9):
        integral = integrate(f, Box((0.0,), (1.0,), 1.0), tolerance)
        assert abs(float(integral.value) - exact) <= float(integral.error)
        assert float(integral.error) <= 2 * tolerance


@pytest.mark.parametrize("t", torch.rand(50, generator=torch.Generator().manual_seed(0), dtype=torch.float64).tolist())
def test_the_bound_holds_at_kinks_and_jumps_that_are_cut(t):
    """|x - t| and a step at t on [0, 1]: exact on both sides of t, so the error is that of t's own digits."""
    box = Box((0.0,), (1.0,), 1.0)
    cuts = crossings(lambda x: x[:, 0] - t, box)
    assert_close(cuts, torch.tensor([t], dtype=torch.float64), rtol=0, atol=1e-15)
    kink = integrate(lambda x: (x[:, 0] - t).abs(), box, cuts=cuts)
    step = integrate(lambda x: (x[:, 0] > t).double(), box, cuts=cuts)
    assert abs(float(kink.value) - (t**2 + (1 - t) ** 2) / 2) <= float(kink.error) + 1e-15
    assert abs(float(step.value) - (1 - t)) <= float(step.error) + 1e-15


def test_what_does_not_change_its_sign_is_not_cut():
    """Touching zero, or lying at it, is no crossing; two crossings are found, in order."""
    box = Box((-2.0,), (2.0,), 1.0)
    assert not len(crossings(lambda x: x[:, 0].square(), box))
    assert not len(crossings(lambda x: 0 * x[:, 0], box))
    found = crossings(lambda x: x[:, 0].square() - 0.5, box)
    assert_close(found, torch.tensor([-0.5, 0.5], dtype=torch.float64).sign() * math.sqrt(0.5), rtol=0, atol=1e-15)


def test_the_quadrature_integrates_polynomials_exactly():
    """Ten Gauss nodes an axis are exact up to degree 19 in each variable; the tensor rule therefore too."""
    nodes, weights = rule(Box((-1.0, 0.0), (2.0, 1.0), 10.0))
    exact = (2**20 - 1) / 20 * 1 / 12
    assert_close(float((weights * nodes[:, 0] ** 19 * nodes[:, 1] ** 11).sum()), exact, rtol=1e-13, atol=0)


@pytest.mark.parametrize("size", [1.0, 1e9])
def test_the_bound_contains_rounding(size):
    """Both rules are exact for a cubic, so that all their error is rounding: at least some digits of its size."""
    integral = integrate(lambda x: size * (1 + x[:, 0] ** 3), Box((0.0,), (1.0,), 1.0), size * 1e-6)
    assert abs(float(integral.value) - 1.25 * size) <= float(integral.error)
    assert 4 * torch.finfo(torch.float64).eps * 1.25 * size * 0.999 <= float(integral.error) < 1e-13 * size


def test_the_quadrature_stops_at_its_limit_and_says_so():
    integral = integrate(lambda x: 1 / x[:, 0], Box((1e-12,), (1.0,), 1.0), 1e-14, limit=200)
    assert float(integral.error) > 1e-6
    assert integral.points < 500


# --- closed forms -----------------------------------------------------------------------------------------------


def test_kl_of_gaussians():
    """KL(N(a, s^2) || N(b, t^2)) = log t/s + (s^2 + (a - b)^2) / 2t^2 - 1/2."""
    p, q = at(0.3, 0.5), at(-0.4, 1.2)
    got = integrate(lambda x: divergences.kl(p.log_density(x), q.log_density(x)), p.box.union(q.box))
    exact = math.log(1.2 / 0.5) + (0.25 + 0.49) / (2 * 1.44) - 0.5
    assert abs(float(got.value) - exact) < float(got.error) + 1e-9


def apart(p, q):
    """(TV, W1) on the line by quadrature, cut where the integrands have their kinks."""
    box = p.box.union(q.box)

    def absolute(f, g):
        return integrate(f, box, cuts=crossings(g, box))

    tv = absolute(
        lambda x: divergences.total_variation(p.log_density(x), q.log_density(x)),
        lambda x: p.log_density(x) - q.log_density(x),
    )
    w1 = absolute(
        lambda x: divergences.wasserstein1(p.cdf(x[:, 0]), q.cdf(x[:, 0])),
        lambda x: p.cdf(x[:, 0]) - q.cdf(x[:, 0]),
    )
    return tv, w1


@pytest.mark.parametrize("distance", [0.0, 0.5, 2.0, 6.0])
def test_total_variation_and_w1_of_shifted_gaussians(distance):
    """TV(N(0,1), N(d,1)) = 2 Phi(d/2) - 1 = erf(d / sqrt 8), and W1 = d. Beyond the bound: the mass outside the box."""
    tv, w1 = apart(at(0.0), at(distance))
    assert abs(float(tv.value) - math.erf(distance / math.sqrt(8))) < float(tv.error) + 1e-11
    assert abs(float(w1.value) - distance) < float(w1.error) + 1e-10


@pytest.mark.parametrize("sd", [0.3, 0.6, 0.95])
def test_total_variation_and_w1_of_gaussians_of_two_widths(sd):
    """N(0,1) and N(0,s^2) are equal at +-a, a^2 = 2 log(1/s) / (1/s^2 - 1): TV = erf(a / s sqrt 2) - erf(a / sqrt 2).
    Their quantiles are apart by (1 - s) |z|: W1 = (1 - s) sqrt(2 / pi).
    """
    tv, w1 = apart(at(0.0), at(0.0, sd))
    a = math.sqrt(2 * math.log(1 / sd) / (1 / sd**2 - 1))
    exact = math.erf(a / sd / math.sqrt(2)) - math.erf(a / math.sqrt(2))
    assert abs(float(tv.value) - exact) < float(tv.error) + 1e-11
    assert abs(float(w1.value) - (1 - sd) * math.sqrt(2 / math.pi)) < float(w1.error) + 1e-10


def test_divergences_of_two_coins():
    p, q = torch.tensor([0.25, 0.75], dtype=torch.float64), torch.tensor([0.5, 0.5], dtype=torch.float64)
    kl = 0.25 * math.log(0.5) + 0.75 * math.log(1.5)
    m = (p + q) / 2
    jsd = 0.5 * sum((p * (p / m).log() + q * (q / m).log()).tolist())
    assert_close(float(divergences.kl(p.log(), q.log()).sum()), kl)
    assert_close(float(divergences.jsd(p.log(), q.log()).sum()), jsd)
    assert_close(float(divergences.total_variation(p.log(), q.log()).sum()), 0.25)
    assert_close(float(divergences.entropy(q.log()).sum()), math.log(2))
    assert_close(float(divergences.wasserstein1_finite(torch.tensor([0.0, 3.0]), p, q)), 0.75)


def test_disjoint_supports_are_as_far_apart_as_can_be():
    p, q = torch.tensor([1.0, 0.0], dtype=torch.float64).log(), torch.tensor([0.0, 1.0], dtype=torch.float64).log()
    assert_close(float(divergences.jsd(p, q).sum()), math.log(2))
    assert_close(float(divergences.total_variation(p, q).sum()), 1.0)
    assert float(divergences.kl(p, q).sum()) == math.inf
    assert float(divergences.entropy(p).sum()) == 0.0
    assert_close(optimal.optimal_discriminator(p, q), torch.tensor([1.0, 0.0], dtype=torch.float64))


def test_divergences_have_their_bounds_and_pinsker_s_inequality():
    """0 <= JSD <= log 2, JSD = 0 only at p = q; TV^2 <= KL / 2; JSD <= log 2 TV, on 200 random pairs."""
    for seed in range(200):
        p, q = probabilities(7, seed).log(), probabilities(7, 1000 + seed).log()
        kl, jsd, tv = (float(d(p, q).sum()) for d in (divergences.kl, divergences.jsd, divergences.total_variation))
        assert 1e-6 < jsd <= math.log(2) * tv + 1e-12
        assert tv**2 <= kl / 2 + 1e-12
        assert abs(float(divergences.jsd(p, p).sum())) < 1e-15


# --- the optimal discriminator and the value ----------------------------------------------------------------------


def test_d_star_is_the_only_critical_point_and_a_maximum():
    """f'(a / (a + b)) = 0, f'' < 0 there and everywhere, and no D on a fine grid earns more; a, b over 5 decades."""
    decades = torch.logspace(-4, 1, 26, dtype=torch.float64)
    a, b = torch.meshgrid(decades, decades, indexing="ij")
    best = optimal.optimal_discriminator(a.log(), b.log())
    assert_close(best, a / (a + b), rtol=1e-12, atol=0)
    scale = optimal.criterion_curvature(a, b, best).abs()
    assert float((optimal.criterion_slope(a, b, best) / scale).abs().max()) < 1e-14
    D = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    assert bool((optimal.criterion_curvature(a[..., None], b[..., None], D) < 0).all())
    gain = optimal.criterion(a[..., None], b[..., None], D) - optimal.criterion(a, b, best)[..., None]
    assert float(gain.max()) <= 1e-15


def test_the_slope_and_the_curvature_are_the_criterion_s():
    a, b = torch.tensor(0.3, dtype=torch.float64), torch.tensor(1.7, dtype=torch.float64)
    D = torch.tensor([0.01, 0.2, 0.9], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(optimal.criterion(a, b, D).sum(), D, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), D)
    assert_close(slope, optimal.criterion_slope(a, b, D))
    assert_close(curvature, optimal.criterion_curvature(a, b, D))


@pytest.mark.slow
@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_the_value_at_d_star_is_minus_log_4_plus_two_jsd(p, q):
    """Theorem 1, on densities in the plane: V(D*, G) and JSD by two separate integrals; tolerance: their bounds."""
    box = p.box.union(q.box)

    def best(x):
        log_p, log_q = p.log_density(x), q.log_density(x)
        return optimal.value_density(log_p, log_q, optimal.optimal_logit(log_p, log_q))

    jsd = integrate(lambda x: divergences.jsd(p.log_density(x), q.log_density(x)), box, 1e-5)
    v = integrate(best, box, 1e-5)
    assert abs(float(v.value) - float(divergences.value_of_game(jsd.value))) < float(v.error + 2 * jsd.error) + 1e-10
    assert_close(divergences.divergence_from_value(divergences.value_of_game(jsd.value)), jsd.value)


def test_the_value_of_theory_is_the_value_of_the_game():
    """sum over a finite set = the objective's V on a sample in which every point occurs as often as it is probable."""
    p, q = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64), torch.tensor([0.25, 0.25, 0.5], dtype=torch.float64)
    logits = torch.tensor([0.7, -2.0, 0.1], dtype=torch.float64)
    x, fake = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 2, 2])
    exact = optimal.value_density(p.log(), q.log(), logits).sum()
    assert_close(value(logits[x], logits[fake]), exact)
    assert_close(-cross_entropy(logits[x], logits[fake]).mean(), exact)


def test_any_other_discriminator_bounds_the_jsd_from_below():
    """(V(D, G) + log 4) / 2 <= JSD, for 1000 random D; equality at D*."""
    p, q = probabilities(9, 1).log(), probabilities(9, 2).log()
    jsd = float(divergences.jsd(p, q).sum())
    logits = torch.randn(1000, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    bounds = divergences.divergence_from_value(optimal.value_density(p, q, logits).sum(1))
    assert float(bounds.max()) < jsd
    best = optimal.value_density(p, q, optimal.optimal_logit(p, q)).sum()
    assert_close(float(divergences.divergence_from_value(best)), jsd, rtol=1e-13, atol=1e-15)
    assert_close(float(best), -LOG4 + 2 * jsd)
