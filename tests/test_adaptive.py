"""Adaptive augmentation in a run: its strength follows what D knows by heart, is written down, and outlives a cut."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from tinyrun import CONFIG, Cut, Seen, begin, bundle, events, live_of, outcome

from saddlepoint import api, augment
from saddlepoint.api import resume
from saddlepoint.augment import SPEED, START, overfitting
from saddlepoint.planning import prepared
from saddlepoint.planning.budget import Measurement
from saddlepoint.running import moments
from saddlepoint.running.live import Live
from saddlepoint.running.watcher import Summary
from saddlepoint.systems.gan.config import Config


def adaptive(most: float) -> Config:
    stages = [stage.model_copy(update={"augment": "adaptive", "augment_most": most}) for stage in CONFIG.stages]
    return CONFIG.model_copy(update={"stages": tuple(stages)})


@pytest.fixture(autouse=True)
def _tiny_source(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As for resuming; it is looked at the augmentation every other round or so."""
    bundle(monkeypatch)
    monkeypatch.setattr(prepared, "measure", lambda *_: Measurement(1000.0, 100, CONFIG.batch, CONFIG.batch))
    monkeypatch.setattr(api, "finish", lambda live, folder: Summary(folder, (), ()))
    monkeypatch.setattr(moments, "ADAPT", 17)


def overfitting_of(self: Live, most: int) -> dict[str, torch.Tensor]:
    """Opinions of a D that overfits more and less in turns of 60 images: nobody's choice of weights decides it."""
    held = -1.0 if self.progress.seen % 120 < 60 else 1.0
    return {"train": torch.ones(3), "held_out": torch.tensor([held]), "fake": -torch.ones(3)}


def test_its_strength_is_in_the_journal_and_rises_and_falls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Live, "opinions", overfitting_of)
    monkeypatch.setattr("saddlepoint.running.work.Worker.snapshot", lambda self: None)
    run = begin(tmp_path, adaptive(0.7))
    lines = [event for event in events(run.folder) if event["event"] == "augment"]
    assert [line["images"] for line in lines] == [24, 36, 60, 72, 96, 108, 120, 138, 156, 174]
    step, p, expected = 17 / SPEED, START, []
    for line in lines:
        up = line["images"] % 120 < 60
        p = p + step if up else p - step
        expected.append((p, 1.0 if up else 0.0))
    assert [(line["strength"], line["overfitting"]) for line in lines] == expected
    assert live_of(run).progress.augment == expected[-1][0]


@pytest.mark.parametrize("at", [18, 72, 132])
def test_a_cut_run_goes_on_with_the_same_strength_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(augment, "TARGET", float("-inf"))
    monkeypatch.setattr(augment, "SPEED", 200)
    whole = begin(tmp_path, adaptive(0.7), name="whole")
    with pytest.raises(Cut):
        begin(tmp_path, adaptive(0.7), watcher=Seen(at))
    assert outcome(resume(tmp_path / "a").folder) == outcome(whole.folder)
    strengths = [line["strength"] for line in events(whole.folder) if line["event"] == "augment"]
    assert strengths == pytest.approx([min(0.7, START + 17 / 200 * (i + 1)) for i in range(10)])
    assert outcome(begin(tmp_path, name="plain").folder)["tensors"] != outcome(whole.folder)["tensors"]


def test_where_nothing_adapts_nothing_is_written(tmp_path: Path) -> None:
    assert not [line for line in events(begin(tmp_path).folder) if line["event"] == "augment"]


@pytest.mark.parametrize(
    ("train", "held_out", "fake", "expected"),
    [
        ([3.0, 1.0], [2.0], [-2.0], 0.0),
        ([3.0, 1.0], [-2.0, -2.0], [-3.0, -1.0], 1.0),
        ([3.0, 1.0], [1.0, 0.0], [-2.0], 0.375),
        ([-1.0], [-1.0], [2.0], 0.0),
    ],
)
def test_overfitting_is_the_share_of_what_d_tells_that_it_knows_by_heart(
    train: list[float], held_out: list[float], fake: list[float], expected: float
) -> None:
    """Whatever is added to D's logits, and whatever they are multiplied by; the last D tells nothing at all."""
    for shift, scale in ((0.0, 1.0), (10.0, 0.1), (-3.0, 20.0)):
        sets = {"train": train, "held_out": held_out, "fake": fake}
        logits = {name: shift + scale * torch.tensor(values) for name, values in sets.items()}
        assert overfitting(logits) == pytest.approx(expected, abs=1e-5)


def test_without_held_out_examples_it_is_how_often_d_is_sure_of_the_training_examples() -> None:
    assert overfitting({"train": torch.tensor([1.0, 2.0, -1.0, 5.0]), "fake": torch.zeros(2)}) == 0.5


def test_it_is_never_above_the_most_that_was_asked_for() -> None:
    """Not at its beginning either, which may lie above that; a fixed one is whole, and no overfitting moves it."""
    for most, now, strength in ((0.2, START + 0.3, 0.2), (0.9, 0.4, 0.4), (None, 0.4, 1.0)):
        live: Any = SimpleNamespace(scene=SimpleNamespace(adaptive=most), progress=SimpleNamespace(augment=now))
        assert Live.strength(live) == strength
