"""Moments, the Frechet distance, pairwise distances and intervals against closed forms and outside references."""

import math

import numpy as np
import pytest
import torch

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.distances import mean_over_pairs, mean_pairwise_distance
from saddlepoint.statistics.gaussian import Gaussian, fit, frechet, square_root
from saddlepoint.statistics.intervals import NORMAL_95, Interval, jackknife, mean_of, wilson


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def gaussian(d: int, seed: int, rank: int | None = None) -> Gaussian:
    """A Gaussian in d dimensions whose covariance has this rank."""
    factor = random(d, rank or d, seed=seed)
    return Gaussian(random(d, seed=seed + 1000), factor @ factor.T, 1000)


def diagonal(mean: list[float], variances: list[float]) -> Gaussian:
    return Gaussian(torch.tensor(mean).double(), torch.diag(torch.tensor(variances).double()), 1000)


def test_moments_are_numpys():
    y = random(37, 5)
    whole = fit(y.float())
    assert whole.mean.dtype == whole.covariance.dtype == torch.float64
    np.testing.assert_allclose(fit(y).mean.numpy(), y.numpy().mean(0), atol=1e-14)
    np.testing.assert_allclose(fit(y).covariance.numpy(), np.cov(y.numpy().T), atol=1e-14)
    assert fit(y).n == 37


def test_moments_of_many_samples_and_features_are_numpys():
    y = random(4500, 600) + 3
    found = fit(y)
    np.testing.assert_allclose(found.covariance.numpy(), np.cov(y.numpy().T), rtol=1e-10, atol=1e-12)
    assert found.covariance.equal(found.covariance.T)


@pytest.mark.parametrize("chunk", [1, 2, 7, 36])
def test_merging_chunks_in_any_size_gives_the_moments_of_the_whole(chunk):
    y = random(37, 5) + 1e4  # a large mean: sums of squares would lose it
    first, *others = (fit(part) for part in y.split(chunk))
    merged = first
    for part in others:
        merged = merged.merge(part)
    torch.testing.assert_close(merged.mean, fit(y).mean, rtol=1e-14, atol=0)
    torch.testing.assert_close(merged.covariance, fit(y).covariance, rtol=1e-9, atol=1e-9)
    assert merged.n == 37


def test_taking_a_part_out_is_fitting_the_rest():
    y = random(37, 5) + 3
    rest = fit(y).without(fit(y[::4]))
    expected = fit(torch.stack([y[i] for i in range(37) if i % 4]))
    torch.testing.assert_close(rest.mean, expected.mean, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(rest.covariance, expected.covariance, rtol=1e-12, atol=1e-12)
    assert rest.n == expected.n
    with pytest.raises(SaddlepointError, match="1 of 37 samples remain"):
        fit(y).without(fit(y[:36]))


@pytest.mark.parametrize("bad", [torch.zeros(0, 3), torch.zeros(3), torch.tensor([[1.0, math.nan]])])
def test_features_without_moments_are_refused(bad):
    with pytest.raises(SaddlepointError):
        fit(bad)


def test_frechet_between_commuting_gaussians_is_between_their_axes():
    # sum (mu_a - mu_b)^2 + (sigma_a - sigma_b)^2
    a, b = diagonal([0, 1, 2], [4, 9, 0]), diagonal([3, 1, 0], [1, 16, 25])
    assert frechet(a, b) == pytest.approx((9 + 0 + 4) + (1 + 1 + 25), abs=1e-12)
    turn = torch.linalg.qr(random(3, 3)).Q
    turned = [Gaussian(turn @ g.mean, turn @ g.covariance @ turn.T, g.n) for g in (a, b)]
    assert frechet(*turned) == pytest.approx(40, abs=1e-11)


def test_frechet_in_two_dimensions_where_covariances_do_not_commute():
    # For 2 x 2 matrices tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)), by the eigenvalues of M = S_a S_b
    S, R = torch.tensor([[2.0, 1.0], [1.0, 3.0]]).double(), torch.tensor([[5.0, -2.0], [-2.0, 1.0]]).double()
    zero = torch.zeros(2).double()
    expected = (2 + 3) + (5 + 1) - 2 * math.sqrt((10 - 2 - 2 + 3) + 2 * math.sqrt(5 * 1))
    assert not torch.allclose(S @ R, R @ S)
    assert frechet(Gaussian(zero, S, 9), Gaussian(zero, R, 9)) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("d", [1, 3, 20, 60])
def test_frechet_agrees_with_scipys_matrix_root(d):
    linalg = pytest.importorskip("scipy.linalg")
    a, b = gaussian(d, seed=1), gaussian(d, seed=2)
    root = linalg.sqrtm(a.covariance.numpy() @ b.covariance.numpy()).real
    traces = np.trace(a.covariance.numpy() + b.covariance.numpy() - 2 * root)
    expected = float((a.mean - b.mean).square().sum()) + traces
    assert frechet(a, b) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("rank", [1, 5, 40])
def test_frechet_to_itself_is_zero_at_any_rank(rank):
    a = gaussian(40, seed=3, rank=rank)
    assert frechet(a, a) <= 1e-12 * float(a.covariance.trace())


@pytest.mark.parametrize("rank", [2, 10])
def test_frechet_is_symmetric_and_a_shift_adds_its_square(rank):
    a, b = gaussian(10, seed=4, rank=rank), gaussian(10, seed=5)
    assert frechet(a, b) == pytest.approx(frechet(b, a), rel=1e-10)
    away = torch.linspace(-1, 2, 10).double()
    base = frechet(a._replace(mean=b.mean), b)
    assert base > 1
    assert frechet(a._replace(mean=b.mean + away), b) == pytest.approx(base + float(away.square().sum()), rel=1e-12)
    assert frechet(a._replace(mean=a.mean + away), a) == pytest.approx(float(away.square().sum()), rel=1e-9)


def test_frechet_between_lines_of_rank_one():
    # S = u u^T, R = v v^T:  tr (S R)^(1/2) = |u . v|
    u, v, zero = random(30, seed=6), random(30, seed=7), torch.zeros(30).double()
    expected = float(u @ u + v @ v - 2 * (u @ v).abs())
    lines = [Gaussian(zero, torch.outer(w, w), 9) for w in (u, v)]
    assert frechet(*lines) == pytest.approx(expected, rel=1e-7)


def test_frechet_scales_with_the_square_of_the_features():
    y, w = random(200, 6, seed=8), random(150, 6, seed=9) * 2 + 1
    assert frechet(fit(1e6 * y), fit(1e6 * w)) == pytest.approx(1e12 * frechet(fit(y), fit(w)), rel=1e-10)


def test_frechet_refuses_other_features_and_single_samples():
    with pytest.raises(SaddlepointError, match="3 and 4 wide"):
        frechet(gaussian(3, 1), gaussian(4, 2))
    with pytest.raises(SaddlepointError, match="1 samples have no covariance"):
        frechet(gaussian(3, 1), gaussian(3, 2)._replace(n=1))


def test_the_root_squared_is_the_covariance():
    S = gaussian(12, seed=10, rank=7).covariance
    root = square_root(S)
    torch.testing.assert_close(root @ root, S, rtol=1e-11, atol=1e-11)
    torch.testing.assert_close(root, root.T, rtol=0, atol=1e-12)


def test_pairwise_distance_and_its_jackknife_are_those_of_the_definition():
    y = random(9, 4, seed=11)

    def mean_of(rows: torch.Tensor) -> float:
        pairs = [(rows[i] - rows[j]).norm().item() for i in range(len(rows)) for j in range(len(rows)) if i != j]
        return sum(pairs) / len(pairs)

    without = [mean_of(torch.cat([y[:i], y[i + 1 :]])) for i in range(9)]
    assert mean_pairwise_distance(y) == pytest.approx(jackknife(mean_of(y), without), rel=1e-12)


def test_pairwise_distance_of_known_sets():
    assert mean_pairwise_distance(torch.ones(5, 3)) == Interval(0, 0, 0)
    two_heaps = torch.tensor([[0.0, 0.0]] * 4 + [[3.0, 4.0]] * 4)
    assert mean_pairwise_distance(two_heaps).value == pytest.approx(5 * 32 / 56, rel=1e-14)
    with pytest.raises(SaddlepointError, match="N >= 3"):
        mean_pairwise_distance(torch.ones(2, 3))


def test_a_mean_over_pairs_has_the_jackknife_over_members_less_what_single_pairs_add_twice():
    """By the definition, each member left out with its pairs; and pairs that share no member are independent: B of them
    have the half-width of B numbers, to the 3 / B by which (B - 1/2) B / (B - 1)^2 * 2 - 1 exceeds 1.
    """
    first, second = torch.tensor([0, 0, 1, 2, 4, 3, 0]), torch.tensor([1, 2, 2, 3, 0, 4, 1])
    h = (first + second).double() + 0.1 * random(7, seed=13)
    without = [float(h[(first != i) & (second != i)].mean()) for i in range(5)]
    slow = (jackknife(float(h.mean()), without).high - float(h.mean())) / NORMAL_95
    half = NORMAL_95 * math.sqrt(slow**2 - float((h - h.mean()).square().sum()) / 49)
    expected = (float(h.mean()), float(h.mean()) - half, float(h.mean()) + half)
    assert mean_over_pairs(h, first, second, 5) == pytest.approx(expected, rel=1e-12)
    apart, places = random(300, seed=14), torch.arange(600)
    found = mean_over_pairs(apart, places[::2], places[1::2], 600)
    alone = NORMAL_95 * float(apart.std(correction=0)) / math.sqrt(300)
    assert 1 <= (found.high - found.value) / alone < 1 + 3 / 300
    with pytest.raises(SaddlepointError, match="a pair must remain"):
        mean_over_pairs(h[:3], first[:3] * 0, second[:3], 5)


@pytest.mark.parametrize(("n", "low", "high"), [(3, (5 / 6) ** 0.5, (10 / 3) ** 0.5), (10, (41 / 45) ** 0.5, 1.5**0.5)])
def test_its_standard_error_is_known_in_the_two_cases_between_which_all_others_lie(n, low, high):
    """h_ij = a_i + a_j of normal a: the mean has variance 4 / n, of which 1 - (n - 2) / (n (n - 1)) is found. h of each
    pair by itself: 2 / (n (n - 1)), and 10/3 of it is found of three; of ten, where either of the two variances may be
    the greater, 1.5 (5,000 draws of other seeds). A squared half-width varies by sqrt(2 / (n - 1)) of itself: the root
    of the mean of 1,000 is known to 1.6 %, allowed for four times.
    """
    first, second = torch.triu_indices(n, n, 1)
    squares = {"members": 0.0, "pairs": 0.0}
    for seed in range(1_000):
        a, h = random(n, seed=seed), random(len(first), seed=5_000 + seed)
        for name, values in (("members", a[first] + a[second]), ("pairs", h)):
            found = mean_over_pairs(values, first, second, n)
            squares[name] += ((found.high - found.value) / NORMAL_95) ** 2 / 1_000
    assert (squares["members"] * n / 4) ** 0.5 == pytest.approx(low, rel=0.064)
    assert (squares["pairs"] * n * (n - 1) / 2) ** 0.5 == pytest.approx(high, rel=0.064)


def test_the_mean_of_independent_values_is_known_better_than_each():
    found = mean_of([Interval(1, 0, 4), Interval(3, -1, 7)])
    assert found == pytest.approx((2, 2 - 2.5, 2 + 2.5), rel=1e-15)


def test_the_jackknife_of_a_mean_is_the_standard_error_of_the_mean():
    y = random(50, seed=12)
    interval = jackknife(float(y.mean()), [float((y.sum() - v) / 49) for v in y])
    half = 1.959964 * float(y.std()) / math.sqrt(50)
    assert interval == pytest.approx((float(y.mean()), float(y.mean()) - half, float(y.mean()) + half), rel=1e-6)
    with pytest.raises(SaddlepointError, match="at least 2"):
        jackknife(0, [1.0])


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(0)
    shares = [wilson(int(rng.binomial(200, 0.97)), 200) for _ in range(2000)]
    assert 0.93 < np.mean([i.low <= 0.97 <= i.high for i in shares]) < 0.975
    # E |y_i - y_j| for standard normals on the line is 2 / sqrt(pi)
    spreads = [mean_pairwise_distance(random(60, 1, seed=s)) for s in range(300)]
    assert 0.90 < np.mean([i.low <= 2 / math.sqrt(math.pi) <= i.high for i in spreads]) < 0.98


def test_wilson_by_its_published_form_and_at_the_ends():
    # 81 of 263: [.2553, .3662] (Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I)
    assert wilson(81, 263) == pytest.approx((81 / 263, 0.2553, 0.3662), abs=5e-5)
    q = 1.959963984540054**2 / 20
    assert wilson(20, 20) == pytest.approx((1, 1 / (1 + q), 1), rel=1e-12)
    assert wilson(0, 20) == pytest.approx((0, 0, q / (1 + q)), rel=1e-12, abs=1e-15)
    with pytest.raises(SaddlepointError):
        wilson(3, 2)


def test_an_interval_scales_with_its_value():
    assert Interval(2, 1, 4).scaled(50) == Interval(100, 50, 200)


def test_a_share_lies_within_its_interval() -> None:
    """At 0 and 1 too, where rounding may carry an end past it."""
    for share in (wilson(hits, n) for n in range(1, 500) for hits in (0, n)):
        assert share.low <= share.value <= share.high
