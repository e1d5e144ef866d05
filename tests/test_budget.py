"""A budget of time is kept: what is left is stretched to the time that is left, and schedules follow. None sleeps."""

import json
import random
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import toyrun
from hypothesis import given
from hypothesis import strategies as st
from tinyrun import CONFIG, Cut, Seen, begin, bundle, events, outcome

from saddlepoint import api
from saddlepoint.api import resume
from saddlepoint.cli import display
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning import judgements, rehearsal
from saddlepoint.planning.allotment import AIM, Allotment
from saddlepoint.planning.budget import Measurement
from saddlepoint.planning.rehearsal import Closing
from saddlepoint.record import Promise, RunRecord
from saddlepoint.running import finish as ending
from saddlepoint.running.course import MOST, PLACES, Course, Pace, looked_at, stretch
from saddlepoint.running.dials import dials
from saddlepoint.running.finish import WHOLE, Effort
from saddlepoint.running.live import Live
from saddlepoint.running.progress import Progress
from saddlepoint.running.replan import Look, Replan, in_force
from saddlepoint.running.watcher import Nobody, Summary, Tick
from saddlepoint.running.work import Worker
from saddlepoint.settings.run import Judge, Stage
from saddlepoint.settings.run import Pace as Rates
from saddlepoint.storage.parts import Saved

# The schedule.


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_a_plan_that_never_changes_leaves_the_schedule_as_it_was(schedule: int, images: int) -> None:
    assert Course(schedule, schedule).place(images) == images


@given(st.integers(1, 10**7), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 4)), max_size=6))
def test_a_schedule_is_continuous_never_goes_back_and_ends_exactly(
    schedule: int, turns: list[tuple[float, float]]
) -> None:
    course, images = Course(schedule, schedule), 0
    for share, by in turns:
        images += int(share * (course.length - images - 1))
        before = course.place(images)
        course = course.towards(images, images + max(1, int((course.length - images) * by)))
        assert course.place(images) == before < schedule
        middle = (images + course.length) // 2
        assert before <= course.place(middle) <= schedule
    assert course.place(course.length - 1) < course.place(course.length) == schedule


def test_what_is_left_is_stretched_evenly_from_where_it_was_changed() -> None:
    course = Course(1000, 1000).towards(400, 1600)
    assert [course.place(n) for n in (400, 700, 1000, 1600)] == [400, 550, 700, 1000]


def test_learning_rates_and_momenta_follow_the_place_not_the_images() -> None:
    paces = {"G": Rates(lr=1.0, decay="linear", lr_end=0.1, optimiser="momentum", momentum=0.5, momentum_end=0.9)}
    course = Course(1000, 1000).towards(400, 1600)
    at = dials(paces, Stage(images=1000), 1.0, place=course.place)
    for images, t in ((400, 0.4), (1000, 0.7), (1600, 1.0)):
        found = at(toyrun_state(images))
        assert found.rates["G"] == pytest.approx(1 - 0.9 * t, rel=1e-12)
        assert found.momenta["G"] == pytest.approx(0.5 + 0.4 * t, rel=1e-12)


def toyrun_state(images: int) -> Any:
    return Progress(images=images).game


@given(st.integers(100, 2000), st.integers(1, 500))
def test_the_plan_is_looked_at_once_at_each_place(schedule: int, step: int) -> None:
    """A step that passes several is one look."""
    ends = list(range(0, schedule + step, step))
    looks = [now for before, now in zip(ends, ends[1:]) if looked_at(schedule, before, now)]
    assert looks == sorted({min(n for n in ends if n >= place * schedule) for place in PLACES})


# The stretch.


def test_the_stretch_is_time_left_over_time_needed() -> None:
    """Two stages, measured at 100 and 50 a second; the first goes at 80 now, hence the second at 40."""
    pace, left = Pace(80.0, {0: 100.0, 1: 50.0}), {0: 800, 1: 400}
    assert pace.needed(left, 0) == pytest.approx(10 + 10, rel=1e-12)
    for seconds, by in ((20, 1.0), (10, 0.5), (30, 1.5), (1000, MOST), (-5, 0.0)):
        assert stretch(pace, left, 0, seconds) == pytest.approx(by, rel=1e-12)


# The promise, on a machine whose clock goes as it is told.


class Machine(Nobody):
    """A clock that a round moves on: by its images over the stage's speed, which falls to `slower` of it at a time."""

    def __init__(self, speeds: tuple[float, ...], falls_at: float, slower: float) -> None:
        self.speeds, self.falls_at, self.slower = speeds, falls_at, slower
        self.now, self.images = 0.0, 0
        self.notes: list[str] = []
        self.live: Live | None = None

    def progress(self, tick: Tick) -> None:
        assert self.live is not None
        speed = self.speeds[min(self.live.progress.stage, len(self.speeds) - 1)]
        self.now += (tick.images - self.images) / speed / (self.slower if self.now >= self.falls_at else 1.0)
        self.images = tick.images

    def note(self, text: str) -> None:
        self.notes.append(text)


def played(machine: Machine, folder: Path, patch: pytest.MonkeyPatch, **choices: Any) -> list[dict[str, Any]]:
    """The journal of a run on this machine, of two stages of 600 and 400 images by plan."""
    stages = [s.model_copy(update={"images": n, "k": 1}) for s, n in zip(toyrun.CONFIG.stages, (600, 400))]
    conf = toyrun.CONFIG.model_copy(update={"stages": tuple(stages), "checkpoint_images": 10**6})
    record = toyrun.record(conf)
    record = record.model_copy(update={"choices": record.choices.model_copy(update=choices)})
    record.write(folder)
    machine.live = live = Live(record, {"x": toyrun.pictures()}, toyrun.ENGINE)
    patch.setattr(time, "monotonic", lambda: machine.now)
    worker = Worker(live, folder, machine)
    worker.begin()
    worker.work()
    patch.undo()
    return toyrun.read(folder / "journal.jsonl")


@pytest.mark.parametrize("slower", [2 / 3, 1.0, 1.5])
@pytest.mark.parametrize("speeds", [(100.0, 100.0), (100.0, 50.0)])
@pytest.mark.slow
def test_a_budget_is_kept_on_a_machine_whose_speed_changes_halfway(
    speeds: tuple[float, float], slower: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All in all, the last page included, which then takes as much longer: within 4 % of the time."""
    planned = 600 / speeds[0] + 400 / speeds[1]
    machine, closing = Machine(speeds, planned / 2, slower), planned / 5
    told = {"rate": 1000 / planned, "rates": speeds, "closing_seconds": closing}
    budget = planned + closing
    journal = played(machine, tmp_path, monkeypatch, budget_seconds=budget, planned_seconds=budget, **told)
    assert machine.now + closing / slower == pytest.approx(budget, rel=0.04)
    ends = [event for event in journal if event["event"] == "plan"]
    assert bool(ends) == (slower != 1.0)
    seen = journal[-1]["images"]
    assert abs(seen - sum(ends[-1]["lengths"] if ends else (600, 400))) <= 10
    for event in ends:  # what a change decides is saved at once
        after = journal[journal.index(event) + 1]
        assert (after["event"], after["images"]) == ("checkpoint", event["images"])


@pytest.mark.slow
def test_great_changes_are_told_in_a_line_and_small_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {"rate": 100.0, "rates": (100.0, 100.0)}
    for name, slower, lines in (("little", 0.9, 0), ("much", 0.5, 1)):
        (tmp_path / name).mkdir()
        machine = Machine((100.0, 100.0), 0.0, slower)
        played(machine, tmp_path / name, monkeypatch, budget_seconds=10.0, planned_seconds=10.0, **told)
        assert len(machine.notes) == lines, machine.notes
    assert machine.notes == ["at 50 a second, the plan is now 499 pictures in all, to keep to the time"]


@pytest.mark.parametrize("more", [{"planned_seconds": 30.0}, {"budget_seconds": 5.0}], ids=["images", "more"])
def test_a_length_in_images_is_never_changed(
    more: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor that of a run that was given more by a version that kept it to no time."""
    machine = Machine((100.0, 100.0), 2.0, 0.1)
    journal = played(machine, tmp_path, monkeypatch, rate=100.0, rates=(100.0, 100.0), **more)
    assert [event for event in journal if event["event"] == "plan"] == []
    assert journal[-1]["images"] == 1000


@pytest.mark.parametrize("slower", [2 / 3, 1.5])
def test_time_that_was_given_later_is_kept_to_and_what_came_before_is_as_long_as_it_was(
    slower: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's speed changes within the second stage; 6 s of the first, then 4 s and a last page of 1 s."""
    machine = Machine((100.0, 100.0), 7.0, slower)
    more = Promise(stage=1, seconds=11.0, closing_seconds=1.0, closing_samples=250)
    journal = played(machine, tmp_path, monkeypatch, rate=100.0, rates=(100.0,), more=more)
    plans = [event["lengths"] for event in journal if event["event"] == "plan"]
    assert {first for first, _ in plans} == {600}
    assert machine.now + 1 / slower == pytest.approx(11.0, rel=0.04)


def test_what_came_before_time_that_was_given_later_is_not_stretched_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine is half as fast from the first second on, which would cut 600 images to some 350."""
    more = Promise(stage=1, seconds=11.0, closing_seconds=1.0, closing_samples=250)
    journal = played(Machine((100.0, 100.0), 1.0, 0.5), tmp_path, monkeypatch, rate=100.0, rates=(100.0,), more=more)
    first, second = next(event["lengths"] for event in reversed(journal) if event["event"] == "plan")
    assert first == 600
    assert second < 400


def test_the_time_that_was_given_last_is_the_one_to_keep_to() -> None:
    first = toyrun.record().choices.model_copy(update={"budget_seconds": 9.0, "planned_seconds": 9.0})
    assert first.promise == Promise(seconds=9.0)
    more = Promise(stage=2, seconds=30.0, closing_seconds=3.0, closing_samples=100)
    assert first.model_copy(update={"more": more}).promise == more
    assert first.model_copy(update={"planned_seconds": None}).promise is None


# Cut anywhere.


@pytest.fixture
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny run whose plan changes by what has been seen: 120 and 60 images become 128 and some 60."""
    bundle(monkeypatch)
    monkeypatch.setattr(api, "finish", lambda live, folder: Summary(folder, (), ()))

    def look(self: Replan, before: int, spent: float) -> Look | None:
        live, progress = self.live, self.live.progress
        schedule = live.config.stages[progress.stage].images
        if not looked_at(schedule, live.place(before), live.place(progress.images)):
            return None
        return Look(random.random(), spent, 0.6 + progress.seen % 17 / 17)

    monkeypatch.setattr(Replan, "look", look)


@pytest.mark.usefixtures("_tiny")
@pytest.mark.slow
def test_a_run_whose_plan_changes_ends_in_the_same_bits_wherever_it_was_cut(tmp_path: Path) -> None:
    watcher = Seen()
    whole = begin(tmp_path, name="whole", watcher=watcher)
    plans = [event for event in events(whole.folder) if event["event"] == "plan"]
    assert {event["images"] < 120 for event in plans} == {True, False}
    assert len({tuple(event["lengths"]) for event in plans}) > 4
    turns = [event["images"] for event in plans]
    ticks = [tick.images for tick in watcher.ticks]
    for at in {turns[0], turns[-1], *random.Random(20261128).sample(ticks[1:], 2)}:
        with pytest.raises(Cut):
            begin(tmp_path, name=f"cut-{at}", watcher=Seen(at))
        assert outcome(resume(tmp_path / f"cut-{at}").folder) == outcome(whole.folder)


def test_a_state_of_before_there_were_plans_is_read_and_one_that_cannot_be_is_not() -> None:
    values = json.loads(json.dumps(Progress(images=12).state().values))
    old = {name: value for name, value in values.items() if name not in ("turned", "turned_place", "lengths")}
    progress = Progress()
    progress.load_state(Saved({}, old))
    assert progress.course(100) == Course(100, 100)
    for wrong in ({"0": 0}, {"0": -5}, {"0": "9"}, {"0": 1.5}):
        with pytest.raises(SaddlepointError, match="cannot be its state"):
            Progress().load_state(Saved({}, values | {"lengths": wrong}))


def test_a_new_stage_has_its_own_length_and_begins_at_its_beginning() -> None:
    progress = Progress(images=50, turned=40, turned_place=20, lengths={"0": 50, "1": 30})
    progress.next_stage()
    assert progress.course(60) == Course(60, 30)


def test_the_doctor_is_told_the_lengths_in_force() -> None:
    live = Live(toyrun.record(), {"x": toyrun.pictures()}, toyrun.ENGINE)
    live.progress.lengths = {"1": 50}
    assert [stage.images for stage in in_force(live).stages] == [300, 50]
    assert live.total == 350


# How the time is shared out.


class Ready:
    """Of what is prepared, what the allotment looks at: 100 a second, rounds of 10."""

    measured = Measurement(100.0, 1, 10, 10, (100.0,))


def test_what_the_start_and_the_last_page_take_is_not_played(monkeypatch: pytest.MonkeyPatch) -> None:
    """(.97 x 100 s - 10 s - 27 s) less a twentieth, at 100 a second; shares of 2 and 1 for two stages."""
    monkeypatch.setattr(time, "monotonic", lambda: 1010.0)
    allotment = Allotment(100.0, 1000.0)
    assert allotment.left == pytest.approx(AIM * 100 - 10)
    record = allotment.shared(bare(), Ready(), Closing(27.0, 250, 0.0))  # pyright: ignore[reportArgumentType]
    assert sum(stage.images for stage in record.config.stages) == pytest.approx(60 * 0.95 * 100, abs=10)
    assert (record.choices.closing_seconds, record.choices.closing_samples) == (27.0, 250)
    assert allotment.complaint(27.0) is None
    assert allotment.promised(record).choices.budget_seconds == pytest.approx(87.0)


def test_a_budget_that_the_start_and_the_last_page_use_up_is_told_what_the_least_would_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 10.0)
    allotment = Allotment(20.0, 0.0)
    record = allotment.shared(bare(), Ready(), Closing(27.0, 250, 0.0))  # pyright: ignore[reportArgumentType]
    assert [stage.images for stage in record.config.stages] == [6, 3]
    assert "20s is too short: the start and the report take 40s" in str(allotment.complaint(27.0))


@pytest.mark.parametrize(
    ("budget", "each", "samples", "seconds"),
    [(60.0, 0.04, 250, 6.0), (64.1, 0.04, 500, 16.0), (60.0, 0.0, 1_000, 0.0), (60.0, 9.0, 100, 0.0)],
)
def test_the_last_page_is_judged_by_as_many_samples_as_a_quarter_of_the_time_allows(
    budget: float, each: float, samples: int, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,000, 500, 250: the most that can be judged in that time; 100 where not even these can."""
    monkeypatch.setattr(rehearsal, "finish", lambda *_: None)
    monkeypatch.setattr(rehearsal, "each_judged", lambda live: each)
    monkeypatch.setattr(time, "monotonic", lambda: 10.0)
    found = rehearsal.closing(toyrun.record(), {"x": toyrun.pictures()}, toyrun.ENGINE, budget)
    assert found == (pytest.approx(seconds), samples, each)


def test_a_run_of_which_not_two_judgements_can_be_afforded_tries_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgements, "Trial", None)
    record, sources = toyrun.record(), {"x": toyrun.pictures()}
    config = record.config.model_copy(update={"judge": Judge(share=0.5)})
    choices = record.choices.model_copy(update={"rate": 1.0})
    record = record.model_copy(update={"config": config, "choices": choices})
    images = sum(stage.images for stage in config.stages)  # a second each: half of them for two of 250 samples
    found = judgements.planned(record, sources, toyrun.ENGINE, 1.01 * 0.5 * images / 500)
    assert (found.choices.judge_images, found.choices.judge_refused) == (0, "")
    with pytest.raises(TypeError):  # it is tried where it might be afforded
        judgements.planned(record, sources, toyrun.ENGINE, 0.99 * 0.5 * images / 500)


@pytest.mark.parametrize(("chosen", "samples"), [(0, WHOLE.samples), (123, 123)])
def test_the_last_page_is_judged_by_as_many_as_were_chosen(chosen: int, samples: int, monkeypatch) -> None:
    asked = []

    class EnoughError(Exception):
        pass

    def judged(live, model, folder, court, effort):
        asked.append(effort)
        raise EnoughError

    monkeypatch.setattr(ending, "judged", judged)
    for name in ("ship", "frames", "write_atomic", "sheet", "summoned"):
        monkeypatch.setattr(ending, name, lambda *_: ("", ""))
    monkeypatch.setattr(ending.figures, "png", lambda *_: b"")
    monkeypatch.setattr(ending.figures, "film", lambda *_: None)
    monkeypatch.setattr(ending, "ship", lambda *_: SimpleNamespace(medium=SimpleNamespace(noun="points")))
    promise = Promise(seconds=9.0, closing_samples=chosen) if chosen else None
    live = SimpleNamespace(record=SimpleNamespace(choices=SimpleNamespace(promise=promise)))
    with pytest.raises(EnoughError):
        ending.finish(cast(Any, live), Path("."))
    assert asked == [Effort(samples, WHOLE.protocol)]


def bare() -> RunRecord:
    """The record of the tiny run."""
    record = toyrun.record()
    return record.model_copy(update={"config": CONFIG})


def test_choices_of_before_load() -> None:
    content = json.loads(toyrun.record().choices.model_dump_json())
    for name in ("budget_seconds", "closing_seconds", "closing_samples", "rates"):
        del content[name]
    choices = type(toyrun.record().choices).model_validate(content)
    assert (choices.budget_seconds, choices.closing_seconds, choices.rates) == (None, 0.0, ())


# The display.


def test_what_goes_on_is_named_and_nothing_is_a_hundred_percent_while_it_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(display.time, "monotonic", lambda: now[0])
    watcher = display.Live()
    tick = Tick(180, 180, 5.0, 0.0, 36.0, {}, 0.5, 0.5, 0)

    def shown() -> str:
        with watcher.console.capture() as capture:
            watcher.console.print(watcher.now())
        return capture.get()

    watcher.phase("measuring")
    now[0] += 7
    assert "measuring   7s" in shown()
    watcher.phase("training")
    watcher.progress(tick._replace(images=90, left=9.0))
    assert "50%" in shown()
    watcher.phase("judging")
    assert all(word in shown() for word in ("50%", "judging   0s"))
    watcher.progress(tick)
    watcher.phase("writing")
    now[0] += 20
    assert "writing   20s" in shown()
    assert "100%" not in shown()
    lines = display.Lines()
    for name in ("reading", "training", "judging", "training", "writing"):
        lines.phase(name)
    assert capsys.readouterr().err.splitlines() == ["writing ..."]
