"""Measures and their error bars, written out slowly: each term as its definition has it, one example after another."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from saddlepoint.statistics.both import Side, by_pairs, of_both
from saddlepoint.statistics.classes import census, inception_score
from saddlepoint.statistics.distances import mean_pairwise_distance
from saddlepoint.statistics.energy import unit
from saddlepoint.statistics.gaussian import fit, square_root
from saddlepoint.statistics.influence import Reference, frechet_interval, frechet_to, some, without_bias
from saddlepoint.statistics.influence import by_pairs as gaussian_pairs
from saddlepoint.statistics.intervals import jackknife, parts_of
from saddlepoint.statistics.manifold import manifold
from saddlepoint.statistics.parzen import parzen
from saddlepoint.statistics.pattern import places
from saddlepoint.statistics.pictures import absolute_error, luma, psnr
from saddlepoint.statistics.sliced import directions


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=rng(seed))


def but(x: Tensor) -> list[Tensor]:
    """x without each of its rows."""
    return [torch.cat([x[:i], x[i + 1 :]]) for i in range(len(x))]


def test_the_inception_score_is_the_exponential_of_a_mean_divergence():
    def score(p: np.ndarray) -> float:
        marginal = p.mean(0)
        return math.exp(sum(float((row * np.log(row / marginal)).sum()) for row in p) / len(p))

    logits = 2 * draw(130, 4)
    p = np.exp(logits.numpy()) / np.exp(logits.numpy()).sum(1, keepdims=True)
    part = parts_of(130, 50).numpy()
    assert inception_score(logits) == pytest.approx(jackknife(score(p), [score(p[part != j]) for j in range(50)]))
    few = inception_score(logits[:7])
    part = parts_of(7, 3).numpy()
    assert few == pytest.approx(jackknife(score(p[:7]), [score(p[:7][part != j]) for j in range(3)]))


def test_a_census_leaves_out_one_sample_after_another():
    """Four modes of 5, 1, 2 and 0 samples: with one fewer the second may be gone."""

    def of(labels: Tensor) -> tuple[float, float]:
        counts = np.bincount(labels.numpy(), minlength=4)
        q = counts[counts > 0] / counts.sum()
        return float((counts > 0).sum()), math.log(4) + float((q * np.log(q)).sum())

    labels = torch.tensor([0, 2, 0, 0, 1, 0, 2, 0])
    found, without = census(labels, 4), [of(rest) for rest in but(labels)]
    assert found.counts.tolist() == [5, 1, 2, 0]
    assert found.modes == pytest.approx(jackknife(of(labels)[0], [modes for modes, _ in without]))
    assert found.kl == pytest.approx(jackknife(of(labels)[1], [kl for _, kl in without]))
    assert found.floor == pytest.approx(3 / 16)
    assert census(torch.tensor([0, 1]), 100).floor == math.log(100)


def test_the_window_is_the_likeliest_and_its_error_that_of_a_mean():
    samples, validation, test = draw(9, 2), draw(6, 2, seed=1), draw(7, 2, seed=2)

    def log_p(x: Tensor, sigma: float) -> list[float]:
        return [
            math.log(sum(math.exp(-float((one - s).square().sum()) / (2 * sigma**2)) for s in samples) / len(samples))
            - math.log(2 * math.pi * sigma**2)
            for one in x
        ]

    for sigmas in ((0.1, 0.9, 4.0), (4.0, 0.1, 0.9)):
        best = max(sigmas, key=lambda sigma: sum(log_p(validation, sigma)))
        values = np.array(log_p(test, best))
        error, found = values.std(ddof=1) / math.sqrt(7), parzen(samples, validation, test, sigmas)
        assert (found.sigma, found.error) == (best, pytest.approx(error))
        mean = values.mean()
        assert found.log_likelihood == pytest.approx((mean, mean - 1.959964 * error, mean + 1.959964 * error), rel=1e-6)


def test_what_pairs_add_is_the_mean_square_of_differences_of_differences():
    without_x, without_y, together = draw(10), draw(10, seed=1), draw(10, seed=2)
    d = [2.0 - float(a) - float(b) + float(c) for a, b, c in zip(without_x, without_y, together)]
    expected = sum(one**2 for one in d) / 10 * 81 * (30 + 50) ** 2 / (2 * 30 * 50)
    assert by_pairs(2.0, without_x, without_y, together, (30, 50)) == pytest.approx(expected)


def test_without_its_bias_a_distance_is_twice_the_whole_less_the_halves():
    y, reference = draw(41, 2) + 0.5, Reference.of(fit(draw(200, 2, seed=1)))
    order = torch.randperm(41, generator=rng())
    halves = [frechet_to(fit(y[order[start::2]]), reference) for start in (0, 1)]
    whole = frechet_interval(y, reference)
    value, half = 2 * whole.value - sum(halves) / 2, (whole.high - whole.low) / 2
    assert without_bias(y, reference, whole) == pytest.approx((value, value - half, value + half))


@pytest.mark.parametrize("known", [False, True])
def test_the_distance_of_gaussians_on_a_line_has_its_influence_in_closed_form(known: bool):
    """d = (a - b)^2 + (s - r)^2:  h(y) = 2 (a - b) y' + (1 - r / s) y'^2 and g(x) = 2 (b - a) x' + (1 - s / r) x'^2."""
    x, y = 1.5 * draw(60, 1), draw(40, 1, seed=1) + 0.7
    a, b, s, r = float(y.mean()), float(x.mean()), float(y.std()), float(x.std())
    value = (a - b) ** 2 + (s - r) ** 2
    h = 2 * (a - b) * (y - a) + (1 - r / s) * (y - a).square()
    g = 2 * (b - a) * (x - b) + (1 - s / r) * (x - b).square()
    found = frechet_interval(y, Reference.of(fit(x), x if known else None))
    ours, theirs = Side(float(h.var()) / 40, 39), Side(float(g.var()) / 60 if known else 0.0, 59 if known else 1)
    widest = of_both(value, theirs, ours, 0.0)
    assert found.value == pytest.approx(value)
    if known:  # a little is taken off for what pairs add
        assert 0.77 < (found.high - value) / (widest.high - value) <= 1
    else:
        assert found == pytest.approx(widest)


def test_in_several_dimensions_the_map_from_one_gaussian_to_the_other_says_what_one_more_adds():
    """h(y) = 2 (mu - m) . y' + y'^T (I - T) y' with T = R^(1/2) (R^(1/2) S R^(1/2))^(-1/2) R^(1/2), and g by T^-1."""
    x, y = draw(90, 3) @ draw(3, 3, seed=2), draw(70, 3, seed=1) @ draw(3, 3, seed=3) + 0.4
    mean, other = y.mean(0), x.mean(0)
    S, R = torch.cov(y.T), torch.cov(x.T)
    root = square_root(R)
    T = root @ torch.linalg.inv(square_root(root @ S @ root)) @ root
    a, b = y - mean, x - other
    h = 2 * a @ (mean - other) + (a @ (torch.eye(3) - T) * a).sum(1)
    g = 2 * b @ (other - mean) + (b @ (torch.eye(3) - torch.linalg.inv(T)) * b).sum(1)
    alone = frechet_interval(y, Reference.of(fit(x)))
    assert alone == pytest.approx(of_both(alone.value, Side(0.0, 1), Side(float(h.var()) / 70, 69), 0.0))
    both = frechet_interval(y, Reference.of(fit(x), x))
    ours, theirs = Side(float(h.var()) / 70, 69), Side(float(g.var()) / 90, 89)
    widest = of_both(alone.value, theirs, ours, 0.0)
    assert 0.77 < (both.high - both.value) / (widest.high - widest.value) < 1
    pairs = gaussian_pairs(x - other, a, *self_basis(root @ S @ root))
    assert both == pytest.approx(of_both(alone.value, theirs, ours, 2 * pairs * (1 / 70 + 1 / 90) ** 2))


def self_basis(m: Tensor) -> tuple[Tensor, Tensor]:
    values, vectors = torch.linalg.eigh(m)
    return vectors, values.sqrt()


def test_what_pairs_of_one_x_and_one_y_add_by_every_term():
    """x . y + sum_ab w_ab (x_a x_b - l_a [a = b]) (y_a y_b - l_a [a = b]), w_ab = 1 / (2 (l_a + l_b))."""
    x, y, roots = draw(5, 2), draw(4, 2, seed=1), torch.tensor([0.5, 2.0]).double()
    order = [torch.randperm(n, generator=rng(i))[:4] for i, n in enumerate((5, 4))]
    total = 0.0
    for u, v in zip(x[order[0]], y[order[1]]):
        k = float(u @ v)
        for a in range(2):
            for b in range(2):
                diagonal = float(roots[a]) * (a == b)
                k += (u[a] * u[b] - diagonal) * (v[a] * v[b] - diagonal) / (2 * (roots[a] + roots[b]))
        total += float(k) ** 2 / 4
    assert gaussian_pairs(x, y, torch.eye(2).double(), roots) == pytest.approx(total)


def test_directions_are_unit_vectors_that_point_anywhere():
    """Of three dimensions: each has a mean square of 1/3, known of 3,000 to (4 / 45 / 3,000)^(1/2)."""
    w = directions(3, 3_000, rng())
    assert w.norm(dim=0).numpy() == pytest.approx(1)
    drawn = torch.randn(3, 3_000, dtype=torch.float64, generator=rng())
    assert w.numpy() == pytest.approx((drawn / drawn.square().sum(0).sqrt()).numpy())
    assert w.square().mean(1).numpy() == pytest.approx(1 / 3, abs=5 * (4 / 45 / 3_000) ** 0.5)


def test_all_are_looked_at_up_to_so_many_and_beyond_them_others_always_alike():
    assert some(5, 5).tolist() == [0, 1, 2, 3, 4]
    drawn = some(6, 5)
    assert drawn.equal(some(6, 5))
    assert drawn.equal(torch.randperm(6, generator=rng())[:5])
    assert len(some(2_001)) == 2_000


def test_single_precision_is_looked_at_in_double():
    """A generator's features are float32: what is measured of them is what float64 makes of the same numbers."""
    x, y = draw(60, 3).float() + 100, draw(50, 3, seed=1).float() + 100
    assert manifold(x, y) == manifold(x.double(), y.double())
    assert mean_pairwise_distance(x) == mean_pairwise_distance(x.double())
    found = frechet_interval(x, Reference.of(fit(y), y))
    assert found == pytest.approx(frechet_interval(x.double(), Reference.of(fit(y.double()), y.double())), rel=1e-9)


def test_pictures_are_compared_pixel_by_pixel():
    x, y = (torch.randint(0, 256, (3, 3, 6, 8), generator=rng(seed)).to(torch.uint8) for seed in (0, 1))
    a, b = x.double().numpy(), y.double().numpy()
    assert absolute_error(x, y).numpy() == pytest.approx(np.abs(a - b).mean((1, 2, 3)))
    inner = (a - b)[:, :, 2:-2, 2:-2]
    assert psnr(x, y, 255.0, crop=2).numpy() == pytest.approx(10 * np.log10(255**2 / (inner**2).mean((1, 2, 3))))
    assert psnr(x, x, 255.0).tolist() == [100.0] * 3
    expected = 16 + (65.481 * a[:, 0] + 128.553 * a[:, 1] + 24.966 * a[:, 2]) / 255
    assert luma(x)[:, 0].numpy() == pytest.approx(expected)


def test_a_place_is_measured_as_its_definition_says():
    """The mean and deviation of means over nine squares of 4 x 4, 2 apart; powers of its middle at either period."""
    x = draw(2, 1, 12, 16)
    means, s, powers = places(x)
    assert means.shape == s.shape == powers[0].shape == (2, 1, 2, 3)
    for i, j in ((0, 0), (1, 2)):
        place = x[1, 0, 4 * i : 4 * i + 8, 4 * j : 4 * j + 8].numpy()
        squares = np.array([place[a : a + 4, b : b + 4].mean() for a in (0, 2, 4) for b in (0, 2, 4)])
        assert float(means[1, 0, i, j]) == pytest.approx(squares.mean())
        assert float(s[1, 0, i, j]) == pytest.approx(squares.std())
        for gap, power in zip((1, 2), powers):
            found = []
            for a in range(2, 6):
                for b in range(2, 6):
                    across = (place[a, b - gap] - 2 * place[a, b] + place[a, b + gap]) / 4
                    along = (place[a - gap, b] - 2 * place[a, b] + place[a + gap, b]) / 4
                    found += [across**2, along**2]
            assert float(power[1, 0, i, j]) == pytest.approx(np.mean(found))


def test_the_unit_without_one_example_is_that_of_the_others_to_first_order():
    """The mean distance of pairs without it, exactly; the mean radius less what it adds to it and how it moves mu."""
    x = draw(7, 2) + 3
    apart = (x[:, None] - x).norm(dim=2)
    found = unit(x, apart.sum(1))
    radii, grown = (x - x.mean(0)).norm(dim=1), (7 / 6) ** 0.5
    assert found.value == pytest.approx(float(2 * grown * radii.mean() - apart.sum() / 42))
    towards = ((x - x.mean(0)) / radii[:, None]).mean(0)
    for i in range(7):
        others = [float(apart[a, b]) for a in range(7) for b in range(7) if i not in (a, b)]
        moved = float(radii[i] - radii.mean() - (x[i] - x.mean(0)) @ towards) / 6
        expected = 2 * grown * (float(radii.mean()) - moved) - sum(others) / 30
        assert float(found.without[i]) == pytest.approx(expected)
