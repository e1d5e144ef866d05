"""A run through the front door: what it writes and when, and what its averages are."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tinyrun import CONFIG, ENGINE, Seen, begin, bundle, events, live_of, outcome, pictures
from torch import Tensor

from saddlepoint.api import Run
from saddlepoint.artefact.folder import load
from saddlepoint.data.batches import Batches
from saddlepoint.data.sources import SOURCES
from saddlepoint.planning.prepared import Prepared
from saddlepoint.records import Batch, Round
from saddlepoint.running.live import Live
from saddlepoint.storage.journal import read
from saddlepoint.systems.looks import drawn


@pytest.fixture(autouse=True, scope="module")
def _tiny_source() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)
        yield


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, seen: Seen) -> Run:
    """A run from its start to its end, watched."""
    return begin(tmp_path_factory.mktemp("runs"), watcher=seen)


# What a run leaves.


def test_the_journal_says_what_happened_in_order(whole: Run) -> None:
    """Frames at 0, (1/2)^2 and 1 of a stage; a line on rounds every 24 images, a checkpoint every 50, each at the first
    round's end thereafter; a stage's end calls for all of them.
    """
    frame = ["snapshot", "held_out"]
    first = {
        0: ["stage", *frame, "checkpoint"], 24: ["rounds"], 36: frame, 48: ["rounds"], 60: ["checkpoint"],
        72: ["rounds"], 96: ["rounds"], 108: ["checkpoint"], 120: ["rounds", *frame, "checkpoint"],
    }  # fmt: skip
    second = {
        120: ["stage"], 138: frame, 144: ["rounds"], 168: ["rounds"], 174: ["checkpoint"],
        180: ["rounds", *frame, "end", "checkpoint"],
    }  # fmt: skip
    wanted = [(images, name) for part in (first, second) for images, names in part.items() for name in names]
    assert [(event["images"], event["event"]) for event in events(whole.folder)] == wanted
    stages = [event for event in events(whole.folder) if event["event"] == "stage"]
    assert [(e["stage"], e["objective"], e["length"]) for e in stages] == [
        (0, "non-saturating", 120),
        (1, "relativistic", 60),
    ]


def replayed(run: Run) -> Iterator[Round]:
    """The run's rounds, played again without a folder."""
    live = Live(run.record, {"x": SOURCES["tiny"]()}, ENGINE)
    for stage in live.config.stages:
        for round in live.rounds(stage):
            live.absorb(round)
            yield round
            if round.images >= stage.images:
                break
        live.next_stage()


def test_the_data_are_read_on_from_stage_to_stage(whole: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    places, at = [], Batches.at

    def noted(self: Batches, place: int) -> Batch:
        places.append(place)
        return at(self, place)

    monkeypatch.setattr(Batches, "at", noted)
    assert len(list(replayed(whole))) == 20
    assert places == list(range(0, 180, 6))


def test_a_line_on_rounds_holds_the_means_of_its_rounds(whole: Run) -> None:
    """D(x) and D(G(z)) among them."""
    rounds = replayed(whole)
    for event in events(whole.folder):
        if event["event"] != "rounds":
            continue
        before, own = event["images"] - 120 * event["stage"], []
        while not own or own[-1].images < before:
            own.append(next(rounds))
        assert event["d_real"] == pytest.approx(np.mean([r.d_real for r in own]), rel=1e-12)
        assert event["d_fake"] == pytest.approx(np.mean([r.d_fake for r in own]), rel=1e-12)
        assert 0 < event["d_fake"] < 1
        assert event["losses"].keys() == {name for r in own for name in r.losses}
        for name, loss in event["losses"].items():
            assert loss == pytest.approx(np.mean([r.losses[name] for r in own if name in r.losses]), rel=1e-12)
        for name, norm in event["gradients"].items():
            assert norm == pytest.approx(np.mean([r.gradients[name] for r in own]), rel=1e-12)
        assert event["gradients"].keys() == {"D", "G"}
        assert event["skipped"] == 0
    assert next(rounds, None) is None


def test_a_lazy_penalty_is_told_of_when_it_was_computed(whole: Run) -> None:
    """In rounds 0, 3, 6 and 9; two rounds a line."""
    lines = [event for event in events(whole.folder) if event["event"] == "rounds"]
    assert ["D/r1" in line["losses"] for line in lines[:5]] == [True, True, False, True, True]
    assert [line["round"] for line in lines] == [2, 4, 6, 8, 10, 4, 8, 10]


def test_wall_clock_fields_are_there_and_only_grow(whole: Run) -> None:
    lines = [event for event in read(whole.folder / "journal.jsonl") if event["event"] == "rounds"]
    seconds = [line["seconds"] for line in lines]
    assert seconds == sorted(seconds)
    assert all(line["rate"] > 0 for line in lines)


def test_ticks_count_up_to_the_end(whole: Run, seen: Seen) -> None:
    assert [tick.images for tick in seen.ticks] == [*range(12, 121, 12), *range(126, 181, 6)]
    assert {tick.total for tick in seen.ticks} == {180}
    assert seen.ticks[-1].left == 0
    assert (seen.ticks[0].rate, seen.ticks[0].left) == (0, math.inf)  # nothing is foretold by the first round
    assert all(0 < tick.left < math.inf and tick.rate > 0 for tick in seen.ticks[1:-1])
    assert seen.plans[0].images == 180
    assert seen.notes == []


def test_held_out_logits_are_ds_opinion_of_what_it_never_saw(whole: Run) -> None:
    """The last such line against the last checkpoint's D, applied by hand to the examples that config.json names."""
    live = live_of(whole)
    D, made = live.networks["D"].eval(), SOURCES["tiny"]()
    held_out = list(whole.record.data.held_out)
    train = [i for i in range(60) if i not in held_out]
    assert (len(held_out), len(train)) == (21, 39)
    last = [event for event in events(whole.folder) if event["event"] == "held_out"][-1]
    for name, chosen in (("train", train), ("held_out", held_out)):
        with torch.no_grad():
            logits = D(made.x[chosen].float() / 127.5 - 1, made.c[chosen] if made.c is not None else None).logits
        assert last[name]["mean"] == pytest.approx(logits.mean().item(), rel=1e-4, abs=1e-5)
        assert last[name]["std"] == pytest.approx(logits.std().item(), rel=1e-4)
        assert last[name]["q"] == pytest.approx(np.quantile(logits.numpy(), [0.05, 0.25, 0.5, 0.75, 0.95]), abs=1e-5)
    assert last["fake"]["q"] == sorted(last["fake"]["q"])


def test_no_batch_holds_what_is_held_out(whole: Run) -> None:
    live, made = live_of(whole), SOURCES["tiny"]()
    read_ = torch.cat([live.feed.at(6 * i).x for i in range(13)])  # two epochs
    own = {bytes(((x + 1) * 127.5).round().byte().flatten().tolist()) for x in read_}
    apart = {bytes(x.flatten().tolist()) for x in made.x[list(whole.record.data.held_out)]}
    assert len(own) == 39
    assert not own & apart


def test_frames_show_the_same_z(whole: Run) -> None:
    """The last frame is drawn from what the run ended with; asking again, or in between, gives the same z."""
    live = live_of(whole)

    def draw() -> tuple[torch.Tensor, torch.Tensor | None]:
        return drawn(live.model(), live.facts, 30, live.config.seed, of_each=3)

    x, labels = draw()
    assert labels is not None
    assert labels.tolist() == [i // 3 % 2 for i in range(30)]
    assert torch.equal(x, draw()[0])
    files = [event["file"] for event in events(whole.folder) if event["event"] == "snapshot"]
    assert files == [f"samples/{images:09d}.png" for images in (0, 36, 120, 138, 180)]
    assert sorted(str(path.relative_to(whole.folder)) for path in whole.folder.glob("samples/*")) == files
    with Image.open(whole.folder / files[-1]) as frame:
        tiles = np.asarray(frame)
    scale, gap = 8, 2
    corner = torch.from_numpy(tiles[gap : gap + 64 : scale, gap : gap + 64 : scale].copy())
    assert torch.equal(corner, ((x[0, 0] + 1) * 127.5).round().byte())


def test_what_is_sampled_afterwards_is_the_first_average(whole: Run) -> None:
    live, G = live_of(whole), load(whole.folder)
    first, second = (average.module for average in live.averages.values())
    for mine, theirs in zip(first.parameters(), G.networks["G"].parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert G.description.average == "average-100"
    assert torch.equal(whole.sample(4, seed=2, label="bright").x, G.sample(4, seed=2, label="bright").x)
    networks = [list(network.parameters()) for network in (first, second, live.networks["G"])]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert not all(torch.equal(p, q) for p, q in zip(networks[a], networks[b]))


def test_the_model_card_states_what_it_was_made_of(whole: Run) -> None:
    text = (whole.folder / "generator" / "README.md").read_text()
    for fact in ("`tiny`, 180 examples seen", "CC0", "a class, one of dark, bright", "half-life 100 pictures"):
        assert fact in text
    with Image.open(whole.folder / "generator" / "preview.png") as preview:
        assert preview.width > 80


def test_the_summary_names_files_that_are_there(whole: Run, seen: Seen) -> None:
    (summary,) = seen.summaries
    assert summary.folder == whole.folder
    assert {path.name for path in summary.files} >= {"grid.png", "film.png", "generator"}
    assert all(path.exists() for path in summary.files)
    assert ("pictures seen", "180") in [figure[:2] for figure in summary.figures]


def test_the_record_repeats_the_run(whole: Run, tmp_path: Path) -> None:
    """From config.json alone, elsewhere: the same bits."""
    assert whole.record.choices.rate > 0
    assert whole.record.choices.threads == torch.get_num_threads() == 1
    assert outcome(begin(tmp_path, whole.config, name="again").folder) == outcome(whole.folder)


def test_another_seed_is_another_run(whole: Run, tmp_path: Path) -> None:
    other = begin(tmp_path, CONFIG.model_copy(update={"seed": 6}))
    mine, theirs = outcome(whole.folder), outcome(other.folder)
    assert [name for name in mine if mine[name] == theirs[name]] == ["values"]  # step counts and the place


def test_the_processes_that_worked_on_it_are_listed(whole: Run) -> None:
    (line,) = read(whole.folder / "sessions.jsonl")
    assert (line["from_images"], line["to_images"], line["ended"]) == (0, 180, "done")
    assert {"start", "command", "pid", "hardware", "versions", "seconds"} <= line.keys()


# Averages.


def test_every_average_follows_g_by_its_half_life() -> None:
    """a <- a + (1 - 2^(-n / h)) (w - a), h at most a twentieth of the images seen in all stages; in float64."""
    made = Live(Prepared("tiny", CONFIG, None).record(), {"x": pictures()}, ENGINE)

    def weights() -> list[Tensor]:
        return [p.detach().double().clone() for p in made.networks["G"].parameters()]

    mine = {half_life: weights() for half_life in CONFIG.averages}
    seen = 0
    for stage, images in ((CONFIG.stages[0], 12), (CONFIG.stages[1], 6)):
        for round, _ in zip(made.rounds(stage), range(5)):
            made.absorb(round)
            seen += images
            assert made.progress.seen == seen
            for half_life, average in mine.items():
                step = 1 - 0.5 ** (images / min(half_life, seen / 20))
                for a, w in zip(average, weights()):
                    a += step * (w - a)
        made.next_stage()
    for half_life, average in mine.items():
        for a, b in zip(average, made.averages[f"average-{half_life}"].module.parameters()):
            torch.testing.assert_close(a, b.double(), rtol=1e-5, atol=1e-6)


def test_a_stage_inherits_moments_unless_it_takes_networks_alone() -> None:
    for inherit, kept in (("all", True), ("networks", False)):
        stages = (CONFIG.stages[0], CONFIG.stages[1].model_copy(update={"inherit": inherit}))
        record = Prepared("tiny", CONFIG.model_copy(update={"stages": stages}), None).record()
        made = Live(record, {"x": pictures()}, ENGINE)
        next(iter(made.rounds(stages[0])))
        before = [p.detach().clone() for p in made.networks["G"].parameters()]
        made.next_stage()
        assert bool(made.scene.game.G.optimiser.state) == bool(made.scene.game.D.optimiser.state) == kept
        assert all(torch.equal(a, b) for a, b in zip(before, made.scene.game.G.parameters))
