"""The digit judges on pictures whose verdict is known: real ones, collapsed ones, noise, other people's mistakes."""

import json
import math
from pathlib import Path

import pytest
import torch

import saddlepoint.judging.digits as judging
from saddlepoint.data.digits import digits, digits_test
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure
from saddlepoint.judging.digits import DigitJudge, as_bytes, judge_digits, load, look, within_class
from saddlepoint.networks.classifier import Classifier
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.intervals import mean_of

WEIGHTS = Path(judging.__file__).parent / "weights"


@pytest.fixture(scope="module")
def test_part():
    source = digits_test()
    return source.x, source.c


@pytest.fixture(scope="module")
def seen(test_part):
    """Features and classes of the 2,000 bundled test pictures, by judge."""
    return {which: look(load(which).network, test_part[0]) for which in "ab"}


@pytest.fixture(scope="module")
def real(test_part):
    """What judge a measures of the bundled test pictures."""
    return judge_digits(*test_part)


def noise(n: int) -> torch.Tensor:
    return torch.randint(0, 256, (n, 1, 28, 28), generator=torch.Generator().manual_seed(0)).to(torch.uint8)


@pytest.mark.parametrize("which", ["a", "b"])
def test_the_judges_know_digits(which, seen, test_part):
    about = json.loads((WEIGHTS / f"digits_{which}.json").read_text())
    assert about["test_accuracy"] >= 0.993
    assert about["test_accuracy"] == pytest.approx(1 - about["test_errors"] / 10_000)
    assert float((seen[which][1] == test_part[1]).double().mean()) >= 0.99
    assert (WEIGHTS / f"digits_{which}.safetensors").stat().st_size < 1_500_000


def test_the_judges_are_two(seen):
    a, b = load("a"), load("b")
    assert a.digest != b.digest
    assert min(len(a.reference.mean), len(b.reference.mean)) >= 84
    assert len(a.reference.mean) != len(b.reference.mean)
    assert sum(p.numel() for p in a.network.parameters()) != sum(p.numel() for p in b.network.parameters())


@pytest.mark.parametrize("which", ["a", "b"])
def test_the_shipped_moments_are_those_of_the_test_pictures(which, seen, test_part):
    # 2,000 of the 10,000 pictures: |mean - mean'|^2 has expectation tr S (1/2000 - 1/10000) when drawn without order
    judge, part = load(which), fit(seen[which][0])
    assert judge.reference.n == 10_000
    apart = float((part.mean - judge.reference.mean).square().sum())
    assert apart < 10 * float(judge.reference.covariance.trace()) * (1 / 2_000 - 1 / 10_000)
    ratio = float(part.covariance.trace() / judge.reference.covariance.trace())
    assert ratio == pytest.approx(1, abs=0.1)
    remaining = judge.reference.without(part)  # a covariance of 8,000 pictures only if the part lies within the whole
    assert float(torch.linalg.eigvalsh(remaining.covariance).min()) > -1e-9
    assert frechet(part, remaining) < 0.05 * float(judge.reference.covariance.trace())


@pytest.mark.parametrize("which", ["a", "b"])
def test_the_floor_is_the_mean_over_random_blocks_of_training_pictures(which):
    """60 blocks of 10,000 of all 60,000; an untypical one, such as the bundled one, is not the yardstick."""
    about = json.loads((WEIGHTS / f"digits_{which}.json").read_text())
    blocks = about["floor_blocks"]
    assert len(set(blocks)) == 60
    assert load(which).floor == pytest.approx(sum(blocks) / 60, rel=1e-12)
    assert 0.7 < min(blocks) / load(which).floor < max(blocks) / load(which).floor < 1.5
    bundled = about["floor_of_bundled"]
    assert sum(block >= bundled for block in blocks) <= 3, "MNIST's first 10,000 are no random block of its pictures"


@pytest.mark.slow
def test_the_distance_of_the_bundled_block_is_as_it_is_written_down():
    judge = load("a")  # 10,000 pictures take seconds: one judge is enough, the other was written by the same code
    features, _ = look(judge.network, digits().x)
    about = json.loads((WEIGHTS / "digits_a.json").read_text())
    assert frechet(fit(features), judge.reference) == pytest.approx(about["floor_of_bundled"], rel=1e-4)


@pytest.mark.parametrize("which", ["a", "b"])
def test_the_shipped_spread_is_that_of_each_class(which, seen, test_part):
    spread = [each.value for each in within_class(seen[which][0], test_part[1])]
    real = load(which).spread
    assert spread == pytest.approx(real, rel=0.15)  # the first 2,000 test pictures are by other hands than the rest
    assert sum(s / r for s, r in zip(spread, real)) / 10 == pytest.approx(1, abs=0.04)


def test_real_pictures_are_judged_real(real):
    measures = real
    assert set(measures) == {"label_accuracy", "frechet", "frechet_ratio", "diversity"}
    assert measures["label_accuracy"].value >= 99
    assert measures["diversity"].value == pytest.approx(100, abs=6)
    assert measures["frechet"].value == pytest.approx(measures["frechet_ratio"].value * load("a").floor)
    for measure in measures.values():
        assert measure.low < measure.value <= measure.high
        assert measure.card.n_real == 10_000
        assert measure.card.n_fake == 2_000
        assert measure.card.extractor_digest == load("a").digest


def test_diversity_is_the_mean_of_ten_independent_ratios(test_part, seen):
    x, c = test_part[0][:300], test_part[1][:300]
    judge = load("a")
    each = within_class(look(judge.network, x)[0], c)
    expected = mean_of([one.scaled(100 / real) for one, real in zip(each, judge.spread)])
    found = judge_digits(x, c)["diversity"]
    assert (found.value, found.low, found.high) == pytest.approx(expected, rel=1e-9)


def test_one_picture_a_class_is_accurate_and_not_diverse(test_part, seen):
    x, c = test_part
    right = seen["a"][1] == c
    chosen = torch.tensor([int(((c == k) & right).nonzero()[0]) for k in range(10)]).repeat_interleave(30)
    measures = judge_digits(x[chosen], c[chosen])
    assert measures["label_accuracy"].value == 100
    assert measures["label_accuracy"].low < 100  # 300 successes of 300 do not prove certainty
    assert measures["diversity"].value == pytest.approx(0, abs=1e-9)
    assert measures["frechet_ratio"].value > 20


def test_noise_is_far_from_digits(real):
    fake = judge_digits(noise(500), torch.arange(10).repeat(50))
    assert fake["frechet"].low > 50 * real["frechet"].high
    assert fake["label_accuracy"].high < 40


def test_wrong_labels_cost_accuracy_and_leave_the_whole_where_it_was(test_part):
    x, c = (part[:200] for part in test_part)
    right, wrong = judge_digits(x, c), judge_digits(x, (c + 1) % 10)
    assert wrong["label_accuracy"].value < 1
    assert wrong["frechet"].value == pytest.approx(right["frechet"].value, rel=1e-12)


def test_a_class_replaced_by_another_raises_the_distance(test_part, seen):
    (features, _), c = seen["a"], test_part[1]
    zeros, ones = ((c == k).nonzero()[:, 0] for k in (0, 1))
    source = torch.arange(2000)
    source[zeros] = ones[: len(zeros)]
    whole, replaced = (frechet(fit(y), load("a").reference) for y in (features, features[source]))
    assert replaced > 5 * whole


def test_floats_are_judged_as_the_bytes_they_would_be_saved_as(test_part):
    x = test_part[0][:50]
    floats = x.float() / 127.5 - 1
    assert torch.equal(as_bytes(floats), x)
    assert torch.equal(as_bytes(floats + 0.4 / 127.5), x)
    assert torch.equal(as_bytes(torch.tensor([-3.0, -1.0, 0.0, 1.0, 7.0])), torch.tensor([0, 0, 128, 255, 255]).byte())


def test_the_size_of_chunks_does_not_matter(test_part, monkeypatch):
    x, network = test_part[0][:130], load("b").network
    whole, classes = look(network, x)
    monkeypatch.setattr(judging, "_CHUNK", 7)
    pieces, again = look(network, x)
    torch.testing.assert_close(pieces, whole, rtol=1e-4, atol=1e-5)
    assert torch.equal(classes, again)


@pytest.mark.parametrize(
    ("pictures", "labels", "words"),
    [
        (torch.zeros(60, 1, 32, 32), torch.arange(10).repeat(6), r"digits are \[N, 1, 28, 28\]"),
        (torch.zeros(60, 28, 28), torch.arange(10).repeat(6), r"digits are \[N, 1, 28, 28\]"),
        (torch.zeros(60, 1, 28, 28), torch.arange(10).repeat(5), "give one each"),
        (torch.zeros(60, 1, 28, 28), torch.arange(12).repeat(5), "labels from 0 to 11"),
        (torch.zeros(60, 1, 28, 28), torch.arange(10).repeat(6) - 1, "labels from -1"),
        (torch.zeros(54, 1, 28, 28), torch.arange(9).repeat(6), "fewer than 3 pictures of class 9"),
        (torch.zeros(0, 1, 28, 28), torch.arange(0), "fewer than 3 pictures of class 0, 1"),
        (torch.full((60, 1, 28, 28), torch.nan), torch.arange(10).repeat(6), "finite floats"),
        (torch.zeros(60, 1, 28, 28).long(), torch.arange(10).repeat(6), "give uint8"),
    ],
)
def test_what_cannot_be_judged_is_refused(pictures, labels, words):
    with pytest.raises(SaddlepointError, match=words):
        judge_digits(pictures, labels)


@pytest.mark.parametrize("which", ["c", "", "../../x"])
def test_only_the_shipped_judges_exist(which):
    with pytest.raises(SaddlepointError, match="'a' and 'b'"):
        load(which)


def test_damaged_weights_are_noticed(tmp_path, monkeypatch):
    (tmp_path / "weights").mkdir()
    for file in WEIGHTS.glob("digits_a.*"):
        content = bytearray(file.read_bytes())
        if file.suffix == ".safetensors":
            content[len(content) // 2] ^= 1
        (tmp_path / "weights" / file.name).write_bytes(content)
    monkeypatch.setattr(judging, "files", lambda package: tmp_path)
    with pytest.raises(SaddlepointError, match="damaged"):
        load.__wrapped__("a")


def test_measures_and_cards_survive_json(test_part):
    measure = judge_digits(test_part[0][:200], test_part[1][:200], which="b", seed=7)["diversity"]
    assert isinstance(load("b"), DigitJudge)
    back = Measure.from_json(json.loads(json.dumps(measure.to_json())))
    assert back == measure
    assert (back.card.seed, back.card.extractor) == (7, "digits_b")


def test_json_that_is_no_measure_is_refused():
    card = Card("m", "e", "d", 1, 2, "r", "none", None, "0")
    good = Measure(1.0, 0.0, 2.0, card).to_json()
    assert Measure.from_json(good).card == card
    for bad in (
        [],
        {},
        good | {"more": 1},
        good | {"value": "1"},
        good | {"card": None},
        good | {"card": card.to_json() | {"n_fake": "2"}},
        good | {"card": card.to_json() | {"metric": None}},
    ):
        with pytest.raises(SaddlepointError):
            Measure.from_json(bad)
    for bar in ((math.nan, 0.0, 1.0), (0.0, -math.inf, 1.0), (0.0, -1.0, math.inf)):  # value, low, high
        with pytest.raises(SaddlepointError, match="not finite"):
            Measure(*bar, card).to_json()


def test_a_classifier_of_any_size_reads_its_logits_from_its_features():
    network = Classifier(3, 17, 9, classes=4, features=5, widths=(6, 7, 8), depth=2).eval()
    x = torch.randn(2, 3, 17, 9, generator=torch.Generator().manual_seed(0))
    features = network.features(x)
    assert features.shape == (2, 5)
    assert float(features.detach().min()) >= 0
    expected = features @ network.head.weight.T + network.head.bias
    torch.testing.assert_close(network(x), expected)
    with pytest.raises(SaddlepointError, match="9 x 7 are too small for 3 halvings"):
        Classifier(3, 9, 7, classes=4)


def test_a_measure_prints_its_interval():
    card = Card("m", "e", "d", 1, 2, "r", "none", None, "0")
    assert str(Measure(99.8123, 99.7, 99.9, card)) == "99.81 [99.7, 99.9]"
