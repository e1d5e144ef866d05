"""Maximum likelihood, and the two games that can be solved: in float64."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from saddlepoint.game.algorithm import algorithm_1, play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Game, Term
from saddlepoint.objectives import minimax
from saddlepoint.penalties import r1
from saddlepoint.records import Answer, Batch
from saddlepoint.theory import dynamics, likelihood
from saddlepoint.theory.divergences import entropy, kl
from saddlepoint.theory.quadrature import Box, integrate, rule

F64 = torch.float64


def probabilities(n, seed, runs=()):
    weights = torch.rand(*runs, n, generator=torch.Generator().manual_seed(seed), dtype=F64) + 1e-3
    return weights / weights.sum(-1, keepdim=True)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


# --- maximum likelihood ----------------------------------------------------------------------------------------------


def truth():
    return likelihood.Parameters(
        torch.tensor([0.3, 0.7], dtype=F64).log(),
        torch.tensor([-1.5, 1.0], dtype=F64),
        torch.tensor([-0.5, -0.9], dtype=F64),
    )


def start():
    return likelihood.Parameters(
        torch.zeros(2, dtype=F64), torch.tensor([-0.5, 0.5], dtype=F64), torch.zeros(2, dtype=F64)
    )


def test_kl_is_the_excess_negative_log_likelihood():
    """KL(p || P_G) = E -log P_G - H(p) for the truth against another mixture: the right side by a fixed rule, exact to
    1e-12 with panels of one standard deviation, the left by an integral refined for itself, and its bound below 1e-12.
    """
    box = Box((-9.0,), (9.0,), 0.2)
    nodes, weights = rule(box, width=2.0)
    log_p = likelihood.log_density(truth(), nodes[:, 0])
    mass = weights * log_p.exp()
    excess = likelihood.negative_log_likelihood(start(), nodes[:, 0], mass) - (weights * entropy(log_p)).sum()
    exact = integrate(
        lambda x: kl(likelihood.log_density(truth(), x[:, 0]), likelihood.log_density(start(), x[:, 0])), box, 1e-12
    )
    assert float(exact.error) < 1e-12
    assert abs(float(excess - exact.value)) < float(exact.error) + 1e-12
    assert float(excess) > 0.01


def test_em_and_gradient_find_the_same_optimum_and_em_never_loses_likelihood():
    """500 samples, K = 2: EM to its fixed point, and a Newton-type descent from the same start. EM contracts by .35 a
    step and has converged; the descent stops where a cost of 1.25 no longer falls, sqrt(2 eps 1.25 / curvature) = 4e-8
    at the least curvature of .39: they agree to 1e-7.
    """
    x = torch.cat([normal(150, seed=0) * 0.6 - 1.5, normal(350, seed=1) * 0.4 + 1])
    weight = torch.full_like(x, 1 / len(x))
    theta, costs = start(), []
    for _ in range(400):
        costs.append(likelihood.negative_log_likelihood(theta, x, weight))
        theta = likelihood.em_step(theta, x, weight)
    assert float(torch.stack(costs).diff().max()) <= 1e-14
    free = likelihood.Parameters(*[t.clone().requires_grad_() for t in start()])
    optimiser = torch.optim.LBFGS(
        list(free), max_iter=500, tolerance_grad=1e-12, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure():
        optimiser.zero_grad()
        cost = likelihood.negative_log_likelihood(free, x, weight)
        cost.backward()
        return cost

    optimiser.step(closure)
    by_gradient = likelihood.canonical(likelihood.Parameters(*[t.detach() for t in free]))
    assert_close(by_gradient, likelihood.canonical(theta), rtol=0, atol=1e-7)


# --- dynamics --------------------------------------------------------------------------------------------------------


def test_the_bilinear_game_spirals_out_simultaneously_and_circles_alternately():
    """|1 +- i rate| = sqrt(1 + rate^2); the alternating step has determinant 1 and, for rate < 2, modulus 1."""
    for rate in (0.1, 0.5, 1.0):
        out = dynamics.radius(lambda v, rate=rate: dynamics.simultaneous(dynamics.bilinear_field, v, rate))
        around = dynamics.radius(lambda v, rate=rate: dynamics.alternating(dynamics.bilinear_field, v, rate))
        assert_close(out, math.sqrt(1 + rate**2))
        assert_close(around, 1.0)


def test_r1_makes_the_dirac_gan_converge():
    """Simultaneous steps: eigenvalues of the field at 0 are (-gamma +- sqrt(gamma^2 - 1)) / 2 (Mescheder et al. 2018,
    lemma 3.2: f'(0)^2 = 1/4), those of the step 1 + rate times them."""
    for gamma in (0.0, 0.3, 1.0):
        eigenvalue = (-gamma + complex(gamma**2 - 1) ** 0.5) / 2
        other = (-gamma - complex(gamma**2 - 1) ** 0.5) / 2
        expected = max(abs(1 + 0.2 * eigenvalue), abs(1 + 0.2 * other))

        def step(v, gamma=gamma):
            return dynamics.simultaneous(lambda u: dynamics.dirac_field(u, gamma), v, 0.2)

        assert_close(dynamics.radius(step), expected, rtol=1e-7, atol=0)
        assert (expected < 1) == (gamma > 0)


class Displacement(nn.Module):
    def __init__(self, theta):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([[theta]], dtype=F64))

    def forward(self, z, c=None):
        return self.theta.expand(z.shape[0], 1)


class Slope(nn.Module):
    def __init__(self, psi):
        super().__init__()
        self.psi = nn.Parameter(torch.tensor([[psi]], dtype=F64))

    def forward(self, x, c=None):
        return Answer((x * self.psi)[:, 0])


@pytest.mark.parametrize(("k", "gamma"), [(1, 0.0), (3, 0.0), (1, 0.5)])
def test_the_game_plays_the_alternating_dynamics(k, gamma):
    """20 rounds of the Dirac GAN by Algorithm 1 with plain SGD equal 20 alternating steps of the formula, to 1e-12."""
    G, D, rate = Displacement(1.0), Slope(0.5), 0.1
    game = Game(
        G=Player.of(G, torch.optim.SGD(G.parameters(), rate)),
        D=Player.of(D, torch.optim.SGD(D.parameters(), rate)),
        prior=lambda n, rng: torch.zeros(n, 1, dtype=F64),
        objective=minimax,
        terms=(Term("r1", "D", r1, gamma),) if gamma else (),
        k=k,
    )
    batches = [Batch(torch.zeros(2, 1, dtype=F64))] * 20 * k
    rounds = list(play(game, batches, schedule=algorithm_1))

    def step(v):
        return dynamics.alternating(lambda u: dynamics.dirac_field(u, gamma), v, rate, k)

    expected = dynamics.orbit(step, torch.tensor([1.0, 0.5], dtype=F64), 20)[-1]
    assert len(rounds) == 20
    assert_close(torch.stack([G.theta.detach()[0, 0], D.psi.detach()[0, 0]]), expected, rtol=0, atol=1e-12)
