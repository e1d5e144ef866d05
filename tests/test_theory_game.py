"""Equilibrium, the gradient of a maximum, proposition 2, saturation: exact, in float64."""

import math

import pytest
import torch
from torch.testing import assert_close

from saddlepoint.objectives import hinge, least_squares, minimax, non_saturating, relativistic, wasserstein
from saddlepoint.theory import convergence, equilibrium, saturation

F64 = torch.float64


def probabilities(n, seed, runs=()):
    weights = torch.rand(*runs, n, generator=torch.Generator().manual_seed(seed), dtype=F64) + 1e-3
    return weights / weights.sum(-1, keepdim=True)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


# --- the equilibrium -------------------------------------------------------------------------------------------------


def test_neither_player_gains_by_deviating_alone():
    """1000 random deviations of each: D's only lower V, G's leave it at -log 4 (D = 1/2 pays every q the same)."""
    p, zero = probabilities(9, 0), torch.zeros(9, dtype=F64)
    assert_close(float(equilibrium.value(p, p, zero)), equilibrium.EQUILIBRIUM_VALUE)
    for i in range(1000):
        size = 10 ** (-2 + 3 * i / 1000)
        assert float(equilibrium.value(p, p, size * normal(9, seed=i))) < equilibrium.EQUILIBRIUM_VALUE
        assert_close(float(equilibrium.value(p, probabilities(9, i), zero)), equilibrium.EQUILIBRIUM_VALUE)


def test_the_equilibrium_is_a_saddle():
    """The Hessian of V in (l, s) is -diag(p)/2 for D, 0 for G, and has N negative and N - 1 positive eigenvalues.

    Softmax coordinates have one idle direction, which gives the one zero. The closed form equals autograd's Hessian.
    """
    p = probabilities(6, 0)
    point = torch.cat([torch.zeros(6, dtype=F64), p.log()])
    hessian = torch.autograd.functional.hessian(lambda v: equilibrium.value_of_logits(p, v[:6], v[6:]), point)
    ll, ls, ss = equilibrium.hessian_at_equilibrium(p)
    assert_close(hessian, torch.cat([torch.cat([ll, ls], 1), torch.cat([ls.T, ss], 1)]), rtol=0, atol=1e-14)
    eigenvalues = torch.linalg.eigvalsh(hessian)
    assert (int((eigenvalues < -1e-6).sum()), int((eigenvalues > 1e-6).sum())) == (6, 5)
    assert int((torch.linalg.eigvalsh(-ls.T @ torch.linalg.inv(ll) @ ls) > 1e-6).sum()) == 5


def test_the_value_is_least_at_p_g_equal_to_p_data_alone():
    p = probabilities(5, 0)
    assert_close(float(equilibrium.best_value(p, p)), -math.log(4))
    for i in range(1, 200):
        q = probabilities(5, i)
        assert float(equilibrium.best_value(p, q)) > -math.log(4) + 1e-6 * float((p - q).abs().sum())


# --- the gradient of a maximum ---------------------------------------------------------------------------------------


def test_the_gradient_of_the_maximum_holds_the_maximiser_fixed():
    """Central differences of L along 50 random directions, 4th order: error O(h^4) + eps / h = 1e-10 at h = 1e-3."""
    p, q = probabilities(7, 0), probabilities(7, 1)
    gradient = equilibrium.gradient_of_maximum(p, q)
    for i in range(50):
        v = normal(7, seed=i)
        v = (v - v.mean()) * q.min() / v.abs().max()
        h = 1e-3
        L = {j: float(equilibrium.best_value(p, q + j * h * v)) for j in (-2, -1, 1, 2)}
        difference = (8 * (L[1] - L[-1]) - (L[2] - L[-2])) / (12 * h)
        assert abs(difference - float(gradient @ v)) < 1e-8


def test_it_is_the_derivative_of_v_at_the_frozen_maximiser_through_any_parameters():
    """q = softmax(A t): dL/dt through D*(t) = dV/dt with D* detached."""
    p, A = probabilities(7, 0), normal(7, 3, seed=1)
    t = normal(3, seed=2).requires_grad_()
    q = (A @ t).softmax(0)
    (through,) = torch.autograd.grad(equilibrium.best_value(p, q), t, retain_graph=True)
    best = (p.log() - q.log()).detach()
    (frozen,) = torch.autograd.grad(equilibrium.value(p, q, best), t)
    assert_close(through, frozen, rtol=1e-12, atol=1e-14)


def test_at_a_tie_the_one_sided_slopes_differ():
    """With only two critics of logits (f, -f), f = 1 and -1: V = E_p log D + E_q log(1 - D) = a constant -+ t, since
    log D - log(1 - D) = f. So max_D V = constant + |t|, with slopes -1 and 1; a difference's rounding is 1e-16 / 1e-6.
    """
    p = torch.tensor([0.5, 0.5], dtype=F64)
    critics = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=F64)

    def L(t):
        q = torch.tensor([0.5 + t, 0.5 - t], dtype=F64)
        return max(float(equilibrium.value(p, q, logits)) for logits in critics)

    left, right = (L(0) - L(-1e-6)) / 1e-6, (L(1e-6) - L(0)) / 1e-6
    assert_close(right, 1.0, rtol=1e-6, atol=0)
    assert_close(left, -1.0, rtol=1e-6, atol=0)


# --- proposition 2 ---------------------------------------------------------------------------------------------------


def test_function_space_descent_reaches_the_data_from_everywhere():
    """100 starts, 20 of them with half of the support missing: total variation <= 1e-6. Rate 1 halves it."""
    p = probabilities(12, 0)
    q = probabilities(12, 1, (100,))
    q[:20, :6] = 0
    q = q / q.sum(-1, keepdim=True)
    halved = convergence.mirror_step(p, q)
    assert_close(convergence.total_variation(p, halved), convergence.total_variation(p, q) / 2)
    for _ in range(20):
        q = convergence.mirror_step(p, q)
    assert float(convergence.total_variation(p, q).max()) <= 1e-6


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_small_mirror_steps_and_projected_steps_descend_and_arrive(rate):
    """Near p a mirror step multiplies log q / p by 1 - rate / 2: 40 / rate of them leave exp(-20) = 2e-9 of at most 7,
    so below 1e-7. A projected one contracts by 1 - rate / (2 max p) = .974: 2,000 leave rounding. A value, a sum of 8
    terms of size 1, may seem to rise by its rounding of 1e-15.
    """
    p, q = probabilities(8, 0), probabilities(8, 1, (100,))
    values = []
    for _ in range(int(40 / rate)):
        values.append(torch.stack([equilibrium.best_value(p, row) for row in q[:3]]))
        q = convergence.mirror_step(p, q, rate)
    assert float(torch.stack(values).diff(dim=0).max()) <= 1e-15
    assert float(convergence.total_variation(p, q).max()) <= 1e-7
    q = probabilities(8, 2, (100,))
    for _ in range(2000):
        q = convergence.projected_step(p, q, 0.01)
    assert float(convergence.total_variation(p, q).max()) <= 1e-12


def test_the_projection_is_the_nearest_point_of_the_simplex():
    """Kuhn-Tucker: q = max(v - t, 0), so v - q is one constant on the support and at most that constant off it."""
    v = 2 * normal(50, 6)
    q = convergence.project_to_simplex(v)
    assert_close(q.sum(1), torch.ones(50, dtype=F64))
    assert float(q.min()) >= 0
    gap, t = v - q, (v - q).masked_fill(q == 0, -math.inf).amax(1, keepdim=True)
    assert float(((gap - t) * (q > 0)).abs().max()) < 1e-14
    assert bool((gap <= t + 1e-14).all())


def test_a_critic_of_limited_capacity_stops_short():
    """D constant on pairs of points: the masses of pairs are matched, and the total variation stays above .1."""
    p = torch.tensor([0.30, 0.05, 0.05, 0.30, 0.20, 0.10], dtype=F64)
    q, cells = torch.full((6,), 1 / 6, dtype=F64), torch.tensor([0, 0, 1, 1, 2, 2])
    for _ in range(300):
        q = convergence.coarse_mirror_step(p, q, cells)
    assert_close(q.view(3, 2).sum(1), p.view(3, 2).sum(1))
    assert float(convergence.total_variation(p, q)) > 0.1


# --- saturation ------------------------------------------------------------------------------------------------------


def test_the_minimax_gradient_vanishes_and_the_non_saturating_one_does_not():
    f = torch.tensor([-10.0], dtype=F64)
    assert_close(saturation.generator_slope(minimax.generator, f).item(), -4.5398e-5, rtol=1e-5, atol=0)
    assert_close(saturation.generator_slope(non_saturating.generator, f).item(), -0.9999546, rtol=1e-7, atol=0)


def test_the_slopes_are_the_closed_forms():
    f = torch.linspace(-40, 40, 161, dtype=F64)
    zero, one = torch.zeros_like(f), torch.ones_like(f)
    closed = {
        minimax: saturation.minimax_slope(f),
        non_saturating: saturation.non_saturating_slope(f),
        least_squares: f - 1,
        hinge: -one,
        wasserstein: -one,
        relativistic: saturation.non_saturating_slope(f),
    }
    for objective, slope in closed.items():
        assert_close(saturation.generator_slope(objective.generator, f, zero), slope, rtol=1e-12, atol=1e-30)
