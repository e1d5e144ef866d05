"""What is chosen by some examples, or by one judge, is measured by others."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from conftest import WHOLE
from tinyrun import CONFIG, begin, bundle, live_of

from saddlepoint.court.nats import in_nats
from saddlepoint.court.pairs import by_pairs
from saddlepoint.court.summons import own
from saddlepoint.data.facts import About
from saddlepoint.records import Batch
from saddlepoint.running import finish
from saddlepoint.running.judging import court_of, sit
from saddlepoint.settings.run import Judge
from saddlepoint.systems.system import Nats, Translate

USED = {by_pairs: 64, in_nats: 200}


def evidence(n: int) -> Any:
    """n pairs [1, 2, 2], of which x is c and says its own place."""
    x = torch.arange(float(n)).div(n).view(n, 1, 1, 1).expand(n, 1, 2, 2).contiguous()
    record = SimpleNamespace(
        data=SimpleNamespace(name="toy"), config=SimpleNamespace(range="unit"), whose={"x": "held-out"}
    )
    return SimpleNamespace(
        unseen=Batch(x, x),
        record=record,
        whose="held-out",
        stated="",
        lpips=None,
        facts={"x": About("pictures", (1, 2, 2))},
    )


def spoilt(used: int, n: int) -> Any:
    """Right for the first `used` examples, half the range off (1 nat short) for the others."""

    def off(x: torch.Tensor) -> torch.Tensor:
        return (x >= (used - 0.5) / n).float()

    model = SimpleNamespace(
        apply=Translate(lambda c, seed: c + 0.5 * off(c)),
        log_prob=lambda x, rng: Nats(-off(x)[:, 0, 0, 0], "exact"),
    )
    return SimpleNamespace(model=model)


@pytest.mark.parametrize(("bench", "name", "worse"), [(by_pairs, "l1", 0.5), (in_nats, "nats", 1.0)])
def test_the_last_judgement_is_of_examples_that_chose_nothing(bench: Any, name: str, worse: float) -> None:
    used = USED[bench]
    for n, expected in ((2 * used, worse), (2 * used - 1, worse * (used - 1) / (2 * used - 1))):
        court = bench(cast(Any, evidence(n)))
        model = spoilt(used, n)
        assert court.quick(model, 1000, 0)[name].value == 0, "by these it was chosen"
        full = court.full(model, 1000, 0).measures[name]
        assert full.value == pytest.approx(expected, rel=1e-5), "by the others; by all where these are too few"
        assert full.card.n_fake == (used if n == 2 * used else n)


@pytest.mark.parametrize(("n", "decides", "first", "last"), [
    (150, True, range(64), range(64, 150)),
    (128, True, range(64), range(64, 128)),
    (127, True, range(127), range(127)),
    (150, False, range(150), range(150)),
])  # fmt: skip
@pytest.mark.parametrize("several", [False, True])
def test_a_judge_of_ones_own_that_decides_sees_others_at_last(
    n: int, decides: bool, first: range, last: range, several: bool
) -> None:
    """Of pairs, and of examples of two kinds without a condition."""
    given, seen = evidence(n), []
    given.sides = SimpleNamespace(train=SimpleNamespace(x=torch.zeros(3)))
    if several:
        given.unseen = Batch({"a": given.unseen.x, "b": given.unseen.x.flip(0)})

    def judge(view: Any) -> Any:
        x, c = view.some
        seen.append([round(v * n) for v in (x["a"] if several else x)[:, 0, 0, 0].tolist()])
        assert torch.equal(given.unseen.x["b"][seen[-1]], x["b"]) if several else torch.equal(x, c)
        return {}

    bench = own(judge, given, decides)
    bench.quick(spoilt(0, n), 1_000, 0)
    bench.full(spoilt(0, n), 1_000, 0)
    assert seen == [list(first), list(last)]


def test_other_examples_are_another_reference() -> None:
    court = by_pairs(cast(Any, evidence(128)))
    model = spoilt(64, 128)
    one, other = court.quick(model, 64, 0)["l1"].card, court.full(model, 64, 0).measures["l1"].card
    assert (one.n_real, other.n_real) == (64, 64)
    assert one.reference != other.reference


def of_digits(*judges: str) -> Any:
    """A run on digits, of a system that is judged so."""
    system = SimpleNamespace(judges=judges)
    return SimpleNamespace(train=SimpleNamespace(eye="digits"), config=SimpleNamespace(seed=3), system=system)


def test_digits_are_reported_by_the_judge_that_did_not_choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, asked, nothing = [], [], SimpleNamespace(x=None, labels=None)
    live = of_digits("samples")
    model = SimpleNamespace(can=("sample",), sample=lambda n, seed: asked.append(n) or nothing)
    monkeypatch.setattr(finish, "judge_digits", lambda *given: seen.append(given) or {})
    finish.judged(cast(Any, live), cast(Any, model), tmp_path, None, WHOLE)
    assert seen == [(None, None, "b", 3)]
    assert asked == [10_000]
    assert WHOLE.samples == 1_000
    finish.judged(of_digits("nats"), cast(Any, model), tmp_path, None, WHOLE)
    assert len(asked) == 1, "thousands of samples are drawn of systems that are judged by samples alone"


def test_of_two_judges_the_one_that_did_not_choose_is_reported(tmp_path, monkeypatch) -> None:
    live = of_digits("samples")
    model = SimpleNamespace(can=("sample",), sample=lambda n, seed: SimpleNamespace(x=None, labels=None))
    rest = SimpleNamespace(measures={"coverage": "alone", "frechet": "chose", "distance": "leads"}, pairs=None)
    monkeypatch.setattr(finish, "judge_digits", lambda *_: {"frechet": "did not choose"})
    monkeypatch.setattr(finish, "keep", lambda *_: None)
    monkeypatch.setattr(finish, "keep_copies", lambda *_: [])
    court = SimpleNamespace(full=lambda *_: rest)
    found, _, fault = finish.judged(cast(Any, live), cast(Any, model), tmp_path, cast(Any, court), WHOLE)
    assert (found, fault) == ({"distance": "leads", "frechet": "did not choose", "coverage": "alone"}, "")
    assert list(found) == ["distance", "frechet", "coverage"], "the first are what the top of the page has room for"


def test_the_page_says_what_chose_the_average(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle(monkeypatch)
    run = begin(tmp_path, CONFIG.model_copy(update={"judge": Judge(share=0.5)}))
    live = live_of(run)
    assert finish.choice(live, run.folder) == [], "nothing was judged on the way: there was no choice"
    live.progress.best = {"average": "average-3", "images": 100}
    found = sit(live, court_of(live), 30)["average-3"]["frechet"]
    line = {"event": "judgement", "images": 180, "decides": "frechet", "card": found.card.to_json()}
    monkeypatch.setattr(finish, "told", lambda path: [{"event": "rounds"}, line, line])
    ((name, value, note),) = finish.choice(live, run.folder)
    assert (name, value) == ("average", "average-3")
    assert (
        note
        == "as at 100 pictures, the best of 2 judgements by Frechet distance in pixels, against 21 held-out examples"
    )
