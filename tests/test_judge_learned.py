"""Features learned on the spot, on digits of a quarter of their area: repeatable, and put to the trial before use."""

import pytest
import torch
from torch.nn.functional import avg_pool2d

from saddlepoint.data.digits import digits
from saddlepoint.errors import SaddlepointError
from saddlepoint.judge.extractors.extractor import Extractor, Seen, look
from saddlepoint.judge.extractors.learned import blurred, learned, noisy, shortcoming, trained, trial
from saddlepoint.judge.extractors.pixels import pixels

NAMES = tuple(map(str, range(10)))


@pytest.fixture(scope="module")
def data() -> tuple[torch.Tensor, torch.Tensor]:
    source = digits().take(torch.arange(1500))
    return avg_pool2d(source.x.float(), 2).round().to(torch.uint8), source.c


@pytest.fixture(scope="module")
def extractor(data) -> Extractor:
    return learned(trained(*data, classes=10, seed=0, steps=120), NAMES)


def test_a_classifier_of_the_labels_is_learned(data, extractor):
    seen = look(extractor, data[0][:300])
    assert seen.features.shape == (300, 64)
    assert float((seen.logits.argmax(1) == data[1][:300]).double().mean()) > 0.9
    assert extractor.name == "learned from labels"
    assert len(extractor.digest) == 64


def test_the_same_seed_learns_the_same(data):
    a, b, c = (learned(trained(*data, classes=10, seed=s, steps=2), NAMES).digest for s in (0, 0, 1))
    assert a == b != c


def test_without_labels_it_learns_which_way_is_up(data):
    found = learned(trained(data[0], None, 0, seed=0, steps=5), ())
    assert look(found, data[0][:30]).logits is None
    assert found.name == "learned from rotations"
    with pytest.raises(SaddlepointError, match="not square"):
        trained(data[0][:, :, :, :12], None, 0, seed=0)
    with pytest.raises(SaddlepointError, match="8 x 8 is the least"):
        trained(data[0][:, :, :7, :7], data[1], 10, seed=0)


def test_the_trial_measures_distortions(data, extractor):
    found = trial(extractor, *data)
    assert set(found.signal) == {"blur", "noise", "missing classes"}
    assert all(a < b < c for a, b, c in found.signal.values())
    assert found.strength > 1
    assert (shortcoming(extractor, *data) is None) == (found.strength > trial(pixels(), *data).strength)


def test_features_that_see_nothing_fail_the_trial(data):
    blind = Extractor("blind", "none", "none", lambda x: Seen(torch.arange(len(x))[:, None] % 7 * torch.ones(1, 3)))
    assert "does not rise with blur" in str(shortcoming(blind, *data))


def test_distortions_get_stronger(data):
    x = data[0][:50]
    for distort in (blurred, noisy):
        apart = [float((distort(x, level).float() - x.float()).square().mean()) for level in (1, 2, 3)]
        assert 0 < apart[0] < apart[1] < apart[2]
