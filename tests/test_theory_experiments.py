"""The experiments in a short form: what each claims, at the size of a test. Figures are drawn where it is quick."""

import copy
import math
import subprocess
import sys
from typing import get_args

import numpy as np
import pytest
import torch
from matplotlib.patches import ArrowStyle
from matplotlib.text import Annotation
from torch.testing import assert_close

from saddlepoint.data.densities import Mixture
from saddlepoint.data.worlds import ring, world
from saddlepoint.errors import SaddlepointError
from saddlepoint.experiments import (
    alternation,
    convergence,
    dynamics,
    equilibrium,
    figure_1,
    figures,
    gradient_of_maximum,
    maximum_likelihood,
    saturation,
    value_estimate,
)
from saddlepoint.experiments.catalog import EXPERIMENTS, run_experiment
from saddlepoint.experiments.critics import FourierCritic, RawCritic, against, logits_of, points, prior_of, train_critic
from saddlepoint.experiments.optimal_discriminator import tilted
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.game.algorithm import algorithm_1, play
from saddlepoint.game.schedules import critic_only, generator_only
from saddlepoint.settings.run import ObjectiveName
from saddlepoint.theory.divergences import jsd, kl
from saddlepoint.theory.optimal import optimal_discriminator
from saddlepoint.theory.quadrature import Box, integrate, rule

F64 = torch.float64


# --- the schedules ------------------------------------------------------------------------------------------------


def small_game(rate=0.0):
    torch.manual_seed(0)
    game = against(prior_of(ring(sd=0.2)), RawCritic(2, (8,)), 2, 1e-2)
    game.G.optimiser.param_groups[0]["lr"] = rate
    return game


def test_critic_only_is_algorithm_1_whose_generator_stands_still():
    """Ten rounds of each, G's rate 0: the critics are equal to the bit, and so are the images seen."""
    games = [small_game(), small_game()]
    played = [
        list(play(game, points(world("moons"), 16, 10, 0), seed=3, schedule=schedule))
        for game, schedule in zip(games, (critic_only, algorithm_1))
    ]
    for mine, other in zip(games[0].D.parameters, games[1].D.parameters):
        assert torch.equal(mine, other)
    assert [r.images for r in played[0]] == [r.images for r in played[1]] == [16 * (i + 1) for i in range(10)]
    assert [r.losses["D"] for r in played[0]] == [r.losses["D"] for r in played[1]]
    assert not torch.any(games[0].G.parameters[0])


def test_generator_only_moves_g_and_nothing_of_d():
    game = small_game(rate=0.1)
    before = copy.deepcopy(game.D.parameters)
    rounds = list(play(game, points(world("moons"), 16, 5, 0), schedule=generator_only))
    assert [(r.index, r.images) for r in rounds] == [(i, 16 * (i + 1)) for i in range(5)]
    assert all(torch.equal(a, b) for a, b in zip(before, game.D.parameters))
    assert bool((game.G.parameters[0].detach() != 0).all())


def test_the_tilted_p_g_has_the_centres_of_p_data_twice_its_widths_and_falling_weights():
    p = world("grid25")
    q = tilted(p)
    assert_close(float(q.weights[0] / q.weights[-1]), 3.0)
    assert_close(q.weights.diff(), q.weights.diff()[:1].expand(24))
    assert torch.equal(q.means, p.means)
    assert torch.equal(q.roots, 2 * p.roots)


# --- the theorems, seen happening ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rounds"), [("ring8", 300), ("grid25", 500)])
def test_a_trained_d_approaches_d_star_with_fourier_features_and_not_without(name, rounds):
    """Batches of 512: E_m |D - D*| below .02 with features (.012 on ring-8), above .15 on raw coordinates, where a
    constant 1/2 has .24. Its standard error over 8,000 points is at most .25 / sqrt(8,000) = .003."""
    p = world(name)
    q, rng = tilted(p), torch.Generator().manual_seed(1)
    x = torch.cat([p.sample(4000, rng), q.sample(4000, rng)])
    best = optimal_discriminator(p.log_density(x), q.log_density(x))
    assert float(((best > 0.1) & (best < 0.9)).double().mean()) > 0.5, "D* has to be more than a yes or a no"
    torch.manual_seed(0)
    errors = []
    for D in (FourierCritic(2, 2 * p.box.scale), RawCritic(2)):
        for _ in train_critic(D, points(p, 512, rounds, 0), prior_of(q), rounds=rounds, rate=5e-3):
            pass
        errors.append(float((logits_of(D, x).sigmoid() - best).abs().mean()))
    assert errors[0] < 0.02
    assert errors[1] > 0.15


@pytest.mark.slow
@pytest.mark.parametrize("dimension", [1, 10])
def test_the_estimate_of_the_jsd_is_a_lower_bound_and_close(dimension, monkeypatch):
    """20 critics a separation, 150 steps: each at most truth + 4 standard errors, their mean at most truth + 2 of its
    own, the gap at most .02 nats. A standard error is that of 8,000 samples a side, and no training saw any of them: by
    the samples of four of the 140 critics, all rows differ.
    """
    seen, pair = {"real": [], "fake": []}, value_estimate.normal_pair

    def noted(shifts, dimension):
        def note(name, sampler):
            def sample(n, rng):
                seen[name].append(sampler(n, rng))
                return seen[name][-1]

            return sample

        return tuple(note(name, sampler) for name, sampler in zip(seen, pair(shifts, dimension)))

    monkeypatch.setattr(value_estimate, "normal_pair", noted)
    monkeypatch.setattr(value_estimate, "PIECES", 1)
    monkeypatch.setattr(value_estimate, "WIDTH", 16)
    found = value_estimate.separated(dimension, Options(effort=0.25))
    truths = [value_estimate.exact_jsd(*map(value_estimate.normal, (0.0, shift))) for shift in range(7)]
    assert found.truth.tolist() == truths
    assert found.estimate.shape == found.error.shape == (7, 20)
    for truth, estimate, error in zip(*found):
        assert (estimate <= truth + 4 * error + 1e-12).all()
        assert estimate.mean() <= truth + 2 * error.mean() / math.sqrt(20) + 1e-12
        assert truth - estimate.mean() < 0.02
    for batches in seen.values():
        assert [len(batch) for batch in batches if len(batch) > 1] == 150 * [192] + [8000]
        rows = torch.cat([batch[:, :4, 0] for batch in batches if len(batch) > 1])
        assert len(rows.unique(dim=0)) == len(rows) == 150 * 192 + 8000


@pytest.mark.slow
def test_in_sample_the_bound_breaks():
    """50 samples a side in 10 dimensions, learnt by heart: log 2 would be 6.2 times the truth of .111, and fourfold is
    asked, where D gives the right answer exp(4 * .111 - log 2) = .78. The best D gives it exp(.111 - log 2) = .56.
    """
    _, inside, outside, truth = value_estimate.memorised(Options(effort=0.1))
    assert inside[-1] > 4 * truth
    assert outside[-1] < truth


@pytest.mark.slow
def test_a_narrow_critic_bounds_the_jsd_from_far_below_and_steps_bring_a_wide_one_up():
    """Two peaks against their Gaussian, 180 steps, 20 seeds: of the JSD of .1206 one ReLU unit a layer finds less than
    a quarter, 32 find more than 95 %, and none more than the truth + 4 of its errors on 32,000 fresh samples."""
    narrow, wide = (value_estimate.narrow(width, Options(effort=0.15)) for width in (1, 32))
    assert narrow.estimate[-1].mean() < narrow.truth[-1] / 4
    assert wide.estimate[-1].mean() > 0.95 * wide.truth[-1]
    assert wide.estimate[4].mean() < wide.truth[-1] / 2, "after five steps it has hardly begun"
    for found in (narrow, wide):
        assert (found.estimate <= found.truth[:, None] + 4 * found.error + 1e-12).all()


@pytest.mark.slow
def test_a_d_trained_to_the_end_is_the_quadratic_of_the_log_densities():
    """log N(0, 1) - log N(m, s^2); 3,000 steps of Adam at .05 leave 1.3 % of a coefficient, 20 steps most of it."""
    m, s = alternation.START
    best = torch.tensor([m**2 / (2 * s**2) + math.log(s), -m / s**2, 0.5 / s**2 - 0.5], dtype=F64)
    assert_close(alternation.trained(3000).w.data, best, rtol=0.015, atol=0)
    assert bool((alternation.trained(20).w.data.abs() < best.abs() / 2).any())


def test_algorithm_1_converges_with_five_steps_of_d_a_round_and_not_with_one():
    """G's step size .5: with k = 5 JSD to 1e-9 (quadrature leaves 1e-16), with k = 1 above where it began."""
    once, five = alternation.alternated(1), alternation.alternated(5)
    assert once[-1] > once[0]
    assert abs(five[-1]) < 1e-9


@pytest.mark.slow
def test_with_100_steps_a_round_the_jsd_jumps_where_adam_is_no_longer_stable():
    """The greatest eigenvalue of lr S^-1/2 H S^-1/2 passes 2 (1 + .9) / (1 - .9) = 38 in round 70, and in the next ones
    the JSD leaves rounding, 1e-16, for 3e-7. S: what Adam divides by; H = E f f' / 2, f = (1, x, x^2): the curvature of
    -V in D at p_g = p_data, D = 1/2. Such a valley holds Adam's momentum, with S at rest, up to 38 and no further.
    """
    G, D = alternation.Affine(*alternation.START), alternation.Quadratic()
    game, x = alternation.game_of(G, D, 0.5, 100), alternation.quantiles()
    f = torch.cat([torch.ones_like(x), x, x.square()], 1)
    sharpness, course = [], []
    for _ in play(game, alternation.batches(73 * 100), schedule=algorithm_1):
        state = game.D.optimiser.state[D.w]
        S = (state["exp_avg_sq"] / (1 - 0.999 ** float(state["step"]))).sqrt()
        H = f.T @ f / len(f) / 2
        sharpness.append(0.05 * float(torch.linalg.eigvalsh(H / (S[:, None] * S).sqrt())[-1]))
        course.append([G.a.item(), G.b.item()])
    distance = alternation.jsd_of(torch.tensor(course, dtype=F64)).abs()
    assert max(sharpness[:69]) < 38 < sharpness[69]
    assert distance[66:69].max() < 1e-15
    assert distance[70:].max() > 1e-8


@pytest.mark.slow
def test_figure_1_comes_closer_and_is_the_same_for_the_same_seed():
    """150 rounds: the total variation to p_data from .99 to about .45. A p_g of one narrow heap, as at the start, is .9
    away, and one without the larger peak, whose mass is .65, at least .65: .6 asks that it be found. The seed decides
    everything, to the bit.
    """
    record, again, other = (figure_1.run(Options(effort=0.05, seed=seed)) for seed in (0, 0, 1))
    course = [seen.distance for seen in record.snapshots]
    assert course[0] > 0.9
    assert course[-1] < 0.6
    assert course == [seen.distance for seen in again.snapshots] != [seen.distance for seen in other.snapshots]


def test_the_jsd_of_gaussians_that_alternation_uses():
    """Against adaptive quadrature of the definition, for three generators."""
    courses = torch.tensor([[2.0, 0.6], [0.1, -1.5], [0.0, 1.0]], dtype=F64)
    unit = torch.ones(1, dtype=F64)
    p = Mixture(unit, torch.zeros(1, 1), unit)
    for (a, b), got in zip(courses, alternation.jsd_of(courses)):
        q = Mixture(unit, a.view(1, 1), b.abs().view(1))
        exact = integrate(lambda x, q=q: jsd(p.log_density(x), q.log_density(x)), p.box.union(q.box), 1e-12)
        assert abs(float(got) - float(exact.value)) < 1e-9


@pytest.mark.slow
def test_against_a_better_d_fewer_steps_of_g_bring_the_jsd_above_its_start(monkeypatch):
    """G's step size 2.0: from step 21, 7, 5 and 3, and the best change before that. The better D, the steeper it is at
    G0, the further each step takes G, and the sooner it is past p_data and beyond. Nothing is drawn at random: of the
    best changes the last digit that is published is rounded, 5e-5, and at either side of a flip the change is .006 away
    from 0 or more.
    """
    monkeypatch.setattr(alternation, "SLOWEST", 0.3)
    monkeypatch.setattr(alternation, "FASTEST", 0.3)
    record = alternation.run(Options(effort=0.01))
    rows = alternation.table(record).rows[::4]
    assert [row[0] for row in rows] == ["k = 1", "k = 5", "k = 20", "converged"]
    assert [row[1] for row in rows] == 4 * ["2.00"]
    assert [row[3] for row in rows] == ["21", "7", "5", "3"]
    best = [-0.1963, -0.3648, -0.4406, -0.3217]
    np.testing.assert_allclose([change[0].min() for change in record.change.values()], best, rtol=0, atol=5.1e-5)


def test_a_little_step_against_d_star_lowers_the_jsd_and_many_large_ones_raise_it():
    """D* of G0 = N(2, .6^2) against N(0, 1) is the quadratic of the two log-densities."""
    (m, s), D = alternation.START, alternation.Quadratic()
    with torch.no_grad():
        D.w.copy_(torch.tensor([m**2 / (2 * s**2) + math.log(s), -m / s**2, 0.5 / s**2 - 0.5], dtype=F64))
    start = float(alternation.jsd_of(torch.tensor([alternation.START], dtype=F64)))
    assert alternation.moved(D, 0.01)[0] < start
    assert (np.diff(alternation.moved(D, 0.01)) < 0).all()
    assert alternation.moved(D, 3.0)[-1] > start


@pytest.mark.slow
def test_proposition_2_holds_and_its_counter_examples_stay_away():
    """Near p_data a mirror step multiplies log q / p by 1 - rate / 2: after 30 and 150 steps 1e-9 and 3e-11 are left.
    Projected steps stop where the criterion, quadratic in the distance, is rounding: at some sqrt(eps) = 1.5e-8. All
    three have to come to 1e-6.
    """
    paths = list(convergence.run(Options()).paths.values())
    assert all(distances[-1].max() <= 1e-6 for distances in paths[:3])
    assert sum(distances.shape[1] >= 100 for distances in paths[:3]) == 2
    assert all(distances[-1].min() >= 0.1 for distances in paths[3:])


@pytest.mark.slow
def test_one_parameter_s_local_minimum_depends_on_the_start_and_p_data_is_in_the_family():
    """Bumps of .25 and .75 with their places exchanged: the total variation is .75 - .25, less half of what bumps of
    width .5 at a distance of 4 share, erfc(4 / sqrt 2) = 6e-5, which also moves them by 7e-5, at a density of .8: 1e-4
    in all. Begun on the other side descent arrives: the curvature there is 1 / (4 * .5^2), and .8^399 is nothing.
    """
    record = convergence.run(Options())
    np.testing.assert_allclose(record.paths["p_g has one parameter, from t = -2.5"][-1], 0.5, rtol=0, atol=1e-4)
    assert record.lucky[0] >= 0.1, "the good basin begins away from p_data"
    assert record.lucky[-1] <= 1e-3
    assert_close(convergence.two_bumps(torch.tensor(2.0)).numpy(), record.target, rtol=0, atol=0)
    bottom = record.parameter[record.landscape.argmin()]
    assert abs(bottom - 2) < 1e-9
    ahead, behind = (record.landscape[np.abs(record.parameter + 2 - d).argmin()] for d in (-0.5, 0.5))
    assert record.landscape[np.abs(record.parameter + 2).argmin()] < min(ahead, behind)
    assert record.landscape.min() < 1e-12


@pytest.mark.slow
def test_the_equilibrium_in_numbers():
    """Deviations and curvatures to rounding: sums of 12 terms of V, of size 1.4, to 1e-14. A classifier of m features
    fitted to N labelled points errs in D by sqrt(m / 4 N) = .008, m = 64 and N = 120 * 2048. Of the mean .02 is asked,
    two and a half times that; of the greatest among 20,000 points, where the data are, .1, twelve times that.
    """
    record = equilibrium.run(Options(effort=0.04))
    assert record.critic.max() < 0
    assert np.abs(record.generator).max() < 1e-14
    assert ((record.eigenvalues < -1e-9).sum(), (record.eigenvalues > 1e-9).sum()) == (12, 11)
    assert record.error[0] < 0.02
    assert record.error[1] < 0.1
    assert equilibrium.trained_half("gaussian", Options(effort=0.04))[0] < 0.02


def test_the_equilibrium_is_that_of_the_world_asked_for(monkeypatch):
    """And where none is asked for, of the experiment's own."""
    asked = []
    monkeypatch.setattr(equilibrium, "trained_half", lambda name, options: asked.append(name) or (0.0, 0.0))
    names = [equilibrium.run(Options(world=name)).world for name in ("moons", "")]
    assert names == asked == ["moons", EXPERIMENTS["equilibrium"].worlds[0]]


def test_every_objective_there_is_has_its_slope():
    assert {objective.name for objective in saturation.OBJECTIVES} == set(get_args(ObjectiveName))


@pytest.mark.slow
def test_the_gradient_of_a_maximum_in_numbers():
    """At the best h a difference of order k errs by eps^(k / (k + 1)): 4e-11 and 3e-13, with the constants up to 1e-10
    and 1e-11. The slopes at the tie are those of V = a constant -+ t / 4, each V rounded to 1e-15, over h = 1e-6: 1e-9.
    """
    record = gradient_of_maximum.run(Options())
    assert record.errors[:, 0].min() < 1e-10
    assert record.errors[:, 1].min() < 1e-11
    assert_close(record.slopes[1], 0.25, rtol=0, atol=1e-9)
    assert_close(record.slopes[0], -0.25, rtol=0, atol=1e-9)


@pytest.mark.slow
def test_likelihood_in_numbers():
    """The excess is a sum over fixed nodes, KL an adaptive integral with a bound of 1e-12: together 1e-10. L-BFGS stops
    where a cost of 1.4 no longer falls: sqrt(2 eps 1.4 / curvature) = 4e-8 at a curvature of .43, EM has converged. The
    best Gaussian by KL has p_data's moments, .45 and 2.8555, so that a third of its mass is left of -.25 (by sums over
    nodes .06 apart, to 1 in 30); the others sit on a mode, 3.5 deviations away.
    """
    record = maximum_likelihood.run(Options())
    assert np.abs(record.excess[:, 0] - record.excess[:, 1]).max() <= 1e-10
    assert record.apart <= 1e-7
    mass = [np.trapezoid(density[record.x < -0.25], record.x[record.x < -0.25]) for density in record.fits.values()]
    assert mass[0] > 0.25
    assert mass[1] < 0.01
    assert mass[2] < 0.01


def test_each_gaussian_is_the_best_by_its_own_divergence():
    """Of the three fits the first is p_data's mean and variance, to what L-BFGS leaves of a cost of 2: 2e-8 in each. By
    every divergence its own fit is the least, alone: JSD's is better by JSD than the reverse KL's by 3.5e-6.
    """
    record = maximum_likelihood.run(Options())
    fits = list(record.fits.values())
    moments = np.exp(-((record.x - 0.45) ** 2) / 2 / 2.8555) / math.sqrt(2 * math.pi * 2.8555)
    np.testing.assert_allclose(fits[0], moments, rtol=0, atol=1e-7)
    nodes, weights = rule(Box((-9.0,), (9.0,), 0.1))
    np.testing.assert_array_equal(record.x, nodes[:, 0].numpy())
    log_p = maximum_likelihood.log_density(maximum_likelihood.truth(), nodes[:, 0])
    log_q = [torch.as_tensor(fit).clamp_min(1e-300).log() for fit in fits]
    by = [lambda q: kl(log_p, q), lambda q: kl(q, log_p), lambda q: jsd(log_p, q)]
    cost = torch.stack([torch.stack([(weights * divergence(q)).sum() for q in log_q]) for divergence in by])
    others = cost + torch.diag(torch.full((3,), math.inf, dtype=F64))
    assert bool((cost.diagonal() < others.amin(1) - 1e-6).all())


def test_the_radii_are_the_closed_forms():
    """Two by two, and no double eigenvalue among the six: rounding alone, a few eps."""
    record = dynamics.run(Options())
    for name, predicted in record.predicted.items():
        assert_close(record.radii[name], predicted, rtol=1e-14, atol=0)


def test_figure_1_draws_the_density_of_g():
    """G(z) = 2 z with z uniform on [-1, 1]: density 1/4 on [-2, 2], 0 outside; D* = p_data / (p_data + 1/4), and 1
    outside. z is float32: an edge of p_g is off by 1.2e-7 at most, in a bin of .05 a density of 6e-7, at two edges
    1.2e-6. |dD*/dp_g| = p_data / (p_data + p_g)^2 <= 1 within; outside, the 1e-9 by which intervals are widened are
    5e-9 of p_g beside a p_data of .02.
    """
    G = torch.nn.Linear(1, 1)
    with torch.no_grad():
        G.weight.fill_(2.0), G.bias.zero_()
    edges = torch.linspace(-4, 4, 161, dtype=F64)
    seen = figure_1.look(0, G, RawCritic(1, (4,)), world("two-peaks"), edges)
    inside = np.abs((edges[1:] + edges[:-1]).numpy() / 2) < 2
    np.testing.assert_allclose(seen.p_g, 0.25 * inside, rtol=0, atol=1.3e-6)
    x = (edges[1:] + edges[:-1]) / 2
    p = (0.35 * normal_density(x, -1.5, 0.5) + 0.65 * normal_density(x, 1.0, 0.4)).numpy()
    np.testing.assert_allclose(seen.best, p / (p + 0.25 * inside), rtol=0, atol=1.3e-6)


def normal_density(x, mean, sd):
    return torch.distributions.Normal(torch.tensor(mean, dtype=F64), sd).log_prob(x).exp()


def test_figure_1_draws_arrows_from_z_to_g_of_z():
    """G(z) = 2 z: each arrow begins on z's line, drawn three times as wide, and its head is at 2 z on x's line; x is
    float32. G(z) differs from z, so that neither end can stand for the other.
    """
    G = torch.nn.Linear(1, 1)
    with torch.no_grad():
        G.weight.fill_(2.0), G.bias.zero_()
    edges = torch.linspace(figure_1.LOW, figure_1.HIGH, figure_1.BINS + 1, dtype=F64)
    seen = figure_1.look(0, G, RawCritic(1, (4,)), world("two-peaks"), edges)
    z, centres = figure_1.uniform_grid()[:, 0].numpy(), ((edges[1:] + edges[:-1]) / 2).numpy()
    ax = figures.figure(1, 1)[1][0]
    figure_1.panel(ax, figure_1.Record(centres, 0 * centres, z, (seen,)), seen)
    arrows = [text for text in ax.texts if isinstance(text, Annotation)]
    starts, heads = (np.array([getattr(arrow, end) for arrow in arrows]) for end in ("xyann", "xy"))
    assert len(arrows) == 25
    np.testing.assert_allclose(heads[:, 0], 2 * starts[:, 0] / 3, rtol=0, atol=1e-6)
    assert starts[0, 0] == -starts[-1, 0] == -3
    assert (starts[:, 1] < heads[:, 1]).all(), "z lies below x"
    assert {type(arrow.arrow_patch.get_arrowstyle()) for arrow in arrows} == {ArrowStyle.CurveB}


def test_figure_1_says_how_high_p_g_is_where_it_leaves_the_picture():
    """A p_g of 4.5 in one bin is drawn to 1.4, with its height; one of 1.3 as it is. z's line says that it is 3 z."""
    centres, z = np.linspace(-4, 4, 9), figure_1.uniform_grid()[:, 0].numpy()
    for height, drawn, note in ((4.5, 1.4, ["up to 4.5"]), (1.3, 1.3, [])):
        p_g = np.where(centres == 1, height, 0.0)
        seen = figure_1.Snapshot(0, p_g, 0 * centres, 0 * centres, z, 0.5)
        ax = figures.figure(1, 1)[1][0]
        figure_1.panel(ax, figure_1.Record(centres, 0 * centres, z, (seen,)), seen)
        assert max(line.get_ydata().max() for line in ax.lines if line.get_label() == "p_g") == drawn
        assert [text.get_text() for text in ax.texts if text.get_text()] == [*note, "x", "3 z"]


# --- the catalogue ------------------------------------------------------------------------------------------------


def test_the_catalogue_imports_no_torch_and_no_matplotlib():
    code = "import sys, saddlepoint.experiments.catalog; sys.exit(bool({'torch', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_an_experiment_leaves_figures_and_a_table(tmp_path):
    paths, table = run_experiment("saturation", folder=tmp_path)
    assert {path.name for path in paths} == {"saturation.png", "table.csv"}
    assert all(path.stat().st_size > 100 for path in paths)
    assert table.rows[0][:2] == ("minimax", "-4.5398e-05")
    assert (tmp_path / "saturation" / "table.csv").read_text() == table.csv()


def short(module, monkeypatch):
    """Few critics and samples to judge by, films of few frames, and figures for a screen."""
    monkeypatch.setattr(figures, "PRINT", figures.SCREEN)
    for size, small in {"SEEDS": 3, "PIECE": 200, "PIECES": 2, "FRAMES": 4, "JUDGED": 1000}.items():
        if hasattr(module, size):
            monkeypatch.setattr(module, size, small)


WITHOUT_CHANCE = ("alternation", "saturation", "dynamics", "figure-1")


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_computed_tabled_and_drawn_and_decided_by_its_seed(name, tmp_path, monkeypatch):
    """A hundredth of the training: pictures of many colours, films of several frames, rows as the header says; where
    chance is in it the whole table is the same again from one seed, and another one from another.
    """
    from importlib import import_module

    from PIL import Image

    module = import_module(EXPERIMENTS[name].module)
    short(module, monkeypatch)
    record = module.run(Options(effort=0.01, seed=3))
    table = module.table(record)
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.header)}
    drawn = module.draw(record, tmp_path)
    assert any(path.suffix == ".png" for path in drawn)
    for path in drawn:
        with Image.open(path) as image:
            assert min(image.size) >= 200
            assert len(image.convert("RGB").getcolors(image.width * image.height) or ()) > 20
            assert getattr(image, "n_frames", 1) > 1 or path.suffix == ".png"
    if name not in WITHOUT_CHANCE:
        again, other = (module.table(module.run(Options(effort=0.01, seed=seed))) for seed in (3, 4))
        assert table == again != other


def test_every_experiment_offers_what_the_catalogue_says():
    from importlib import import_module

    for experiment in EXPERIMENTS.values():
        module = import_module(experiment.module)
        assert all(callable(f) for f in (module.run, module.table, module.draw))
        assert all(world(name).dimension in (1, 2) for name in experiment.worlds)


def test_what_cannot_be_asked_is_refused(tmp_path):
    with pytest.raises(SaddlepointError, match="no experiment"):
        run_experiment("optimal", folder=tmp_path)
    with pytest.raises(SaddlepointError, match="cannot run on the world"):
        run_experiment("saturation", world="ring8", folder=tmp_path)
    with pytest.raises(SaddlepointError, match="mixture in the plane"):
        tilted(world("checkerboard"))
    assert list(tmp_path.iterdir()) == []


def test_a_film_plays_all_its_frames(tmp_path):
    from PIL import Image

    frames = [Image.new("RGB", (40, 30), "white") for _ in range(10)]
    for i, frame in enumerate(frames):
        frame.paste((0, 114, 178), (3 * i, 5, 3 * i + 6, 20))
    with Image.open(figures.film(frames, tmp_path, "film")) as film:
        assert film.n_frames == 10
        film.seek(4)
        assert film.convert("RGB").getpixel((14, 10)) == (0, 114, 178)
        assert film.convert("RGB").getpixel((3, 10)) == (255, 255, 255)


def test_a_table_in_text_and_in_csv():
    table = Table(("a", "long name"), (("1", "x, y"), ("22", "z")))
    assert table.text() == "a   long name\n1   x, y\n22  z"
    assert table.csv() == 'a,long name\n1,"x, y"\n22,z\n'
