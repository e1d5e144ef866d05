"""The density distance of points: its definition, closed forms, that thin shapes are seen, and how often it holds."""

import math
from functools import partial

import pytest
import torch
from torch import Tensor

from saddlepoint.data.worlds import world
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card
from saddlepoint.judging.extractors.extractor import Seen
from saddlepoint.judging.group import Group
from saddlepoint.judging.headline import METRIC, OF_POINTS, headline, known
from saddlepoint.statistics import overlap
from saddlepoint.statistics.both import Side, of_both
from saddlepoint.statistics.energy import Known, energy_share, of_square
from saddlepoint.statistics.overlap import SHARES, Real, Scale, difference, sums, widths

CARD = Card("", "pixels", "none", 0, 0, "a, 9 held-out examples, b", "", 0, "")


def random(n: int, d: int, seed: int = 0) -> Tensor:
    return torch.randn(n, d, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def kernel(u: Tensor, v: Tensor, scales: tuple[Scale, ...]) -> Tensor:
    d2 = (u[:, None] - v[None]).square().sum(2)
    return sum((w * torch.exp(-d2 / (2 * s * s)) for s, w in scales), torch.zeros_like(d2))


def within(k: Tensor) -> Tensor:
    """Its mean over pairs of different points."""
    n = len(k)
    return (k.sum() - k.diagonal().sum()) / (n * (n - 1))


def slow(x: Tensor, y: Tensor, scales: tuple[Scale, ...]) -> Tensor:
    p, q, both = within(kernel(x, x, scales)), within(kernel(y, y, scales)), kernel(x, y, scales).mean()
    return 1 - 2 * both / (p + q)


def test_it_is_what_it_is_defined_to_be_with_the_jackknife_s_interval_over_both():
    x, y = random(60, 3), 1.2 * random(45, 3, seed=1) + 0.5
    real = Real.of(x)

    def but(t: Tensor, i: int) -> Tensor:
        return torch.cat([t[:i], t[i + 1 :]])

    less_x = torch.stack([slow(but(x, i), y, real.scales) for i in range(len(x))])
    less_y = torch.stack([slow(x, but(y, j), real.scales) for j in range(len(y))])
    k = kernel(x, y, real.scales)
    pairs = float((k - k.mean(0) - k.mean(1, keepdim=True) + k.mean()).square().sum())
    both = float(within(kernel(x, x, real.scales)) + within(kernel(y, y, real.scales)))
    twice = 2 * pairs * 105**2 / (60 * 45) ** 3 / both**2
    value = float(slow(x, y, real.scales))
    wanted = of_square(of_both(value, Side.of(less_x), Side.of(less_y), twice)).scaled(100)
    assert difference(real, y) == pytest.approx(wanted, rel=1e-9)


def test_scales_are_quantiles_of_the_distances_and_all_count_alike():
    x = random(80, 2)
    apart = torch.pdist(x)
    real = Real.of(x)
    for share, (width, weight) in zip(SHARES, real.scales, strict=True):
        assert float((apart <= width).double().mean()) == pytest.approx(share, abs=1 / len(apart))
        assert weight * float(within(kernel(x, x, (Scale(width, 1.0),)))) == pytest.approx(1)
    assert widths(torch.cat([x, x])) == pytest.approx(widths(x), rel=0.02), "copies are no scale"
    assert widths(random(4_000, 2)) == pytest.approx(widths(random(1_000, 2, seed=1)), rel=0.1)


def test_of_normal_points_it_has_a_closed_form():
    """E exp(-|u - v|^2 / 2 s^2) = (1 + V / s^2)^(-D/2) exp(-|m|^2 / 2 (s^2 + V)) for u - v ~ N(m, V I)."""
    d, shift, wide = 2, 0.5, 1.3
    real = Real.of(random(3_000, d))

    def mean(variance: float, m: float) -> float:
        return sum(
            w * (1 + variance / s**2) ** (-d / 2) * math.exp(-d * m * m / (2 * (s * s + variance)))
            for s, w in real.scales
        )

    found = difference(real, wide * random(3_000, d, seed=1) + shift)
    wanted = 100 * (1 - 2 * mean(1 + wide**2, shift) / (mean(2, 0) + mean(2 * wide**2, 0)))
    assert abs(found.value - wanted) < found.high - found.low < 0.4 * wanted


def test_the_ends_are_one_law_and_nothing_in_common():
    real = Real.of(random(500, 2))
    again = difference(real, random(500, 2, seed=1))
    assert again.low < 0 < again.high < 5
    assert difference(real, random(500, 2, seed=1) + 100).value == pytest.approx(100)
    assert difference(real, torch.full((500, 2), 0.3)).value > 80


@pytest.mark.parametrize("name", ["moons", "swiss-roll", "ring8"])
def test_that_a_shape_is_missing_is_seen_where_the_energy_distance_hardly_sees_it(name: str):
    """Normal points with the shape's mean and covariance, 400 of either."""
    x, y = (world(name).sample(400, torch.Generator().manual_seed(seed)).double() for seed in (0, 1))
    shapeless = y.mean(0) + random(400, 2, seed=2) @ torch.linalg.cholesky(y.T.cov()).T
    assert difference(Real.of(x), y).low < 0
    found = difference(Real.of(x), shapeless)
    assert found.low > 12
    assert found.value > 3 * energy_share(Known.of(x), shapeless).value


def test_it_is_the_same_for_any_number_of_points():
    """Its mean over draws of 20 and of 200: within three standard errors. A biased one would have 5 times as much."""
    for n, draws in ((20, 200), (200, 20)):
        values = torch.tensor(
            [difference(Real.of(random(n, 2, seed=2 * s)), random(n, 2, seed=2 * s + 1)).value for s in range(draws)]
        )
        assert abs(float(values.mean())) < 3 * float(values.std()) / math.sqrt(draws) < 4


def test_where_points_lie_how_they_are_turned_and_their_unit_change_nothing():
    x, y, turn = random(50, 4), random(40, 4, seed=1) + 0.3, torch.linalg.qr(random(4, 4, seed=2)).Q
    expected = difference(Real.of(x), y)
    for change in (lambda t: t + 1e6, lambda t: t @ turn, lambda t: 1e-9 * t):
        assert difference(Real.of(change(x)), change(y)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("fault", [0.0, 0.2])
def test_intervals_hold_where_both_laws_are_one_and_where_they_are_not(fault: float):
    """Of 200 draws of 100 and 150 of two moons: 95 %, give or take three standard errors of 1.5 %."""
    draw = world("moons").sample
    found = []
    for seed in range(200):
        rng = torch.Generator().manual_seed(seed)
        found.append(difference(Real.of(draw(100, rng).double()), draw(150, rng).double() + fault))
    value, low, high = torch.tensor(found, dtype=torch.float64).T
    mean = value.mean() if fault else 0.0
    assert 0.905 <= float(((low <= mean) & (mean <= high)).double().mean()) <= 0.995


def test_a_part_at_a_time_is_the_whole(monkeypatch):
    x, y = random(23, 3), random(17, 3, seed=1)
    expected = difference(Real.of(x), y)
    monkeypatch.setattr(overlap, "CHUNK", 5)
    assert difference(Real.of(x), y) == pytest.approx(expected, rel=1e-10)
    assert sums(x, x, Real.of(x).scales).rows == pytest.approx(Real.of(x).own)


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(SaddlepointError, match="all alike"):
        Real.of(torch.ones(30, 2))
    with pytest.raises(SaddlepointError, match="of the same features"):
        difference(Real.of(random(30, 2)), random(30, 3))
    with pytest.raises(SaddlepointError, match="n >= 3"):
        Real.of(random(2, 2))


def test_it_leads_where_examples_are_points_and_the_energy_distance_elsewhere():
    features, fake = random(150, 2), random(120, 2, seed=1) + 0.3

    def lead(shape: tuple[int, ...]) -> tuple[str, tuple[float, ...]]:
        real, made = (Group(t.reshape(len(t), *shape), None, Seen(t, None)) for t in (features, fake))
        found = headline(made, known(real), CARD)["distance"]
        assert (found.card.n_real, found.card.n_fake) == (150, 120)
        return found.card.metric, found[:3]

    assert lead((2,)) == (OF_POINTS, pytest.approx(difference(Real.of(features), fake)))
    assert lead((1, 1, 2)) == (METRIC, pytest.approx(energy_share(Known.of(features), fake)))
    assert partial(lead, (2,))() == lead((2,))
