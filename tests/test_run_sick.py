"""Runs that meet what is not finite: they go back, at half the rates; they give up; nothing of it is ever saved."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tinyrun import CONFIG, ENGINE, Seen, begin, bundle, events, live_of, outcome, pictures

from saddlepoint.api import report, resume
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.running.finish import dynamics
from saddlepoint.running.live import Live
from saddlepoint.settings.run import Data
from saddlepoint.storage import checkpoint
from saddlepoint.storage.journal import Journal, read
from saddlepoint.systems.gan.config import Rules
from saddlepoint.systems.system import Model


@pytest.fixture(autouse=True, scope="module")
def _tiny_source() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)
        yield


Rounds = Callable[[Live, Rules], Iterator[Any]]


def sick(when: Callable[[Live, int], bool]) -> Rounds:
    """Rounds after some of which G's weights are spoilt."""
    play = Live.rounds

    def rounds(live: Live, stage: Rules) -> Iterator[Any]:
        for round in play(live, stage):
            if when(live, round.images):
                next(live.networks["G"].parameters()).data.fill_(math.nan)
                yield round._replace(sound=False)
            else:
                yield round

    return rounds


def finite(folder: Path) -> bool:
    """Whether every tensor of every checkpoint is."""
    found = checkpoint.checkpoints(folder / "checkpoints")
    saved = [checkpoint.read(path).saved for path in found]
    return all(bool(t.isfinite().all()) for parts in saved for part in parts.values() for t in part.tensors.values())


def test_spoilt_weights_go_back_to_the_last_checkpoint_at_half_the_rates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Live, "rounds", sick(lambda live, at: at >= 84 and not live.progress.rollbacks))
    watcher = Seen()
    run = begin(tmp_path, watcher=watcher)
    (event,) = [event for event in events(run.folder) if event["event"] == "rollback"]
    assert event == {"event": "rollback", "images": 60, "at": 72, "rate_factor": 0.5}
    assert watcher.notes == ["not finite at 72 pictures: back to 60 with rates times 0.5"]
    live = live_of(run)
    assert (live.progress.seen, live.progress.rollbacks, live.progress.rate_factor) == (180, 1, 0.5)
    assert live.scene.game.G.optimiser.param_groups[0]["lr"] == CONFIG.g.lr / 2
    assert finite(run.folder)
    assert torch.isfinite(run.sample(4).x.float()).all()
    assert all(line["rate"] > 0 for line in read(run.folder / "journal.jsonl") if line["event"] == "rounds")


@pytest.mark.slow
def test_a_run_that_was_rolled_back_and_cut_goes_on_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Live, "rounds", sick(lambda live, at: at >= 84 and not live.progress.rollbacks))
    straight = begin(tmp_path, name="straight")

    def after_it(live: Live, at: int) -> bool:
        if at >= 84 and live.progress.rollbacks:
            raise KeyboardInterrupt
        return at >= 84 and not live.progress.rollbacks

    monkeypatch.undo()
    monkeypatch.setattr(Live, "rounds", sick(after_it))
    with pytest.raises(KeyboardInterrupt):
        begin(tmp_path, name="cut")
    monkeypatch.undo()
    assert outcome(resume(tmp_path / "cut").folder) == outcome(straight.folder)


def test_samples_that_are_not_finite_are_no_picture_but_a_reason_to_go_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights that are large, though finite, make samples that are not: the run goes back instead of ending there."""
    model = Live.model

    def large(live: Live, *given: object) -> Model:
        """What G makes is infinite from 84 images on, until the run has gone back."""
        made = model(live, *given)  # pyright: ignore[reportArgumentType]
        if made.latent is None or live.progress.seen < 84 or live.progress.rollbacks:
            return made
        decode = made.latent.decode
        return made._replace(latent=made.latent._replace(decode=lambda z, c: decode(z, c) * math.inf))

    monkeypatch.setattr(Live, "model", large)
    run = begin(tmp_path)
    assert [event["rate_factor"] for event in events(run.folder) if event["event"] == "rollback"] == [0.5]
    assert live_of(run).progress.seen == 180


def test_after_three_rollbacks_a_run_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Live, "rounds", sick(lambda live, at: at >= 84))
    with pytest.raises(SaddlepointError, match="given up after 3 rollbacks") as given_up:
        begin(tmp_path)
    assert given_up.value.code == 3
    factors = [event["rate_factor"] for event in events(tmp_path / "a") if event["event"] == "rollback"]
    assert factors == [0.5, 0.25, 0.125]
    assert finite(tmp_path / "a")
    assert read(tmp_path / "a" / "sessions.jsonl")[-1]["ended"] == "error"


def spoilt(count: int) -> Source:
    """Pictures of which so many are not finite."""
    made = pictures()
    x = made.x.float() / 255
    x[:count] = math.nan
    return made._replace(x=x)


def test_twenty_refused_rounds_in_a_row_are_out_of_a_runs_senses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures that are all not finite: no step is ever taken, so that going back does not help either."""
    bundle(monkeypatch, lambda: spoilt(60))
    watcher = Seen()
    conf = CONFIG.model_copy(update={"stages": (Rules(images=10_000),), "checkpoint_images": 10_000})
    with pytest.raises(SaddlepointError, match="given up"):
        begin(tmp_path, conf, watcher=watcher)
    assert [event["at"] for event in events(tmp_path / "a") if event["event"] == "rollback"] == [19 * 6] * 3
    assert finite(tmp_path / "a")


def test_a_run_that_only_ever_refused_is_given_up_and_can_still_be_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer than twenty rounds: it has learned nothing, which is no success, now or when it is resumed."""
    bundle(monkeypatch, lambda: spoilt(60))
    watcher = Seen()
    conf = CONFIG.model_copy(update={"stages": (Rules(images=60),)})
    for again in (lambda: begin(tmp_path, conf, watcher=watcher), lambda: resume(tmp_path / "a")):
        with pytest.raises(SaddlepointError, match="in each of the stage's 10 rounds a step was refused") as caught:
            again()
        assert caught.value.code == 3
        last = [event for event in events(tmp_path / "a") if event["event"] == "rounds"][-1]
        assert (last["d_real"], last["losses"]) == (None, {})
        assert not (tmp_path / "a/generator").exists()
    assert watcher.ticks[-1].skipped == 20
    report(tmp_path / "a", watcher=(looker := Seen()))
    assert dict(figure[:2] for figure in looker.summaries[0].figures)
    assert (tmp_path / "a/report.html").exists()


def test_a_spoilt_picture_costs_its_batches_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle(monkeypatch, lambda: spoilt(2))
    run = begin(tmp_path, CONFIG.model_copy(update={"data": Data(held_out=0)}))
    live = live_of(run)
    assert 0 < live.progress.refused < 20
    assert finite(run.folder)
    start = Live(run.record, {"x": pictures()}, ENGINE)
    assert not torch.equal(next(live.networks["G"].parameters()), next(start.networks["G"].parameters()))


def test_figures_without_a_last_reading_say_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append({"event": "stage", "images": 0})
    assert dynamics(tmp_path, "pictures") == []
    journal.append({"event": "rounds", "images": 60, "seconds": 2.0, "d_real": math.nan, "d_fake": 0.25, "skipped": 3})
    figures = {name: value for name, value, _ in dynamics(tmp_path, "pictures")}
    assert figures["pictures seen"] == "60"
    assert figures["D(x), D(G(z))"] == "none, 0.25"
    assert figures["refused steps"] == "3"
