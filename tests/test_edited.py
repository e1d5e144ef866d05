"""config.json that says something else than when the run was made: one line; unless stages were added at its end."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from damage import forge
from tinyrun import CONFIG, Cut, Seen, begin, bundle, outcome

from saddlepoint import api
from saddlepoint.errors import SaddlepointError
from saddlepoint.record import made_by, read_record
from saddlepoint.running.asked import judge_run
from saddlepoint.running.opened import as_written
from saddlepoint.settings.run import Judge
from saddlepoint.storage.checkpoint import checkpoints
from saddlepoint.storage.manifest import read_manifest


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory):
    """A run that was cut in its second stage, and the patch that its data need."""
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)
        with pytest.raises(Cut):
            begin(root := tmp_path_factory.mktemp("runs"), watcher=Seen(150))
        yield root / "a"


@pytest.fixture
def run(cut: Path, tmp_path: Path) -> Path:
    return Path(copytree(cut, tmp_path / "a"))


def edit(folder: Path, change: Callable[[Any], object]) -> None:
    path = folder / "config.json"
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content))


EDITS: dict[str, Callable[[Any], object]] = {
    "a rate": lambda c: c["config"]["g"].update(lr=0.5),
    "the seed": lambda c: c["config"].update(seed=6),
    "a stage that is over": lambda c: c["config"]["stages"][0].update(k=1),
    "the length of the last stage": lambda c: c["config"]["stages"][1].update(images=61),
    "a stage less": lambda c: c["config"]["stages"].pop(),
    "a stage before": lambda c: c["config"]["stages"].insert(0, c["config"]["stages"][0]),
    "the held-out examples": lambda c: c["data"]["held_out"].pop(),
    "what was measured": lambda c: c["choices"].update(threads=2),
    "a width that no memory holds": lambda c: c["config"]["g"]["network"].update(width=60_000),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edited_configuration_is_refused_before_anything_is_made_by_it(run: Path, what: str, monkeypatch) -> None:
    edit(run, EDITS[what])
    monkeypatch.setattr(api, "as_begun", lambda *_: pytest.fail("the data were opened"))
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    judge = partial(judge_run, wish=Judge(), n=10, seed=0)
    for verb in (api.resume, api.report, judge):
        with pytest.raises(SaddlepointError, match=r"config\.json: has changed since .* it was edited"):
            verb(run)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_another_spelling_of_the_same_is_no_edit(run: Path) -> None:
    known = made_by(run)
    edit(run, lambda c: c["choices"].update(planned_seconds=99.0))
    path = run / "config.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()), sort_keys=True, indent=7))
    assert made_by(run) == known
    assert as_written(run).config == CONFIG.model_copy(update={"data": read_record(run).config.data})


def test_stages_added_at_the_end_are_what_more_does(run: Path) -> None:
    edit(run, lambda c: c["config"]["stages"].append(c["config"]["stages"][1]))
    assert len(made_by(run)) == 3
    assert len(as_written(run).config.stages) == 3


def test_more_leaves_what_it_does_not_know_of_as_it_was(run: Path) -> None:
    """Settings are as they were written, also where this version would have written them otherwise: the digest of what
    the run was made by is still among those of the longer configuration.
    """
    edit(run, lambda c: c["config"]["judge"].pop("features"))  # as of a version from before there was this setting
    content = json.loads((run / "config.json").read_bytes())
    record = read_record(run)
    longer = (*record.config.stages, record.config.stages[1])
    (before,) = made_by(run)[:1]
    record.model_copy(update={"config": record.config.model_copy(update={"stages": longer})}).add_stages(run)
    assert read_record(run).config.stages == longer
    assert made_by(run)[1] == before
    content["config"]["stages"] += content["config"]["stages"][1:]
    assert json.loads((run / "config.json").read_bytes()) == content


def test_checkpoints_from_before_there_was_a_digest_are_gone_on_from(run: Path, tmp_path: Path) -> None:
    same = Path(copytree(run, tmp_path / "same"))
    for checkpoint in checkpoints(run / "checkpoints"):
        assert read_manifest(checkpoint / "manifest.json").context == made_by(run)[0]
        forge(checkpoint, lambda manifest: manifest.pop("context"))
    api.resume(run)
    api.resume(same)
    assert outcome(run) == outcome(same)
    assert read_manifest(checkpoints(run / "checkpoints")[-1] / "manifest.json").context == made_by(run)[0]


def test_what_a_kill_left_half_written_goes_at_the_next_start_or_report(run: Path) -> None:
    def cut(folder: Path) -> None:
        with pytest.raises(Cut):
            api.resume(folder, watcher=Seen(0))

    for verb in (cut, api.report):
        (run / "report.html.saddlepoint.tmp").write_bytes(b"half")
        (run / "generator.saddlepoint.tmp").mkdir()
        (run / "mine.tmp").write_bytes(b"mine")
        verb(run)
        assert [path.name for path in run.iterdir() if path.name.endswith("tmp")] == ["mine.tmp"]


def test_networks_that_no_memory_holds_are_not_made(run: Path, monkeypatch) -> None:
    """As a folder says whose checkpoints do not say what they were made by."""
    for checkpoint in checkpoints(run / "checkpoints"):
        forge(checkpoint, lambda manifest: manifest.pop("context"))
    monkeypatch.setattr("saddlepoint.running.opened.resolve", lambda _: pytest.fail("went on"))
    for width in (2**40, 2**52):
        edit(run, lambda c, width=width: c["config"]["g"]["network"].update(width=width))
        with pytest.raises(SaddlepointError, match="`modern`: its networks cannot be made: "):
            api.resume(run)
