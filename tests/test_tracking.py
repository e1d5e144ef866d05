"""A run followed in a tracker: what it is told, and that the run is the same whatever becomes of it.

The three packages are stood in for by modules of the same calls; where one is installed it is used itself as well.
"""

import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint import tracking
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning import judgements
from saddlepoint.running.calls import Calls
from saddlepoint.running.watcher import Listened, Nobody, calls_of
from saddlepoint.tracking import TRACKERS, Page, tracked

X = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
TINY: dict[str, Any] = {"images": 96, "batch": 16, "engine.threads": 1, "judge.share": 0, "averages": (16,)}
TINY |= {"snapshots": 3, "journal_images": 16, "g.network.hidden": (4,), "d.network.hidden": (4,), "prior.size": 2}


class Told(Nobody):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(autouse=True)
def judged_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = judgements.planned

    def twice(*given: Any) -> Any:
        record = planned(*given)
        return record.model_copy(update={"choices": record.choices.model_copy(update={"judge_images": 48})})

    monkeypatch.setattr(judgements, "planned", twice)
    monkeypatch.setattr("saddlepoint.running.moments.LINES", 1)


def train(root: Path, track: str | None = None, watcher: Any = sp.quiet) -> sp.Run:
    return sp.train(X, recipe="gan", settings=TINY, root=root, watcher=watcher, track=track)


def use(patch: pytest.MonkeyPatch, begin: Callable[..., Page]) -> None:
    """Make this the tracker called `mine`."""
    patch.setattr(tracking, "TRACKERS", {**TRACKERS, "mine": ("json", begin, "")})


def test_it_is_told_what_the_history_has_by_images_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scalars: list[tuple[int, dict[str, float]]] = []
    pictures: list[tuple[int, Image.Image]] = []
    rest: list[Any] = []

    def begin(there: Any, folder: Path, settings: Any) -> Page:
        rest.append((there.__name__, folder.name, settings["recipe"], settings["batch"]))
        return Page(
            lambda found, images: scalars.append((images, dict(found))),
            lambda shown, images: pictures.append((images, shown.copy())),
            lambda: rest.append("closed"),
        )

    use(monkeypatch, begin)
    run = train(tmp_path, "mine")
    history = run.history()
    for name in ("losses/D", "losses/G", "gradients/D", "d_real", "d_fake"):
        assert [(i, found[name]) for i, found in scalars if name in found] == list(
            zip(history["images"], history[name])
        ), name
    assert [(i, found["judged/frechet"]) for i, found in scalars if "judged/frechet" in found] == list(
        zip(history["judged/images"], history["judged/frechet"])
    )
    assert history["judged/images"].tolist() == [48, 96]
    assert not {"images", "stage", "round"} & {name for _, found in scalars for name in found}
    assert scalars[-1] == (96, {f"measures/{name}": measure.value for name, measure in run.measures.items()})
    assert [images for images, _ in pictures] == [0, 32, 96]
    for (_, shown), path in zip(pictures, run.samples(), strict=True):
        assert np.array_equal(np.asarray(shown), np.asarray(Image.open(path)))
    assert rest == [("json", run.name, "gan", 16), "closed"]


@pytest.mark.slow
def test_one_that_fails_says_so_once_and_the_run_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    calls: list[str] = []

    def call(name: str, fails: str) -> None:
        print("said by a tracker")
        calls.append(name)
        if name == fails:
            raise OSError(f"the disk\nof {name} is away")

    def weights(run: sp.Run) -> bytes:
        return (run.folder / "generator" / "generator.safetensors").read_bytes()

    untracked = weights(train(tmp_path))
    for fails in ("begin", "scalars", "picture", "close"):

        def begin(*_: Any, fails: str = fails) -> Page:
            call("begin", fails)
            scalars, picture, close = (partial(call, name, fails) for name in ("scalars", "picture", "close"))
            return Page(lambda *_: scalars(), lambda *_: picture(), close)

        calls.clear()
        use(monkeypatch, begin)
        watcher = Told()
        run = train(tmp_path, "mine", watcher)
        assert watcher.notes == [f"not tracked by mine from here on: OSError: the disk of {fails} is away"]
        assert (calls.count(fails), calls[-1]) == (1, fails)
        assert run.state == "done"
        assert weights(run) == untracked
    assert "said by a tracker" not in capfd.readouterr().out, "standard output is for the result"


def test_whoever_listened_to_the_journal_hears_it_beside_a_tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a notebook does, which draws its curves of these lines."""
    mine: list[tuple[Path, Any]] = []
    use(monkeypatch, lambda there, folder, settings: Page(print, print, list))
    watcher = Listened(Told(), Calls(line=lambda folder, line: mine.append((folder, line))))
    event = {"event": "rounds", "images": 16, "losses": {"D": 1.5}}
    with tracked("mine", watcher) as both:
        line = calls_of(both).line
        assert line is not None
        line(tmp_path, event)
    assert mine == [(tmp_path, event)]
    with tracked("mine", Told()) as alone:
        line = calls_of(alone).line
        assert line is not None
        line(tmp_path, event)
    assert len(mine) == 1


def test_what_is_not_there_is_said_before_a_run_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TRACKERS:
        monkeypatch.setitem(sys.modules, TRACKERS[name][0], None)
        with pytest.raises(SaddlepointError) as error:
            train(tmp_path, name)
        package = "trackio" if name == "trackio" else "saddlepoint[track]"
        assert str(error.value) == f"--track: {name} is not installed (pip install '{package}')"
    for name, hint in (("wandbb", "did you mean wandb?"), ("mlflow", "there are tensorboard, trackio, wandb")):
        with pytest.raises(SaddlepointError) as error:
            train(tmp_path, name)
        assert (error.value.what, error.value.where, error.value.hint) == (f"no tracker '{name}'", "--track", hint)
    assert not list(tmp_path.iterdir())


def stood_in(patch: pytest.MonkeyPatch, name: str, **has: Any) -> list[tuple[Any, ...]]:
    """A module of this name with these, and a list of what is called."""
    module = ModuleType(name)
    calls: list[tuple[Any, ...]] = []
    run = SimpleNamespace(
        log=lambda found, step=None: calls.append(("log", dict(found), step)),
        define_metric=lambda name, step_metric: calls.append(("metric", name, step_metric)),
    )

    def init(**given: Any) -> Any:
        calls.append(("init", given["project"], given["name"]))
        return run

    vars(module).update(init=init, finish=lambda: calls.append(("finish",)), Image=lambda shown: shown.size, **has)
    patch.setitem(sys.modules, name, module)
    return calls


def test_trackio_is_called_as_it_is_meant_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = stood_in(monkeypatch, "trackio")
    run = train(tmp_path, "trackio")
    assert calls[0] == ("init", "saddlepoint", run.name)
    assert calls[-1] == ("finish",)
    with Image.open(run.samples()[0]) as frame:
        size = frame.size
    steps = [step for kind, found, step in calls[1:-1] if "losses/D" in found]
    assert steps == [16, 32, 48, 64, 80, 96]
    assert [(step, found["samples"]) for _, found, step in calls[1:-1] if "samples" in found] == [
        (images, size) for images in (0, 32, 96)
    ]


@pytest.mark.parametrize(("mode", "key"), [("online", "k"), ("offline", None), ("online", None)])
def test_wandb_is_called_as_it_is_meant_to_be_and_never_asks(
    mode: str, key: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is an account, or none is needed; without one it would ask, and a run would wait for the answer."""
    calls = stood_in(
        monkeypatch,
        "wandb",
        Settings=lambda **given: given,
        setup=lambda: SimpleNamespace(settings=SimpleNamespace(mode=mode)),
        Api=lambda: SimpleNamespace(api_key=key),
    )
    watcher = Told()
    run = train(tmp_path, "wandb", watcher)
    if mode == "online" and key is None:
        assert calls == []
        (note,) = watcher.notes
        assert "no account here (run `wandb login`, or set WANDB_MODE=offline)" in note
        return
    assert not watcher.notes
    assert calls[:2] == [("init", "saddlepoint", run.name), ("metric", "*", "images")]
    assert calls[-1] == ("finish",)
    logged = [found for kind, found, *_ in calls[2:-1] if "losses/D" in found]
    assert [found["images"] for found in logged] == [16, 32, 48, 64, 80, 96]


@pytest.mark.skipif(find_spec("tensorboard") is None, reason="tensorboard is not installed")
@pytest.mark.filterwarnings("ignore")
def test_tensorboard_reads_back_what_was_written(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # pyright: ignore

    run = train(tmp_path, "tensorboard")
    read = EventAccumulator(str(run.folder / "tensorboard"))
    read.Reload()
    history = run.history()
    for name in ("losses/D", "d_real"):
        found = read.Scalars(name)
        assert [each.step for each in found] == history["images"].tolist()
        assert [each.value for each in found] == pytest.approx(history[name].tolist(), rel=1e-6)
    assert [each.step for each in read.Images("samples")] == [0, 32, 96]


@pytest.mark.skipif(find_spec("wandb") is None, reason="wandb is not installed")
@pytest.mark.filterwarnings("ignore")
def test_wandb_itself_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    watcher = Told()
    run = train(tmp_path, "wandb", watcher)
    assert not watcher.notes
    assert list((run.folder / "wandb").glob("offline-run-*/*.wandb"))
    assert run.state == "done"
