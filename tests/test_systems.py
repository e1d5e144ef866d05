"""Every kind of model by the same road: trained, cut, resumed bit for bit, exported, loaded, used, judged, drawn.

Five systems of ours, and one of a user's own whose memory and stages are what is hard to bring back.
"""

import errno
import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from failing import Disk
from PIL import Image
from tinyrun import ENGINE, Cut, Seen, bundle, events, outcome, pictures
from toyrun import Child

from saddlepoint import api
from saddlepoint.artefact.folder import load
from saddlepoint.cli.main import main
from saddlepoint.data.scaling import scaled
from saddlepoint.data.sources import SOURCES
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.begin import configure
from saddlepoint.record import read_record
from saddlepoint.running.live import Live
from saddlepoint.settings.run import Run as Config
from saddlepoint.storage.checkpoint import newest
from saddlepoint.systems import catalog, theirs

SMALL = {
    "engine.threads": 1,
    "engine.precision": "float32",
    "device": "cpu",
    "judge.share": 0,
    "seed": 3,
    "snapshots": 3,
}
ONES = {"averages": "100,20", "checkpoint_images": 40, "journal_images": 16, "data.held_out": 0.35}
SETTINGS = {
    "pix2pix": {"g.width": 4, "g.halvings": 2, "d.width": 4, "d.layers": 1, "batch": 4, "images": 160},
    "srgan": {"scale": 2, "g.width": 8, "g.blocks": 1, "d.width": 4, "d.layers": 1, "batch": 6, "images": 90},
    "denoise-gan": {"g.width": 8, "g.blocks": 1, "d.width": 4, "d.layers": 1, "batch": 6, "images": 60},
    "inpaint": {"g.width": 4, "g.halvings": 2, "d.width": 4, "d.layers": 1, "batch": 6, "images": 60, "mask": "boxes"},
    "vae": {"latent": 3, "g.network.hidden": "16", "batch": 6, "images": 180, "importance": 3},
    "vfae": {"latent": 3, "g.network.hidden": "16", "batch": 6, "images": 180},
    "semi": {"latent": 3, "g.widths": "9", "d.widths": "9,5", "labels": 6, "batch": 6, "images": 120},
    "made": {"g.network.widths": "9", "g.network.orders": 2, "batch": 6, "images": 180},
    "stacked": {"widths": "16,8,4", "batch": 6, "images": 48},
    "denoising-ae": {"latent": 3, "g.network.width": 4, "noise": 0.1, "batch": 6, "images": 180},
    "rbm": {"hidden": 5, "runs": 9, "temperatures": 4, "steps": 3, "batch": 6, "images": 180},
    "dbm": {"hidden": 5, "top": 3, "runs": 9, "temperatures": 4, "steps": 3, "batch": 6, "images": 180},
    "mixture": {"components": 2, "factors": 1, "batch": 6, "images": 180},
    "mine": {"batch": 6, "images": 60},
}

BY_PAIRS = ("pix2pix", "srgan", "denoise-gan", "inpaint", "stacked", "denoising-ae", "mine")
MINE = Path(__file__).parent / "own_system.py"


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)
        patch.chdir(tmp_path_factory.mktemp("systems"))
        sheets()
        yield
        theirs.IN_USE.clear()


def sheets() -> None:
    """Forty pairs side by side, 16 x 32: on the left a square, on the right the same square, inverted."""
    folder, chance = Path("pairs"), random.Random(0)
    folder.mkdir()
    for i in range(40):
        left, top = chance.randrange(9), chance.randrange(9)
        one = Image.new("L", (32, 16), 20)
        one.paste(235, (left, top, left + 6, top + 6))
        one.paste(235, (16, 0, 32, 16))
        one.paste(20, (16 + left, top, 22 + left, top + 6))
        one.save(folder / f"{i:02d}.png")


def configured(name: str) -> Config:
    recipe = str(MINE) if name == "mine" else name
    return configure(recipe, None, SMALL | ONES | SETTINGS[name])


def data_of(name: str) -> str:
    return "pairs" if name == "pix2pix" else "tiny"


def begun(name: str, as_: str, watcher: Seen | None = None) -> api.Run:
    return api.start(data_of(name), configured(name), name=as_, watcher=watcher)


@pytest.fixture(scope="module", params=list(SETTINGS))
def straight(request: pytest.FixtureRequest, tiny: None) -> tuple[str, api.Run]:
    return request.param, begun(request.param, f"{request.param}-straight")


def test_a_run_that_is_cut_anywhere_ends_as_one_that_never_was(straight: tuple[str, api.Run]) -> None:
    name, run = straight
    total = sum(stage.images for stage in run.config.stages)
    chance = random.Random(name)
    folder = Path("runs") / f"{name}-cut"
    for turn, at in enumerate(sorted(chance.randrange(1, total) for _ in range(3))):
        go_on = (lambda watcher: begun(name, folder.name, watcher)) if turn == 0 else watched(folder)
        with pytest.raises(Cut):
            go_on(Seen(at))
    api.resume(folder)
    assert outcome(folder) == outcome(run.folder)
    weights = [f / "generator" / "generator.safetensors" for f in (folder, run.folder)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_a_run_that_is_killed_at_any_moment_ends_as_one_that_never_was(straight: tuple[str, api.Run]) -> None:
    """By the system, without a chance to save: somewhere in a round, or in what is written after it."""
    name, run = straight
    total = sum(stage.images for stage in run.config.stages)
    chance = random.Random(f"{name}, killed")
    folder = Path("runs") / f"{name}-killed"
    ends = []
    for turn, at in enumerate(sorted(chance.randrange(1, total * 3 // 4) for _ in range(3))):
        go_on = (lambda watcher: begun(name, folder.name, watcher)) if turn == 0 else watched(folder)
        seen = Seen(at, killed_in(chance.random() * 0.02))
        ends.append(Child(lambda seen=seen, go_on=go_on: go_on(seen)).wait())
    assert ends == 3 * [-signal.SIGKILL]
    api.resume(folder)
    assert outcome(folder) == outcome(run.folder)


def killed_in(seconds: float) -> Callable[[], None]:
    """Let the process be killed that much later, and play no further than a few rounds until then."""

    def act() -> None:
        threading.Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        time.sleep(seconds / 2)

    return act


def watched(folder: Path) -> Callable[[Seen], api.Run]:
    return lambda watcher: api.resume(folder, watcher=watcher)


def test_what_is_loaded_does_what_the_run_did(straight: tuple[str, api.Run]) -> None:
    """From another place, with nothing of the run beside it."""
    name, run = straight
    there = Path(f"{name}-elsewhere")
    shutil.copytree(run.folder / "generator", there)
    model = load(there)
    record = read_record(run.folder)
    sources = {"x": SOURCES["tiny"]()} if data_of(name) == "tiny" else api.as_begun(record, print).sources
    live = Live(record, sources, ENGINE)
    live.restore(run.folder / "checkpoints")
    inner, some = live.model(live.shipped), live.unseen(5)
    assert list(model.can) == list(inner.can) == read(there)["can"]
    if inner.apply:
        given = some.c if some.c is not None and some.c.ndim == 4 else some.x
        # the same weights in another memory layout: equal but for rounding
        torch.testing.assert_close(model.model.apply.call(given, 0), inner.apply.call(given, 0), rtol=1e-4, atol=1e-5)
    if inner.log_prob:
        one, other = (m.log_prob(some.x, torch.Generator().manual_seed(1)) for m in (model.model, inner))
        assert (
            one.kind
            == other.kind
            == {"vae": "bound", "rbm": "estimate", "dbm": "bound", "made": "exact", "mixture": "exact"}[name]
        )
        assert torch.equal(one.values, other.values)
    if inner.latent or inner.sample:
        assert torch.equal(model.sample(40, seed=2).x[:5], model.sample(5, seed=2).x)
    if inner.apply:
        c = sources["x"].x if sources["x"].c is None or sources["x"].c.ndim != 4 else sources["x"].c
        c = torch.cat([c, c], 1) if inner.apply.opacity else c
        assert torch.equal(model.apply(c[:40]).x[:5], model.apply(c[:5]).x)


def read(folder: Path) -> dict:
    return json.loads((folder / "config.json").read_text())


def test_averages_ships_and_checkpoints_hold_all_that_a_model_needs(straight: tuple[str, api.Run]) -> None:
    name, run = straight
    last = newest(run.folder / "checkpoints")
    assert last is not None
    wanted = {
        "pix2pix": {"G", "D", "optimiser-G", "optimiser-D"},
        **{key: {"G", "first", "D", "optimiser-G", "optimiser-D"} for key in ("srgan", "denoise-gan")},
        "inpaint": {"G", "first", "D", "D_hole", "optimiser-G", "optimiser-D"},
        **{key: {"encoder", "decoder", "optimiser-G"} for key in ("vae", "vfae")},
        "semi": {"G", "D", "optimiser-G", "optimiser-D"},
        "stacked": {"stack", "optimiser-G"},
        **{key: {"net", "optimiser-G"} for key in ("made", "mixture")},
        "denoising-ae": {"encoder", "decoder", "optimiser-G"},
        **{key: {"rbm", "chains", "optimiser-G"} for key in ("rbm", "dbm")},
        "mine": {"near", "far", "memory", "optimiser-G"},
    }[name]
    assert set(last.saved) == wanted | {"average-100", "average-20", "progress"}
    if name == "vae":
        tops = {key.split(".")[0] for key in last.saved["average-100"].tensors}
        assert tops == {"encoder", "decoder"}
        for half, part in (("encoder", "mu.weight"), ("decoder", "last.weight")):
            mine, now = last.saved["average-100"].tensors[f"{half}.{part}"], last.saved[half].tensors[part]
            assert not torch.equal(mine, now)


def test_it_is_judged_by_what_fits_it_and_its_card_is_true(straight: tuple[str, api.Run]) -> None:
    name, run = straight
    measures = json.loads((run.folder / "measures.json").read_text())
    assert ("l1" in measures) == (name in BY_PAIRS)
    assert ("nats" in measures) == (name in ("vae", "made", "rbm", "dbm", "mixture"))
    if "nats" in measures:
        known, kinds = measures["nats"]["card"], {"vae": "bound on ", "rbm": "estimate of ", "dbm": "bound on "}
        assert known["metric"] == f"{kinds.get(name, '')}-log p(x), nats"
        assert ("drawn once as 0 and 1" in known["reference"]) == (name in ("made", "rbm", "dbm"))
    card = (run.folder / "generator" / "README.md").read_text()
    assert "adversarial" not in card
    assert f"system `{run.config.system}`" in card
    page = (run.folder / "report.html").read_text()
    assert ("What it makes of its input" in page) == ("apply" in load(run.folder).can)
    assert ("What it draws" in page) == ("sample" in load(run.folder).can)
    stages = [event for event in events(run.folder) if event["event"] == "stage"]
    assert {event["system"] for event in stages} == {run.config.system}


def test_a_large_picture_goes_through_in_tiles_as_it_would_whole(straight: tuple[str, api.Run]) -> None:
    """Wherever the field of the network is finite and declared; elsewhere tiles are blended."""
    _, run = straight
    model = load(run.folder)
    to = model.model.apply
    if to is None or to.margin is None:
        return
    form, chance = (1, model.given.shape[0], 300, 264), torch.Generator().manual_seed(0)
    c = torch.randint(0, 256, form, generator=chance).to(torch.uint8)
    x = scaled(c, run.config.range, model.given)
    torch.testing.assert_close(model.tiles(x, to, 0, None), to.call(x, 0), atol=1e-5, rtol=0)
    assert model.apply(c).x.shape == (1, 1, 300 * to.scale, 264 * to.scale)


def test_verbs_do_what_it_can_and_refuse_the_rest_in_one_line(
    straight: tuple[str, api.Run], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it cannot is refused by its description: before anything is loaded, in a moment."""
    name, run = straight
    model, folder = load(run.folder), str(run.folder)
    one = Image.new("L", (16, 16) if name == "pix2pix" else (8, 8), 99)
    if name == "inpaint":
        one.putalpha(0)
    one.save("one.png")
    own = ["--system", str(MINE)] if name == "mine" else []
    for verb, words in {"sample": ["-n", "4"], "apply": ["one.png", "--force"], "judge": [], "doctor": []}.items():
        able = verb in ("judge", "doctor") or verb in model.can
        with monkeypatch.context() as patch:
            if not able:
                patch.setattr("saddlepoint.artefact.folder.load", None)
            code = main([*own, verb, folder, *words])
        said = capsys.readouterr()
        assert code == (0 if able else 2), (verb, said.err)
        if not able:
            assert len(said.err.splitlines()) == 1
            assert "it can" in said.err
    if name in (*BY_PAIRS, "made"):
        assert main([*own, "judge", folder, "--features", "pixels"]) == 2
        assert "--features: has no effect on a run that is not judged by samples" in capsys.readouterr().err
        assert main([*own, "judge", folder, "-n", "9"]) == 2
        assert "-n: has no effect on a run that is not judged by samples" in capsys.readouterr().err
        assert main([*own, "judge", folder, "--seed", "1"]) == 2  # pairs leave nothing to chance, nor do exact nats
        assert "--seed: has no effect" in capsys.readouterr().err
        with pytest.raises(SaddlepointError, match="-n: has no effect"):
            run.judge(9)
    if "apply" in model.can:  # of ours none leaves anything to chance
        assert main([*own, "apply", folder, "one.png", "--force", "--seed", "0"]) == 2
        assert "--seed: has no effect on this model" in capsys.readouterr().err
        assert main([*own, "apply", folder, "one.png", "-o", "other.jpg", "--force", "-q"]) == 0
        with Image.open("other.jpg", formats=["JPEG"]) as jpeg, Image.open("applied/one.png", formats=["PNG"]) as png:
            assert jpeg.size == png.size
            assert np.abs(np.asarray(jpeg, int) - np.asarray(png, int)).mean() < 12
        dialled = model.model.apply.between is not None
        assert dialled == (name in ("srgan", "denoise-gan", "inpaint"))
        assert main([*own, "apply", folder, "one.png", "--force", "--perception", "0"]) == (0 if dialled else 2)
        assert dialled or "--perception: this model was not trained first by" in capsys.readouterr().err
        assert main([*own, "apply", folder, "one.png", "--force", "--perception", "2"]) == 2
        capsys.readouterr()
        lies = model.model.apply.step is not None
        assert main([*own, "apply", folder, "one.png", "--force", "--eight"]) == (0 if lies else 2)
        assert lies or "--eight: this model takes pictures of one size" in capsys.readouterr().err
    code = main([*own, "score", folder, "one.png"])
    assert code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("target", ["many", "many.npz"])
def test_samples_on_a_full_disk_are_whole_or_absent(
    straight: tuple[str, api.Run], target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever operation finds it full, one line says what was to be written; what is there can be read."""
    name, run = straight
    if name != "vae":
        return
    words = ["sample", str(run.folder), "-n", "3", "--quiet", "--to", str(tmp_path / target)]
    for n in range(1, 99):
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
        with Disk(n, errno.ENOSPC).installed() as disk:
            code = main(words)
        if not disk.struck:
            break
        assert code == 1
        assert "the disk is full" in capsys.readouterr().err
        assert not list(tmp_path.rglob("*.tmp"))
        for left in tmp_path.rglob("*.png"):
            Image.open(left).load()
        for left in tmp_path.rglob("*.npz"):  # whole where only the folder could not be synced
            assert np.load(left)["x"].shape == (3, 1, 8, 8)
    assert n > 3
    assert code == 0


def test_a_stage_moves_its_layer_alone_and_moments_follow(straight: tuple[str, api.Run]) -> None:
    name, run = straight
    if name != "stacked":
        return
    live = Live(run.record, {"x": pictures()}, ENGINE)
    moved = []
    for stage in range(4):
        scene = live.enter(stage)
        ours = {id(p) for p in scene.game.G.parameters}
        layers = live.networks["stack"].layers
        moved.append([i for i, layer in enumerate(layers) if {id(p) for p in layer.parameters()} <= ours])
    assert moved == [[0], [1], [2], [0, 1, 2]]
    lasting = newest(run.folder / "checkpoints").saved["optimiser-G"].tensors
    steps = {key: float(t) for key, t in lasting.items() if key.endswith("/step")}
    assert len(set(steps.values())) == 2, "the last layer's moments come from the stage before, the others are fresh"


def test_all_recipes_are_listed_and_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    said = capsys.readouterr().out
    for name in ("modern", "points", "pix2pix", "srgan", "denoise", "denoise-gan", "inpaint", "vae", "made", "stacked"):
        assert sum(line.split()[:1] == [name] for line in said.splitlines()) == 1
    assert max(map(len, said.splitlines())) <= 80
    assert len(said.splitlines()) == 3 + len(list(catalog.recipes()))  # a line each, below the titles, above a hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n", ("has no Config", "own.py")),
        ("from saddlepoint.settings.run import Run as Config\nRECIPES = {'a': Config}\n", ("has no SYSTEM", "own.py")),
        ("\n\n1 / 0\n", ("own.py, line 3", "ZeroDivisionError")),
        ("def broken(:\n", ("own.py, line 1", "SyntaxError")),
        (MINE.read_text().replace("Model(", "Model(dance=3, ", 1), ("own.py, line", "dance")),
    ],
)
def test_a_wrong_file_is_one_line_that_names_file_and_line(
    text: str, words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.py").write_text(text)
    settings = ["--batch", "6", "--images", "12", "--engine.threads", "1", "--judge.share", "0"]
    assert main(["train", "tiny", "--recipe", str(tmp_path / "own.py"), "--root", str(tmp_path), *settings]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len([line for line in said if line.startswith("saddlepoint:")]) == 1
    assert all(word in said[-1] for word in words), said


def test_a_run_of_a_users_own_asks_for_the_file_and_never_runs_one_it_names(
    straight: tuple[str, api.Run], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name, run = straight
    if name != "mine":
        return
    record = read(run.folder)
    assert record["config"]["system"] == MINE.name
    assert len(record["system_sha256"]) == 64
    monkeypatch.setattr(theirs, "IN_USE", {})
    trap = tmp_path / "trapped"
    (run.folder / MINE.name).write_text(f"open({str(trap)!r}, 'w')")
    for verb, *words in (("apply", "one.png", "--force"), ("resume",), ("judge",), ("report",), ("doctor",)):
        assert main([verb, str(run.folder), *words]) == 2
        assert f"--system PATH/{MINE.name}" in capsys.readouterr().err
    assert not trap.exists()
    other = tmp_path / MINE.name
    other.write_text(MINE.read_text() + "\n# another\n")
    assert main(["--system", str(other), "doctor", str(run.folder)]) == 2
    assert "another `own_system.py`" in capsys.readouterr().err
    (run.folder / MINE.name).unlink()


JUDGE = """

def by_noise(view):
    made = view.model.apply.call(view.some.c, view.seed)
    card = Card("own", "none", "none", len(made), len(made), "own", "none", view.seed, code_version())
    return {"own": Measure(*mean_interval((made - view.some.c).abs().mean((1, 2, 3)).double()), card)}


TAKES"""
IMPORTS = """
from saddlepoint.judging.card import Card, Measure, code_version
from saddlepoint.statistics.intervals import mean_interval
"""


def test_a_judge_of_ones_own_decides_and_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "judging.py"
    text = MINE.read_text().replace("\nTAKES", JUDGE).replace('("pairs",)', "(by_noise,)")
    file.write_text(text.replace("\n\nclass Config", f"{IMPORTS}\n\nclass Config"))
    run = api.start("tiny", configure(str(file), None, SMALL | ONES | SETTINGS["mine"]), name="own-judge")
    (name, measure), *rest = json.loads((run.folder / "measures.json").read_text()).items()
    assert (name, rest) == ("own", [])
    model, record = load(run.folder), read_record(run.folder)
    live = Live(record, {"x": SOURCES["tiny"]()}, ENGINE)
    live.restore(run.folder / "checkpoints")
    c = live.unseen(1_000).c
    assert c is not None
    apart = (model.model.apply.call(c, 0) - c).abs().mean().item()
    assert measure["value"] == pytest.approx(apart, rel=1e-3)
    assert "own" in (run.folder / "report.html").read_text()


def test_a_system_that_is_installed_is_one_more_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As pip leaves it: a module, and an entry point in the metadata beside it."""
    (tmp_path / "denoisers.py").write_text(MINE.read_text())
    about = tmp_path / "denoisers-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: denoisers\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[saddlepoint.systems]\ndenoiser = denoisers\n")
    with monkeypatch.context() as installed:
        installed.syspath_prepend(tmp_path)
        installed.setattr(theirs, "IN_USE", {})
        assert main(["recipes"]) == 0
        assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if "clean " in line] == ["clean"]
        settings = [w for name, value in (SMALL | SETTINGS["mine"]).items() for w in (f"--{name}", str(value))]
        assert main(["train", "tiny", "--recipe", "clean", "--name", "installed", "--noise", "0.1", *settings]) == 0
        assert read(Path("runs/installed"))["config"]["system"] == "denoiser"
        assert load(Path("runs/installed")).can == ("apply",)
        capsys.readouterr()
    assert main(["resume", "runs/installed"]) == 2
    said = capsys.readouterr().err
    assert "no system 'denoiser'" in said
    assert "install" in said


def test_installed_recipes_go_by_names_of_their_own_and_a_broken_one_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ours keep their names; what is called like one of them, or like one before it, is SYSTEM:NAME."""
    text = MINE.read_text()
    (tmp_path / "first.py").write_text(text.replace('"clean"', '"made"'))
    (tmp_path / "second.py").write_text(text)
    (tmp_path / "third.py").write_text(text)
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    about = tmp_path / "many-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: many\nVersion: 1.0\n")
    points = "".join(f"{name} = {name}\n" for name in ("broken", "first", "second", "third"))
    (about / "entry_points.txt").write_text(f"[saddlepoint.systems]\n{points}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(theirs, "IN_USE", {})
    assert main(["recipes"]) == 0
    said = capsys.readouterr()
    names = [line.split()[0] for line in said.out.splitlines() if line.strip()]
    assert [name for name in names if name in ("made", "clean") or ":" in name] == [
        "made",
        "first:made",
        "clean",
        "third:clean",
    ]
    assert "No module named 'nothing_of_this_name'" in said.err
    assert catalog.recipe("made").system == "belief"
    begun = {name: catalog.recipe(name) for name in ("first:made", "clean", "third:clean", "third")}
    assert [config.system for config in begun.values()] == ["first", "second", "third", "third"]
    assert [config.recipe for config in begun.values()] == ["made", "clean", "clean", "clean"]
    with pytest.raises(SaddlepointError, match="no recipe 'fourth:clean'"):
        catalog.recipe("fourth:clean")


def test_data_of_a_kind_that_a_system_does_not_take_are_refused() -> None:
    refusals = {
        ("ring8", "pix2pix", ""): "pairs of pictures are needed",
        ("tiny", "pix2pix", ""): "not pairs side by side",
        ("ring8", "vae", ""): "`vae` takes pictures, not points",
        ("ring8", "modern", ""): "points have no such range",
        ("tiny", "vae", "signed"): "use --range unit",
    }
    for (data, recipe, scale), words in refusals.items():
        more = {"images": 10} | ({"range": scale} if scale else {})
        config = configure(recipe, None, SMALL | more)
        with pytest.raises(SaddlepointError) as refused:
            api.start(data, config, name="never")
        assert words in str(refused.value)


def test_the_page_on_systems_shows_the_one_that_is_tested_here() -> None:
    page = (Path(__file__).parents[1] / "docs" / "your-own-system.md").read_text()
    assert f"```python\n{MINE.read_text()}```" in page
    assert len([line for line in MINE.read_text().splitlines() if line.strip()]) < 60
