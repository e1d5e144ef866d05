"""How long a sample takes, what a length of time affords, and which average is the best, by hand."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure
from saddlepoint.planning import budget, rehearsal
from saddlepoint.planning.budget import SHARE, WARM_UP, last_round, out_of_memory
from saddlepoint.planning.intake import lasting, stem
from saddlepoint.planning.rehearsal import each_digit, each_judged
from saddlepoint.running.judging import best_of, sit


def live(**more: Any) -> Any:
    config = SimpleNamespace(seed=7, batch=10, stages=(0, 1, 2))
    return SimpleNamespace(config=config, artefact=lambda shipped: "model", shipped=None, **more)


@pytest.mark.parametrize(("small", "each"), [(1.0, 9.0 / 500), (1.01, 1.01 / 100)])
def test_a_sample_is_timed_by_a_hundred_where_these_take_long_else_by_five_hundred(small, each, monkeypatch):
    asked = []
    court = SimpleNamespace(quick=lambda *given: asked.append(given))
    times = iter([small, 9.0])

    def timed(work: Any) -> float:
        work()
        return next(times)

    monkeypatch.setattr(rehearsal, "court_of", lambda _: court)
    monkeypatch.setattr(rehearsal, "timed", timed)
    assert each_judged(live()) == pytest.approx(each)
    assert asked == [("model", n, 7) for n in ((100, 500) if small <= 1 else (100,))]

    def nobody(_: Any) -> None:
        raise SaddlepointError("nobody", "judge", "none")

    monkeypatch.setattr(rehearsal, "court_of", nobody)
    assert each_judged(live()) == 0


def test_digits_alone_are_looked_at_by_their_own_judge(monkeypatch):
    seen = []
    monkeypatch.setattr(rehearsal, "judge_digits", lambda *given: seen.append(given))
    monkeypatch.setattr(rehearsal, "timed", lambda work: work() or 5.0)
    model = SimpleNamespace(can=("sample",), sample=lambda n, seed: SimpleNamespace(x=n, labels=seed))
    digits = live(train=SimpleNamespace(eye="digits"), system=SimpleNamespace(judges=("samples",)))
    digits.artefact = lambda _: model
    assert each_digit(digits) == pytest.approx(0.01)
    assert [(given[0], given[1], given[3]) for given in seen] == [(500, 7, 7)]
    model.can = ("apply",)
    assert each_digit(digits) == 0
    model.can, digits.train.eye = ("sample",), ""
    assert each_digit(digits) == 0


def test_paths_are_written_in_full_and_runs_called_after_their_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "my data (1)").mkdir()
    monkeypatch.chdir(tmp_path)
    assert lasting("my data (1)") == str(tmp_path / "my data (1)")
    assert (lasting("digits"), lasting("moons"), lasting("nowhere")) == ("digits", "moons", "nowhere")
    assert stem("my data (1)") == "my-data-1-"
    assert stem("digits") == "digits"
    assert stem("x" * 50) == "x" * 40
    assert stem(".") == tmp_path.name.replace(" ", "-")[:40]


def test_memory_that_ran_out_is_told_by_its_kind_or_its_words():
    for error in (MemoryError(), RuntimeError("can't allocate memory: x"), RuntimeError("CUDA out of memory")):
        assert out_of_memory(error)
    assert not out_of_memory(RuntimeError("something else"))
    assert (WARM_UP, SHARE) == (3, 0.025)


def test_a_round_is_a_batch_for_each_of_the_critic_s_steps():
    for k, images in ((3, 30), (1, 10), (0, 10)):
        entered = []
        scene = SimpleNamespace(game=SimpleNamespace(k=k))
        assert last_round(live(enter=lambda stage, to=entered, scene=scene: to.append(stage) or scene)) == images
        assert entered == [2]


# Judging averages.


def measure(value: float, high: float) -> Measure:
    return Measure(value, value, high, Card("", "", "", 1, 1, "", "none", 0, ""))


def test_the_best_average_is_surely_the_best_by_what_chooses():
    found = {
        "a": {"distance": measure(1, 1), "frechet": measure(1, 9)},
        "b": {"distance": measure(2, 2), "frechet": measure(3, 4)},
        "c": {"distance": measure(3, 3), "frechet": measure(2, 5)},
    }
    assert best_of(found) == ("b", "frechet")
    assert best_of({name: {"nats": each["distance"]} for name, each in found.items()}) == ("a", "nats")


def test_averages_of_equal_weights_are_judged_once_and_all_of_the_same_z():
    asked = []

    def of(value: float) -> Any:
        module = torch.nn.Linear(2, 2)
        for parameter in module.parameters():
            torch.nn.init.constant_(parameter, value)
        return SimpleNamespace(module=module)

    played = live(averages={"a": of(1.0), "b": of(2.0), "c": of(1.0), "d": of(2.0)})
    with torch.no_grad():
        played.averages["d"].module.bias[1] += 1  # one number differs
    played.artefact = lambda module: module
    court = SimpleNamespace(quick=lambda *given: asked.append(given) or {"frechet": len(asked)})
    found = sit(played, cast(Any, court), 250)
    assert [each["frechet"] for each in found.values()] == [1, 2, 1, 3]
    assert [given[0] for given in asked] == [played.averages[name].module for name in "abd"]
    assert {given[1] for given in asked} == {250}
    assert len({given[2] for given in asked}) == 1


@pytest.mark.parametrize(
    ("every", "longest", "last"),
    [((), 0.0, 8), ((), 5.0, 9), ((3,), 0.0, 9), ((3,), 5.9, 9), ((3,), 6.0, 12), ((3, 2), 0.0, 15), ((8,), 0.0, 19)],
)
def test_the_speed_is_that_of_whole_periods_after_the_warm_up(every, longest, last, monkeypatch):
    """Rounds of 6 images a second from the fourth on, which take ten seconds each before."""
    clock, absorbed = [0.0], []

    def rounds(stage: object) -> Any:
        for index in range(30):
            clock[0] += 10.0 if index <= 3 else 1.0
            yield SimpleNamespace(index=index, images=6 * (index + 1))

    monkeypatch.setattr(budget.time, "monotonic", lambda: clock[0])
    scene = SimpleNamespace(game=SimpleNamespace(terms=[SimpleNamespace(every=n) for n in every]))
    played = live(enter=lambda stage: scene, rounds=rounds, absorb=lambda round: absorbed.append(round.index))
    played.progress = SimpleNamespace(stage=5, index=5, images=5)
    assert budget.speed(played, 1, longest) == pytest.approx(6.0)
    assert absorbed == list(range(last + 1))
    assert (played.progress.stage, played.progress.index, played.progress.images) == (1, 0, 0)
