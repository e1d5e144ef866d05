"""Pace, plan and share of the time, by hand: each figure where it is known, and at the border where it turns."""

import math
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
import toyrun

from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.allotment import Allotment
from saddlepoint.planning.budget import disk_bytes, images_for, memory_bytes
from saddlepoint.planning.prepared import with_length
from saddlepoint.planning.rehearsal import Closing
from saddlepoint.records import Round
from saddlepoint.running.course import Course, Pace, looked_at, measured, stretch
from saddlepoint.running.dials import dials, momentum, rate
from saddlepoint.running.gauge import Gauge
from saddlepoint.running.live import Live
from saddlepoint.running.moments import due, snapshots
from saddlepoint.running.progress import Progress, Tally, of_kind
from saddlepoint.running.progress import fitting as fits
from saddlepoint.running.replan import Look, Replan
from saddlepoint.settings.run import Pace as Rates
from saddlepoint.settings.run import Stage
from saddlepoint.storage.parts import Saved

# How far, and how fast.


def test_a_place_is_the_whole_number_below_its_share():
    """7 of 10 left over 3 images, from 3: 3 + floor(7 i / 3)."""
    course = Course(10, 8, 5, 3)
    assert [course.place(n) for n in (5, 6, 7, 8)] == [3, 5, 7, 10]
    assert all(isinstance(course.place(n), int) for n in (5, 6))
    assert Course(10, 5, 5, 3).place(5) == 3  # nothing is left, and nothing divided by it


def test_a_place_is_looked_at_by_the_round_that_reaches_it():
    """Of 1,000: at 100, 250, 500, 750, 900 and 970, and of 15 at 2, 4, 8, 12, 14 and 15."""
    assert [n for n in range(1, 1001) if looked_at(1000, n - 1, n)] == [100, 250, 500, 750, 900, 970]
    assert [n for n in range(1, 16) if looked_at(15, n - 1, n)] == [2, 4, 8, 12, 14, 15]


def test_what_was_not_measured_apart_goes_as_the_last_that_was_or_as_the_whole():
    assert measured((3.0, 5.0), 4.0, 4) == {0: 3.0, 1: 5.0, 2: 5.0, 3: 5.0}
    assert measured((), 4.0, 2) == {0: 4.0, 1: 4.0}
    assert Pace(6.0, {0: 3.0, 1: 5.0}).needed({1: 30}, 0) == pytest.approx(30 / 10)
    assert stretch(Pace(6.0, {0: 3.0}), {0: 60}, 0, 15.0) == pytest.approx(1.5)
    assert stretch(Pace(6.0, {0: 3.0}), {0: 60}, 0, 41.0) == 4.0


def test_readings_move_by_a_twentieth_and_costs_that_are_none_are_left_out():
    gauge = Gauge(lambda: 0.0)
    assert gauge.update(1, {"D": 2.0}) == {"D": 2.0}
    assert gauge.update(2, {"D": 12.0, "G": math.nan}) == {"D": pytest.approx(0.95 * 2 + 0.05 * 12)}
    assert gauge.update(3, {"D": math.inf, "G": 5.0}) == {"D": pytest.approx(2.5), "G": pytest.approx(5.0)}
    assert gauge.rate == 0.0  # no time has gone by


def test_ten_seconds_are_still_in_the_window():
    times = iter([0.0, 5.0, 10.0, 10.5])
    gauge = Gauge(lambda: next(times))
    for seen in (0, 50, 200, 210):
        gauge.update(seen, {})
        if seen == 200:
            assert gauge.rate == 20.0
    assert gauge.rate == pytest.approx(160 / 5.5)


def test_dials_hold_rates_momenta_and_strength_by_player():
    paces = {
        "G": Rates(lr=1.0, decay="linear", lr_end=0.5, optimiser="adam", momentum=0.5, momentum_end=0.9),
        "D": Rates(lr=2.0, decay="constant", optimiser="rmsprop", momentum=0.2, momentum_end=0.6),
    }
    found = dials(paces, Stage(images=100), 0.5, lambda: 0.3)(Progress(images=50).game)
    assert (found.rates, found.augment) == ({"G": 0.375, "D": 1.0}, 0.3)
    assert found.momenta == {"D": pytest.approx(0.4)}
    beyond = dials(paces, Stage(images=100), 1.0)(Progress(images=150).game)
    assert (beyond.rates, beyond.augment) == ({"G": 0.5, "D": 2.0}, 1.0)
    assert momentum(Rates(optimiser="momentum"), 0.5) is None
    assert rate(Rates(lr=2.0, decay="exponential", lr_end=0.25), 0.5) == 1.0


def test_the_last_frame_is_the_stage_s_and_the_first_its_beginning():
    assert snapshots(Stage(images=90), 4) == (0, 10, 40, 90)
    conf = SimpleNamespace(snapshots=4, journal_images=50, checkpoint_images=60)
    stage = Stage(images=90)

    def at(before: int, now: int, judged: int = 0) -> tuple[bool, ...]:
        return tuple(due(cast(Any, conf), stage, before, now, judged))

    assert at(8, 9) == (True, False, False, False, False, False)  # a line each, of a stage so short
    assert at(9, 10) == (True, True, False, False, False, False)
    assert at(10, 11) == (True, False, False, False, False, False)
    assert at(59, 60, 30) == (True, False, True, False, True, False)
    assert at(89, 90) == (True, True, False, False, True, True)
    assert at(89, 90, 7) == (True, True, True, False, True, True)
    long = Stage(images=100_000)
    assert [n for n in range(1, 200) if due(cast(Any, conf), long, n - 1, n).journal] == [50, 100, 150]
    assert [n for n in range(1, 6_000) if due(cast(Any, conf), long, n - 1, n).adapt] == [2_000, 4_000]


# Where a run stands.


def test_a_place_that_a_run_cannot_have_is_no_place():
    whole = Progress(lengths={"0": 3}, best={"value": 1.5, "average": "x"}).state().values
    Progress().load_state(Saved({}, whole))
    wrong: list[dict[str, object]] = [
        {"stage": -1}, {"stage": 0.5}, {"stage": True}, {"stage": 2**53}, {"opened": 1}, {"rate_factor": 1.5},
        {"rate_factor": -0.1}, {"rate_factor": True}, {"augment": "0"}, {"best": {"value": None}}, {"best": []},
        {"lengths": {"0": 2.5}}, {"lengths": {"0": 0}}, {"tally": {"rounds": -1}}, {"tally": {"odd": 1}}, {"odd": 1},
        {"tally": []}, {"tally": {"sums": {"D": []}}},
    ]  # fmt: skip
    for each in wrong:
        with pytest.raises(SaddlepointError, match="cannot be its state"):
            Progress().load_state(Saved({}, {**whole, **each}))
    for fine in ({"stage": 2**53 - 1}, {"rate_factor": 0}, {"rate_factor": 1.0}, {"tally": {"rounds": 0}}):
        Progress().load_state(Saved({}, {**whole, **fine}))
    assert not fits([], {})
    assert of_kind(0, 1)
    assert not of_kind(1, True)


def test_a_round_without_critics_adds_no_opinions():
    tally = Tally()
    tally.add(Round(0, 10, {"D": 1.0}, {}, {}, 0, True))
    assert tally.means().keys() == {"losses/D"}


# A look at the plan.


def planned(**choices: Any) -> Live:
    record = toyrun.record()
    record = record.model_copy(update={"choices": record.choices.model_copy(update=choices)})
    return Live(record, {"x": toyrun.pictures()}, toyrun.ENGINE)


TOLD: dict[str, Any] = {"rate": 100.0, "rates": (100.0, 50.0), "planned_seconds": 90.0, "budget_seconds": 90.0}


def looks(monkeypatch: pytest.MonkeyPatch, images: int, seconds: float, **choices: Any) -> Look | None:
    """After so many images in so many seconds of the first stage, when 20 s are spent."""
    clock = iter([0.0, seconds])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    live = planned(**TOLD | choices)
    replan = Replan(live)
    live.progress.images = images
    return replan.look(0, 20.0)


def test_a_look_divides_what_is_left_of_the_time_by_what_it_takes(monkeypatch: pytest.MonkeyPatch):
    """Measured at 100 and 50 a second; 150 images took 3 seconds: at 50 and 25. The last page takes twice as long."""
    first, second = toyrun.CONFIG.stages[0].images, toyrun.CONFIG.stages[1].images
    found = looks(monkeypatch, 150, 3.0, closing_seconds=5.0)
    needed = (first - 150) / 50 + second / 25
    assert found == (50.0, 90 - 20 - 10, pytest.approx(min(4.0, 60 / needed)))
    found = looks(monkeypatch, 150, 150.0, closing_seconds=5.0)  # a hundred times as slow: believed to a fourth
    assert found == (1.0, 90 - 20 - 20, pytest.approx(50 / (100 * (first - 150) / 100 + 100 * second / 50)))


def test_there_is_nothing_to_say_without_time_images_or_a_place(monkeypatch: pytest.MonkeyPatch):
    assert looks(monkeypatch, 150, 3.0) is not None
    assert looks(monkeypatch, 0, 3.0) is None
    assert looks(monkeypatch, 150, 0.0) is None
    assert looks(monkeypatch, 29, 3.0) is None  # not yet a tenth of 300
    assert looks(monkeypatch, 30, 3.0) is not None
    for none in ("rate", "planned_seconds", "budget_seconds"):
        assert looks(monkeypatch, 150, 3.0, **{none: None}) is None


def test_a_plan_changes_by_more_than_a_hundredth_and_is_told_beyond_a_fifth():
    live = planned()
    first, second = live.lengths
    live.progress.images = 100
    replan = Replan(live)
    assert replan.left() == {0: first - 100, 1: second}
    assert not replan.follow(Look(1.0, 1.0, 1.0099))
    assert not replan.follow(Look(1.0, 1.0, 0.9901))
    assert tuple(live.lengths) == (first, second)
    assert replan.follow(Look(1.0, 1.0, 1.5))
    assert tuple(live.lengths) == (100 + int((first - 100) * 1.5), int(second * 1.5))
    assert (live.progress.turned, live.progress.turned_place) == (100, 100)
    replan.told = live.total
    assert replan.news(Look(50.0, 1.0, 1.5)) is None
    replan.told = live.total / 1.2
    assert replan.news(Look(50.0, 1.0, 1.5)) is None
    replan.told = live.total / 1.3
    assert replan.news(Look(1234.0, 1.0, 1.5)) == f"at 1,234 a second, the plan is now {live.total:,}"
    assert replan.told == live.total
    assert replan.follow(Look(1.0, 1.0, 0.0))
    assert tuple(live.lengths) == (101, 1)  # at least one more of each
    live.progress.images = 101
    assert replan.left() == {0: 1, 1: 1}
    live.progress.next_stage()
    live.progress.lengths["1"] = 30
    live.progress.images = 7
    assert replan.left() == {1: 23}


# What a budget buys.


def test_a_budget_buys_whole_rounds_beside_its_shares():
    """(1 - .05 - .15) of 100 s at 3 a second are 240 images: 34 rounds of 7."""
    assert images_for(100.0, 3.0, 7, 0.15) == 34 * 7
    assert images_for(0.0, 3.0, 7, 0.15) == 7
    assert images_for(100.0, 7.0, 7, 0.15) == 80 * 7


def test_a_folder_takes_three_checkpoints_of_weights_moments_and_averages():
    conf = toyrun.CONFIG.model_copy(update={"averages": (10, 20), "batch": 8})
    assert disk_bytes(conf, 1_000) == 3 * (3 + 2) * 1_000 * 4 + 2_000_000
    source = Source("x", torch.zeros(50, 1, 4, 4))
    rest = (4 + 2) * 1_000 * 4 + 8 * 16 * 64 * 4 * 4 + 300_000_000
    assert memory_bytes(conf, 1_000, source) == 50 * 16 * 4 + rest
    assert memory_bytes(conf, 1_000, source._replace(mapped=True)) == rest


def test_stages_keep_their_proportions():
    stages = tuple(Stage(images=n) for n in (300, 100))
    conf = toyrun.CONFIG.model_copy(update={"stages": stages})
    assert [stage.images for stage in with_length(conf, 1_000).stages] == [750, 250]
    assert [stage.images for stage in with_length(conf, 2).stages] == [1, 1]


def test_what_is_left_beside_the_last_page_is_played(monkeypatch: pytest.MonkeyPatch):
    """.97 x 100 s less 10 s less 20 s, less a twentieth and the share for judging; never less than one round."""
    monkeypatch.setattr(time, "monotonic", lambda: 60.0)
    allotment, record = Allotment(100.0, 50.0), toyrun.record()
    ready = cast(Any, SimpleNamespace(measured=SimpleNamespace(rate=20.0, round=10)))
    found = allotment.shared(record, ready, Closing(20.0, 250, 0.1))
    images = int(67 * (0.95 - record.config.judge.share) * 20 / 10) * 10
    assert sum(stage.images for stage in found.config.stages) == pytest.approx(images, abs=2)
    found = allotment.shared(record, ready, Closing(88.0, 250, 0.1))
    assert sum(stage.images for stage in found.config.stages) == pytest.approx(10, abs=2)
    for closing, silent in ((86.9, True), (87.0, False), (87.1, False)):
        assert (allotment.complaint(closing) is None) == silent
