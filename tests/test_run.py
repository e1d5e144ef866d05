"""A run through the front door: what it writes and when, what its averages are, how it ends, what it refuses."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tinyrun import CONFIG, ENGINE, Seen, begin, bundle, events, outcome, pictures
from torch import Tensor

from saddlepoint import api, checkpoint, plan
from saddlepoint.api import Run, resume, train
from saddlepoint.config import Config, Data, Mlp, Prior, Stage
from saddlepoint.data.source import Source
from saddlepoint.data.sources import SOURCES
from saddlepoint.errors import SaddlepointError
from saddlepoint.finish import dynamics
from saddlepoint.generator import load
from saddlepoint.journal import Journal, read
from saddlepoint.records import Round
from saddlepoint.session import Session


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


def session_of(run: Run) -> Session:
    """The run's state at its end."""
    session = Session(run.record, SOURCES["tiny"](), ENGINE)
    checkpoint.restore(run.folder / "checkpoints", session.parts())
    return session


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
    session = Session(run.record, SOURCES["tiny"](), ENGINE)
    for stage in session.config.stages:
        for round in session.rounds(stage):
            session.absorb(round)
            yield round
            if round.images >= stage.images:
                break
        session.next_stage()


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
    assert all(tick.left > 0 and tick.rate > 0 for tick in seen.ticks[:-1])
    assert seen.plans[0].images == 180
    assert seen.notes == []


def test_held_out_logits_are_ds_opinion_of_what_it_never_saw(whole: Run) -> None:
    """The last such line against the last checkpoint's D, applied by hand to the examples that config.json names."""
    session = session_of(whole)
    D, made = session.networks.D.eval(), SOURCES["tiny"]()
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
    session, made = session_of(whole), SOURCES["tiny"]()
    read_ = torch.cat([session.batches.at(6 * i).x for i in range(13)])  # two epochs
    own = {bytes(((x + 1) * 127.5).round().byte().flatten().tolist()) for x in read_}
    apart = {bytes(x.flatten().tolist()) for x in made.x[list(whole.record.data.held_out)]}
    assert len(own) == 39
    assert not own & apart


def test_frames_show_the_same_z(whole: Run) -> None:
    """The last frame is drawn from what the run ended with; asking again, or in between, gives the same z."""
    session = session_of(whole)
    x, labels = session.draw(30, of_each=3)
    assert labels is not None
    assert labels.tolist() == [i // 3 % 2 for i in range(30)]
    assert torch.equal(x, session.draw(30, of_each=3)[0])
    files = [event["file"] for event in events(whole.folder) if event["event"] == "snapshot"]
    assert files == [f"samples/{images:09d}.png" for images in (0, 36, 120, 138, 180)]
    assert sorted(str(path.relative_to(whole.folder)) for path in whole.folder.glob("samples/*")) == files
    with Image.open(whole.folder / files[-1]) as frame:
        tiles = np.asarray(frame)
    scale, gap = 8, 2
    corner = torch.from_numpy(tiles[gap : gap + 64 : scale, gap : gap + 64 : scale].copy())
    assert torch.equal(corner, ((x[0, 0] + 1) * 127.5).round().byte())


def test_what_is_sampled_afterwards_is_the_first_average(whole: Run) -> None:
    session, G = session_of(whole), load(whole.folder)
    first, second = (average.module for average in session.averages.values())
    for mine, theirs in zip(first.parameters(), G.network.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert G.description.average == "average-100"
    assert torch.equal(whole.sample(4, seed=2, label="bright").x, G.sample(4, seed=2, label=1).x)
    networks = [list(network.parameters()) for network in (first, second, session.networks.G)]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert not all(torch.equal(p, q) for p, q in zip(networks[a], networks[b]))


def test_the_model_card_states_what_it_was_made_of(whole: Run) -> None:
    text = (whole.folder / "generator" / "README.md").read_text()
    for fact in ("`tiny`, 180 examples seen", "CC0", "a class, one of dark, bright", "half-life 100 images"):
        assert fact in text
    with Image.open(whole.folder / "generator" / "preview.png") as preview:
        assert preview.width > 80


def test_the_summary_names_files_that_are_there(whole: Run, seen: Seen) -> None:
    (summary,) = seen.summaries
    assert summary.folder == whole.folder
    assert {path.name for path in summary.files} >= {"grid.png", "film.png", "generator"}
    assert all(path.exists() for path in summary.files)
    assert ("images seen", "180") in [figure[:2] for figure in summary.figures]


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
    made = Session(api.Prepared("tiny", CONFIG, None).record(), pictures(), ENGINE)

    def weights() -> list[Tensor]:
        return [p.detach().double().clone() for p in made.networks.G.parameters()]

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
        record = api.Prepared("tiny", CONFIG.model_copy(update={"stages": stages}), None).record()
        made = Session(record, pictures(), ENGINE)
        next(iter(made.rounds(stages[0])))
        before = [p.detach().clone() for p in made.networks.G.parameters()]
        made.next_stage()
        assert bool(made.G.optimiser.state) == bool(made.D.optimiser.state) == kept
        assert all(torch.equal(a, b) for a, b in zip(before, made.G.parameters))


# Other data.


def test_without_labels_there_is_no_condition_anywhere(tmp_path: Path) -> None:
    conf = CONFIG.model_copy(update={"data": Data(held_out=0, unconditional=True), "stages": CONFIG.stages[:1]})
    run = begin(tmp_path, conf)
    assert run.record.data.classes == run.generator().classes == ()
    assert run.sample(3).labels is None
    last = [event for event in events(run.folder) if event["event"] == "held_out"][-1]
    assert last.keys() == {"event", "images", "train", "fake"}


def test_a_class_without_a_training_example_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle(monkeypatch, lambda: pictures()._replace(classes=("dark", "bright", "unheard of")))
    assert begin(tmp_path).sample(3).x.shape == (3, 1, 8, 8)


def test_points_are_shown_over_the_datas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = torch.Generator().manual_seed(0)
    bundle(monkeypatch, lambda: Source("tiny", torch.randn(60, 2, generator=rng) + 3))
    mlp = Mlp(hidden=(8,))
    conf = CONFIG.model_copy(
        update={
            "range": "raw",
            "g": CONFIG.g.model_copy(update={"network": mlp}),
            "d": CONFIG.d.model_copy(update={"network": mlp}),
            "stages": (Stage(images=60),),
        }
    )
    run = begin(tmp_path, conf)
    assert run.sample(5).x.shape == (5, 2)
    with Image.open(run.folder / "samples" / "000000060.png") as frame:
        assert frame.width == frame.height


# Sick runs.

Rounds = Callable[[Session, Stage], Iterator[Any]]


def sick(when: Callable[[Session, int], bool]) -> Rounds:
    """Rounds after some of which G's weights are spoilt."""
    play = Session.rounds

    def rounds(session: Session, stage: Stage) -> Iterator[Any]:
        for round in play(session, stage):
            if when(session, round.images):
                next(session.networks.G.parameters()).data.fill_(math.nan)
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
    monkeypatch.setattr(Session, "rounds", sick(lambda session, at: at >= 84 and not session.progress.rollbacks))
    watcher = Seen()
    run = begin(tmp_path, watcher=watcher)
    (event,) = [event for event in events(run.folder) if event["event"] == "rollback"]
    assert event == {"event": "rollback", "images": 60, "at": 72, "rate_factor": 0.5}
    assert watcher.notes == ["not finite at 72 images: back to 60 with rates times 0.5"]
    session = session_of(run)
    assert (session.progress.seen, session.progress.rollbacks, session.progress.rate_factor) == (180, 1, 0.5)
    assert session.G.optimiser.param_groups[0]["lr"] == CONFIG.g.lr / 2
    assert finite(run.folder)
    assert torch.isfinite(run.sample(4).x.float()).all()
    assert all(line["rate"] > 0 for line in read(run.folder / "journal.jsonl") if line["event"] == "rounds")


def test_a_run_that_was_rolled_back_and_cut_goes_on_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "rounds", sick(lambda session, at: at >= 84 and not session.progress.rollbacks))
    straight = begin(tmp_path, name="straight")

    def after_it(session: Session, at: int) -> bool:
        if at >= 84 and session.progress.rollbacks:
            raise KeyboardInterrupt
        return at >= 84 and not session.progress.rollbacks

    monkeypatch.undo()
    monkeypatch.setattr(Session, "rounds", sick(after_it))
    with pytest.raises(KeyboardInterrupt):
        begin(tmp_path, name="cut")
    monkeypatch.undo()
    assert outcome(resume(tmp_path / "cut").folder) == outcome(straight.folder)


def test_after_three_rollbacks_a_run_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "rounds", sick(lambda session, at: at >= 84))
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
    conf = CONFIG.model_copy(update={"stages": (Stage(images=10_000),), "checkpoint_images": 10_000})
    with pytest.raises(SaddlepointError, match="given up"):
        begin(tmp_path, conf, watcher=watcher)
    assert [event["at"] for event in events(tmp_path / "a") if event["event"] == "rollback"] == [19 * 6] * 3
    assert finite(tmp_path / "a")


def test_a_run_that_only_ever_refused_still_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer than twenty rounds: it is over, has learned nothing, and says how many steps it refused."""
    bundle(monkeypatch, lambda: spoilt(60))
    watcher = Seen()
    run = begin(tmp_path, CONFIG.model_copy(update={"stages": (Stage(images=60),)}), watcher=watcher)
    last = [event for event in events(run.folder) if event["event"] == "rounds"][-1]
    assert (last["d_real"], last["losses"]) == (None, {})
    assert ("refused steps", "20") in [figure[:2] for figure in watcher.summaries[0].figures]
    assert watcher.ticks[-1].skipped == 20


def test_a_spoilt_picture_costs_its_batches_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle(monkeypatch, lambda: spoilt(2))
    run = begin(tmp_path, CONFIG.model_copy(update={"data": Data(held_out=0)}))
    session = session_of(run)
    assert 0 < session.progress.refused < 20
    assert finite(run.folder)
    start = Session(run.record, pictures(), ENGINE)
    assert not torch.equal(next(session.networks.G.parameters()), next(start.networks.G.parameters()))


def test_figures_without_a_last_reading_say_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append({"event": "stage", "images": 0})
    assert dynamics(tmp_path) == []
    journal.append({"event": "rounds", "images": 60, "seconds": 2.0, "d_real": math.nan, "d_fake": 0.25, "skipped": 3})
    figures = {name: value for name, value, _ in dynamics(tmp_path)}
    assert figures["images seen"] == "60"
    assert figures["D(x), D(G(z))"] == "none, 0.25"
    assert figures["refused steps"] == "3"


# Beginning and refusing.


def test_a_second_run_of_the_same_name_is_refused_and_leaves_the_first(whole: Run) -> None:
    before = (whole.folder / "config.json").read_bytes()
    with pytest.raises(SaddlepointError, match="there is a run here already"):
        begin(whole.folder.parent, name=whole.name)
    assert (whole.folder / "config.json").read_bytes() == before


def test_runs_without_a_name_are_numbered(tmp_path: Path) -> None:
    (tmp_path / "tiny-modern-1").mkdir(parents=True)
    (tmp_path / "tiny-modern-3").mkdir()
    assert api.free_folder(tmp_path, "tiny-modern").name == "tiny-modern-2"


def test_unknown_data_and_recipes_are_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SaddlepointError, match="digits"):
        train("digit", root=tmp_path)
    with pytest.raises(SaddlepointError, match="modern"):
        train("tiny", recipe="modem", root=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "no run here"),
        (b"{", "cannot be read"),
        (b"[]", "not a run's configuration"),
        (b'{"format": 2, "new": 1}', "written by a newer saddlepoint"),
        (b"{}", "not a run's configuration: config: Field required"),
    ],
)
def test_what_is_no_run_is_refused(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    if content is not None:
        (tmp_path / "config.json").write_bytes(content)
    for ask in (resume, Run):
        with pytest.raises(SaddlepointError, match=complaint):
            ask(tmp_path)


def test_a_dry_plan_writes_nothing_and_foretells_the_run(whole: Run, seen: Seen, tmp_path: Path) -> None:
    made = api.plan("tiny", CONFIG)
    assert list(tmp_path.iterdir()) == []
    started = seen.plans[0]
    measured = {"rate": 1.0, "seconds": 1.0}
    assert made._replace(**measured) == started._replace(**measured)
    assert (made.examples, made.held_out, made.shape, made.classes) == (60, 21, (1, 8, 8), 2)
    assert (made.images, made.batch, made.device, made.precision, made.threads) == (180, 6, "cpu", "float32", 1)
    assert made.seconds == pytest.approx(180 / made.rate)
    weights = sum(p.numel() for network in session_of(whole).networks for p in network.parameters())
    assert made.weights == weights
    on_disk = sum(path.stat().st_size for path in whole.folder.rglob("*") if path.is_file())
    assert on_disk < made.disk_bytes < on_disk + 3_000_000


def test_a_budget_becomes_images_by_the_rate_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "measure", lambda conf, source, engine: plan.Measurement(20.0, 100, conf.batch))
    settings = {**{f"g.network.{name}": 2 for name in ("width",)}, "prior.size": 4, "batch": 6, "engine.threads": 1}
    run = train("tiny", budget="3s", name="short", settings=settings, root=tmp_path)
    assert [stage.images for stage in run.config.stages] == [int(3 * 0.9 * 20) // 6 * 6]
    assert run.record.choices.planned_seconds == 3.0
    assert events(run.folder)[-1]["images"] == 48


def test_a_smaller_batch_and_a_full_disk_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "measure", lambda conf, source, engine: plan.Measurement(20.0, 100, 4))
    monkeypatch.setattr(api, "free_bytes", lambda folder: 1000)
    watcher = Seen()
    run = begin(tmp_path, CONFIG.model_copy(update={"stages": (Stage(images=8),)}), watcher=watcher)
    assert run.config.batch == 4
    assert watcher.notes[0] == "memory ran out with a batch of 6: going on with 4"
    assert watcher.notes[1].startswith("the disk may run full: 2,00")


def test_the_length_is_shared_out_among_the_stages() -> None:
    lengths = [stage.images for stage in api.with_length(CONFIG, 1800).stages]
    assert lengths == [1200, 600]
    assert [stage.images for stage in api.with_length(CONFIG, 1).stages] == [1, 1]


def test_config_json_is_plain_and_whole(whole: Run) -> None:
    content = json.loads((whole.folder / "config.json").read_text())
    assert content.keys() == {"format", "config", "data", "choices", "versions"}
    assert Config.model_validate(content["config"]) == whole.config
    assert content["config"]["prior"] == Prior(size=4).model_dump()
    assert content["data"]["digest"] == pictures().digest()
