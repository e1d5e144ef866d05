"""The trial of a feature space: its numbers against closed forms, and what it refuses."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from saddlepoint.data.digits import digits
from saddlepoint.judging.extractors.extractor import Extractor, Seen
from saddlepoint.judging.extractors.trial import Trial, blurred, modes, noisy, remaining, shortcoming, trial


@pytest.fixture(scope="module")
def data() -> tuple[Tensor, Tensor]:
    """500 digits of a quarter of their area, and their labels."""
    source = digits().take(torch.arange(500))
    assert source.c is not None
    return avg_pool2d(source.x.float(), 2).round().to(torch.uint8), source.c


def see(of) -> Extractor:
    """An extractor without weights, of x as floats."""
    return Extractor("made up", "none", "none", lambda x: Seen(of(x.double())), chunk=2000)


def hashed(x: Tensor) -> Tensor:
    """Two numbers in [0, 1] that look random, and say nothing of what a picture shows."""
    weights = torch.arange(1.0, 1 + x[0].numel(), dtype=torch.float64)
    return torch.stack([(x.flatten(1) @ (weights * odd).sin() * 977).frac().abs() for odd in (1, 3)], 1)


@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "none"])
@pytest.mark.parametrize(
    ("of", "fault"),
    [
        (hashed, "their distance does not rise with"),
        (lambda x: 0 * x[:, 0, 0, :1] + torch.arange(3.0), "their distance does not rise with blur: 1, 0, 0, 0"),
        (
            lambda x: (x == 0).double().flatten(1)[:, ::2],
            "their distance does not rise with noise",
        ),  # saturated at once
        (lambda x: x.mean((2, 3)), "with blur their distance is"),
        (lambda x: x.flatten(1) / 255, "of pixels"),
    ],
    ids=["chance", "constant", "paper", "grey", "pixels"],
)
@pytest.mark.slow
def test_broken_features_are_refused_with_the_reason(data, of, fault, labelled):
    assert fault in str(shortcoming(see(of), data[0], data[1] if labelled else None))


def test_features_that_see_blur_and_noise_but_no_modes_are_refused():
    """Modes of one grey each, with one texture; the features are the texture's."""
    rng = torch.Generator().manual_seed(0)
    labels = torch.arange(800) % 8
    x = (40 + 25 * labels[:, None, None, None] + 8 * torch.randn(800, 1, 8, 8, generator=rng)).clamp(0, 255)
    texture = see(lambda x: (x - x.mean((2, 3), keepdim=True)).flatten(1)[:, ::9])
    for known in (labels, None):
        found = trial(texture, x.to(torch.uint8), known).signal
        assert all(a < b for levels in (found["blur"], found["noise"]) for a, b in zip((1.0, *levels), levels))
        assert found["missing modes"] == pytest.approx((1, 1, 1), abs=0.2)
        assert "missing modes" in str(shortcoming(texture, x.to(torch.uint8), known))


def test_the_trials_numbers_are_those_of_one_dimension():
    """d^2 = (m - m')^2 + (s - s')^2 of one number, on pictures that are all of one grey: a blur changes nothing."""
    labels = torch.arange(400) % 5
    x = (30 + 40 * labels + torch.arange(400) % 7)[:, None, None, None].expand(400, 1, 8, 8).to(torch.uint8)
    places = torch.randperm(400, generator=torch.Generator().manual_seed(0))
    halves = places[::2], places[1::2]

    def distance(y: Tensor, others: Tensor) -> float:
        one, two = (t[:, 0, 0, 0].double().numpy() for t in (y, others))
        return (one.mean() - two.mean()) ** 2 + (np.std(one, ddof=1) - np.std(two, ddof=1)) ** 2

    noise, missing = np.zeros(3), np.zeros(3)
    for ours, theirs in (halves, halves[::-1]):
        floor, rng, total = distance(x[ours], x[theirs]), torch.Generator().manual_seed(0), np.zeros(4)
        noise += [distance(noisy(x[ours], level), x[theirs]) / floor / 2 for level in (1, 2, 3)]
        for _ in range(32):
            total += [distance(x[ours][left], x[theirs]) for left in remaining(labels[ours], rng)]
        missing += total[1:] / total[0] / 2
    found = trial(see(lambda x: x[:, 0, 0, :1]), x, labels).signal
    assert found["blur"] == pytest.approx((1, 1, 1), rel=1e-6)
    assert found["noise"] == pytest.approx(noise, rel=1e-6)
    assert found["missing modes"] == pytest.approx(missing, rel=1e-6)
    turned_about = trial(
        see(lambda x: 5 - 3 * x[:, 0, 0, :1].expand(-1, 2)), x, labels
    ).signal  # twice, -3 times as far
    assert turned_about == {name: pytest.approx(levels, rel=1e-4) for name, levels in found.items()}


def test_modes_go_missing_one_after_the_other_and_leave_equally_many():
    """Of eight modes of 10 to 17 pictures, none, two, four, six."""
    labels = torch.arange(8).repeat_interleave(torch.arange(10, 18))
    left = remaining(labels, torch.Generator().manual_seed(0))
    shown = [set(labels[places].tolist()) for places in left]
    assert [len(some) for some in shown] == [8, 6, 4, 2]
    assert shown[0] > shown[1] > shown[2] > shown[3]
    assert {len(places) for places in left} == {len(set(places.tolist())) for places in left}
    assert len(left[3]) == int(torch.isin(labels, torch.tensor(sorted(shown[3]))).sum())


def test_modes_are_classes_or_what_is_nearest_in_pixels():
    x = torch.tensor([0, 60, 120, 250])[torch.arange(200) % 4][:, None, None, None].expand(200, 1, 8, 8).to(torch.uint8)
    four, two, rare = torch.arange(200) % 4, torch.arange(200) % 2, (torch.arange(200) % 67).clamp(max=3)
    assert modes(x, four).equal(four)
    for labels in (None, two, rare):  # too few classes, too few pictures of some
        found = modes(x, labels)
        for grey in range(4):
            assert len(found[four == grey].unique()) == 1, "equal pictures are of one mode"


def test_distortions_get_stronger(data):
    x = data[0][:50]
    for distort in (blurred, noisy):
        apart = [float((distort(x, level).float() - x.float()).square().mean()) for level in (1, 2, 3)]
        assert 0 < apart[0] < apart[1] < apart[2]
    grey = torch.full((10, 3, 32, 32), 128, dtype=torch.uint8)
    for level, deviation in ((1, 12), (2, 24), (3, 48)):
        assert float(noisy(grey, level).double().std()) == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize(
    ("noise", "fault"),
    [
        ((1.1, 2, 3), None),
        ((0.9, 2, 3), "does not rise with noise: 1, 0.9, 2, 3"),
        ((2, 2, 3), "does not rise with noise: 1, 2, 2, 3"),
        ((2, 4, 3), "does not rise with noise: 1, 2, 4, 3"),
        ((1.01, 1.02, 1.03), "with noise their distance is 1.02 times that of real pictures, that of pixels 1.2"),
    ],
)
def test_every_distortion_has_to_show_and_more_than_in_pixels(noise, fault, monkeypatch):
    """1.2 is the geometric mean of pixels' 1.1, 1.2 and 1.2^2 / 1.1."""

    def given(extractor: Extractor, *_) -> Trial:
        own = noise if extractor.name == "made up" else (1.1, 1.2, 1.44 / 1.1)
        return Trial({"blur": (5, 6, 7) if own is noise else (1, 2, 3), "noise": own})

    monkeypatch.setattr("saddlepoint.judging.extractors.trial.trial", given)
    found = shortcoming(see(lambda x: x), torch.zeros(1), None)
    assert found is None if fault is None else fault in str(found)
