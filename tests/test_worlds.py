"""The worlds: densities that integrate to 1, scores that are gradients, samples that follow them."""

import math

import pytest
import torch
from torch.testing import assert_close

from saddlepoint.data.densities import Mixture, strung
from saddlepoint.data.worlds import WORLDS, grid, ring, two_peaks, world, world_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.theory.quadrature import integrate

CONTINUOUS = [name for name in WORLDS if name != "die"]


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTINUOUS)
def test_every_density_integrates_to_one(name):
    """Tolerance: the quadrature's own bound, and the mass outside the box."""
    density = world(name)
    total = integrate(lambda x: density.log_density(x).exp(), density.box, tolerance=1e-8)
    assert float(total.error) < 2e-8
    assert abs(float(total.value) - 1) <= float(total.error) + density.box.outside


@pytest.mark.parametrize("name", [name for name in CONTINUOUS if name != "checkerboard"])
def test_the_score_is_the_gradient_of_the_log_density(name):
    density = world(name)
    x = density.sample(200, rng()).requires_grad_()
    (gradient,) = torch.autograd.grad(density.log_density(x).sum(), x)
    assert_close(density.score(x.detach()), gradient, rtol=1e-9, atol=1e-9 * float(gradient.abs().max()))


def test_the_score_of_the_checkerboard_is_zero_within_its_squares():
    """Its density is 1/8 on every dark square, and differences of log p within one are exactly 0."""
    density = world("checkerboard")
    centres = torch.cartesian_prod(*[torch.arange(-1.5, 2.0, dtype=torch.float64)] * 2)
    x = centres[(centres.sum(1) + 4 - 1) % 2 == 0]
    x = (x[:, None] + 0.8 * (torch.rand(8, 50, 2, generator=rng(), dtype=torch.float64) - 0.5)).flatten(0, 1)
    steps = 0.05 * torch.eye(2, dtype=torch.float64)
    slope = [(density.log_density(x + h) - density.log_density(x - h)) / 0.1 for h in steps]
    assert_close(density.log_density(x), torch.full((400,), -math.log(8), dtype=torch.float64))
    assert torch.equal(density.score(x), torch.stack(slope, 1))
    assert not torch.any(density.score(x))


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTINUOUS)
def test_samples_follow_the_density(name):
    """The mean of log p over n samples is E log p = -H, within 5 standard errors; H by quadrature."""
    density = world(name)
    log_p = density.log_density(density.sample(10_000, rng(1)))
    assert bool(torch.isfinite(log_p).all())

    def integrand(x):
        log_p = density.log_density(x)
        return torch.where(log_p > -math.inf, log_p * log_p.exp(), 0.0)

    expected = integrate(integrand, density.box, tolerance=1e-6)
    error = 5 * float(log_p.std()) / math.sqrt(10_000) + float(expected.error) + 1e-9
    assert abs(float(log_p.mean()) - float(expected.value)) < error


@pytest.mark.parametrize("name", CONTINUOUS)
def test_samples_have_the_moments_of_the_density(name):
    """E x and E x x' by quadrature, within 5 standard errors of 10,000 samples: the marginals, not log p alone."""
    density = world(name)

    def features(x):
        return torch.cat([x, x.square(), x[:, :1] * x[:, 1:]], 1)

    x = features(density.sample(10_000, rng(2)))
    exact = integrate(lambda u: features(u) * density.log_density(u).exp()[:, None], density.box, tolerance=1e-6)
    assert bool(((x.mean(0) - exact.value).abs() < 5 * x.std(0) / math.sqrt(10_000) + 1e-6).all())


def test_pacgan_s_worlds_are_what_the_paper_says():
    assert_close(ring().means.norm(dim=1), torch.ones(8, dtype=torch.float64))
    assert sorted({round(v, 9) for v in grid().means.flatten().tolist()}) == [-4, -2, 0, 2, 4]
    assert_close(ring().roots[:, 0, 0], torch.full((8,), 0.01, dtype=torch.float64))
    assert_close(grid().roots[:, 1, 1], torch.full((25,), 0.05, dtype=torch.float64))


def test_a_perfect_sampler_has_98_9_percent_within_three_deviations():
    """P(|u| <= 3) = 1 - exp(-9/2) for a round Gaussian in the plane; 5 standard errors of 50,000 samples."""
    density = grid()
    _, distance = density.nearest(density.sample(50_000, rng(3)))
    share, exact = float((distance <= 3).double().mean()), 1 - math.exp(-4.5)
    assert abs(share - exact) < 5 * math.sqrt(exact * (1 - exact) / 50_000)


def test_the_strings_of_gaussians_are_curves_to_every_digit():
    """Twice as many Gaussians half as far apart change the density of a circle by less than 1e-12."""

    def circle(n):
        angle = 2 * math.pi * torch.arange(n, dtype=torch.float64) / n
        return strung(torch.stack([angle.cos(), angle.sin()], 1), 0.1)

    x = torch.randn(300, 2, generator=rng(), dtype=torch.float64)
    assert_close(circle(126).log_density(x), circle(252).log_density(x), rtol=1e-12, atol=1e-12)
    with pytest.raises(SaddlepointError, match="too far apart"):
        circle(20)


def test_a_string_of_gaussians_ripples_as_poisson_s_sum_says():
    """sum_k exp(-(x - k h)^2 / 2) = sqrt(2 pi) / h (1 + 2 sum_m exp(-2 pi^2 m^2 / h^2) cos(2 pi m x / h)), here with
    h = 1.2: the second harmonic is 1e-18 of the first, and rounding 1e-15 of a ripple of 2e-6. At .55, the furthest
    that is let pass, the ripple is below 1e-28.
    """

    def ripple(h):
        return 2 * math.exp(-2 * math.pi**2 / h**2)

    def string(h):
        return torch.stack([h * torch.arange(-40, 41, dtype=torch.float64), torch.zeros(81, dtype=torch.float64)], 1)

    x = torch.tensor([[0.0, 0.3], [0.6, 0.3]], dtype=torch.float64)
    crest, trough = Mixture(torch.ones(81), string(1.2), torch.ones(81)).log_density(x).exp().tolist()
    assert abs((crest - trough) / (crest + trough) / ripple(1.2) - 1) < 1e-8
    assert ripple(0.55) < 1e-28
    assert len(strung(string(0.549), 1.0).means) == 81
    with pytest.raises(SaddlepointError, match="too far apart"):
        strung(string(0.551), 1.0)


def test_the_distribution_function_is_the_integral_of_the_density():
    """Tolerance: the quadrature's own bound, and the mass below the box."""
    density = two_peaks()
    x = torch.linspace(-4, 4, 9, dtype=torch.float64)
    for point, P in zip(x, density.cdf(x)):
        box = density.box._replace(high=(float(point),))
        if point > density.box.low[0]:
            part = integrate(lambda u: density.log_density(u).exp(), box, tolerance=1e-12)
            assert abs(float(part.value) - float(P)) < float(part.error) + box.outside
    with pytest.raises(SaddlepointError, match="distribution function"):
        ring().cdf(x)


def test_mixtures_with_full_covariances():
    """One correlated Gaussian against torch.distributions."""
    root = torch.tensor([[[1.0, 0.0], [0.8, 0.3]]], dtype=torch.float64)
    mine = Mixture(torch.ones(1), torch.tensor([[1.0, -2.0]]), root)
    oracle = torch.distributions.MultivariateNormal(mine.means[0], scale_tril=root[0])
    x = torch.randn(50, 2, generator=rng(), dtype=torch.float64)
    assert_close(mine.log_density(x), oracle.log_prob(x))


def test_the_die_counts():
    """Face by face: its probability, and its share of 6,000 throws within 5 standard errors, sqrt(p (1 - p) / 6,000).
    There is no seventh.
    """
    density = world("die")
    x = density.sample(6000, rng())
    said = density.log_density(torch.arange(1.0, 8.0, dtype=torch.float64)[:, None]).exp()
    assert_close(said, torch.tensor([0.1] * 5 + [0.5, 0.0], dtype=torch.float64))
    for face, p in enumerate([0.1] * 5 + [0.5], start=1):
        assert abs(float((x == face).double().mean()) - p) < 5 * math.sqrt(p * (1 - p) / 6000)
    assert_close(said.sum().item(), 1.0)
    assert abs(float((x == 6).double().mean()) - 0.5) < 5 * math.sqrt(0.25 / 6000)
    with pytest.raises(SaddlepointError, match="finite set"):
        density.score(x)


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_is_a_source_of_points(name):
    source = world_source(name, 256, seed=4)
    assert source.x.dtype == torch.float32
    assert source.x.shape == (256, world(name).dimension)
    assert torch.equal(source.x, world_source(name, 256, seed=4).x)
    assert not torch.equal(source.x, world_source(name, 256, seed=5).x)


def test_an_unknown_world_is_named_with_those_there_are():
    with pytest.raises(SaddlepointError, match="ring8"):
        world("ring9")
