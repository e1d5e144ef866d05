"""A run that was cut anywhere ends in the very bits of one that never was; `more` adds a stage to it."""

import json
import os
import random
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from damage import forge
from tinyrun import CONFIG, Cut, Seen, begin, bundle, events, outcome, pictures

from saddlepoint import api
from saddlepoint.api import Run, resume
from saddlepoint.artefact.folder import load
from saddlepoint.cli.runs import rows
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning import judgements, prepared
from saddlepoint.planning.allotment import Allotment
from saddlepoint.planning.begin import configure
from saddlepoint.planning.budget import Measurement
from saddlepoint.planning.rehearsal import NO_PAGE
from saddlepoint.record import Promise, RunRecord, read_record
from saddlepoint.report.story import read_story
from saddlepoint.running.finish import finish, over, ship
from saddlepoint.running.live import Live
from saddlepoint.running.opened import opened
from saddlepoint.running.replan import Replan
from saddlepoint.running.watcher import Summary
from saddlepoint.running.work import Worker
from saddlepoint.settings.networks import Mlp
from saddlepoint.storage.checkpoint import checkpoints
from saddlepoint.storage.journal import read
from saddlepoint.storage.lock import RunLock
from saddlepoint.storage.told import spent
from saddlepoint.systems.gan.config import Config, CriticPace, Rules

TICKS = [*range(12, 121, 12), *range(126, 181, 6)]
TELLING = [12, 120, 126, 180]  # before anything was saved; the ends of stages; a stage's first round
ANYWHERE = sorted(random.Random(20261120).sample([at for at in TICKS if at not in TELLING], 4))


@pytest.fixture(autouse=True, scope="module")
def _tiny_source() -> Iterator[None]:
    """The tiny pictures, a speed that is not measured, and none of the sheets of an ended run but its generator."""
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)

        def measured(record: RunRecord, *rest: object) -> Measurement:
            return Measurement(1000.0, 100, record.config.batch, record.config.batch)

        patch.setattr(api, "measure", measured)
        patch.setattr(prepared, "measure", measured)
        patch.setattr(api, "finish", lambda live, folder: Summary(folder, (), ()))
        patch.setattr(api, "Allotment", Quiet)
        patch.setattr(api, "closing", lambda *_: NO_PAGE)
        patch.setattr(Replan, "look", lambda *_: None)
        yield


class Quiet(Allotment):
    """On a machine whose start takes no time."""

    @property
    def left(self) -> float:
        return self.budget


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Never cut."""
    return begin(tmp_path_factory.mktemp("runs"), name="whole")


def story(folder: Path) -> dict[str, Any]:
    """The outcome of a run that saved once more than it would have."""
    lines = [event for event in events(folder) if event["event"] != "checkpoint"]
    return {**outcome(folder), "journal": json.dumps(lines)}


@pytest.mark.parametrize("at", sorted([*TELLING, *ANYWHERE]))
def test_a_run_that_died_ends_in_the_same_bits(whole: Run, tmp_path: Path, at: int) -> None:
    with pytest.raises(Cut):
        begin(tmp_path, watcher=Seen(at))
    last = read(tmp_path / "a" / "journal.jsonl")[-1]
    watcher = Seen()
    run = resume(tmp_path / "a", watcher=watcher)
    saved = max(n for n in (0, 60, 108, 120, 174) if n < at)
    assert [tick.images for tick in watcher.ticks] == [n for n in TICKS if n > saved]
    assert outcome(run.folder) == outcome(whole.folder)
    tail = run.folder / "journal.tail-1.jsonl"
    assert (read(tail)[-1] == last) if last["event"] != "checkpoint" else not tail.exists()
    assert [
        (line["from_images"], line["to_images"], line["ended"]) for line in read(run.folder / "sessions.jsonl")
    ] == [
        (0, at, "error"),
        (saved, 180, "done"),
    ]


def test_a_run_that_died_again_and_again_ends_in_the_same_bits(whole: Run, tmp_path: Path) -> None:
    with pytest.raises(Cut):
        begin(tmp_path, watcher=Seen(72))
    for at in (72, 84, 126, 126, 180):
        with pytest.raises(Cut):
            resume(tmp_path / "a", watcher=Seen(at))
    assert outcome(resume(tmp_path / "a").folder) == outcome(whole.folder)
    assert len(list((tmp_path / "a").glob("journal.tail-*.jsonl"))) == 6
    assert [path.name for path in checkpoints(tmp_path / "a" / "checkpoints")] == ["000000174", "000000180"]


@pytest.mark.parametrize(
    ("number", "at"), [(signal.SIGTERM, 96), (signal.SIGINT, 132), (signal.SIGTERM, 120), (signal.SIGINT, 180)]
)
def test_a_run_told_to_stop_saves_and_goes_on_where_it_was(
    whole: Run, tmp_path: Path, number: signal.Signals, at: int
) -> None:
    """In a stage's last round, too; in the very last, only the sheets of its end are left to be written."""
    before = signal.getsignal(number)
    with pytest.raises(SaddlepointError, match="saved") as stopped:
        begin(tmp_path, watcher=Seen(at, lambda: signal.raise_signal(number)))
    assert stopped.value.code == 128 + number
    assert signal.getsignal(number) == before
    assert f"stopped at {at} pictures" in str(stopped.value)
    assert checkpoints(tmp_path / "a" / "checkpoints")[-1].name == f"{at:09d}"
    ((row,), story_) = rows(tmp_path), read_story(tmp_path / "a")
    assert Run(tmp_path / "a").images == row.images == story_.images == at
    watcher = Seen()
    run = resume(tmp_path / "a", watcher=watcher)
    assert [tick.images for tick in watcher.ticks] == TICKS[TICKS.index(at) + 1 :]
    assert (watcher.notes, len(watcher.summaries)) == ([], 1)
    assert story(run.folder) == story(whole.folder)
    assert [line["ended"] for line in read(run.folder / "sessions.jsonl")] == ["signal", "done"]


def test_a_run_that_died_before_its_first_round_begins_at_the_beginning(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(worker: Worker) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(Worker, "begin", dies)
        with pytest.raises(Cut):
            begin(tmp_path)
    assert outcome(resume(tmp_path / "a").folder) == outcome(whole.folder)


def test_what_bears_the_models_name_is_seen_before_the_first_round(tmp_path: Path) -> None:
    """Not after hours of it. A note that somebody has put into its folder is kept."""
    with pytest.raises(Cut):
        begin(tmp_path, watcher=Seen(72))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a" / "generator").symlink_to(tmp_path / "elsewhere")
    watcher = Seen()
    with pytest.raises(SaddlepointError, match="generator: is a link, or no folder"):
        resume(tmp_path / "a", watcher=watcher)
    assert watcher.ticks == []
    (tmp_path / "a" / "generator").unlink()
    (tmp_path / "a" / "generator").mkdir()
    (tmp_path / "a" / "generator" / "note").write_text("mine")
    run = resume(tmp_path / "a")
    ship(opened(run.folder, print).live(), run.folder)
    assert (run.folder / "generator" / "note").read_text() == "mine"
    load(run.folder)


def test_a_run_that_died_over_its_last_sheets_writes_them(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(live: Live, folder: Path) -> Summary:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(api, "finish", dies)
        with pytest.raises(Cut):
            begin(tmp_path)
    watcher = Seen()
    resume(tmp_path / "a", watcher=watcher)
    assert (len(watcher.ticks), len(watcher.summaries)) == (0, 1)
    assert outcome(tmp_path / "a") == outcome(whole.folder)


@pytest.mark.slow
def test_a_run_that_is_judged_on_the_way_keeps_the_same_generator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judgements, the best of them, and its generator are part of what comes back."""
    fixed = {"judge_images": 45, "judge_samples": 40, "judge_features": "pixels"}

    def planned(record: RunRecord, source: Source, engine: Engine, each: float) -> RunRecord:
        return record.model_copy(update={"choices": record.choices.model_copy(update=fixed)})

    monkeypatch.setattr(judgements, "planned", planned)
    straight = begin(tmp_path, name="straight")
    judged = [event["images"] for event in events(straight.folder) if event["event"] == "judgement"]
    assert judged == [48, 96, 120, 168, 180]  # multiples of 45 within a stage, and its end
    for at in (60, 126):
        with pytest.raises(Cut):
            begin(tmp_path, name=f"cut-{at}", watcher=Seen(at))
        assert outcome(resume(tmp_path / f"cut-{at}").folder) == outcome(straight.folder)


TIMED = re.compile(rb'"(seconds|rate)":[^,}]*')
CLASSES = CONFIG.model_copy(
    update={
        "d": CriticPace(network=Mlp(hidden=(8,), condition="none"), lr=2e-3),
        "stages": (Rules(images=120, objective="hinge", classify=0.5, r1=0.1),),
    }
)
SMALL = {"latent": 3, "g.network.hidden": "8", "batch": 6, "images": 120, "averages": "100", "snapshots": 2}
OFTEN = {"checkpoint_images": 50, "journal_images": 24, "device": "cpu", "engine.threads": 1, "judge.share": 0}
BOUND = configure("vae", None, SMALL | OFTEN)


@pytest.mark.parametrize("config", [CLASSES, BOUND], ids=["gan", "vae"])
def test_the_journal_of_a_run_that_was_cut_is_the_other_ones_byte_for_byte(config: Config, tmp_path: Path) -> None:
    """But for the clock. A line on rounds is cut in two by the checkpoint at 54 images; its terms are told out of the
    order of the alphabet.
    """
    begin(tmp_path, config, name="straight")
    with pytest.raises(Cut):
        begin(tmp_path, config, name="cut", watcher=Seen(66))
    resume(tmp_path / "cut")
    one, other = (TIMED.sub(b"", (tmp_path / name / "journal.jsonl").read_bytes()) for name in ("straight", "cut"))
    assert one == other


def test_time_spent_adds_up_over_a_cut(tmp_path: Path) -> None:
    with pytest.raises(Cut):
        begin(tmp_path, watcher=Seen(84))
    journal = tmp_path / "a" / "journal.jsonl"
    earlier = [line["seconds"] for line in read(journal) if "seconds" in line and line["images"] <= 60]
    watcher = Seen()
    resume(tmp_path / "a", watcher=watcher)
    seconds = [line["seconds"] for line in read(journal) if "seconds" in line]
    assert seconds == sorted(seconds)
    assert watcher.ticks[0].seconds > max(earlier) > 0


# More.


def copied(run: Run, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run.folder, tmp_path / "copy"))


def test_more_appends_a_stage_like_the_last_and_changes_nothing_before(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the run that had been configured with that stage from the first day, bit for bit."""
    folder = copied(whole, tmp_path)
    before = (folder / "journal.jsonl").read_bytes()
    monkeypatch.setattr(api, "images_for", lambda seconds, rate, *_: {(0.5, 1000.0): 30}[seconds, rate])
    run = resume(folder, more=0.5)
    added = CONFIG.stages[-1].model_copy(update={"images": 30, "inherit": "all"})
    assert run.config.stages == (*CONFIG.stages, added)
    assert run.config.model_copy(update={"stages": CONFIG.stages}) == whole.config
    choices = run.record.choices.model_copy(update={"more": None})
    assert run.record.model_copy(update={"config": whole.config, "choices": choices}) == whole.record
    assert (folder / "journal.jsonl").read_bytes().startswith(before)
    at_once = begin(tmp_path, run.config, name="at-once")
    lines = [event for event in events(folder) if event != {"event": "end", "images": 180}]
    assert {**outcome(folder), "journal": json.dumps(lines)} == {
        **outcome(at_once.folder), "journal": json.dumps(events(at_once.folder)),
    }  # fmt: skip


def test_more_of_a_run_that_was_cut_is_what_was_left_and_then_more(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "images_for", lambda *_: 30)
    with pytest.raises(Cut):
        begin(tmp_path, watcher=Seen(84))
    after_a_cut, after_the_end = resume(tmp_path / "a", more=1.0), resume(copied(whole, tmp_path), more=1.0)
    ends = {"event": "end", "images": 180}
    assert [event for event in events(after_the_end.folder) if event != ends] == events(after_a_cut.folder)
    assert outcome(after_the_end.folder)["tensors"] == outcome(after_a_cut.folder)["tensors"]


def test_more_lasts_as_long_as_was_asked_for_at_the_speed_measured_at_the_start(whole: Run, tmp_path: Path) -> None:
    """0.1 s at 1,000 images a second, less a twentieth, in whole rounds of 6; kept to from the new stage on, by all the
    time that is spent on the run.
    """
    run = resume(copied(whole, tmp_path), more=0.1)
    assert run.config.stages[-1].images == 95 // 6 * 6
    before = spent(read(whole.folder / "journal.jsonl"))
    promise = run.record.choices.promise
    assert promise == Promise(stage=len(CONFIG.stages), seconds=before + 0.1)
    assert before > 0


def test_more_of_a_run_that_was_cut_is_counted_from_when_the_rest_is_played(tmp_path: Path) -> None:
    """Cut at 84 of 180 images, saved at 60: 120 more at 1,000 a second take 120 / 950 s of a quiet machine's."""
    with pytest.raises(Cut):
        begin(tmp_path, watcher=Seen(84))
    before = spent(read(tmp_path / "a" / "journal.jsonl"))
    promise = resume(tmp_path / "a", more=0.1).record.choices.promise
    assert promise is not None
    assert promise.seconds == pytest.approx(before + 120 / 950 + 0.1)


def test_nothing_more_changes_nothing(whole: Run, tmp_path: Path) -> None:
    folder = copied(whole, tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "sessions.jsonl"}
    resume(folder)
    assert {path: path.read_bytes() for path in before} == before


def test_a_finished_run_says_so_at_once_and_one_whose_last_page_is_missing_or_older_gets_it(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, watcher, ended = copied(whole, tmp_path), Seen(), []
    monkeypatch.setattr(api, "finish", lambda live, folder: ended.append(folder) or Summary(folder, (), ()))
    (folder / "generator").mkdir(exist_ok=True)
    resume(folder)
    page = folder / "report.html"
    page.write_text("")
    os.utime(page, ns=(0, (folder / "journal.jsonl").stat().st_mtime_ns - 1))
    resume(folder)
    assert len(ended) == 2
    page.write_text("")
    monkeypatch.setattr(api, "as_begun", None)  # no data are read
    resume(folder, watcher=watcher)
    assert len(ended) == 2
    assert watcher.notes == [f"finished already; `saddlepoint resume {folder} --more 10m` trains longer"]
    journal = folder / "journal.jsonl"
    stages = len(CONFIG.stages)
    assert over(folder, stages)
    assert not over(folder, stages + 1), "another one was asked for, and not begun"
    for event in ('{"event":"end"', '{"event":"checkpoint"'):  # as a run that was cut there, and reported
        lines = journal.read_text().splitlines(keepends=True)
        journal.write_text("".join(line for line in lines if not line.startswith(event)))
        page.write_text("")
        assert not over(folder, stages)


# Refusals.


def test_other_data_are_refused_and_nothing_is_touched(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(whole, tmp_path)
    bundle(monkeypatch, lambda: pictures(seed=1))
    with pytest.raises(SaddlepointError, match="the data are not those the run began with"):
        resume(folder, more=1.0)
    assert outcome(folder) == outcome(whole.folder)
    assert read_record(folder) == whole.record


def test_a_run_that_is_being_worked_on_is_refused(whole: Run, tmp_path: Path) -> None:
    folder = copied(whole, tmp_path)
    with RunLock(folder), pytest.raises(SaddlepointError, match="is working on this run"):
        resume(folder)


def test_another_number_of_threads_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads the run began with are kept; where they cannot be, there is a word about the last digits."""
    with pytest.raises(Cut):
        begin(tmp_path, watcher=Seen(84))
    monkeypatch.setattr(torch, "get_num_threads", lambda: 7)
    watcher = Seen(96)
    with pytest.raises(Cut):
        resume(tmp_path / "a", watcher=watcher)
    assert watcher.notes == ["saved with 1 thread, now 7: results may differ in the last digits"]


def test_a_checkpoint_of_other_networks_is_refused_by_name(whole: Run, tmp_path: Path) -> None:
    folder = copied(whole, tmp_path)
    record = read_record(folder)
    wider = record.config.g.network.model_copy(update={"width": 3})
    config = record.config.model_copy(update={"g": record.config.g.model_copy(update={"network": wider})})
    record.model_copy(update={"config": config}).write(folder)
    for checkpoint in checkpoints(folder / "checkpoints"):
        forge(checkpoint, lambda manifest: manifest.update(context=""))  # as an earlier version wrote it
    with pytest.raises(SaddlepointError, match=r"G: '.*' has shape .* \(the checkpoint belongs to another config"):
        resume(folder)


# A run of the first format.

OLD = Path(__file__).parent / "fixtures" / "run-format-1"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "old"))


def test_an_old_run_can_still_be_sampled_from(old: Path) -> None:
    """As its own sheet of samples shows, but for rounding on another machine."""
    G = load(old)
    assert G.classes == ("dark", "bright")
    samples = G.sample(8, seed=1, label="bright")
    expected = torch.tensor(json.loads((old / "samples.json").read_text()))
    assert samples.x.shape == (8, 1, 8, 8)
    assert (samples.x.flatten(1).int() - expected).abs().max() <= 1
    assert Run(old).sample(2).x.shape == (2, 1, 8, 8)


def test_an_old_run_can_still_be_gone_on_with(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To its last sheets."""
    monkeypatch.setattr(api, "finish", finish)
    past = events(old)
    watcher = Seen()
    run = resume(old, more=0.02, watcher=watcher)
    assert [stage.images for stage in run.config.stages] == [36, 24, 18]
    assert [tick.images for tick in watcher.ticks] == [66, 72, 78]
    assert events(old)[: len(past)] == past
    assert events(old)[-1]["images"] == run.generator().description.images == 78
