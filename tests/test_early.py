"""A run that ends where the doctor says plateau: when, how it is left, how it goes on. Judgements are made up."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.court.kept import examine
from saddlepoint.judging import case, standing
from saddlepoint.judging.card import Card, Measure
from saddlepoint.planning import judgements
from saddlepoint.running import work
from saddlepoint.running.early import settled
from saddlepoint.running.watcher import Nobody
from saddlepoint.storage.journal import read

X = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
LONG, EVERY, BATCH = 640, 32, 16
TINY: dict[str, Any] = {"images": LONG, "batch": BATCH, "engine.threads": 1, "averages": (16,), "snapshots": 2}
TINY |= {"judge.share": 0, "journal_images": 160, "checkpoint_images": 300}
TINY |= {"g.network.hidden": (4,), "d.network.hidden": (4,), "prior.size": 2}
FINE = {"distance": 10.0, "spread": 97.0, "class_spread": 90.0, "coverage": 0.8}


class Told(Nobody):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    """Twenty judgements of a run, of these measures; a Frechet distance that halves until 96 and stays."""
    with pytest.MonkeyPatch.context() as patch:
        planned = judgements.planned

        def often(*given: Any) -> Any:
            record = planned(*given)
            return record.model_copy(update={"choices": record.choices.model_copy(update={"judge_images": EVERY})})

        def falls(live: Any, *_: Any) -> Any:
            found = FINE | {"frechet": 8 * 0.5 ** min(3, live.progress.seen // EVERY)}
            card = Card("m", "pixels", "none", 2, 2, "r", "none", 0, "c")
            return {name: {key: Measure(v, v, v, card) for key, v in found.items()} for name in live.averages}

        patch.setattr(judgements, "planned", often)
        patch.setattr(work, "sit", falls)
        patch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
        patch.setattr("saddlepoint.running.moments.LINES", 1)
        patch.setattr(standing, "FEWEST", 20)
        patch.setattr(case, "RESTED", 20)
        yield patch


Train = Callable[..., sp.Run]


@pytest.fixture(scope="module")
def train(patch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Train:
    def run(watcher: Any = sp.quiet, **given: Any) -> sp.Run:
        settings = TINY | given.pop("settings", {})
        return sp.train(X, recipe="gan", settings=settings, root=tmp_path_factory.mktemp("a"), watcher=watcher, **given)

    return run


@pytest.fixture(scope="module")
def ended(train: Train) -> tuple[sp.Run, list[str]]:
    watcher = Told()
    return train(watcher, stop_early=True), watcher.notes


def lines(run: sp.Run, kind: str) -> list[dict[str, Any]]:
    return [line for line in read(run.folder / "journal.jsonl") if line["event"] == kind]


def exact(run: sp.Run) -> list[dict[str, Any]]:
    """Its journal, without what a clock said."""
    return [
        {k: v for k, v in line.items() if k not in ("seconds", "rate")} for line in read(run.folder / "journal.jsonl")
    ]


def test_it_ends_at_the_first_judgement_that_says_plateau_of_a_run_of_that_length(
    ended: tuple[sp.Run, list[str]],
) -> None:
    """The fourth without a gain is the seventh, the eighth is the first of which a plateau can be said; but after 16
    updates nothing has come to rest, where 20 are needed: the tenth ends it, and the doctor says so of what is left.
    """
    run, notes = ended
    said = [line["verdicts"][0]["name"] for line in lines(run, "judgement")]
    assert said == ["healthy"] * 9 + ["plateau"]
    assert (run.images, run.state, run.images // BATCH) == (320, "done", 20)
    assert run.doctor()[0].name == "plateau"
    (plan,) = lines(run, "plan")
    assert plan["lengths"] == [320]
    assert plan["why"].startswith("plateau: the best Frechet distance of the last 4 judgements is 1")
    (line,) = [note for note in notes if note.startswith("ends early")]
    assert line == f"ends early, at 320 of 640 pictures: {plan['why']}"


@pytest.mark.parametrize(("spread", "plateau"), [(97.0, True), (18.0, False)])
def test_what_stands_still_collapsed_is_no_plateau_wherever_in_the_run_it_is(
    ended: tuple[sp.Run, list[str]], spread: float, plateau: bool
) -> None:
    """Here in its first twentieth, where a run that is to go on is called ill of nothing."""
    seen, length = 1_600, 40_000
    stage = ended[0].config.stages[0].model_copy(update={"images": length})
    config = ended[0].config.model_copy(update={"stop_early": True, "stages": (stage,)})
    measures = {name: [v, v, v] for name, v in (FINE | {"frechet": 1.0, "spread": spread}).items()}
    events = [{"event": "judgement", "images": seen, "measures": measures}] * 8
    live: Any = SimpleNamespace(config=config, lengths=[length], progress=SimpleNamespace(stage=0, images=seen))
    assert (settled(live, [{"event": "rounds", "images": seen}, *events]) is not None) == plateau


def test_it_is_left_as_any_other_run_is(ended: tuple[sp.Run, list[str]], train: Train) -> None:
    """As one that was to be so long from the start, but for the judgement, which came before the rest of its end."""
    run, _ = ended
    other = train(settings={"images": 320})
    order = [line["event"] for line in exact(run)][-6:]
    assert order == ["judgement", "plan", "snapshot", "held_out", "end", "checkpoint"]
    kept = [line for line in exact(run) if line["event"] not in ("judgement", "plan", "stage")]
    assert kept == [line for line in exact(other) if line["event"] not in ("judgement", "stage")]
    assert sorted(p.name for p in run.folder.iterdir()) == sorted(p.name for p in other.folder.iterdir())
    page = (run.folder / "report.html").read_text("utf-8")
    assert "finished early: plateau" in page
    assert "real examples, with repetition" in page, "nothing is left of the plan"
    assert "finished early" not in (other.folder / "report.html").read_text("utf-8")


def test_what_was_due_at_that_moment_is_done_once(ended: tuple[sp.Run, list[str]], train: Train) -> None:
    """Where a line of the journal falls on the round, and where none does: none is missing, and none is empty."""
    other = train(stop_early=True, settings={"journal_images": 208})
    for run, images in ((ended[0], [160, 320]), (other, [208, 320])):
        assert [line["images"] for line in lines(run, "rounds")] == images
        assert [line["images"] for line in lines(run, "snapshot")] == [0, 320]


def test_a_run_that_does_not_ask_and_a_stage_that_is_not_the_last_go_on(
    ended: tuple[sp.Run, list[str]], train: Train
) -> None:
    """And until a run ends early it is, line by line, the one that does not."""
    run, other = ended[0], train()
    assert other.images == LONG
    assert not lines(other, "plan")
    before = exact(run)[: exact(run).index(next(line for line in exact(run) if line["event"] == "plan"))]
    assert exact(other)[: len(before)] == before
    two = train(stop_early=True, settings={"stages": [{}, {}], "images": 384})
    assert two.images == 384 + 8 * EVERY, "the first is played to its end, of the last eight are waited for"


def test_where_there_are_too_few_judgements_it_says_that_it_cannot_end_early(train: Train) -> None:
    for images, said in ((7 * EVERY + 16, ["7"]), (8 * EVERY, [])):
        watcher = Told()
        train(watcher, stop_early=True, settings={"images": images})
        found = [note for note in watcher.notes if note.startswith("it cannot end early")]
        assert found == [
            f"it cannot end early: its last stage has {count} judgements, and 8 are needed to see a plateau "
            "(a longer run has more, or one with a larger --judge.share)"
            for count in said
        ]
    watcher = Told()
    train(watcher, settings={"images": 64})
    assert not [note for note in watcher.notes if "early" in note]


def test_the_doctor_knows_how_long_a_run_has_become(ended: tuple[sp.Run, list[str]], tmp_path: Path) -> None:
    """By the last plan: what has come to its end after six updates is not at its beginning."""
    story = [{"event": "rounds", "images": 100}, {"event": "plan", "images": 100, "lengths": [100]}]
    for events, name in ((story[:1], "not finished"), (story, "too few updates")):
        (tmp_path / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
        assert examine(tmp_path, ended[0].config)[0].name == name


def test_a_resume_says_that_it_is_finished_and_more_goes_on(ended: tuple[sp.Run, list[str]]) -> None:
    """What is added ends by its own judgements, of which eight are needed: it may show what it brings."""
    run, _ = ended
    watcher = Told()
    assert sp.resume(run, watcher=watcher).images == 320
    assert watcher.notes[-1].startswith("finished already")
    on = sp.resume(run, more=0.02, watcher=watcher)
    assert (on.state, len(on.config.stages)) == ("done", 2)
    added = on.config.stages[1].images
    assert 0 < on.images - 320 <= added
    if added > 8 * EVERY:
        assert on.images - 320 >= 8 * EVERY
