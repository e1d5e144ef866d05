"""D's opinion of files, what is taken from a base, and how figures are told, by hand."""

import math
import os
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from saddlepoint.data.facts import About
from saddlepoint.data.reading import Field
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure
from saddlepoint.judging.headline import choosing, examples, leading, protocol, told, unsaid
from saddlepoint.records import Reading, Round
from saddlepoint.running import base
from saddlepoint.running.base import begin_with, fit
from saddlepoint.running.calls import Calls, Listeners
from saddlepoint.running.finish import rows
from saddlepoint.running.gauge import Gauge, describe, in_words, tick
from saddlepoint.running.judging import as_told
from saddlepoint.running.opinions import Guise, favourites, guises, opinion, outside, repeated, strangers
from saddlepoint.running.progress import Progress
from saddlepoint.running.sessions import noted
from saddlepoint.statistics.intervals import wilson
from saddlepoint.storage.journal import read
from saddlepoint.storage.parts import Saved
from saddlepoint.storage.remembered import Of, contents, key_of, remember, shorter


def test_an_opinion_counts_who_is_less_real_and_who_is_real_among_the_nearest():
    """Real at 0, 1, .., 9, fake at -5, .., 4: the nearest ten of twenty to 2.2, of equally near ones the real first."""
    real, fake = torch.arange(10.0), torch.arange(-5.0, 5.0)
    found = opinion("a.png", 2.2, "x", "held out", real, fake)
    both = sorted(
        [(abs(v - 2.2), 0, "real") for v in real.tolist()] + [(abs(v - 2.2), 1, "fake") for v in fake.tolist()]
    )
    share = wilson(sum(kind == "real" for *_, kind in both[:10]), 10)
    assert found.calibrated == (share.value, share.low, share.high)
    assert (found.d, found.logit) == (pytest.approx(1 / (1 + math.exp(-2.2))), 2.2)
    assert (found.real, found.fake) == (pytest.approx(0.3), pytest.approx(0.8))
    assert (found.file, found.label, found.against, found.outside) == ("a.png", "x", "held out", "")
    at = opinion("a.png", 2.0, None, "", real, fake)
    assert (at.real, at.fake) == (pytest.approx(0.2), pytest.approx(0.7))
    assert opinion("a.png", -1e6, None, "", real, fake).d == pytest.approx(0, abs=1e-200)
    assert opinion("a.png", 2.2, None, "", real, fake, "score").d == 2.2
    beside = opinion("a.png", 2.2, None, "", real, fake, "comparison")
    assert beside.d == pytest.approx(sum(1 / (1 + math.exp(v - 2.2)) for v in fake.tolist()) / 10)
    assert beside._replace(d=found.d, reads="probability", label="x", against="held out") == found
    many = opinion("a.png", 0.0, None, "", torch.zeros(150), torch.zeros(450))
    assert many.calibrated[0] == 0.75  # 200 of 600, the real ones first


def test_a_logit_is_outside_beyond_the_least_and_the_greatest_of_both():
    real, fake = torch.tensor([0.0, 5.0]), torch.tensor([-1.0, 1.0])
    assert [bool(outside(y, False, real, fake)) for y in (-1.1, -1.0, 5.0, 5.1)] == [True, False, False, True]
    assert outside(0.0, True, real, fake) == "unlike all that D was calibrated on"


def test_a_stranger_is_further_from_all_than_any_example_is_from_its_next():
    """The furthest example, 40, is 20 from its next, a sample at 60."""

    def grey(*levels: int) -> Tensor:
        return torch.tensor(levels, dtype=torch.uint8)[:, None, None, None]

    found = strangers(grey(80, 81, 100, 42), grey(0, 5, 40), grey(60))
    assert found.tolist() == [False, True, True, False]


def test_what_pictures_are_looked_at_as():
    labels = {"x": About("pictures"), "c": About("labels", names=("a", "b"))}
    assert [(g.name, g.c.tolist()) for g in guises(labels, None, None) if g.c is not None] == [("a", [0]), ("b", [1])]
    assert [g.name for g in guises(labels, "b", None)] == ["b"]
    assert guises({"x": About("pictures")}, None, None) == [Guise(None, None)]
    field = Field("n", "number", 2, (), (0.0, 10.0))
    code = {"x": About("pictures"), "c": About("code", (2,), fields=(field,), examples=((1.0, 0.0), (0.0, 1.0)))}
    every = guises(code, None, None)
    assert [g.name for g in every] == ["the best of 2 conditions"] * 2
    (one,) = guises(code, None, "n=5")
    assert one.c is not None
    assert (one.name, one.c.tolist()) == ("n=5", [[0.5, 0.5]])
    for facts, label, cond in ((labels, None, "n=5"), (code, "a", None), ({"x": About("pictures")}, "a", None)):
        with pytest.raises(SaddlepointError):
            guises(facts, label, cond)


def test_the_condition_that_d_likes_best_is_taken_of_each_picture():
    wanted = [Guise("a", torch.tensor([0])), Guise("b", torch.tensor([1]))]
    table = torch.tensor([[1.0, 5.0, 2.0], [3.0, 4.0, 2.5]])
    found = favourites(lambda x, c: table[c[0]] if c is not None else x, torch.zeros(3), wanted)
    assert (found.values.tolist(), found.places.tolist()) == ([3.0, 5.0, 2.5], [1, 0, 1])
    assert repeated(None, 3) is None
    assert repeated(torch.tensor([[1.0, 2.0]]), 3).shape == (3, 2)  # pyright: ignore[reportOptionalMemberAccess]


# What is taken from a base.


def linear(fill: float, inputs: int = 2) -> nn.Linear:
    layer = nn.Linear(inputs, 3)
    nn.init.constant_(layer.weight, fill)
    nn.init.constant_(layer.bias, fill)
    return layer


def saved(fill: float, inputs: int = 2) -> Saved:
    return Saved(dict(linear(fill, inputs).state_dict()), {})


def test_what_has_the_same_name_shape_and_type_is_taken():
    layer = linear(0.0)
    assert fit(layer, saved(1.0)) == (9, [])
    assert layer.weight.eq(1).all()
    layer = linear(0.0)
    assert fit(layer, saved(1.0, 4)) == (3, ["weight"])
    assert layer.bias.eq(1).all()
    assert not layer.weight.any()
    double = Saved({name: t.double() for name, t in saved(1.0).tensors.items()}, {})
    assert fit(linear(0.0), double) == fit(linear(0.0), None) == (0, ["weight", "bias"])


def test_an_average_that_the_base_lacks_begins_as_its_first(monkeypatch: pytest.MonkeyPatch):
    def began(known: dict[str, Saved], modules: dict[str, nn.Module]) -> tuple[str, ...]:
        monkeypatch.setattr(base, "checkpoint_of", lambda _: type("Found", (), {"saved": known}))
        return begin_with("there", modules)

    G, short, long = linear(0.0), linear(0.0), linear(0.0)
    known = {"G": saved(1.0), "average-5": saved(2.0), "average-9": saved(3.0)}
    said = began(known, {"G": G, "average-9": short, "average-7": long})
    assert said == ("starting from there",)
    assert [float(layer.bias.detach()[0]) for layer in (G, short, long)] == [1, 3, 2]
    began({"G": saved(4.0)}, {"G": G, "average-7": long})
    assert float(long.bias.detach()[0]) == 4
    modules = {"G": linear(0.0), **{f"D{n}": linear(0.0) for n in range(4)}}
    said = began({"G": saved(1.0), "D0": saved(1.0, 5)}, modules)
    assert said == ("starting from there; new, because they do not fit: D0.weight, D1.weight, D1.bias, D2.weight, "
                    "D2.bias, D3.weight and 1 more",)  # fmt: skip
    for others, fine in ((9, True), (10, False)):  # a tenth of all numbers is the least
        modules = {"G": linear(0.0), **{f"D{n}": linear(0.0) for n in range(others)}}
        if fine:
            began({"G": saved(1.0)}, modules)
        else:
            with pytest.raises(SaddlepointError, match="hardly any of its weights fit: 9 of 99"):
                began({"G": saved(1.0)}, modules)


# How figures are told.


def measure(metric: str, n_real: int = 500, n_fake: int = 1_000, extractor: str = "digits_a") -> Measure:
    card = Card(metric, extractor, "none", n_real, n_fake, "digits, 500 held-out examples, 0123", "none", 0, "0")
    return Measure(12.0, 11.0, 13.0, card)


def test_what_leads_is_the_distance_else_what_chooses_else_the_first():
    assert leading(["a", "frechet", "distance"]) == "distance"
    assert leading(["a", "frechet"]) == "frechet"
    assert leading(["b", "a"]) == choosing(["b", "a"]) == "b"
    assert choosing(["a", "distance", "frechet"]) == "frechet"


def test_figures_on_a_line():
    distance = measure("distance from real examples, % of that of their mean alone")
    assert told({"frechet": measure("Frechet distance"), "distance": distance}) == (
        "distance from real examples 12 [11, 13] %"
    )
    assert told({"nats": measure("-log p(x), nats")}) == "-log p(x) 12 [11, 13]"
    assert unsaid({"distance": distance, "frechet": measure("")}) == unsaid({"nats": measure("")}) == ""
    assert unsaid({"frechet": measure("", 100, 60)}) == "too few generated examples to say: 60"
    assert told({"frechet": measure("", 99, 60)}) == "distance: too few held-out examples to say: 99"
    assert protocol(distance.card) == "by digits_a, 1,000 samples"
    assert protocol(measure("", extractor="none").card) == ""
    assert examples("digits, 500 held-out examples, 0123") == "500 held-out examples"
    assert examples("MNIST test, 0123") == "MNIST test"


# What is kept on the disk.


def test_what_is_kept_is_listed_the_latest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path))
    for n in (2, 3, 1):
        remember(key_of(n), Of(f"set {n}", n), lambda _: True, lambda: {"a": torch.ones(3).double()})
        os.utime(tmp_path / "figures" / f"{key_of(n)}.safetensors", (1_000 * n, 1_000 * n))
    assert [(kept.of, kept.made) for kept in contents()] == [(Of(f"set {n}", n), 1_000.0 * n) for n in (3, 2, 1)]
    assert all(kept.bytes == kept.path.stat().st_size for kept in contents())
    assert len({key_of(1, "a"), key_of("1", "a"), key_of(1), key_of("a", 1)}) == 4
    assert len(key_of(1)) == 32


def test_numbers_are_kept_in_32_bits_where_these_hold_them():
    assert shorter(torch.tensor([1.5, -0.25]).double()).dtype == torch.float32
    assert shorter(torch.tensor([1.5, 0.1], dtype=torch.float64)).dtype == torch.float64
    assert shorter(torch.tensor([1, 2])).dtype == torch.int64


def test_a_measure_has_four_digits_and_so_have_its_ends():
    assert str(Measure(12345.6, 0.00012344, 1.23456, measure("").card)) == "1.235e+04 [0.0001234, 1.235]"


CARD = measure("").card.to_json()


@pytest.mark.parametrize("wrong", [
    {"n_real": None}, {"n_fake": None}, {"n_fake": "3"}, {"seed": "3"}, {"seed": 0.5}, {"metric": None}, {"code": 1},
    {"reference": None}, {"resizer": 2}, {"more": "x"},
])  # fmt: skip
def test_a_card_has_its_fields_of_their_kinds_and_no_others(wrong: dict):
    assert Card.from_json(CARD) == measure("").card
    assert Card.from_json(CARD | {"seed": None}).seed is None
    with pytest.raises(SaddlepointError, match="card"):
        Card.from_json(CARD | wrong)
    for name in CARD:
        with pytest.raises(SaddlepointError, match="card"):
            Card.from_json({key: value for key, value in CARD.items() if key != name})


def test_the_last_page_has_a_line_for_each_measure_worth_one():
    """Its value and interval with its unit, what it was held against, what is usual, and who looked."""
    found = {name: measure("m, of something") for name in
             ("coverage", "copies", "copies_real", "label_accuracy", "l1", "psnr", "nats", "kernel")}  # fmt: skip
    real, eye = "500 held-out examples", "by digits_a, 1,000 samples"
    beside = "for independent real examples 12 %"
    assert rows(found) == [
        ("label accuracy", "12 % [11, 13]", f"of the samples show the class that was asked for; {eye}"),
        ("coverage", "12  [11, 13]", f"share of {real} that have a sample close by; {eye}"),
        ("near-copies", "12 % [11, 13]", f"of the samples, copied from training examples; {beside}; {eye}"),
        ("absolute error", "12  [11, 13]", f"of the range, mean over {real}; {eye}"),
        ("PSNR", "12 dB [11, 13]", f"mean over {real}; {eye}"),
        ("-log p(x)", "12 nats [11, 13]", f"m, mean over {real}; {eye}"),
    ]
    gaussians = {
        f"mixture/{name}": measure(f"a Gaussian mixture of 3: {metric}")
        for name, metric in (("distance", "how far"), ("frechet", "Frechet distance"), ("coverage", "coverage"))
    }
    assert rows(gaussians) == [("a Gaussian mixture of 3", "12 % [11, 13]", "how far; coverage 12")]
    del gaussians["mixture/distance"]
    assert rows(gaussians) == [("a Gaussian mixture of 3", "12  [11, 13]", "Frechet distance; coverage 12")]


def test_the_journal_has_of_each_average_what_decides_and_of_one_all():
    one, other = ({"frechet": measure("d")._replace(value=v), "l1": measure("e")} for v in (11.5, 12.5))
    assert as_told({"a": one, "b": other}, "b", "frechet") == {
        "card": measure("d").card.to_json(),
        "decides": "frechet",
        "frechet": {"a": [11.5, 11, 13], "b": [12.5, 11, 13]},
        "measures": {"frechet": [12.5, 11, 13], "l1": [12, 11, 13]},
    }


# What is told while a run goes on.


def test_logits_are_told_by_mean_deviation_and_quantiles():
    found = describe(torch.arange(21.0))
    assert (found["mean"], found["std"]) == (10, pytest.approx((21 * 22 / 12) ** 0.5))
    assert found["q"] == pytest.approx([1, 5, 10, 15, 19])
    assert describe(torch.tensor([3.0])) == {"mean": 3, "std": 0, "q": [3] * 5}
    said = in_words({"train": torch.tensor([1.0, 2]), "fake": torch.tensor([-0.256]), "held_out": torch.tensor([0.5])})
    assert said == "D's logits: training +1.50, generated -0.26, held out +0.50"


def test_a_tick_has_what_is_left_at_the_speed_that_is_measured_and_numbers_made_steady():
    times = iter([10.0, 12.0])
    gauge = Gauge(lambda: next(times))
    first = Round(0, 64, {"D": 2.0, "G": math.nan}, {"D": Reading(0.5, 0.25)}, {}, 1, True)
    found = tick(gauge, first, 64, 1_000, 30.0, 1, ("fact",))
    assert (found.images, found.total, found.seconds, found.left, found.rate) == (64, 1_000, 30, math.inf, 0)
    assert (found.losses, found.d_real, found.d_fake, found.skipped) == ({"D": 2.0}, 0.5, 0.25, 1)
    found = tick(gauge, first._replace(losses={"G": 4.0}, readings={}), 164, 1_000, 32.0, 1, ())
    assert (found.rate, found.left, found.losses, found.facts) == (50, (1_000 - 164) / 50, {"G": 4.0}, ())
    assert (found.d_real, found.d_fake) == (0.5, 0.25)
    silent = tick(Gauge(lambda: 0.0), first._replace(readings={}), 1, 1, 0.0, 0, ())
    assert math.isnan(silent.d_real)
    assert math.isnan(silent.d_fake)


def test_whoever_listens_hears_of_the_round_first_and_of_the_rest_in_its_order_once():
    heard = []
    calls = Calls(round=lambda r: heard.append(("round", r)), judgement=lambda m: heard.append(("judgement", m)))
    listeners = Listeners(calls, print)
    for name, given in (("judgement", 1), ("snapshot", 2), ("judgement", 3)):
        listeners.add(name, given)
    for number in (7, 8):
        listeners.tell(number)  # pyright: ignore[reportArgumentType]
    assert heard == [("round", 7), ("judgement", 1), ("judgement", 3), ("round", 8)]
    assert listeners.last == "round"
    lines = []
    Listeners(Calls(line=lambda folder, line: lines.append((folder, line))), print).line(Path("a"), {"event": "x"})
    assert lines == [(Path("a"), {"event": "x"})]


@pytest.mark.parametrize(
    ("error", "ended"),
    [(None, "done"), (SaddlepointError("x", code=130), "signal"), (SaddlepointError("x", code=128), "error"),
     (SaddlepointError("x", code=3), "error"), (ValueError("x"), "error")],
)  # fmt: skip
def test_each_session_is_noted_with_where_it_began_and_how_it_ended(tmp_path: Path, error, ended: str):
    progress = Progress(before=30, images=12)
    with suppress(SaddlepointError, ValueError), noted(tmp_path, progress):
        progress.images = 20
        if error is not None:
            raise error
    (line,) = read(tmp_path / "sessions.jsonl")
    assert (line["from_images"], line["to_images"], line["ended"], line["pid"]) == (42, 50, ended, os.getpid())
    assert 0 <= line["seconds"] < 60
    assert abs(time.time() - datetime.fromisoformat(line["start"]).timestamp()) < 60
