"""W1 off the line: exact on finite sets, enclosed in the plane; total variation enclosed in the plane. float64."""

import itertools
import math
import sys

import pytest
import torch
from torch.testing import assert_close

from saddlepoint.data.densities import Mixture
from saddlepoint.errors import SaddlepointError
from saddlepoint.theory import divergences
from saddlepoint.theory.quadrature import Box, cells_of, integrate_absolute
from saddlepoint.theory.transport import wasserstein1_finite, wasserstein1_plane

pytest.importorskip("scipy")


def draw(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def normal(mean, sd=1.0):
    return Mixture(torch.ones(1), torch.tensor([mean], dtype=torch.float64), torch.tensor([sd], dtype=torch.float64))


def density(p):
    return lambda x: p.log_density(x).exp()


@pytest.mark.parametrize("seed", range(10))
def test_on_the_line_it_is_the_area_between_the_distribution_functions(seed):
    """Two programmes for one number; HiGHS stops at 1e-7 of feasibility, and costs here are at most 1."""
    p, q = (w / w.sum() for w in (draw(9, seed=seed), draw(9, seed=100 + seed)))
    x = draw(9, seed=200 + seed).sort().values
    assert_close(wasserstein1_finite(x[:, None], p, q), divergences.wasserstein1_finite(x, p, q), rtol=0, atol=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_between_equally_many_equal_masses_it_is_the_best_assignment(seed):
    """Birkhoff: the optimum is at a permutation. All 120 of five points to five others, in three dimensions."""
    x = draw(10, 3, seed=seed)
    p = torch.tensor([0.2] * 5 + [0.0] * 5, dtype=torch.float64)
    cost = torch.cdist(x[:5], x[5:])
    best = min(sum(float(cost[i, j]) for i, j in enumerate(order)) for order in itertools.permutations(range(5))) / 5
    assert float(wasserstein1_finite(x, p, p.flip(0))) == pytest.approx(best, abs=1e-7)


def test_what_is_the_same_is_nowhere_apart():
    p = draw(6) / draw(6).sum()
    assert float(wasserstein1_finite(draw(6, 2, seed=1), p, p)) == 0.0


def test_without_scipy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(SaddlepointError, match=r"pip install 'saddlepoint\[theory\]'"):
        wasserstein1_finite(draw(2, 1), draw(2), draw(2, seed=1))


def test_cells_are_all_of_the_box_and_each_has_its_rule():
    """Rules of 10 nodes are exact for x^5 y^4: the sum over all cells is the integral over [0, 2] x [-1, 3]."""
    nodes, weights = cells_of(Box((0.0, -1.0), (2.0, 3.0), 1.0), 3)
    assert nodes.shape == (9, 100, 2)
    assert_close(weights.sum(1), torch.full((9,), 8 / 9, dtype=torch.float64))
    found = (nodes[..., 0] ** 5 * nodes[..., 1] ** 4 * weights).sum()
    assert_close(float(found), (2**6 / 6) * (3**5 + 1) / 5)


@pytest.mark.parametrize(("shift", "cells"), [((0.9, 1.2), 10), ((0.9, 1.2), 20), ((3.0, 0.0), 16)])
def test_w1_of_a_shifted_gaussian_in_the_plane_is_the_length_of_the_shift(shift, cells):
    """No plan beats the shift, by x . shift / |shift| as the potential. Beyond the bound: 1e-7 of the programme."""
    p, q = normal([0.0, 0.0]), normal(list(shift))
    found = wasserstein1_plane(density(p), density(q), p.box.union(q.box), cells)
    assert abs(float(found.value) - math.hypot(*shift)) <= float(found.error) + 1e-7
    assert float(found.error) < 14 / cells  # it says something: at most half of a cell's width, for each of both masses


def test_w1_of_a_narrower_gaussian_in_the_plane():
    """x -> s x is optimal, by the potential |x|: W1 = (1 - s) E|z| = (1 - s) sqrt(pi / 2)."""
    p, q = normal([0.0, 0.0]), normal([0.0, 0.0], 0.4)
    found = wasserstein1_plane(density(p), density(q), p.box.union(q.box), 20)
    assert abs(float(found.value) - 0.6 * math.sqrt(math.pi / 2)) <= float(found.error) + 1e-7


@pytest.mark.parametrize(("distance", "tolerance"), [(0.5, 1e-2), (2.0, 1e-2), (6.0, 1e-2), (6.0, 1e-3)])
def test_total_variation_in_the_plane_lies_within_its_bound(distance, tolerance):
    """TV of N(0, I) and N(d, I) is erf(|d| / sqrt 8), in any direction; the mass outside the box is below 1e-11."""
    p, q = normal([0.0, 0.0]), normal([0.6 * distance, 0.8 * distance])
    half = integrate_absolute(lambda x: (density(p)(x) - density(q)(x)) / 2, p.box.union(q.box), tolerance)
    assert abs(float(half.value) - math.erf(distance / math.sqrt(8))) <= float(half.error) + 1e-11
    assert float(half.error) <= tolerance


def test_the_absolute_value_of_one_sign_is_the_integral_itself():
    """Where g > 0 everywhere, int |g| = int g, known in closed form: exp(x + y) over the unit square, (e - 1)^2."""
    found = integrate_absolute(lambda x: -(x.sum(1)).exp(), Box((0.0, 0.0), (1.0, 1.0), 0.1), 1e-3)
    assert_close(float(found.value), (math.e - 1) ** 2, rtol=1e-12, atol=0)
    assert float(found.error) < 1e-10


def test_the_bound_holds_along_a_circle_of_kinks():
    """int |x^2 + y^2 - 1/4| over [-1, 1]^2 = int (x^2 + y^2 - 1/4) + 2 int_{r < 1/2} (1/4 - r^2) r dr dphi
    = 8/3 - 1 + pi / 16.
    """
    for tolerance in (1e-1, 1e-2, 1e-3):
        found = integrate_absolute(lambda x: x.square().sum(1) - 0.25, Box((-1.0, -1.0), (1.0, 1.0), 0.2), tolerance)
        assert abs(float(found.value) - (8 / 3 - 1 + math.pi / 16)) <= float(found.error) <= tolerance


def test_total_variation_of_a_gaussian_twice_as_wide():
    """In the plane N(0, I) and N(0, 4 I) are equal at r^2 = 8/3 log 4: TV = exp(-r^2 / 8) - exp(-r^2 / 2)."""
    p, q = normal([0.0, 0.0]), normal([0.0, 0.0], 2.0)
    half = integrate_absolute(lambda x: (density(p)(x) - density(q)(x)) / 2, p.box.union(q.box), 1e-2)
    assert abs(float(half.value) - (4 ** (-1 / 3) - 4 ** (-4 / 3))) <= float(half.error) + 1e-9
    assert float(half.error) <= 1e-2
