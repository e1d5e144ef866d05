"""How a run begins, on what data, and what is refused."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tinyrun import CONFIG, Seen, begin, bundle, events, live_of, pictures

from saddlepoint import __version__, api, files
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.front import Run, resume, train
from saddlepoint.planning import budget as plan
from saddlepoint.planning import prepared
from saddlepoint.planning.allotment import Allotment
from saddlepoint.planning.rehearsal import Closing
from saddlepoint.record import RunRecord
from saddlepoint.running.replan import Replan
from saddlepoint.settings.networks import Mlp
from saddlepoint.settings.run import Data
from saddlepoint.systems.gan.config import Config, Noise, Rules


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


def test_packages_that_do_not_tell_their_version_are_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where this user may not read what describes them, or where there is a source tree alone."""

    def untold(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("saddlepoint.record.version", untold)
    told = begin(tmp_path).record.versions
    assert told["saddlepoint"] == __version__
    assert told["torch"] == "unknown"


def test_without_labels_there_is_no_condition_anywhere(tmp_path: Path) -> None:
    conf = CONFIG.model_copy(update={"data": Data(held_out=0, unconditional=True), "stages": CONFIG.stages[:1]})
    run = begin(tmp_path, conf)
    assert run.record.data.classes == run.generator().classes == ()
    assert run.sample(3).labels is None
    last = [event for event in events(run.folder) if event["event"] == "held_out"][-1]
    assert last.keys() == {"event", "images", "train", "fake"}


def test_a_generator_that_reads_no_label_does_not_promise_classes(tmp_path: Path) -> None:
    """As that of 2014, though its data have labels."""
    network = CONFIG.g.network.model_copy(update={"condition": "none"})
    run = begin(tmp_path, CONFIG.model_copy(update={"g": CONFIG.g.model_copy(update={"network": network})}))
    assert run.record.data.classes == ("dark", "bright")
    assert run.generator().classes == ()
    assert "| condition | none |" in (run.folder / "generator" / "README.md").read_text()
    with pytest.raises(SaddlepointError, match="no classes to choose from"):
        run.sample(1, label="dark")


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
            "stages": (Rules(images=60),),
        }
    )
    run = begin(tmp_path, conf)
    assert run.sample(5).x.shape == (5, 2)
    with Image.open(run.folder / "samples" / "000000060.png") as frame:
        assert frame.height < frame.width < 1.1 * frame.height  # one panel: the points over the data
        red, _, blue = np.moveaxis(np.asarray(frame.convert("RGB")).astype(int), 2, 0)
        assert ((blue - red) > 60).sum() > 20 < ((red - blue) > 60).sum()


def test_a_second_run_of_the_same_name_is_refused_and_leaves_the_first(whole: Run) -> None:
    before = (whole.folder / "config.json").read_bytes()
    with pytest.raises(SaddlepointError, match="there is a run here already"):
        begin(whole.folder.parent, name=whole.name)
    assert (whole.folder / "config.json").read_bytes() == before


def test_runs_without_a_name_are_numbered(tmp_path: Path) -> None:
    (tmp_path / "tiny-modern-1").mkdir(parents=True)
    (tmp_path / "tiny-modern-3").mkdir()
    assert api.new_folder(tmp_path, "tiny-modern").name == "tiny-modern-2"


def test_a_name_that_another_takes_at_the_last_moment_is_left_to_it(tmp_path: Path, monkeypatch) -> None:
    """The folder of runs, too, is made by the other, and then two numbers."""
    others = [tmp_path / "runs", tmp_path / "runs/tiny-1", tmp_path / "runs/tiny-2"]

    def raced(path: Path) -> None:
        if path in others:
            others.remove(path)
            os.mkdir(path)
        os.mkdir(path)

    monkeypatch.setattr(files, "operations", files.Operations(mkdir=raced))
    assert api.new_folder(tmp_path / "runs", "tiny") == tmp_path / "runs/tiny-3"
    assert others == []


def test_runs_that_begin_at_the_same_moment_get_a_name_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for race in range(20):
            asked = [pool.submit(api.new_folder, tmp_path / str(race), "tiny") for _ in range(4)]
            assert sorted(each.result().name for each in asked) == ["tiny-1", "tiny-2", "tiny-3", "tiny-4"]


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
    weights = sum(p.numel() for network in live_of(whole).networks.values() for p in network.parameters())
    assert made.weights == weights
    on_disk = sum(path.stat().st_size for path in whole.folder.rglob("*") if path.is_file())
    assert on_disk < made.disk_bytes < on_disk + 3_000_000


def test_a_budget_becomes_images_by_the_rate_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(record: RunRecord, *rest: object) -> plan.Measurement:
        return plan.Measurement(20.0, 100, record.config.batch, record.config.batch)

    monkeypatch.setattr(prepared, "measure", measured)
    settings = {"g.network.width": 2, "prior.size": 4, "batch": 6, "engine.threads": 1, "judge.share": 0}
    monkeypatch.setattr(api, "closing", lambda *_: Closing(1.0, 500, 0.0))
    monkeypatch.setattr(Allotment, "left", property(lambda self: 0.97 * self.budget - 0.41))
    monkeypatch.setattr(Replan, "look", lambda *_: None)
    run = train("tiny", budget="5s", name="short", settings=settings, root=tmp_path)
    left = 0.97 * 5 - 0.41
    assert [stage.images for stage in run.config.stages] == [int((left - 1) * 0.95 * 20) // 6 * 6]
    choices = run.record.choices
    assert (choices.planned_seconds, choices.budget_seconds, choices.closing_seconds) == (5.0, left, 1.0)
    assert events(run.folder)[-1]["images"] == 60


def test_a_run_of_a_length_of_time_rehearses_its_last_page_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    """The real way through: the run is the one of its length in images, but for what the plan changed."""
    settings = {"g.network.width": 2, "prior.size": 4, "batch": 6, "engine.threads": 1, "judge.share": 0}
    watcher = Seen()
    run = train("tiny", budget=0.5, name="short", settings=settings, root=tmp_path, watcher=watcher)
    assert [path.name for path in tmp_path.iterdir()] == ["short"]
    choices = run.record.choices
    assert choices.closing_seconds > 0.01
    assert len(choices.rates) == len(run.config.stages)
    assert any("is too short: the start and the report take" in note for note in watcher.notes)
    assert events(run.folder)[-2]["event"] == "end"


def test_a_smaller_batch_and_a_full_disk_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "measure", lambda *_: plan.Measurement(20.0, 100, 4, 4))
    monkeypatch.setattr(api, "free_bytes", lambda folder: 1000)
    watcher = Seen()
    run = begin(tmp_path, CONFIG.model_copy(update={"stages": (Rules(images=8),)}), watcher=watcher)
    assert run.config.batch == 4
    assert watcher.notes[0] == "memory ran out with a batch of 6: going on with 4"
    assert watcher.notes[1].startswith("the disk may run full: 2,00")


def test_the_length_is_shared_out_among_the_stages() -> None:
    lengths = [stage.images for stage in prepared.with_length(CONFIG, 1800).stages]
    assert lengths == [1200, 600]
    assert [stage.images for stage in prepared.with_length(CONFIG, 1).stages] == [1, 1]


def test_config_json_is_plain_and_whole(whole: Run) -> None:
    content = json.loads((whole.folder / "config.json").read_text())
    assert content.keys() == {"format", "config", "data", "others", "files", "choices", "versions", "system_sha256"}
    assert Config.model_validate(content["config"]) == whole.config
    assert content["config"]["prior"] == Noise(size=4).model_dump()
    assert content["data"]["digest"] == pictures().digest()
