"""Judging samples whose verdict is known: real, collapsed, copied, broken; on pictures and on points."""

import math

import numpy as np
import pytest
import torch
from toyrun import CONFIG

from saddlepoint.api import start
from saddlepoint.court.folders import judge_folders
from saddlepoint.court.standard import reference
from saddlepoint.data.digits import digits, digits_test
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging import diversity, judgement
from saddlepoint.judging.card import Card
from saddlepoint.judging.diversity import class_spread, likeness, spread
from saddlepoint.judging.extractors.digits import digits as digit_extractor
from saddlepoint.judging.extractors.extractor import Extractor, Seen, as_stored, look
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.judging.group import Group, card_of, group, same_kind
from saddlepoint.judging.judgement import Standard, distances, judge, least_for_limit, memories, patterns, quick
from saddlepoint.judging.memory import independent, memorised, memory, nearest_features, nearest_l1, usual_distance
from saddlepoint.judging.path import path_length
from saddlepoint.latent.walk import lerp, slerp
from saddlepoint.running.asked import judge_run
from saddlepoint.settings.run import Judge
from saddlepoint.statistics.gaussian import Gaussian, fit, frechet
from saddlepoint.statistics.influence import Reference, frechet_interval, without_bias
from saddlepoint.statistics.intervals import NORMAL_95, wilson
from saddlepoint.statistics.similarity import ms_ssim


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def standard() -> Standard:
    train, test = digits(), digits_test()
    look_at = digit_extractor()
    return Standard.of(group(look_at, test.x[:400], test.c[:400]), group(look_at, train.x[:600], train.c[:600]))


def card(standard: Standard, fake: Group):
    return card_of(digit_extractor(), standard.real.size, fake.size, "MNIST test", 3)


@pytest.fixture(scope="module")
def unseen() -> Group:
    test = digits_test()
    return group(digit_extractor(), test.x[400:800], test.c[400:800])


@pytest.fixture(scope="module")
def of_real(standard, unseen):
    return judge(unseen, standard, card(standard, unseen), rng())


def test_real_pictures_pass(of_real):
    value = {name: each.value for name, each in of_real.items()}
    assert 0.3 < value["frechet_ratio"] < 3
    assert of_real["kernel"].low < 0.02
    assert value["precision"] > 0.8 < value["recall"]
    assert value["coverage"] > 0.8
    assert 90 < value["spread"] < 110
    assert 85 < value["class_spread"] < 115
    assert value["label_accuracy"] > 97
    assert value["modes"] == 10
    assert 8 < value["inception_score"] <= 10
    assert value["memorisation_p"] > 0.01
    assert value["copies"] < 1 > value["copies_real"]
    assert abs(value["likeness"] - value["likeness_real"]) < 0.05


def test_real_pictures_are_as_far_as_as_many_training_pictures():
    """Few examples make the distance large by themselves: 100 real ones lie further off than 600. Held against equally
    many training examples they lie one such distance away. Of both, means over draws: ten, and six.
    """
    train = digits()
    order = torch.randperm(train.size, generator=rng(1))
    seen = group(digit_extractor(), as_stored(train.x[order[:2000]]))
    standard = Standard.of(seen.take(slice(400)), seen.take(slice(400, 1000)))
    draws = [seen.take(slice(first, first + 100)) for first in range(1000, 2000, 100)]
    found = [distances(fake, standard, card(standard, fake)) for fake in draws]
    assert 0.8 < sum(each["frechet_ratio"].value for each in found) / 10 < 1.25
    assert "that of 100 training examples" in found[0]["frechet_ratio"].card.metric
    of_all, many = standard.yardstick(10_000)
    assert many == 600
    assert of_all == pytest.approx(frechet(fit(standard.training.seen.features), standard.fitted.moments), rel=1e-6)
    assert sum(each["frechet"].value for each in found) / 10 > 1.5 * of_all


def test_a_yardstick_is_of_equal_draws_alone():
    """250 of 600 are drawn twice, and the 100 that are left over, whose distance is larger, are no third draw."""
    examples = torch.randn(1_000, 4, dtype=torch.float64, generator=rng(2))
    real, training = (Group(x, None, Seen(x, None)) for x in examples.split(600)[::-1])
    order = torch.randperm(600, generator=torch.Generator().manual_seed(0))
    standard = Standard.of(real, training)
    halves = [frechet(fit(examples[draw]), standard.fitted.moments) for draw in order[:500].split(250)]
    assert standard.yardstick(250) == (pytest.approx(sum(halves) / 2, rel=1e-6), 250)


def test_a_weave_is_told_from_real_pictures(of_real, standard, unseen):
    """Of pictures, on the way as at the end."""
    plain = of_real["pattern"]
    assert plain.low <= 1 <= plain.high
    assert (plain.card.n_real, plain.card.n_fake) == (400, 400)
    board = (torch.arange(28)[:, None] + torch.arange(28)) % 2 * 12
    woven = unseen._replace(x=(unseen.x.int() + board).clamp(max=255).to(torch.uint8))
    assert patterns(woven, standard, card(standard, woven))["pattern"].low > 1.3
    assert "pattern" in quick(woven, standard, card(standard, woven), rng())
    points = Group(torch.rand(30, 2), None, Seen(torch.rand(30, 2)))
    assert patterns(points, Standard.of(points), card(standard, points)) == {}


def test_each_class_has_its_own_distance(of_real, standard, unseen):
    """That of its samples to its real examples alone; the mean over classes is theirs."""
    names = [f"class_frechet/{c}" for c in range(10)]
    for c, name in enumerate(names):
        own = frechet(fit(unseen.of(c).seen.features), fit(standard.real.of(c).seen.features))
        assert of_real[name].value == pytest.approx(own, rel=1e-6)
        assert of_real[name].card.n_real == standard.real.of(c).size
    assert of_real["class_frechet"].value == pytest.approx(sum(of_real[name].value for name in names) / 10)


def test_the_choice_of_the_real_examples_is_in_every_frechet_interval(of_real, standard, unseen):
    """As wide as a reference that knows its examples says, of all and of each class: wider than for given ones."""
    for name, ours, theirs in (
        ("frechet", unseen, standard.real),
        ("class_frechet/3", unseen.of(3), standard.real.of(3)),
    ):
        moments, features = fit(theirs.seen.features), theirs.seen.features
        both = frechet_interval(ours.seen.features, Reference.of(moments, features))
        given = frechet_interval(ours.seen.features, Reference.of(moments))
        assert of_real[name].high == pytest.approx(both.high, rel=1e-9)
        assert both.high - both.value > 1.01 * (given.high - given.value)


@pytest.mark.parametrize("eyes", [pixels, digit_extractor])
def test_a_reference_on_the_disk_knows_its_examples(eyes, tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path))
    source = digits_test().take(torch.arange(30))
    some = group(eyes(), source.x)
    for _ in range(2):
        assert torch.equal(reference(eyes(), source, some).drawn, some.seen.features)


def test_too_few_examples_for_the_features_are_said(of_real, standard, unseen):
    """400 and 400 for 96 features are few, in a class fewer still; for 80 features, and no more, they are enough. Held
    against as many training examples, which lie too far off as well, the distance needs no such word.
    """
    word = " (biased upwards: few examples for so many features)"
    shares = " / that of the mean real example alone, %"
    assert of_real["frechet"].card.metric == f"Frechet distance{word}"
    assert of_real["frechet_share"].card.metric == f"Frechet distance{word}{shares}"
    assert of_real["class_frechet"].card.metric == f"Frechet distance, mean over classes{word}"
    for c in range(10):
        assert of_real[f"class_frechet/{c}"].card.metric == f"Frechet distance, class {c}{word}"
    assert "biased" not in of_real["frechet_ratio"].card.metric
    for width, told in ((80, ""), (81, word)):
        ours, theirs = (each._replace(seen=Seen(each.seen.features[:, :width])) for each in (unseen, standard.real))
        found = distances(ours, Standard.of(theirs), card(standard, ours))
        assert found["frechet"].card.metric == f"Frechet distance{told}"
        assert found["frechet_share"].card.metric == f"Frechet distance{told}{shares}"


def test_the_word_on_too_few_examples_is_said_where_they_add_a_tenth_of_the_variance():
    """Normal features in F = 20 dimensions, s = 1.2 times as wide as the real ones: the distance is F (s - 1)^2, and n
    samples add s F (F + 1) / (4 n), by the second term of the root of their covariance, and s^2 F / n by their mean.
    The third and the fourth add s F^3 / n^2 (5/32 - 1/8), 4 % of that at most; the mean of 40 draws is known to 2 %.
    """
    real = torch.randn(20_000, 20, dtype=torch.float64, generator=rng())
    standard, found = Standard.of(Group(real, None, Seen(real))), {}
    for n in (60, 100):
        draws = [1.2 * torch.randn(n, 20, dtype=torch.float64, generator=rng(seed)) for seed in range(1, 41)]
        found[n] = [frechet_interval(y, standard.fitted).value for y in draws]
        y = Group(draws[0], None, Seen(draws[0]))
        assert ("biased" in distances(y, standard, card(standard, y))["frechet"].card.metric) == (n < 100)
    added = {n: sum(values) / 40 - 0.8 for n, values in found.items()}
    for n, bias in added.items():
        assert bias == pytest.approx(1.2 * 20 * 21 / (4 * n) + 1.44 * 20 / n, rel=0.1)
    assert added[100] < 2 < added[60]


def test_the_fewest_samples_to_extrapolate_from_are_enough_for_the_features_in_either_half(standard, unseen):
    assert least_for_limit(96) == 960
    narrow = [each._replace(seen=Seen(each.seen.features[:, :40])) for each in (unseen, standard.real)]
    for n in (399, 400):
        few, held = narrow[0].take(slice(n)), Standard.of(narrow[1])
        assert ("frechet_limit" in distances(few, held, card(held, few))) == (n == 400)


def test_what_is_extrapolated_is_the_truth():
    """20 normal features, samples and real examples alike: the distance is 0. From the fewest samples that will do, the
    interval holds it as often as it should, give or take; from one more than features in either half, half the times.
    """
    reference, held = Reference.of(Gaussian(torch.zeros(20).double(), torch.eye(20).double(), 10**6)), {}
    for n in (least_for_limit(20), 42):
        draws = [torch.randn(n, 20, dtype=torch.float64, generator=rng(seed)) for seed in range(100)]
        limits = [without_bias(y, reference, frechet_interval(y, reference)) for y in draws]
        held[n] = sum(limit.low <= 0 <= limit.high for limit in limits)
    assert held[200] >= 88
    assert held[42] <= 60


@pytest.mark.slow
def test_who_gets_no_extrapolated_distance_is_told_how_many_samples_it_takes(tmp_path):
    """Of points of 4 numbers, 40; of 11 x 11 pictures, 121 features, 1,210."""
    x = np.random.default_rng(0).normal(size=(140, 4)).astype(np.float32)
    for name, part in (("real", x[:60]), ("few", x[60:99]), ("enough", x[60:100])):
        np.savez(tmp_path / f"{name}.npz", x=part)
    told = {"few": ["no frechet_limit, which needs 40 generated pictures or more"], "enough": []}
    for name, expected in told.items():
        folders = (str(tmp_path / f"{each}.npz") for each in (name, "real"))
        found, notes = judge_folders(*folders, Judge(features="pixels"))
        limits = [note for note in notes if "frechet_limit" in note]
        assert (limits, "frechet_limit" in found) == (expected, not expected)
    np.savez(tmp_path / "pictures.npz", x=digits().x[:40, :, 8:19, 8:19].numpy())
    conf = CONFIG.model_copy(update={"judge": Judge(share=0)})
    folder = start(str(tmp_path / "pictures.npz"), conf, name="a", root=tmp_path).folder
    for n, expected in ((1_209, ["no frechet_limit, which needs -n 1210 or more"]), (1_210, [])):
        found, notes = judge_run(folder, Judge(), n, 0)
        assert [note for note in notes if "frechet_limit" in note] == expected
        assert ("frechet_limit" in found) == (n == 1_210)


def test_there_is_no_census_of_classes_that_are_not_the_data_s(standard, unseen):
    """Of a classifier of something else, whose classes have no names here."""
    found = judge(unseen._replace(named=False), standard, card(standard, unseen), rng())
    assert "inception_score" in found
    assert not {"modes", "modes_kl"} & set(found)


def test_every_number_has_its_interval_and_its_card(of_real):
    for name, each in of_real.items():
        assert each.low <= each.value <= each.high, name
        assert each.card.extractor == "digits_a"
        assert len(each.card.extractor_digest) == 64
        assert each.card.n_fake in (400, 390) or each.card.n_fake <= 400
        assert each.card.seed == 3
        assert each.card.metric
    assert of_real["likeness"].card.metric == "MS-SSIM of 2 scales within a class"


def test_a_collapsed_generator_is_seen(standard, unseen, of_real):
    one = unseen.take(torch.zeros(400, dtype=torch.long))
    found = quick(one._replace(labels=unseen.labels), standard, card(standard, one), rng())
    assert found["frechet"].low > of_real["frechet"].high
    assert found["precision"].value in (0, 1)
    assert found["recall"].value == 0
    assert found["coverage"].value < 0.05
    assert found["spread"].value == 0
    assert found["class_spread"].value == 0


def test_copies_of_the_training_pictures_are_seen(standard):
    copied = standard.training.take(torch.arange(200))
    found = judge(copied, standard, card(standard, copied), rng())
    assert found["memorisation_p"].value < 0.001
    assert found["copies"].value == 100
    assert found["copies_real"].value < 1


def test_copies_are_looked_for_among_all_that_is_given(standard):
    """Samples that copy pictures beyond those whose features were looked at."""
    train = digits()
    copied = group(digit_extractor(), train.x[5_000:5_200], train.c[5_000:5_200])
    remembered = memory(copied.x, train.x, independent(train.x, train.x[:0]))
    found = [judge(copied, standard, card(standard, copied), rng(), r)["copies"] for r in (None, remembered)]
    assert sorted(remembered.copies.samples.tolist()) == list(range(200))
    assert torch.equal(remembered.copies.training, remembered.copies.samples + 5_000)
    assert found[0].value < 5
    assert (found[1].value, found[1].card.n_real) == (100, 10_000)


def test_a_card_says_how_many_samples_were_asked_about():
    """The first thousand, whether copies are looked for here or remembered from elsewhere."""
    x = torch.randn(1_640, 2, generator=rng(3))
    fake, training, real = (Group(part, None, Seen(part.double(), None)) for part in x.split([1_200, 220, 220]))
    standard = Standard.of(real, training)
    remembered = memory(fake.x[:1_000], training.x, standard.copies)
    for known in (None, remembered):
        found = memories(fake, standard, Card("", "", "", 220, 1_200, "", "none", None, ""), rng(), known)
        cards = {name: (each.card.n_fake, each.card.n_real) for name, each in found.items()}
        assert set(cards.values()) == {(1_000, 220)}
        assert {"memorisation_p", "copies", "copies_real"} < set(cards)


def test_a_card_says_how_many_were_looked_at_in_pairs(monkeypatch):
    """What compares every pair, or every place, looks at some of either side: its card has their number."""
    monkeypatch.setattr(judgement, "MOST", 120)
    x = digits().x
    real, fake = group(pixels(), x[:150]), group(pixels(), x[150:250])
    card = card_of(pixels(), 150, 100, "digits", 0)
    found = quick(fake, Standard.of(real), card, rng())
    some = {"kernel", "precision", "recall", "density", "coverage", "pattern"} & set(found)
    assert len(some) == 6
    assert {(found[name].card.n_real, found[name].card.n_fake) for name in some} == {(120, 100)}
    assert (found["frechet"].card.n_real, found["frechet"].card.n_fake) == (150, 100)
    turned = quick(real, Standard.of(fake), card_of(pixels(), 100, 150, "digits", 0), rng())
    assert {(turned[name].card.n_real, turned[name].card.n_fake) for name in some} == {(100, 120)}


def test_the_order_of_the_examples_decides_nothing(monkeypatch):
    """Sorted by class or at random, with more examples than are compared in pairs: within each other's interval."""
    monkeypatch.setattr(judgement, "MOST", 500)
    monkeypatch.setattr(diversity, "MOST", 300)
    x, order, n = digits().x[:, :, ::3, ::3], digits().c.argsort(stable=True), 600
    some = group(pixels(), x[:n], None)
    found = []
    for places in (torch.arange(n, 2 * n), order[(order >= n) & (order < 2 * n)]):
        standard = Standard.of(group(pixels(), x[places], None))
        found.append(judge(some, standard, card_of(pixels(), n, n, "digits", 0), rng()))
    for name in ("precision", "coverage", "kernel", "spread"):
        a, b = (each[name] for each in found)
        assert max(a.low, b.low) <= min(a.high, b.high), name


@pytest.mark.parametrize("judging", [judge, quick])
def test_a_class_that_is_rare_in_the_data_is_no_fault_of_the_samples(judging):
    """Two clouds, of which the second has a twentieth of the data; samples are perfect, each class in turn."""

    def drawn(seed: int, labels: torch.Tensor) -> Group:
        y = torch.randn(len(labels), 2, dtype=torch.float64, generator=rng(seed)) + 9 * labels[:, None]
        return Group(y, labels, Seen(y))

    rare = (torch.arange(2_000) % 20 == 0).long()
    real, training, turns = drawn(0, rare[:600]), drawn(1, rare), drawn(2, torch.arange(600) % 2)
    held = Standard.of(real, training)
    card = card_of(pixels(), 600, 600, "clouds", 0)
    mixed = drawn(3, rare[:600])
    blind, found = judging(turns, held, card, rng()), judging(turns, held, card, rng(), mixed=mixed)
    assert blind["frechet_ratio"].value > 100 > 5 > found["frechet_ratio"].value
    assert blind["spread"].value > 200 > 120 > found["spread"].value
    for name in {"class_spread", "class_frechet", "copies", "memorisation_p"} & set(found):
        assert found[name] == blind[name], name
    alone = judging(mixed, held, card, rng())
    for name in {"distance", "frechet", "kernel", "precision", "recall", "density", "coverage", "sliced"} & set(found):
        assert found[name] == alone[name] != blind[name], name


def test_samples_of_the_wrong_kind_are_refused(standard):
    look_at = digit_extractor()
    with pytest.raises(SaddlepointError, match="fewer than 20"):
        group(look_at, digits().x[:19])
    with pytest.raises(SaddlepointError, match="give one each"):
        group(look_at, digits().x[:30], torch.zeros(29))
    small = group(pixels(), digits().x[:30, :, ::2, ::2])
    with pytest.raises(SaddlepointError, match="1 x 28 x 28 and 1 x 14 x 14"):
        judge(small, standard, card(standard, small), rng())
    with pytest.raises(SaddlepointError, match="finite"):
        group(pixels(), torch.full((30, 1, 12, 12), math.nan))


def test_a_class_without_pictures_is_named(standard, unseen):
    lacking = unseen.take(unseen.labels != 4)
    with pytest.raises(SaddlepointError, match="no picture of class 4"):
        class_spread(lacking, standard.real)


def test_a_tiny_class_keeps_no_other_from_its_verdict(standard, unseen):
    """Two of class 4 on one side, none of 9 among the real: the others' figures are what they are without them."""
    tiny = ((unseen.labels == 4).cumsum(0) <= 2) | (unseen.labels != 4)
    real = standard.real
    left = (((real.labels == 4).cumsum(0) <= 2) | (real.labels != 4)) & (real.labels != 9)
    for fake, places in ((unseen, left), (unseen.take(tiny), real.labels != 9)):
        held = Standard.of(real.take(places))
        found = judge(fake, held, card(held, fake), rng())
        alone = [spread(fake.of(c), real.of(c)).value for c in (0, 1, 2, 3, 5, 6, 7, 8)]
        assert found["class_spread"].value == pytest.approx(sum(alone) / 8, rel=1e-12)
        named = {name for name in found if name.startswith("class_frechet/")}
        assert named == {f"class_frechet/{c}" for c in (0, 1, 2, 3, 5, 6, 7, 8)}
        mean = sum(found[name].value for name in named) / 8
        assert found["class_frechet"].value == pytest.approx(mean, rel=1e-12)
        assert "label_accuracy" in found
        assert math.isfinite(found["likeness_real"].value)


def test_constant_pictures_get_a_verdict_with_pixels():
    real = group(pixels(), digits_test().x[:100])
    fake = group(pixels(), torch.full((100, 1, 28, 28), 7, dtype=torch.uint8))
    found = quick(fake, Standard.of(real), card_of(pixels(), 100, 100, "real", None), rng())
    assert found["spread"].value == 0
    assert found["recall"].value == 0
    assert math.isfinite(found["frechet"].value)


def test_only_the_original_features_give_a_number_the_name_of_fid():
    real, fake = (group(pixels(), digits_test().x[part]) for part in (slice(100), slice(100, 200)))
    card = card_of(pixels(), 100, 100, "real", None)
    for extractor, names in (("inception-2015-12-05", ("FID", "KID")), ("pixels", ("Frechet", "kernel"))):
        found = quick(fake, Standard.of(real), card._replace(extractor=extractor), rng())
        assert [found[key].card.metric.split()[0] for key in ("frechet", "kernel")] == list(names)


def test_points_are_judged_as_they_are():
    real, more, fake = (torch.randn(300, 2, generator=rng(s)) for s in range(3))
    standard = Standard.of(group(pixels(), real), group(pixels(), more))
    found = judge(group(pixels(), fake), standard, card_of(pixels(), 300, 300, "toy", 0), rng())
    assert found["frechet"].value < 0.05
    assert found["coverage"].value > 0.8
    assert "likeness" not in found


def test_what_is_seen_does_not_depend_on_the_chunks():
    x = digits_test().x[:50]
    for extractor in (digit_extractor(), pixels()):
        whole = look(extractor, x).features
        for chunk in (1, 7):
            torch.testing.assert_close(look(extractor._replace(chunk=chunk), x).features, whole, rtol=1e-5, atol=1e-5)


def test_features_that_are_not_finite_are_refused():
    broken = Extractor("broken", "none", "none", lambda x: Seen(torch.full((len(x), 2), math.inf)))
    with pytest.raises(SaddlepointError, match="not finite"):
        look(broken, digits().x[:30])


def test_pictures_of_any_storage_become_bytes():
    x = torch.tensor([0, 128, 255], dtype=torch.uint8).view(3, 1, 1, 1)
    assert as_stored(x.float() / 255).equal(x)
    assert as_stored((x.int() * 257).to(torch.uint16)).equal(x)


# Memory


def test_nearest_features_are_the_nearest():
    y, t = torch.randn(30, 5, generator=rng()), torch.randn(50, 5, generator=rng(1))
    found = nearest_features(y, t)
    apart = (y[:, None].double() - t.double()).norm(dim=2)
    assert found.indices.equal(apart.argmin(1))
    torch.testing.assert_close(found.distances, apart.min(1).values)


def test_the_l1_search_is_exact_where_it_looks_at_all():
    y, t = (torch.randint(256, (n, 1, 4, 4), generator=rng(n)).to(torch.uint8) for n in (20, 90))
    apart = (y.flatten(1)[:, None].int() - t.flatten(1).int()).abs().sum(2)
    found = nearest_l1(y, t)
    assert found.indices.equal(apart.argmin(1))
    assert found.distances.equal(apart.min(1).values.double())


def test_what_is_usual_passes_over_equal_pictures():
    t = torch.tensor([[0.0, 0], [0, 0], [3, 4], [3, 5]])
    assert usual_distance(t, torch.tensor([0, 2, 0])).tolist() == pytest.approx([5, 1, 5])


@pytest.mark.parametrize("kind", [torch.uint8, torch.float32])
def test_what_is_usual_is_the_nearest_that_differs_however_little(kind):
    """Far from the origin, beside equal ones: by brute force in float64."""
    t = torch.randint(200, 256, (90, 3), generator=rng(2)).to(kind)
    t = torch.cat([t, t[:20], t[:1] - torch.eye(3).to(kind)])
    apart = (t[:, None].double() - t.double()).square().sum(2).sqrt()
    expected = apart.where(apart > 0, math.inf).min(1).values
    torch.testing.assert_close(usual_distance(t, torch.arange(len(t))), expected, rtol=1e-14, atol=0)
    assert float(expected[0]) == 1
    alone = t[:1].expand(5, -1)
    assert usual_distance(alone, torch.arange(5)).tolist() == [math.inf] * 5
    assert memory(t[:9], alone, wilson(0, 1)).share.value == 1 / 9


def test_near_copies_are_the_same_wherever_the_origin_lies():
    """Which they are, their share, and the share that independent examples have; in steps that float32 can hold."""
    t, y, held = (torch.randint(256, (n, 2), generator=rng(n)).float() / 256 for n in (400, 300, 200))
    y = torch.cat([y, t[:50] + 2**-12])
    found = [memory(y + shift, t + shift, independent(t + shift, held + shift)) for shift in (0, 1_000, -4_000)]
    for moved in found[1:]:
        assert moved.copies.samples.equal(found[0].copies.samples)
        assert moved.copies.usual.equal(found[0].copies.usual)
        assert (moved.share, moved.usual) == (found[0].share, found[0].usual)
    assert set(range(300, 350)) <= set(found[0].copies.samples.tolist())


@pytest.mark.parametrize(("features", "expected"), [(1, 1 / 3), (2, 0.116), (4, 0.014)])
def test_independent_examples_have_as_many_near_copies_as_a_perfect_generator(features, expected):
    """From held-out examples and from one half of the training ones against the other alike; a share of 1,000 is known
    to .015, allowed for three times. On a line a sample lies in a gap L, its nearest's next gap is E, exponential both
    but that L is met as often as it is long: P(V < min(1, E / L) / 3), V even in (0, 1/2), is 2/3 E min(1, E/L) = 1/3.
    """
    t, y, held = (torch.rand(n, features, generator=rng(n)) for n in (2_000, 1_000, 1_001))
    ours = memory(y, t, independent(t, held))
    for share in (ours.share, ours.usual, independent(t, t[:0])):
        assert share.value == pytest.approx(expected, abs=0.045)


def test_of_counts_as_good_as_all_examples_have_a_copy():
    """Among 2,000 pairs of counts of mean 2 the next one has hardly ever a new value."""
    rate, g = torch.full((4_000, 2), 2.0), rng()
    counts = torch.poisson(rate, generator=g)
    assert independent(counts[:2_000], counts[2_000:]).value > 0.95 < independent(counts[:2_000], counts[:0]).value


def test_independent_examples_are_asked_from_all_over():
    """Of 2,000 in order the first half are copies, the second are far from all: 1,000 at random have half of either."""
    training = torch.randn(1_000, 3, dtype=torch.float64, generator=rng(5))
    far = 100 + 10 * torch.randn(1_000, 3, dtype=torch.float64, generator=rng(6))
    assert independent(training, torch.cat([training, far])).value == pytest.approx(0.5, abs=0.05)


def test_copies_are_found_without_held_out_pictures():
    t = torch.randint(256, (40, 1, 6, 6), generator=rng()).to(torch.uint8)
    found = memory(t[:10], t, independent(t, t[:0]))
    assert (found.share.value, found.usual.value, found.among) == (1, 0, 40)
    assert found.copies.training.tolist() == list(range(10))
    assert sorted(found.copies.samples.tolist()) == list(range(10))


@pytest.mark.parametrize("kind", [torch.uint8, torch.float64])
def test_examples_on_both_sides_accuse_no_innocent_generator(kind):
    """40 values, drawn by data and samples alike: p is as good as uniform, over 60 splits of the data."""
    values = torch.randint(256, (40, 9), generator=rng()).to(kind)
    p = []
    for seed in range(60):
        x, y = (values[torch.randint(40, (n,), generator=rng(1_000 * n + seed))] for n in (400, 200))
        p.append(memorised(y, x[:300], x[300:], rng(seed)).p.value)
    assert 0.4 < sum(p) / 60 < 0.6
    assert sum(each <= 0.1 for each in p) <= 12


def test_of_several_as_near_each_side_gets_its_share():
    """One sample between a training and a held-out example, and one on a value that is there once and three times."""
    training, held_out = torch.tensor([[0.0], [5]]), torch.tensor([[2.0], [5], [5], [5]])
    samples = torch.tensor([[1.0]] * 400 + [[5.0]] * 400)
    share = memorised(samples, training, held_out, rng()).share.value
    assert share == pytest.approx((1 / 2 + 1 / 4) / 2, abs=0.06)


# Diversity and paths


def test_a_class_that_is_one_picture_is_like_itself():
    x = digits().x[:1].expand(30, -1, -1, -1)
    assert likeness(group(pixels(), x), rng())[0].value == pytest.approx(1)


def test_likeness_of_few_pictures_is_that_of_all_their_pairs():
    """Of 14, 91 pairs; two pictures are one pair, of which nobody knows how far it may be off."""
    x = digits().x[:14]
    every = [(i, j) for i in range(14) for j in range(i)]
    values = [float(ms_ssim(*(x[each][None].double() / 255 for each in pair))) for pair in every]
    assert likeness(Group(x, None, Seen(x.flatten(1))), rng())[0].value == pytest.approx(sum(values) / 91, rel=1e-12)
    with pytest.raises(SaddlepointError, match="a class of 2 pictures has no two pairs"):
        likeness(Group(x[:2], None, Seen(x[:2].flatten(1))), rng())


@pytest.mark.parametrize(("size", "draws", "most"), [(3, 80, 1.83), (10, 60, 1.23), (40, 20, 1.23)])
@pytest.mark.slow
def test_likeness_is_known_as_well_as_the_members_of_its_classes_allow(size: int, draws: int, most: float):
    """Over draws of digits that share none, so many of each class: the root mean square of the half-widths over 1.96
    standard deviations of the values is from .91 to 1.83 for three members of a class and from .95 to 1.23 for ten
    (`mean_over_pairs`), and closer to 1 for more; the deviations are known to 1 / sqrt(2 draws), allowed for twice.
    """
    digits_, order, found = digits(), torch.randperm(10_000, generator=rng(1)), []
    members = [order[digits_.c[order] == c] for c in range(10)]
    for i in range(draws):
        places = torch.cat([each[i * size : (i + 1) * size] for each in members])
        x = digits_.x[places]
        found.append(likeness(Group(x, digits_.c[places], Seen(x.flatten(1))), rng(i))[0])
    half = (sum((each.high - each.value) ** 2 for each in found) / draws) ** 0.5
    spread = NORMAL_95 * float(torch.tensor([each.value for each in found]).std())
    chance = 2 / (2 * draws) ** 0.5
    assert 0.91 * (1 - chance) < half / spread < most * (1 + chance)


def test_path_length_of_a_linear_generator():
    # straight ways: |A (b - a)|^2 whatever t; on average over normal ends 2 |A|_F^2
    A, z = (
        torch.randn(4, 3, dtype=torch.float64, generator=rng()),
        torch.randn(60, 3, dtype=torch.float64, generator=rng(1)),
    )
    found = path_length(lambda z: z @ A.T, lerp, z, rng())
    expected = ((z[30:] - z[:30]) @ A.T).square().sum(1)
    assert found.value == pytest.approx(float(expected.mean()), rel=1e-6)
    # great circles: the speed is the angle times the radius
    unit = torch.nn.functional.normalize(z, dim=1)
    angles = torch.arccos((unit[:30] * unit[30:]).sum(1))
    assert path_length(lambda z: z, slerp, unit, rng()).value == pytest.approx(float(angles.square().mean()), rel=1e-5)


def test_path_length_is_looked_at_all_along_the_way():
    """G(z) = z^2 on ways from 0 to 1: |dG/dt|^2 = 4 t^2, its mean over t 4/3 and its variance 16 (1/5 - 1/9)."""
    n = 4_000
    z = torch.cat([torch.zeros(n, 1), torch.ones(n, 1)]).double()
    found = path_length(lambda z: z**2, lerp, z, rng(), 1e-6)
    error = (16 * (1 / 5 - 1 / 9) / n) ** 0.5
    assert found.value == pytest.approx(4 / 3, abs=4 * error)
    assert found.high - found.value == pytest.approx(NORMAL_95 * error, rel=0.1)


def test_a_way_is_not_left_at_its_end():
    """Both points of a step lie between the ends, however long the step: here a quarter of the way."""
    places = []

    def way(a: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        places.append(float(t))
        return lerp(a, b, t)

    path_length(lambda z: z, way, torch.randn(400, 2, dtype=torch.float64, generator=rng()), rng(1), 0.25)
    assert 0 <= min(places) < 0.02
    assert 0.98 < max(places) <= 1


def test_no_picture_is_paired_with_itself(monkeypatch: pytest.MonkeyPatch):
    """By an index that is 1 for equal pictures and else 0, of 15 that differ: of all their pairs 100 are drawn."""
    monkeypatch.setattr("saddlepoint.judging.diversity.ms_ssim", lambda x, y: (x == y).flatten(1).all(1).double())
    x = digits().x[:15]
    for seed in range(5):
        assert likeness(Group(x, None, Seen(x.flatten(1))), rng(seed))[0].value == 0


def known_group(n: int, features: int, labels: torch.Tensor | None = None, logits=None, seed: int = 0) -> Group:
    y = torch.randn(n, features, dtype=torch.float64, generator=rng(seed))
    return Group(y, labels, Seen(y, logits))


BLANK = Card("", "somebody", "digest", 90, 80, "reference", "resizer", 5, "0")


def test_classes_are_listed_by_their_names_up_to_twenty_each_with_how_many_it_has():
    """Of 21 classes four real ones and three samples each; the mean is over all of them."""
    real, fake = (known_group(21 * n, 2, torch.arange(21 * n) % 21, seed=n) for n in (4, 3))
    names = tuple(f"kind {c}" for c in range(21))
    found = judgement.of_classes(fake, Standard.of(real, classes=names), BLANK)
    listed = [name for name in found if "/" in name]
    assert listed == [f"class_frechet/kind {c}" for c in range(20)]
    cards = [found[name].card for name in listed]
    assert {(card.n_real, card.n_fake) for card in cards} == {(4, 3)}
    assert cards[7].metric.startswith("Frechet distance, class kind 7 (biased")
    every = [frechet(fit(fake.of(c).seen.features), fit(real.of(c).seen.features)) for c in range(21)]
    assert found["class_frechet"].value == pytest.approx(sum(every) / 21, rel=1e-6)
    assert (found["class_frechet"].card.n_real, found["class_frechet"].card.n_fake) == (90, 80)
    unnamed = judgement.of_classes(fake, Standard.of(real), BLANK)
    assert [name for name in unnamed if "/" in name] == [f"class_frechet/{c}" for c in range(20)]


@pytest.mark.parametrize(("width", "told"), [(6, True), (7, False)])
def test_of_more_than_512_features_no_class_has_a_distance_of_its_own(width: int, told: bool, monkeypatch):
    """Here of more than six."""
    assert judgement.WIDE == 512
    monkeypatch.setattr(judgement, "WIDE", 6)
    real, fake = (known_group(8, width, torch.arange(8) % 2, seed=seed) for seed in (0, 1))
    found = judgement.of_classes(fake, Standard.of(real), BLANK)
    assert set(found) == ({"class_frechet", "class_frechet/0", "class_frechet/1"} if told else set())


@pytest.mark.parametrize(("ours", "theirs", "told"), [(2, 3, True), (3, 2, True), (2, 2, False), (3, 4, False)])
def test_labels_are_checked_where_the_classifier_has_as_many_classes_as_either_side(ours: int, theirs: int, told: bool):
    """A side may lack the last class: its largest label does not say how many there are."""
    labels = torch.arange(24)
    logits = torch.nn.functional.one_hot(labels % 3, 3).double()
    fake = known_group(24, 2, labels % ours, logits)
    asked = labels % min(ours, theirs)
    asked[:2] = theirs - 1
    found = judgement.of_classes(fake, Standard.of(known_group(24, 2, asked, seed=1)), BLANK)
    assert ("label_accuracy" in found) == told
    if told:
        right = int((labels % 3 == labels % ours).sum())
        assert found["label_accuracy"].value == pytest.approx(100 * right / 24)
        assert found["label_accuracy"].high == pytest.approx(100 * wilson(right, 24).high)


@pytest.mark.parametrize(("size", "told"), [((11, 20), True), ((20, 10), False)])
def test_likeness_is_looked_at_from_eleven_pixels_on(size: tuple[int, int], told: bool):
    x = torch.randint(256, (60, 1, *size), generator=rng()).to(torch.uint8)
    real, fake = group(pixels(), x[:30]), group(pixels(), x[30:])
    found = judge(fake, Standard.of(real), card_of(pixels(), 30, 30, "noise", 0), rng())
    assert {"likeness", "likeness_real"} & set(found) == ({"likeness", "likeness_real"} if told else set())
    if told:
        assert found["likeness"].card.metric == "MS-SSIM of 1 scales within the sample"
        assert found["likeness_real"].card.metric == "MS-SSIM of 1 scales within the sample of real pictures"


def test_what_chance_would_give_is_said_of_the_memorisation_test():
    """60 training examples beside 20 held-out ones are nearest three times in four by chance."""
    real, training, fake = (known_group(n, 2, seed=n) for n in (20, 60, 30))
    standard = Standard.of(real, training)
    found = memories(fake, standard, BLANK, rng())
    assert found["nearest_is_training"].card.metric == "% nearest to a training example, by chance 75.0"
    test = memorised(fake.seen.features, training.seen.features, real.seen.features, rng())
    assert found["nearest_is_training"].value == pytest.approx(100 * test.share.value)
    assert found["memorisation_p"].value == test.p.value
    share = independent(training.x, real.x)
    assert found["copies_real"].value == pytest.approx(100 * share.value)
    assert found["copies_real"].high == pytest.approx(100 * share.high)
    assert memories(fake, Standard.of(real), BLANK, rng()) == {}


def test_the_share_of_the_mean_alone_is_of_the_real_examples_variance():
    real, fake = known_group(60, 3), known_group(60, 3, seed=1)
    found = distances(fake._replace(seen=Seen(2 * fake.seen.features)), Standard.of(real), BLANK)
    of_all = float(real.seen.features.var(0).sum())
    for end in (0, 1, 2):
        assert found["frechet_share"][end] == pytest.approx(100 * found["frechet"][end] / of_all)


def test_each_near_copy_is_named_with_its_example_and_both_distances():
    """By brute force: samples a tenth of the way from a training example to its nearest, or half of it."""
    training = torch.tensor([[0.0, 0], [10, 0], [30, 0], [60, 0], [60, 0]])
    samples = torch.tensor([[5.0, 0], [30, 2], [1, 0], [60, 0], [12, 0]])
    found = memory(samples, training, wilson(0, 1)).copies
    assert found.samples.tolist() == [3, 1, 2, 4]
    assert found.training.tolist() == [3, 2, 0, 1]
    assert found.distances.tolist() == [0, 2, 1, 2]
    assert found.usual.tolist() == [30, 20, 10, 10]


def test_samples_of_a_group_stay_what_they_were():
    labels, logits = torch.arange(6) % 2, torch.arange(12.0).view(6, 2)
    whole = Group(torch.arange(12.0).view(6, 2), labels, Seen(torch.arange(6.0)[:, None], logits), True)
    for some, places in ((whole.take(slice(4, None)), [4, 5]), (whole.of(1), [1, 3, 5])):
        assert (some.size, some.named) == (len(places), True)
        assert some.x.equal(whole.x[places])
        assert some.labels.equal(labels[places])
        assert some.seen.features[:, 0].tolist() == places
        assert some.seen.logits.equal(logits[places])
    assert not whole.alike
    assert whole.take(torch.tensor([2, 2, 2])).alike
    with pytest.raises(SaddlepointError, match="no picture of class 2"):
        whole.of(2)
    with pytest.raises(SaddlepointError, match="no picture of class 0"):
        whole._replace(labels=None).of(0)


def test_an_extractor_is_given_what_is_stored_and_its_classes_are_the_data_s_where_it_names_them():
    seen = []

    def see(x: torch.Tensor) -> Seen:
        seen.append(x)
        return Seen(x.flatten(1).double())

    for classes in ((), ("a", "b")):
        some = group(Extractor("known", "0", "none", see, 30, classes), torch.full((20, 1, 2, 2), 0.2))
        assert (some.named, some.x.dtype) == (bool(classes), torch.uint8)
        assert some.x.unique().tolist() == [51]
    remembered = group(Extractor("known", "0", "none", see), torch.zeros(20, 1, 2, 2), by=lambda e, x: e.see(x))
    assert len(seen) == 3
    assert all(each.dtype == torch.uint8 for each in seen)
    assert remembered.x.dtype == torch.uint8


@pytest.mark.parametrize(
    ("real", "fake", "hint"),
    [
        ((1, 8, 8), (3, 8, 8), "make all of them grey, or all coloured"),
        ((4, 8, 8), (2, 8, 8), "make all of them grey, or all coloured"),
        ((1, 8, 8), (2, 8, 8), "lay what is transparent on a colour"),
        ((1, 8, 8), (4, 8, 8), "lay what is transparent on a colour"),
        ((4, 8, 8), (3, 8, 8), "lay what is transparent on a colour"),
        ((1, 8, 8), (1, 8, 9), "--size makes them so"),
        ((3, 8, 8), (192,), "of one kind"),
        ((3,), (4,), "of one kind"),
    ],
)
def test_examples_of_two_shapes_are_told_how_to_become_of_one(real: tuple, fake: tuple, hint: str):
    one, other = (Group(torch.zeros(2, *shape), None, Seen(torch.zeros(2, 1))) for shape in (real, fake))
    same_kind(one, one)
    with pytest.raises(SaddlepointError) as caught:
        same_kind(one, other)
    sizes = " and ".join(" x ".join(map(str, shape)) for shape in (real, fake))
    assert f"examples of {sizes}" in str(caught.value)
    assert hint in str(caught.value)


def test_classes_are_looked_at_on_the_way_beside_those_of_real_examples():
    """What a classifier takes 24 samples and 24 real examples for; of samples alone where those have no logits."""
    labels, others = torch.arange(24) % 3, torch.arange(1, 25) % 3
    logits, seen = (torch.nn.functional.one_hot(each, 3).double() for each in (labels, others))
    fake = known_group(24, 2, labels, logits.roll(1, 0).where(torch.arange(24)[:, None] < 6, logits))
    for known, expected in ((seen.roll(1, 0).where(torch.arange(24)[:, None] < 3, seen), 87.5), (None, None)):
        found = quick(fake, Standard.of(known_group(24, 2, others, known, seed=1)), BLANK, rng())
        assert found["label_accuracy"].value == pytest.approx(75)
        assert (expected is None) == ("label_accuracy_real" not in found)
        if expected is not None:
            assert found["label_accuracy_real"].value == pytest.approx(expected)
            assert found["label_accuracy_real"].card.metric == "label accuracy of real examples, %"
