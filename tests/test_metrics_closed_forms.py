"""Each metric where its value is known: closed forms, equal samples, collapsed generators, other chunks, refusals."""

import math

import pytest
import torch

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.classes import census, inception_score
from saddlepoint.statistics.copies import copying, near_copies
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.influence import Reference, frechet_interval, frechet_of, frechet_to, without_bias
from saddlepoint.statistics.intervals import jackknife, student_95
from saddlepoint.statistics.kernel import kernel_distance, polynomial
from saddlepoint.statistics.manifold import manifold
from saddlepoint.statistics.parzen import log_density, parzen, squared_distances
from saddlepoint.statistics.similarity import ms_ssim, scales, ssim
from saddlepoint.statistics.sliced import directions, sliced_wasserstein, squared_on_lines


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=rng(seed))


# The Frechet distance's interval


def test_the_influence_function_gives_the_interval_of_the_jackknife():
    real, y = random(400, 4), random(200, 4, seed=1) @ random(4, 4, seed=2) + 0.3
    reference = Reference.of(fit(real))
    quick, whole = frechet_interval(y, reference), fit(y)
    slow = jackknife(
        frechet(whole, reference.moments), [frechet(whole.without(fit(each[None])), reference.moments) for each in y]
    )
    assert quick.value == pytest.approx(slow.value, rel=1e-9)
    assert quick.high - quick.low == pytest.approx(slow.high - slow.low, rel=0.05)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    # N(0.5, 4) against N(0, 1) in one dimension: 0.25 + (2 - 1)^2
    reference = Reference.of(fit(random(200_000, 1)))
    found = [frechet_interval(0.5 + 2 * random(500, 1, seed=seed), reference) for seed in range(1, 201)]
    assert 180 <= sum(i.low <= 1.25 <= i.high for i in found) <= 198


def test_the_distance_of_a_sample_to_itself_is_zero_also_without_full_rank():
    for y in (random(50, 8), random(20, 30), random(20, 3) @ random(3, 30)):
        assert abs(frechet_interval(y, Reference.of(fit(y))).value) < 1e-5


def test_a_sample_is_at_no_distance_from_itself_however_steep_its_spectrum():
    """The roots of pixels' small variances are lost where the covariances are multiplied: it came to 5e-6 here."""
    y = random(600, 300) * torch.logspace(0, -7, 300, dtype=torch.float64)
    found = frechet_interval(y, Reference.of(fit(y)))
    assert found.low <= 0 <= found.value < 1e-9 * float(fit(y).covariance.trace())


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_the_interval_is_the_same_in_any_chunks(monkeypatch: pytest.MonkeyPatch, chunk: int):
    """Of the samples whose moments are taken, and of those whose influence is looked at: only rounding may differ."""
    y, reference = 1.3 * random(300, 6, seed=1) + 0.2, Reference.of(fit(random(400, 6)))
    whole = frechet_interval(y, reference)
    monkeypatch.setattr("saddlepoint.statistics.influence.CHUNK", chunk)
    assert frechet_interval(y, reference) == pytest.approx(whole, rel=1e-12)
    monkeypatch.setattr("saddlepoint.statistics.gaussian.CHUNK", chunk)
    assert frechet_interval(y, reference) == pytest.approx(whole, rel=1e-12)


def test_extrapolation_takes_the_bias_away():
    moments = fit(random(100_000, 10))
    reference = Reference.of(moments)
    plain, mended = [], []
    for seed in range(1, 41):
        y = random(100, 10, seed=seed)
        whole = frechet_interval(y, reference)
        plain.append(whole.value)
        mended.append(without_bias(y, reference, whole).value)
    assert sum(plain) / 40 > 0.3  # the truth is 0
    assert abs(sum(mended) / 40) < 0.2 * sum(plain) / 40
    with pytest.raises(SaddlepointError, match="more samples than features"):
        without_bias(random(20, 10), reference, frechet_interval(random(20, 10), reference))


def test_extrapolation_does_not_mind_labels_in_turn():
    """Two classes 20 apart, one sample of each in turn: halves by place would each hold one class alone."""
    turns = torch.tensor([[10.0], [-10.0]], dtype=torch.float64)
    y = random(400, 3) + turns.repeat(200, 1)
    moments = fit(random(20_000, 3, seed=1) + turns.repeat(10_000, 1))
    reference = Reference.of(moments)
    whole = frechet_interval(y, reference)
    assert abs(without_bias(y, reference, whole).value - whole.value) < 1
    assert frechet_to(fit(y), reference) == pytest.approx(whole.value, abs=1e-9)


# The kernel distance


def test_the_kernel_distance_is_its_formula_in_any_chunks():
    x, y = random(9, 3), random(7, 3, seed=1)
    expected = sum(polynomial(x, x)[i, j] for i in range(9) for j in range(9) if i != j) / 72
    expected += sum(polynomial(y, y)[i, j] for i in range(7) for j in range(7) if i != j) / 42
    expected -= 2 * polynomial(x, y).mean()
    for chunk in (1, 4, 100):
        assert kernel_distance(x, y, chunk).value == pytest.approx(float(expected), rel=1e-12)
    assert kernel_distance(y, x).value == pytest.approx(float(expected), rel=1e-12)


def test_samples_of_one_distribution_have_kernel_distances_around_zero():
    found = [kernel_distance(random(80, 4, seed=2 * s), random(80, 4, seed=2 * s + 1)).value for s in range(60)]
    mean = sum(found) / 60
    error = (sum((v - mean) ** 2 for v in found) / 59 / 60) ** 0.5
    assert abs(mean) < 3 * error
    assert min(found) < 0 < max(found)


# Precision and recall


def test_a_collapsed_generator_has_precision_and_no_recall():
    x = random(300, 2)
    collapsed = x[:1] + 1e-3 * random(200, 2, seed=1)
    found = manifold(x, collapsed)
    assert found.precision.value == 1.0
    assert found.recall.value < 0.05
    assert found.coverage.value < 0.1


def test_a_generator_of_everything_and_nonsense_has_recall_and_no_precision():
    x = 0.1 * random(200, 2)
    found = manifold(x, 10 * random(300, 2, seed=1))
    assert found.precision.value < 0.1
    assert found.recall.value > 0.9
    assert found.density.value < 0.1


def test_precision_one_way_is_recall_the_other():
    x, y = random(120, 3), random(150, 3, seed=1) * 0.7
    assert manifold(x, y).precision.value == manifold(y, x).recall.value
    same = manifold(x, x)
    assert (same.precision.value, same.recall.value, same.coverage.value) == (1, 1, 1)


# Inception score and census


def test_inception_scores_of_extremes():
    certain = 1e4 * torch.eye(5).repeat(20, 1)
    assert inception_score(certain).value == pytest.approx(5, rel=1e-12)
    assert inception_score(torch.zeros(100, 5)).value == pytest.approx(1, abs=1e-12)
    assert inception_score(certain[:1].repeat(100, 1)).value == pytest.approx(1, abs=1e-12)


def sure(labels: torch.Tensor, seed: int) -> torch.Tensor:
    """Logits of a classifier that is the surer the lower the label, of ten, and takes it for the next one at times."""
    turned = (labels + (torch.rand(len(labels), generator=rng(seed)) < 0.2)) % 10
    return (9.0 - labels)[:, None] * torch.eye(10)[turned]


def test_the_interval_of_the_inception_score_does_not_mind_labels_in_turn_and_is_the_spread_over_draws():
    """With ten classes in turn, a part by place would be of one class alone: every order has half-widths within a third
    of each other, and their mean is 1.96 standard deviations of 100 draws, known to 1 / sqrt(198), allowed for three
    times.
    """
    turns, draws = torch.arange(1_000) % 10, [torch.randint(10, (1_000,), generator=rng(seed)) for seed in range(100)]
    found = [inception_score(sure(labels, seed)) for seed, labels in enumerate(draws)]
    values, low, high = torch.tensor(found, dtype=torch.float64).T
    half = float((high - low).mean()) / 2
    assert half == pytest.approx(1.96 * float(values.std()), rel=3 / 198**0.5)
    logits = sure(turns, 0)
    ordered, mixed = inception_score(logits), inception_score(logits[torch.randperm(1_000, generator=rng(9))])
    assert ordered.value == pytest.approx(mixed.value, rel=1e-12)
    assert (ordered.high - ordered.low) / (mixed.high - mixed.low) == pytest.approx(1, rel=1 / 3)


def test_census_of_known_counts():
    labels = torch.tensor([0] * 6 + [2] * 3 + [3])
    found = census(labels, 4)
    q = [0.6, 0.3, 0.1]
    assert found.counts.tolist() == [6, 0, 3, 1]
    assert found.modes.value == 3
    assert found.kl.value == pytest.approx(math.log(4) + sum(p * math.log(p) for p in q), rel=1e-12)
    without = [census(torch.cat([labels[:i], labels[i + 1 :]]), 4) for i in range(10)]
    assert found.kl == pytest.approx(jackknife(found.kl.value, [c.kl.value for c in without]), rel=1e-9)
    assert found.modes == pytest.approx(jackknife(3.0, [c.modes.value for c in without]), rel=1e-9)


def test_uniform_draws_score_the_floor():
    kls = [float(census(torch.randint(1000, (26_000,), generator=rng(seed)), 1000).kl.value) for seed in range(20)]
    assert census(torch.arange(26_000) % 1000, 1000).floor == pytest.approx(0.0192, abs=5e-5)
    assert sum(kls) / 20 == pytest.approx(0.0192, abs=0.0006)
    assert census(torch.arange(26_000) % 1000, 1000).kl.value == pytest.approx(0, abs=1e-12)
    assert census(torch.arange(20), 1000).floor == math.log(1000), "of 20 samples, as of one, KL cannot be higher"


def test_the_floor_of_few_modes_is_millers():
    """(K - 1) / (2 N), of three modes by 300 samples."""
    assert census(torch.arange(300) % 3, 3).floor == pytest.approx(2 / 600, rel=1e-12)


# Parzen windows


def test_one_window_is_a_gaussian():
    x, s, sigma = random(6, 3), random(1, 3, seed=1), 0.7
    normal = torch.distributions.Normal(s, sigma)
    torch.testing.assert_close(
        log_density(squared_distances(x, s), sigma, 3), normal.log_prob(x).sum(1), rtol=1e-12, atol=0
    )


def test_a_parzen_window_is_a_density():
    line = torch.linspace(-8, 9, 4001, dtype=torch.float64)[:, None]
    p = log_density(squared_distances(line, torch.tensor([[0.0], [1.0]])), 0.5, 1).exp()
    assert float(torch.trapezoid(p, line[:, 0])) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_a_parzen_window_is_the_same_in_any_chunks(monkeypatch: pytest.MonkeyPatch, chunk: int):
    samples, validation, test = (random(n, 5, seed=n).sigmoid() for n in (400, 90, 70))
    whole = parzen(samples, validation, test)
    monkeypatch.setattr("saddlepoint.statistics.parzen.CHUNK", chunk)
    found = parzen(samples, validation, test)
    assert found.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)
    assert (found.error, found.sigma) == (pytest.approx(whole.error, rel=1e-12), whole.sigma)


def test_parzen_refuses_what_would_silently_be_nothing():
    x = torch.rand(10, 4)
    for broken in ((x[:1], x, x), (x, x, x[:0]), (x, x, x * math.nan)):
        with pytest.raises(SaddlepointError, match="Parzen"):
            parzen(*broken)


# Sliced Wasserstein


def test_two_points_are_as_far_apart_as_their_shadows():
    x, y = torch.zeros(20, 3), torch.tensor([[3.0, 0, 4]]).repeat(20, 1)
    w = directions(3, 20_000, rng())
    assert sliced_wasserstein(x, y, w).value == pytest.approx(5 / 3**0.5, rel=1e-2)


@pytest.mark.parametrize(("n", "m"), [(4, 6), (5, 5), (1, 7), (9, 3)])
def test_on_a_line_the_distance_is_that_of_quantiles(n, m):
    a, b = random(n, 2).sort(0).values, random(m, 2, seed=1).sort(0).values
    fine = n * m
    expected = (a.repeat_interleave(fine // n, 0) - b.repeat_interleave(fine // m, 0)).square().mean(0)
    torch.testing.assert_close(squared_on_lines(a, b), expected, rtol=1e-12, atol=1e-14)


def test_sliced_wasserstein_of_a_shift_and_of_itself():
    x = random(60, 4)
    w = directions(4, 300, rng())
    assert sliced_wasserstein(x, x[torch.randperm(60)], w).value == 0
    shift = torch.tensor([1.0, 2.0, 0.0, -2.0], dtype=torch.float64)
    assert sliced_wasserstein(x, x + shift, w).value == pytest.approx(float((shift @ w).square().mean()) ** 0.5)
    ordered = sliced_wasserstein(x, 2 * x, w)
    torch.testing.assert_close(sliced_wasserstein(x, 2 * x[torch.arange(59, -1, -1)], w).value, ordered.value)


def test_sliced_wasserstein_is_the_same_from_either_side():
    """Samples of different number, so that the pieces between their steps are unequal; rounding alone may differ."""
    x, y, w = random(60, 4), 1.5 * random(45, 4, seed=1) + 1, directions(4, 50, rng())
    assert sliced_wasserstein(x, y, w).value == pytest.approx(sliced_wasserstein(y, x, w).value, rel=1e-12)


def classes(labels: torch.Tensor, seed: int) -> torch.Tensor:
    """Normal samples around ten centres that are 3 times as far apart as they are wide, [n, 5]."""
    return 3 * random(10, 5, seed=99)[labels] + random(len(labels), 5, seed=seed)


@pytest.mark.slow
def test_the_interval_of_sliced_wasserstein_does_not_mind_labels_in_turn():
    """A run's samples: with ten classes in turn, every tenth would be a class. Any order has the same value and, as a
    standard deviation of ten parts is known to 1 / sqrt(18) of itself, half-widths within twice that of their mean.
    """
    w, labels = directions(5, 50, rng()), torch.arange(1000) % 10
    x, y = classes(labels, 1), 1.2 * classes(labels, 2)
    found = [sliced_wasserstein(x, y[torch.randperm(1000, generator=rng(seed))], w) for seed in range(20)]
    turns, half = sliced_wasserstein(x, y, w), sum(each.high - each.value for each in found) / 20
    assert turns.value == pytest.approx(found[0].value, rel=1e-12)
    assert abs(turns.high - turns.value - half) < 2 * half / 18**0.5


@pytest.mark.slow
def test_the_interval_of_sliced_wasserstein_is_the_spread_over_draws():
    """The mean of 60 half-widths over 2.10 standard deviations of the 60 values, for Student's t with 18 degrees; the
    deviations are known to 1 / sqrt(118) of themselves, and the half-widths' mean to 1 / sqrt(36 * 60): 10 % together,
    allowed for twice.
    """
    w = directions(5, 50, rng())
    draws = [torch.randint(10, (2, 500), generator=rng(seed)) for seed in range(60)]
    found = [
        sliced_wasserstein(classes(a, 100 + seed), 1.2 * classes(b, 200 + seed), w) for seed, (a, b) in enumerate(draws)
    ]
    spread = student_95(18) * float(torch.tensor([each.value for each in found]).std())
    assert sum(each.high - each.value for each in found) / 60 == pytest.approx(spread, rel=0.2)


# Structural similarity


def test_few_scales_are_weighted_to_sum_to_one():
    """Of different pictures, by its formula: two scales with .0448 and .2856 over their sum."""
    x = torch.rand(3, 2, 24, 24, dtype=torch.float64, generator=rng())
    y = (x + 0.3 * torch.rand(x.shape, dtype=torch.float64, generator=rng(1))).clamp(0, 1)
    fine, coarse = ssim(x, y), ssim(*(torch.nn.functional.avg_pool2d(each, 2) for each in (x, y)))
    first, second = (w / (0.0448 + 0.2856) for w in (0.0448, 0.2856))
    expected = fine.contrast**first * coarse.ssim**second
    torch.testing.assert_close(ms_ssim(x, y), expected, rtol=1e-12, atol=0)
    assert float(expected.max()) < 0.95


def test_similarity_of_equal_constant_and_opposite_pictures():
    x = torch.rand(2, 3, 16, 16, generator=rng())
    torch.testing.assert_close(ssim(x, x).ssim, torch.ones(2).double())
    a, b = torch.full((1, 1, 11, 11), 0.2), torch.full((1, 1, 11, 11), 0.6)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert float(ssim(a, b).ssim) == pytest.approx(expected, rel=1e-6)
    assert float(ssim(x, 1 - x).ssim.max()) < 0


def test_small_pictures_have_fewer_scales():
    assert [scales(s, 500) for s in (10, 11, 28, 44, 176)] == [0, 1, 2, 3, 5]
    x = torch.rand(2, 1, 28, 28, generator=rng())
    torch.testing.assert_close(ms_ssim(x, x), torch.ones(2).double())
    with pytest.raises(SaddlepointError, match="larger pictures"):
        ms_ssim(x, x, 3)


# Copies


def test_the_p_value_is_uniform_where_nothing_is_copied():
    # samples, training and held-out pictures of one distribution
    ps = []
    for seed in range(60):
        g = rng(seed)
        real, samples = torch.rand(60, 2, generator=g), torch.rand(40, 2, generator=g)
        nearest = torch.cdist(samples, real).argmin(1)
        trained = torch.arange(60) < 40
        ps.append(copying(torch.bincount(nearest, minlength=60), trained, g).p.value)
    assert 0.35 < sum(ps) / 60 < 0.65
    assert sum(p <= 0.1 for p in ps) <= 14


@pytest.mark.slow
def test_few_of_many_are_drawn_from_all_over():
    """The further back a picture stands the more samples it attracts; those that were shown stand at every twentieth
    place, and so attract as much as chance lets any 50 of 1,000: half of all shuffles more, half less. Where all but
    these were shown, it is the same.
    """
    shown = torch.arange(1_000) % 20 == 10
    for trained in (shown, ~shown):
        assert copying(torch.arange(1_000), trained, rng()).p.value == pytest.approx(0.5, abs=0.03)


def test_copies_of_training_pictures_are_found_and_one_favourite_is_no_proof():
    trained = torch.arange(300) < 200
    spread = torch.zeros(300, dtype=torch.long)
    spread[:100] = 1
    found = copying(spread, trained, rng())
    assert found.p.value == 0.0001
    assert 0 < found.p.low < found.p.value < found.p.high < 0.01
    assert (found.share.value, found.expected) == (1, pytest.approx(2 / 3))
    favourite = torch.zeros(300, dtype=torch.long)
    favourite[7] = 100
    assert copying(favourite, trained, rng()).p.value > 0.5
    with pytest.raises(SaddlepointError, match="0 held out"):
        copying(spread, torch.ones(300).bool(), rng())


@pytest.mark.parametrize("training", [60, 20])
def test_the_p_value_is_that_of_every_way_to_shuffle(training):
    """Of 80 pictures 5 attract one sample each, 3 attract four; how many of each kind were trained on is independent
    of order: p by summing over both counts.
    """
    attracted = torch.zeros(80, dtype=torch.long)
    attracted[:3], attracted[40:45] = 4, 1
    trained = (torch.arange(80) + 20) % 80 < training  # the heavy ones are among them where 60 are, not where 20 are
    seen, ways = int(attracted[trained].sum()), math.comb(80, training)
    p = sum(
        math.comb(3, a) * math.comb(5, b) * math.comb(72, training - a - b) / ways
        for a in range(4)
        for b in range(6)
        if 4 * a + b >= seen
    )
    found = copying(attracted, trained, rng())
    assert abs(found.p.value - p) < 4 * math.sqrt(p * (1 - p) / 10_000) + 1e-4


def test_near_copies_are_judged_by_what_is_usual_around_them():
    to_training = torch.tensor([1.0, 0.9, 0.0, 5.0, 0.1])
    usual = torch.tensor([2.0, 9.0, 1.0, 4.0, 0.2])
    assert near_copies(to_training, usual).tolist() == [2, 1]
    assert near_copies(torch.tensor([1.0, 0.0]), torch.tensor([torch.inf] * 2)).tolist() == [1]


def test_a_near_copy_is_three_times_as_close_as_is_usual_and_the_closest_comes_first():
    """Closer than a third, not as close; of equally close ones the first."""
    apart, usual = torch.tensor([1.0, 0.999, 0.5, 1.0, 2.0]), torch.tensor([3.0, 3.0, 3.0, 6.0, 6.1])
    assert near_copies(apart, usual).tolist() == [2, 3, 4, 1]
    infinite = torch.tensor([torch.inf, torch.inf, 0.5])
    assert near_copies(torch.tensor([0.1, 0.0, 0.0]), infinite).tolist() == [1, 2]


@pytest.mark.parametrize(("n", "parts"), [(4, 2), (7, 3), (99, 49), (120, 50)])
def test_the_interval_of_the_inception_score_is_over_as_many_parts_as_have_two_each(n: int, parts: int):
    logits = 3 * torch.randn(n, 4, dtype=torch.float64, generator=rng(7))

    def score(z: torch.Tensor) -> float:
        p = z.softmax(1)
        return float((p * (p.log() - p.mean(0).log())).sum(1).mean().exp())

    of = torch.randperm(n, generator=rng(0)) % parts
    expected = jackknife(score(logits), [score(logits[of != part]) for part in range(parts)])
    assert inception_score(logits) == pytest.approx(expected, rel=1e-10)


def test_no_distance_is_below_nothing():
    for seed in range(30):
        a = fit(random(30, 12, seed=seed) @ random(12, 12, seed=seed + 100))
        assert frechet(a, a) >= 0
        assert frechet_to(a, Reference.of(a)) >= 0


def test_a_half_has_more_samples_than_features_where_the_bias_is_taken_off():
    given = Reference.of(fit(random(100, 5, seed=1)))
    for n, fine in ((13, True), (12, True), (11, False)):  # halves of 7 and 6, of 6, of 6 and 5
        y = random(n, 5, seed=2)
        whole = frechet_interval(y, given)
        if fine:
            assert without_bias(y, given, whole).high > whole.value - 1e9
        else:
            with pytest.raises(SaddlepointError, match="5 samples in a half for 5 features"):
                without_bias(y, given, whole)


def test_of_few_samples_students_quantile_is_of_one_degree_less():
    """Moved far, each of n adds what its own place says: 2 m / n, with the sample's deviation for theirs."""
    y = random(6, 1, seed=3)
    given = Reference.of(fit(random(100_000, 1, seed=4)))
    found = frechet_interval(y + 1_000, given)
    expected = student_95(5) * 2_000 * float(y.std()) / 6**0.5
    assert found.high - found.value == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("n", "f"), [(2, 6), (5, 6), (6, 6), (7, 6), (40, 6), (12, 90)])
def test_the_distance_of_few_rows_is_that_of_their_gaussian(n: int, f: int) -> None:
    """Of fewer rows than features by a matrix of n x n, of more by one of f x f: the same number."""
    rng = torch.Generator().manual_seed(n)
    x, y = torch.randn(200, f, generator=rng) @ torch.randn(f, f, generator=rng), torch.randn(n, f, generator=rng) + 1
    reference = Reference.of(fit(x))
    assert frechet_of(y, reference) == pytest.approx(frechet_to(fit(y), reference), rel=1e-6)
