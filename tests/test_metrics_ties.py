"""Precision, recall, density and coverage of features that have ties: counts, lattices, categories, copies."""

from math import comb

import pytest
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from saddlepoint.statistics.both import PARTS
from saddlepoint.statistics.intervals import parts_of
from saddlepoint.statistics.manifold import balls, distances, held, manifold


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(n: int, seed: int) -> Tensor:
    return torch.randn(n, 3, dtype=torch.float64, generator=rng(seed))


def counts(n: int, seed: int) -> Tensor:
    return torch.poisson(torch.full((n, 2), 1.5, dtype=torch.float64), generator=rng(seed))


def lattice(n: int, seed: int) -> Tensor:
    return torch.randint(5, (n, 2), generator=rng(seed)).double()


def categories(n: int, seed: int) -> Tensor:
    """One-hots of twelve, some rarer than there are neighbours."""
    weights = torch.arange(1.0, 13) ** 2
    return one_hot(torch.multinomial(weights, n, True, generator=rng(seed)), 12).double()


def mixture(n: int, seed: int) -> Tensor:
    """Half of them one of two points, the other half normal."""
    places = torch.randint(4, (n, 1), generator=rng(seed))
    return normal(n, seed + 100_000).where(places > 1, places.double())


def constant(n: int, seed: int) -> Tensor:
    return torch.ones(n, 2, dtype=torch.float64)


def of_all(x: Tensor, y: Tensor, k: int) -> Tensor:
    """(precision, density, coverage)."""
    member = one_hot(parts_of(len(y), PARTS), PARTS).float()
    return held(distances(x, y), balls(distances(x, x), k), member, k)[:, 0]


@pytest.mark.parametrize("law", [normal, counts, lattice, categories, mixture, constant])
def test_samples_of_the_real_law_have_the_same_density_and_coverage_whatever_ties_it_has(law):
    """The k-th of n - 1 neighbours is beyond one more with probability k / n, and beyond all m with probability
    1 - C(n - 1, k) / C(n + m - 1, k), for any law: means over 600 draws, known to their own standard error.
    """
    n, m, k = 30, 20, 3
    found = torch.stack([of_all(law(n, seed), law(m, 1_000 + seed), k) for seed in range(600)])
    error = found.std(0) / 600**0.5
    for place, expected in ((1, 1.0), (2, 1 - comb(n - 1, k) / comb(n + m - 1, k))):
        assert abs(float(found[:, place].mean()) - expected) < 4 * float(error[place]) + 1e-9


@pytest.mark.parametrize("law", [counts, lattice, categories, mixture])
def test_ties_are_judged_as_with_a_noise_too_small_to_matter(law):
    """Density and coverage are means over all orders of the tied: those over 400 noises, each without ties."""
    x, y, k = law(24, 1), law(16, 2), 3
    noisy = [
        of_all(x + 1e-6 * torch.randn(x.shape, generator=g), y + 1e-6 * torch.randn(y.shape, generator=g), k)
        for g in (rng(seed) for seed in range(400))
    ]
    found, error = torch.stack(noisy), torch.stack(noisy).std(0) / 400**0.5
    for place in (1, 2):
        assert abs(float(found[:, place].mean() - of_all(x, y, k)[place])) < 4 * float(error[place])


@pytest.mark.parametrize("law", [counts, lattice, categories, mixture, constant])
def test_a_perfect_sampler_of_tied_data_is_near_one_in_all_four(law):
    for interval in manifold(law(400, 1), law(400, 2)):
        assert interval.low <= interval.value <= interval.high
        assert interval.value == pytest.approx(1, abs=0.15)


def test_a_bad_sampler_of_tied_data_is_seen():
    """One of ten equally frequent categories alone; categories that the data do not have; half of these."""
    x = torch.eye(12, dtype=torch.float64)[torch.arange(400) % 10]
    eye = torch.eye(12, dtype=torch.float64)
    one, others, half = (eye[torch.as_tensor(which)].repeat(200, 1) for which in ([0, 0], [10, 11], [0, 10]))
    found = manifold(x, one)
    assert found.precision.value > 0.99
    assert found.recall.value == pytest.approx(0.1, abs=0.01)
    assert found.coverage.value == pytest.approx(0.1, abs=0.01)
    found = manifold(x, others)
    assert [each.value for each in found] == [0, 0, 0, 0]
    found = manifold(x, half)
    assert found.precision.value == pytest.approx(0.5, abs=0.01)
    assert found.density.value == pytest.approx(0.5, abs=0.01)


def test_one_rare_category_does_not_make_all_of_them_real():
    """With three of its kind its ball reaches as far as to every other one, which stand on its border."""
    eye = torch.eye(3, dtype=torch.float64)
    x, y = eye[torch.tensor([0] * 97 + [1] * 3)], eye[torch.full((100,), 2)]
    found = manifold(x, y)
    assert found.precision.value == pytest.approx(1 - (1 - 3 / 98) ** 3, abs=1e-9)
    assert found.density.value == pytest.approx(3 * (3 / 98) / 5, abs=1e-9)
