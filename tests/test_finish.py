"""What a finished run shows: examples in the order of a sheet, frames in the order of time, the last line of a game."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
import toyrun
from PIL import Image

from saddlepoint.data.memory import Held, held
from saddlepoint.data.reading import Reading
from saddlepoint.data.sides import sides_of
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure
from saddlepoint.records import Batch
from saddlepoint.running.finish import by_class, choice, doctor, dynamics, first_of_each, frames, over
from saddlepoint.running.live import Live
from saddlepoint.running.opened import Opened, as_begun
from saddlepoint.settings.run import Data

X = torch.arange(7.0)[:, None]
C = torch.tensor([1, 0, 0, 1, 1, 0, 1])


@pytest.mark.parametrize(("count", "wanted"), [(1, [1, 0]), (2, [1, 0, 2, 3]), (9, [1, 0, 2, 3, 5, 4])])
def test_the_first_of_each_class_come_in_turn(count: int, wanted: list[int]) -> None:
    """As labels are drawn: 0, 1, 0, 1, ...; no more than the smallest class has. A row of the sheet is a class."""
    found = first_of_each(Source("x", X, C, ("a", "b")), count)
    assert found.flatten().tolist() == wanted
    assert by_class(found, 2)[..., 0].tolist() == [wanted[::2], wanted[1::2]]


def test_without_classes_they_are_from_all_over() -> None:
    assert first_of_each(Source("x", X), 3).flatten().tolist() == [0, 2, 4]
    assert first_of_each(Source("x", X, X), 3).flatten().tolist() == [0, 2, 4]


def journal(folder: Path, *events: dict) -> None:
    (folder / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))


def test_frames_stand_in_the_order_of_time_each_once(tmp_path: Path) -> None:
    """A run that went back writes frames again: of equal places the last line counts."""
    (tmp_path / "samples").mkdir()
    names = {grey: f"samples/{grey:09d}.png" for grey in (10, 20, 30)}
    for grey, name in names.items():
        Image.fromarray(np.full((4, 4), grey, np.uint8)).save(tmp_path / name)
    seen = [(0, 10), (200, 30), (50, 30), (50, 20)]
    journal(tmp_path, *({"event": "snapshot", "images": at, "file": names[grey]} for at, grey in seen))
    assert [(at, int(np.asarray(picture)[0, 0])) for at, picture in frames(tmp_path)] == [(0, 10), (50, 20), (200, 30)]
    journal(tmp_path, {"event": "snapshot", "images": 0, "file": "samples/../../x.png"})
    with pytest.raises(SaddlepointError):
        frames(tmp_path)


def test_the_last_line_of_the_game_and_all_that_was_refused(tmp_path: Path) -> None:
    first = {"event": "rounds", "images": 60, "seconds": 2.0, "d_real": 0.9, "d_fake": 0.1, "skipped": 2}
    last = {"event": "rounds", "images": 300, "seconds": 4.0, "d_real": 0.7, "d_fake": None, "skipped": 1}
    journal(tmp_path, first, last, {"event": "end", "images": 300})
    assert dynamics(tmp_path, "pictures") == [
        ("pictures seen", "300", "in 4 s, 75 a second"),
        ("D(x), D(G(z))", "0.70, none", "at the end; 1/2 means that D cannot tell"),
        ("refused steps", "3", "not finite, so not taken"),
    ]
    stage = {"event": "stage", "images": 0, "stage": 0}
    for said, (names, note) in SAID.items():
        journal(tmp_path, stage | {"reads": said}, first | {"stage": 0}, last | {"stage": 0})
        assert dynamics(tmp_path, "pictures")[1] == (names, "0.70, none", f"at the end; {note}")


SAID = {
    "score": ("score of x, score of G(z)", "scores, not probabilities; equal if D cannot tell"),
    "comparison": ("D(x over G(z)), D(G(z) over x)", "which of two is real; 1/2 means that D cannot tell"),
}


REAL = "toy, 26 held-out examples, 0123"
CARD = Card("Frechet distance (biased)", "digits_a", "none", 500, 100, REAL, "none", 0, "0")


def live() -> Live:
    """A toy run that is judged on the way."""
    record = toyrun.record()
    record = record.model_copy(update={"choices": record.choices.model_copy(update={"judge_images": 100})})
    return Live(record, {"x": toyrun.pictures()}, toyrun.ENGINE)


def test_which_average_was_shipped_is_said_with_what_chose_it_and_against_what(tmp_path: Path) -> None:
    run, lines = live(), [{"event": "judgement", "images": n, "card": CARD.to_json()} for n in (100, 200, 300)]
    journal(tmp_path, {"event": "judgement", "images": 90, "refused": "why"}, *lines)
    assert choice(run, tmp_path) == [], "none was kept"
    run.progress.best = {"value": 1.0, "average": "average-20", "images": 1_200}
    told = (
        "as at 1,200 pictures, the best of 3 judgements by Frechet distance in digits_a, against 26 held-out examples"
    )
    assert choice(run, tmp_path) == [("average", "average-20", told)]
    run.scene = run.scene._replace(chooses=False)
    card = CARD._replace(extractor="none", metric="-log p(x), nats").to_json()
    journal(tmp_path, *lines, {"event": "judgement", "images": 400, "card": card})
    told = "as at 1,200 pictures, the last of 4 judgements by -log p(x), against 26 held-out examples"
    assert choice(run, tmp_path) == [("average", "average-20", told)]
    journal(tmp_path, {"event": "judgement", "images": 90, "refused": "why"})
    assert choice(run, tmp_path) == []


def test_what_the_doctor_says_is_said_with_what_was_judged_last(tmp_path: Path) -> None:
    run = live()
    journal(tmp_path, {"event": "rounds", "images": 470, "skipped": 2, "unfit": 2}, {"event": "end", "images": 470})
    cards = [CARD._replace(reference=f"toy, {of}, 01") for of in ("MNIST test", "30 held-out examples")]
    measures = {card.reference: Measure(1, 0, 2, card) for card in cards}
    for found, judged in ((measures, " (judged against 30 held-out examples)"), ({}, "")):
        first, *_ = doctor(run, tmp_path, found)
        said = f"2 steps were refused, one here and one there: some examples are too large{judged}"
        change = "take numbers above 1e19 out of digits"
        assert first == ("doctor", "non-finite values masked", f"{said}; change: {change}")


def test_nothing_is_left_to_do_where_all_was_written_after_the_last_stage(tmp_path: Path) -> None:
    stage = [{"event": "stage", "images": 300 * n, "stage": n} for n in range(2)]
    end = [{"event": "end", "images": 470}, {"event": "checkpoint", "images": 470}]
    journal(tmp_path, *stage, *end)
    os.utime(tmp_path / "journal.jsonl", (1_000, 1_000))
    assert not over(tmp_path, 2), "no page"
    (tmp_path / "report.html").write_text("")
    assert not over(tmp_path, 2), "no generator"
    (tmp_path / "generator").mkdir()
    assert not over(tmp_path, 2), "no checkpoint"
    for images in (300, 470):
        (tmp_path / f"checkpoints/{images:09d}").mkdir(parents=True)
    assert over(tmp_path, 2)
    assert not over(tmp_path, 3)
    os.utime(tmp_path / "report.html", (999, 999))
    assert not over(tmp_path, 2), "the page is older"
    os.utime(tmp_path / "report.html", (1_000, 1_000))
    assert over(tmp_path, 2)
    (tmp_path / "checkpoints/000000480").mkdir()
    assert not over(tmp_path, 2), "the newest checkpoint is of another moment"


def test_what_is_shipped_is_the_best_as_it_was_when_it_was_judged() -> None:
    run = live()
    assert run.shipped is run.best is run.averages["average-100"].module
    with torch.no_grad():
        for weight in run.averages["average-20"].module.parameters():
            weight.fill_(0.5)
    run.progress.before, run.progress.images = 10, 120
    run.keep("average-20", {"value": 3.0, "low": 2.0, "high": 4.0})
    with torch.no_grad():
        for weight in run.averages["average-20"].module.parameters():
            weight.fill_(0.7)
    assert run.progress.best == {"value": 3.0, "low": 2.0, "high": 4.0, "average": "average-20", "images": 130}
    assert run.shipped is run.kept is not None
    assert all(weight.eq(0.5).all() and not weight.requires_grad for weight in run.shipped.parameters())
    assert (run.description("a").images, run.description("a").average) == (130, "average-20")
    run.progress.best = {}
    run.progress.before = 50
    assert run.shipped is run.best
    assert (run.description("a").images, run.description("a").average) == (170, "average-100")


def test_a_critic_of_patches_says_the_mean_of_its_sites_and_is_told_c_unless_it_is_blind() -> None:
    class Sites(torch.nn.Module):
        def forward(self, x: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
            return x[:, 0, :2, :3] + (0 if c is None else c[:, None, None])

    run, x = live(), torch.rand(5, 1, 8, 8)
    mean, c = x[:, 0, :2, :3].mean((1, 2)), torch.arange(5)
    assert run.logits(Sites(), Batch(x)).tolist() == pytest.approx(mean.tolist())
    assert run.logits(Sites(), Batch(x, c)).tolist() == pytest.approx((mean + c).tolist())
    assert run.logits(Sites(), Batch(x, c), True).tolist() == pytest.approx(mean.tolist())


def test_as_many_unseen_examples_are_taken_as_have_room_and_sixteen_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 64 numbers in 4 bytes each; of those that are held out, or that are trained on where none are."""
    run = live()
    assert len(run.unseen(500).x) == 3
    run.data["x"] = sides_of(run.sides.source, ())
    for room, most, many in ((256 * 40, 100, 40), (256 * 41 - 1, 100, 40), (256 * 40, 7, 7), (1, 100, 16), (1, 5, 5)):
        monkeypatch.setattr("saddlepoint.running.live.ROOM", room)
        found = run.unseen(most)
        assert len(found.x) == many
    monkeypatch.setattr("saddlepoint.running.live.ROOM", 256 * 2)
    assert run.unseen(130).c.tolist() == [i * 130 // 16 % 2 for i in range(16)]


def test_examples_that_are_held_out_are_there_and_others_are_left() -> None:
    """Of 60 in memory: each number from 0 to 59, and not all of them; other data are refused."""
    x = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
    given = held(x)
    digest = open_source(Reading(given.name, held=given)).digest()
    record = toyrun.record()
    data = record.data.model_copy(update={"digest": digest, "size": 60, "classes": ()})
    conf = record.config.model_copy(update={"data": Data(name=given.name, held_out=0.1)})

    def begun(*kept: int, other: Held = given) -> Opened:
        told = {"data": data.model_copy(update={"held_out": kept}), "config": conf}
        return as_begun(record.model_copy(update=told), lambda words: None, other)

    for kept in ((), (0,), (59,), tuple(range(59))):
        assert begun(*kept).sources["x"].size == 60
    for kept in ((-1,), (60,), (0, 60), tuple(range(60)), (*range(59), 0, 0)):
        with pytest.raises(SaddlepointError, match="holds out examples that are not there, or all of them"):
            begun(*kept)
    with pytest.raises(SaddlepointError, match="give the data that it began with, unchanged"):
        begun(other=held(x[::-1].copy()))
