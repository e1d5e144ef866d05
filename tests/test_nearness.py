"""Copies, spreads, ways and mixtures against their definitions: which is nearest, how far apart, how fast."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from saddlepoint.judging import diversity
from saddlepoint.judging import memory as remembering
from saddlepoint.judging.diversity import class_spread, likeness, spread
from saddlepoint.judging.extractors.extractor import Seen
from saddlepoint.judging.group import Group
from saddlepoint.judging.memory import copies_of, either, independent, memorised, nearest_features, nearest_l1
from saddlepoint.judging.mixture import centres, em, maximised, ridge
from saddlepoint.judging.nearest import Nearest
from saddlepoint.judging.path import path_length
from saddlepoint.statistics.copies import copying, near_copies
from saddlepoint.statistics.distances import mean_pairwise_distance
from saddlepoint.statistics.intervals import NORMAL_95, Interval, mean_of, wilson


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=rng(seed))


# What is remembered.


def test_near_copies_are_three_times_as_close_as_is_usual_the_closest_first():
    inf = math.inf
    to = torch.tensor([0.9, 1.0, 0.1, 5.0, 0.0, 0.2, 0.0]).double()
    usual = torch.tensor([3.0, 3.0, 3.0, 3.0, inf, inf, 2.0]).double()
    assert near_copies(to, usual).tolist() == [4, 6, 2, 0]


def test_of_a_few_pictures_the_chance_is_counted():
    """One held out of three, which attract 3, 1 and 0 samples: chance keeps out each as likely as another."""
    for held, hits in ((2, 1 / 3), (1, 2 / 3), (0, 1.0)):
        found = copying(torch.tensor([3, 1, 0]), torch.arange(3) != held, rng())
        assert found.share == wilson(4 - (3, 1, 0)[held], 4)
        assert found.expected == 2 / 3
        assert found.p.value == pytest.approx(hits, abs=4 * math.sqrt(0.25 / 9_999))
    assert copying(torch.tensor([3, 1, 0]), torch.arange(3) == 0, rng()).p.value == pytest.approx(1 / 3, abs=0.02)


def test_the_nearest_of_two_sides_is_the_nearer_and_of_equals_any():
    """Equal examples share their samples evenly; equally near ones too."""
    n = 4_000
    near = Nearest(torch.zeros(n, dtype=torch.long), torch.ones(n).double())
    others = Nearest(torch.zeros(n, dtype=torch.long), torch.ones(n).double())
    apart = torch.arange(3)
    found = torch.bincount(either(near, others, apart, 2), minlength=3) / n
    assert found.tolist() == pytest.approx([0.5, 0, 0.5], abs=0.04)
    further = others._replace(distances=others.distances + 1)
    assert set(either(near, further, apart, 2).tolist()) == {0}
    assert set(either(further, near, apart, 2).tolist()) == {2}
    alike = torch.tensor([0, 0, 0, 3])
    found = torch.bincount(either(near, further, alike, 2), minlength=4) / n
    assert found.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0], abs=0.04)
    assert either(near, others, apart, 2).equal(either(near, others, apart, 2))


def test_features_have_the_nearest_of_all_and_of_those_that_differ(monkeypatch: pytest.MonkeyPatch):
    training = torch.tensor([[0.0], [1.0], [1.0], [5.0]])
    samples = torch.tensor([[1.0], [0.4], [6.0]])
    for chunk in (512, 1, 2):
        monkeypatch.setattr(remembering, "CHUNK", chunk)
        assert [t.tolist() for t in nearest_features(samples, training)] == [[1, 0, 3], pytest.approx([0, 0.4, 1])]
        found = nearest_features(samples, training, others=True)
        assert [t.tolist() for t in found] == [[0, 0, 3], pytest.approx([1, 0.4, 1])]


def test_by_the_sum_of_differences_another_may_be_nearest(monkeypatch: pytest.MonkeyPatch):
    """(3, 3) is nearer than (0, 5) by the norm, and further by the sum."""
    training = torch.tensor([[3.0, 3.0], [0.0, 5.0], [9.0, 9.0]])
    for chunk in (512, 1):
        monkeypatch.setattr(remembering, "CHUNK", chunk)
        found = nearest_l1(torch.tensor([[0.0, 0.0], [9.0, 8.0]]), training)
        assert (found.indices.tolist(), found.distances.tolist()) == ([1, 2], [5.0, 1.0])
    monkeypatch.setattr(remembering, "RERANKED", 1)
    assert nearest_l1(torch.tensor([[0.0, 0.0]]), training).indices.tolist() == [0]


def test_copies_are_found_with_what_they_are_copies_of():
    training = torch.tensor([[0.0], [1.0], [10.0], [13.0]])
    found = copies_of(torch.tensor([[0.5], [0.2], [10.0], [10.9], [11.5]]), training)
    assert found.samples.tolist() == [2, 1, 3]
    assert found.training.tolist() == [2, 0, 2]
    assert found.distances.tolist() == pytest.approx([0.0, 0.2, 0.9])
    assert found.usual.tolist() == pytest.approx([3.0, 1.0, 3.0])


def test_independent_examples_are_held_out_ones_or_half_of_all():
    training, held_out = draw(30, 1), draw(12, 1, seed=1)
    assert independent(training, held_out) == wilson(len(copies_of(held_out, training).samples), 12)
    order = torch.randperm(30, generator=rng())
    halves = training[order[::2]], training[order[1::2]]
    assert independent(training, held_out[:0]) == wilson(len(copies_of(*halves).samples), 15)


def test_samples_that_are_training_examples_are_nearest_to_these():
    training, held_out = draw(40, 2), draw(20, 2, seed=1)
    found = memorised(training[:30], training, held_out, rng())
    assert (found.share.value, found.expected) == (1.0, 2 / 3)
    assert found.p.value == pytest.approx(math.comb(30, 20) / math.comb(60, 20), abs=2e-4)
    assert memorised(held_out, training, held_out, rng()).share.value == 0.0


# How unlike the members of a sample are.


def group(values: list[float], labels: list[int]) -> Group:
    x = torch.tensor(values, dtype=torch.float64)[:, None]
    return Group(x, torch.tensor(labels), Seen(x, None))


def test_a_spread_is_in_percent_of_that_of_real_examples():
    real, fake = group([0, 1, 2, 10, 13, 16], [0, 0, 0, 1, 1, 1]), group([0, 1, 2, 10, 11, 12], [0, 0, 0, 1, 1, 1])
    ours, theirs = (mean_pairwise_distance(each.seen.features) for each in (fake, real))
    assert spread(fake, real) == pytest.approx(ours.scaled(100 / theirs.value))
    each = [spread(fake.of(label), real.of(label)) for label in (0, 1)]
    assert [one.value for one in each] == pytest.approx([100, 100 / 3])
    assert class_spread(fake, real) == pytest.approx(mean_of(each))
    flat = group([5, 5, 5, 10, 13, 16], [0, 0, 0, 1, 1, 1])
    assert class_spread(fake, flat) == pytest.approx(each[1])
    assert class_spread(fake, group([5] * 6, [0, 0, 0, 1, 1, 1])) is None


def test_pairs_are_of_different_members_and_any_is_as_likely(monkeypatch: pytest.MonkeyPatch):
    """Of 15 pictures there are 105 pairs, of which 100 are drawn; of 14 there are 91, and all are taken, each once."""
    met: list[tuple[int, int]] = []

    def compared(x: Tensor, y: Tensor) -> Tensor:
        first, second = ((255 * t[:, 0, 0, 0]).round().long() for t in (x, y))
        met.extend(zip(first.tolist(), second.tolist()))
        return (first + second).double()

    monkeypatch.setattr(diversity, "ms_ssim", compared)
    x = torch.arange(15).to(torch.uint8)[:, None, None, None].expand(15, 1, 11, 11)
    for seed in range(30):
        likeness(Group(x, None, Seen(x.flatten(1).double(), None)), rng(seed))
    assert len(met) == 3_000
    assert {(b - a) % 15 for a, b in met} == set(range(1, 15))
    assert {a for a, _ in met} == set(range(15))
    met.clear()
    x = x[:14]
    value, scales = likeness(Group(x, None, Seen(x.flatten(1).double(), None)), rng())
    assert (scales, sorted(met)) == (1, [(a, b) for a in range(14) for b in range(a + 1, 14)])
    assert value.value == pytest.approx(13)
    one = likeness(Group(x[:6], torch.arange(6) // 3, Seen(x[:6].flatten(1).double(), None)), rng())[0]
    assert one.value == pytest.approx((2 + 8) / 2)


def test_a_way_is_as_fast_as_its_mean_square_with_the_error_of_a_mean():
    ends, seen = draw(8, 1), []

    def way(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
        seen.append((float(a), float(b), float(t)))
        return (a + t * (b - a))[None]

    found = path_length(lambda z: z**2, way, ends, rng(3), epsilon=0.25)
    t = 0.75 * torch.rand(4, 1, dtype=torch.float64, generator=rng(3))
    a, b = ends[:4], ends[4:]
    near, far = a + t * (b - a), a + (t + 0.25) * (b - a)
    rates = ((far**2 - near**2) / 0.25).square()[:, 0].numpy()
    half = NORMAL_95 * rates.std(ddof=1) / 2
    assert found == pytest.approx(Interval(rates.mean(), rates.mean() - half, rates.mean() + half))
    assert [place for *_, place in seen] == pytest.approx([*t[:, 0].tolist(), *(t[:, 0] + 0.25).tolist()])


# The mixture that points are held against.


def test_the_m_step_is_the_weighted_mean_and_covariance():
    x, r = draw(20, 2), torch.rand(20, 3, dtype=torch.float64, generator=rng(1))
    floor = ridge(x)
    assert floor.numpy() == pytest.approx(np.diag(1e-3 * x.numpy().var(0)))
    found = maximised(x, r, floor)
    for k in range(3):
        w = r[:, k].numpy()
        assert float(found.weights[k]) == pytest.approx(w.sum() / float(r.sum()))
        assert found.means[k].numpy() == pytest.approx(np.average(x.numpy(), axis=0, weights=w))
        covariance = np.cov(x.numpy().T, aweights=w, ddof=0) + floor.numpy()
        assert (found.roots[k] @ found.roots[k].T).numpy() == pytest.approx(covariance)
    assert ridge(torch.ones(5, 2).double()).diagonal().tolist() == [1e-12, 1e-12]


def test_centres_are_drawn_by_their_squared_distance_and_never_twice():
    x = torch.tensor([[0.0], [1.0], [3.0]]).double()
    for seed in range(20):
        assert sorted(centres(x, 3, rng(seed)).flatten().tolist()) == [0, 1, 3]
    pairs = [tuple(centres(x, 2, rng(seed)).flatten().tolist()) for seed in range(600)]
    after = [b for a, b in pairs if a == 0]
    assert after.count(3.0) / len(after) == pytest.approx(0.9, abs=0.09)
    assert len(centres(torch.zeros(4, 1).double(), 3, rng())) == 3


def test_steps_go_on_until_nothing_is_gained():
    """Each step of EM makes the data likelier, and after the last nothing is left to gain."""
    x = torch.cat([draw(60, 1), draw(60, 1, seed=1) + 3])
    found = em(x, 2, rng())
    again = maximised(x, found.joint(x).softmax(1), ridge(x))
    gained = float(again.log_density(x).mean() - found.log_density(x).mean())
    assert abs(gained) < 2e-6
