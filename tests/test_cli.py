"""The command line: what it accepts, what it refuses and how, what it writes, what it shows."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint import api
from saddlepoint.cli import display
from saddlepoint.cli.apply import complain
from saddlepoint.cli.flags import Voice
from saddlepoint.cli.main import VERBS, main
from saddlepoint.cli.offered import EVERYDAY, NETWORKS, PLAYERS, title
from saddlepoint.cli.runs import cells, rows
from saddlepoint.cli.tables import columns, line, plan_lines, size_of, status
from saddlepoint.data.names import WORLD_NAMES
from saddlepoint.errors import SaddlepointError
from saddlepoint.experiments import equilibrium
from saddlepoint.experiments.vocabulary import Table
from saddlepoint.running.watcher import Plan, Summary, Tick
from saddlepoint.settings.tree import SHORT, settings
from saddlepoint.systems.gan.config import Config

TYPOS = {
    "--lrr 1e-4": "did you mean --lr?",
    "-lr 1e-4": "did you mean --lr?",
    "--learning-rate 1e-4": "did you mean --lr?",
    "--d.lrr 1e-4": "did you mean --d.lr?",
    "--dlr 1e-4": "did you mean --d.lr?",
    "--lr 0,001": "did you mean 0.001?",
    "--lr 1e-4x": "did you mean 1e-4?",
    "--lr=-1": "--lr: must be more than 0, not -1",
    "--g.netwrk.width 64": "did you mean --g.network.width?",
    "--g.width 64": "did you mean --g.network.width?",
    "--g.network.hidden 64": "it belongs to mlp",
    "--g.network.kind resnet": "did you mean residual?",
    "--d.optimizer adam": "did you mean --d.optimiser?",
    "--d.optimiser adm": "did you mean adam?",
    "--d.betas 0.5,1.5": "--d.betas: must be less than 1, not 1.5",
    "--d.spectral=maybe": "--d.spectral: 'maybe' is neither true nor false",
    "--objectiv hinge": "did you mean --objective?",
    "--objective hing": "did you mean hinge?",
    "--objective nonsaturating": "did you mean non-saturating?",
    "--objective wgan": "did you mean wasserstein?",
    "--budget 10mins": "did you mean 10m?",
    "--budget 90": "did you mean 90s or 90m?",
    "--bugdet 10m": "did you mean --budget?",
    "--epochs 10": "did you mean --images?",
    "--images 10m": "there is --budget",
    "--images 2e5": "did you mean 200000?",
    "--images 1000 --budget 10m": "give one of them",
    "--batch-size 32": "did you mean --batch?",
    "--batch 32.5": "did you mean 32?",
    "--k 0": "--k: must be at least 1, not 0",
    "--k 1 --k 2": "--k: given twice",
    "--recipe gann": "did you mean gan?",
    "--device cdua": "did you mean cuda?",
    "--device cpu --engine.device cuda": "give one of them",
    "--engine.precision bf16": "did you mean bfloat16?",
    "--precision bfloat16": "did you mean --engine.precision?",
    "--penalty_evry 4": "did you mean --penalty-every?",
    "--unconditonal": "did you mean --unconditional?",
    "--data.heldout 0.1": "did you mean --data.held-out?",
    "--averages 10k,2000": "did you mean 10000?",
    "--seed abc": "--seed: 'abc' is not a whole number",
    "--name": "--name: needs a value",
}


@pytest.fixture
def never(monkeypatch):
    """No run is started."""

    def refuse(*args, **kwargs):
        raise AssertionError("a run was started")

    monkeypatch.setattr(api, "start", refuse)
    monkeypatch.setattr(api, "plan", refuse)


def said(capsys) -> str:
    """The one line on standard error."""
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("saddlepoint: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(("words", "hint"), TYPOS.items())
def test_a_typo_is_refused_in_one_line_with_what_was_meant(capsys, words, hint):
    assert main(["train", "digits", *words.split()]) == 2
    assert hint in said(capsys)


@pytest.mark.parametrize(
    ("words", "hint"),
    {
        "trian digits": "trian: no such command (did you mean train?)",
        "train": "DATA: is missing (see saddlepoint train --help)",
        "train digits more": "more: one word too many",
        "train digts": "did you mean 'digits'?",
        "train ring9": "data: no data set 'ring9', and nothing at that path (did you mean 'ring8'?)",
        "train rng8": "did you mean 'ring8'?",
        "look grid-25": "did you mean 'grid25'?",
        "train zebra": "known: digits, gaussian, two-peaks, ring8,",
        "resume": "RUN: is missing",
        "resume nowhere": "nowhere: no run here",
        "resume nowhere --more soon": "--more: 'soon' is not a length of time",
        "runs nowhere": "nowhere: no such folder",
        "judge nowhere": "nowhere: no run here (`saddlepoint runs` lists them)",
        "judge pyproject.toml": "pyproject.toml: no run here",
        "judge nowhere src": "nowhere: nothing at that path",
        "judge . --size 32": "--size: has no effect on a run",
        "judge . --bad 1": "--bad: has no effect on a run",
        "judge src src -n 50": "-n: has no effect on folders",
        "judge src src --seed 0": "--seed: has no effect on folders",
        "judge src src --bad 2": "--bad: must be from 0 to 1, not 2",
        "judge . --cond kind": "--cond: has no effect on a run",
        "judge . --unconditional": "--unconditional: has no effect on a run",
        "judge src src --cond kind --unconditional": "--cond: has no effect with --unconditional (give one of them)",
        "look src --cond kind --unconditional": "--cond: has no effect with --unconditional",
        "train src --cond kind --unconditional": "--cond: has no effect with --unconditional",
        "train digits --cond kind --dry-run": "--cond: has no effect on data that are no picture files",
        "train digits --budget 1m --images 9": "--images: sets the length of training, as --budget does",
        "train digits --budget=": "--budget: '' is not a length of time",
        "resume . --more=": "--more: '' is not a length of time",
        "neighbours digits --recipes=vae,mad --dry-run": "no recipe 'mad'",
        "sample . --to a.PNG": "--to a.PNG: is the name of one picture",
        "train digits --size 32 --dry-run": "--size: has no effect on data that are no picture files, of [1, 28, 28]",
        "train ring8 --size 32 --dry-run": "--size: has no effect on data that are no picture files, of [2]",
        "look digits --size 32": "--size: has no effect on data that are no picture files",
        "train digits --data.fit pad --dry-run": "--data.fit: has no effect on data that are no picture files",
        "train digits --data.background red --dry-run": "--data.background: has no effect",
        "doctor nowhere": "nowhere: no run here (`saddlepoint runs` lists them)",
        "doctor pyproject.toml": "pyproject.toml: no run here",
        "compare nowhere src": "nowhere: no run here (`saddlepoint runs` lists them)",
        "compare pyproject.toml src": "pyproject.toml: no run here",
        "score nowhere x.png": "nowhere: no run here (`saddlepoint runs` lists them)",
        "score pyproject.toml x.png": "pyproject.toml: no run here",
        "sample nowhere": "nowhere: no such folder",
        "sample . -n ten": "-n: 'ten' is not a whole number",
        "sample . -n 0": "-n: must be at least 1",
        "sample . --walk 1": "--walk: needs at least two points",
        "sample . --walk 5 -n 3": "-n: has no effect on a walk, which is one picture and goes to --out",
        "sample . --walk 5 --out a.mp4": "a.mp4: no picture is written as '.mp4'",
        "sample . --grid a.tiff": "a.tiff: no picture is written as '.tiff'",
        "look digits --sheet a.bmp": "a.bmp: no picture is written as '.bmp'",
        "sample . --walk 5 --grid a.png": "--grid: has no effect on a walk",
        "sample . --walk 5 --to a": "--to: has no effect on a walk",
        "sample . --walk 5 --force": "--force: has no effect on a walk",
        "sample . --walk 5 --steps 0": "--walk: needs at least two points and one step",
        "sample . --out x.png": "--out: has no effect on samples (it goes with --walk; samples go to --grid or --to)",
        "sample . --steps 8": "--steps: has no effect on samples",
        "sample . --how lerp": "--how: has no effect on samples",
        "sample . --force": "--force: has no effect on a sheet, which is always overwritten (it goes with --to)",
        "sample . --how lerpp": "did you mean lerp?",
        "sample . --to . --grid a.png": "--grid: writes to another place than --to",
        "sample . --to src": "src: it exists already (add --force",
        "theory optimal-discriminatr": "did you mean optimal-discriminator?",
        "theory --world ring8": "--world: has no effect on the list of experiments",
        "theory --seed 0": "--seed: has no effect on the list of experiments",
        "theory --out figures": "--out: has no effect on the list of experiments",
        "theory saturation --out pyproject.toml": "pyproject.toml: is not a folder (give --out a folder",
    }.items(),
)
def test_other_refusals(capsys, words, hint):
    assert main(words.split()) == 2
    assert hint in said(capsys)


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (
            SaddlepointError("the disk is full", "runs/x", "free some", code=1),
            1,
            "runs/x: the disk is full (free some)",
        ),
        (SaddlepointError("given up", code=3), 3, "given up"),
        (SaddlepointError("stopped", code=143), 143, "stopped"),
        (KeyboardInterrupt(), 130, "stopped"),
        (ValueError("two\nlines"), 1, "ValueError: two lines (add --debug to see where)"),
    ],
)
def test_what_fails_is_one_line_and_a_status(capsys, monkeypatch, error, code, text):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(api, "start", fail)
    assert main(["train", "digits", "-q"]) == code
    assert said(capsys) == f"saddlepoint: {text}\n"
    assert main(["train", "digits", "-q", "--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


def test_flags_reach_the_run(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(api, "start", lambda data, config, **rest: calls.append((data, config, rest)))
    words = "train digits --recipe acgan --lr 0.0005 --d.no-spectral --penalty_every 3 --budget 1m30s --name try2 -q"
    assert main([*words.split(), "--root", str(tmp_path)]) == 0
    data, config, rest = calls[0]
    assert (data, config.recipe, config.g.lr, config.d.lr) == ("digits", "acgan", 0.0005, 0.0005)
    assert config.stages[0].penalty_every == 3
    assert (rest["budget"], rest["name"], rest["root"]) == (90.0, "try2", tmp_path)


PLAN = Plan(
    data="digits",
    noun="pictures",
    examples=10_000,
    held_out=500,
    shape=(1, 28, 28),
    classes=10,
    recipe="modern",
    weights=616_386,
    batch=64,
    images=215_000,
    rate=1800.0,
    seconds=119.4,
    disk_bytes=45_000_000,
    memory_bytes=612_000_000,
    device="cpu",
    precision="bfloat16",
    threads=2,
)
TICK = Tick(
    images=107_500,
    total=215_000,
    seconds=60,
    left=59.6,
    rate=1812.4,
    losses={"D": 1.12, "D/r1": 0.01, "G": 0.9},
    d_real=0.64,
    d_fake=0.33,
    skipped=0,
    facts=("held out: D(x) 0.61, as in training",),
)


TITLES = """
  optimal-discriminator   a trained D against D* = p_data / (p_data + p_g)
  value                   the JSD from samples, by training D: a lower bound
  equilibrium             neither player gains alone at p_g = p_data: a saddle
  gradient-of-maximum     max_D V, differentiated at its maximiser; a tie
  convergence             p_g reaches p_data if D is optimal; and when not
  alternation             how far G may move before the JSD rises
  algorithm-1             Algorithm 1 as printed, and the rates it learns at
  saturation              G's gradient over D(G(z)), for every objective
  maximum-likelihood      maximum likelihood is minimum KL: EM and gradient
  dynamics                why plain steps circle and R1 converges
  figure-1                figure 1 of the 2014 paper, live
"""


def test_the_experiments_are_listed_with_their_titles(capsys):
    assert main(["theory"]) == 0
    assert capsys.readouterr().out == TITLES[1:]
    assert main(["theory", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [f"  {name:22}  {title}" for name, title in listed.items()] == TITLES.splitlines()[1:]


@pytest.mark.parametrize(
    ("words", "asked", "folder"),
    [("--world moons --seed 7 --out out", ("moons", 7), "out"), ("", ("", 0), "theory")],
)
def test_flags_reach_the_experiment_and_its_answer_the_folder(monkeypatch, tmp_path, capsys, words, asked, folder):
    """An experiment that only notes what it is asked, from the command line and from the defaults of its flags."""
    seen = []

    def run(options):
        seen.append((options.world, options.seed, options.effort))
        options.progress("under way")
        return "a record"

    def draw(record, place):
        (place / "drawing.png").write_bytes(record.encode())
        return [place / "drawing.png"]

    monkeypatch.chdir(tmp_path)
    for name, part in {"run": run, "table": lambda record: Table(("of",), ((record,),)), "draw": draw}.items():
        monkeypatch.setattr(equilibrium, name, part)
    assert main(["theory", "equilibrium", *words.split()]) == 0
    assert seen == [(*asked, 1.0)]
    place = Path(folder, "equilibrium")
    out, err = capsys.readouterr()
    assert out.splitlines() == ["of", "a record", "", f"  {place}/drawing.png", f"  {place}/table.csv"]
    assert err == "under way\n"
    assert {path.name: path.read_text() for path in place.iterdir()} == {
        "drawing.png": "a record",
        "table.csv": "of\na record\n",
    }
    assert [path.name for path in tmp_path.iterdir()] == [folder]


def test_a_plan_without_a_run(capsys, monkeypatch):
    monkeypatch.setattr(api, "plan", lambda data, config, budget: PLAN)
    assert main(["train", "digits", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "digits: 10,000 pictures of 1 x 28 x 28, 10 classes; 500 held out",
        "modern: 616,386 weights, batches of 64, on cpu, bfloat16, 2 threads",
        "plan: 215,000 pictures, about 1m 59s at 1,800 a second",
        "room: 45 MB on disk, 612 MB of memory",
    ]
    assert main(["train", "digits", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["images"] == 215_000


def test_the_state_of_a_run_on_one_line():
    assert (
        line(TICK)
        == "50%  107,500 of 215,000  1,812/s  1m 00s left  D(x) 0.640  D(G(z)) 0.330  loss D 1.120  loss G 0.900"
    )
    begun = TICK._replace(images=64, rate=0.0, left=float("inf"))
    assert line(begun) == "0%  64 of 215,000  D(x) 0.640  D(G(z)) 0.330  loss D 1.120  loss G 0.900"
    scores = begun._replace(d_real=2.5, d_fake=-0.5, reads="score")
    assert line(scores) == "0%  64 of 215,000  score of x 2.500  score of G(z) -0.500  loss D 1.120  loss G 0.900"
    no_critic = TICK._replace(d_real=float("nan"), d_fake=float("nan"), losses={"G": 0.5}, skipped=2)
    assert status(no_critic) == "loss G 0.500   2 steps refused"
    assert status(no_critic._replace(skipped=1)) == "loss G 0.500   1 step refused"
    assert "float32, 1 thread" in list(plan_lines(PLAN._replace(precision="float32", threads=1)))[1].split(" on cpu, ")


def test_columns_are_aligned_and_wrap_at_80():
    shown = list(columns([("a", "1", "word " * 30), ("bbb", "22", "end")], titles=("x", "y", "z")))
    assert all(len(one) <= 80 for one in shown)
    assert shown[0] == "  x    y   z"
    assert shown[-1] == "  bbb  22  end"
    assert {one.index("word") for one in shown if "word" in one} == {11}
    assert [size_of(n) for n in (950, 4_200, 45e6, 1.25e9)] == ["950 bytes", "4.2 kB", "45 MB", "1.2 GB"]
    assert all(len(one) <= 80 for one in plan_lines(PLAN))


def watch(screen, summary):
    with screen as watcher:
        watcher.planned(PLAN)
        for images in range(0, 215_001, 43_000):
            watcher.progress(TICK._replace(images=images))
        watcher.note("batch halved")
        watcher.done(summary)


def test_the_plain_display_writes_progress_to_stderr_and_the_result_to_stdout(capsys, monkeypatch):
    seconds = iter(range(100, 200))
    monkeypatch.setattr(display.time, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(display, "LINE_SECONDS", 3)  # a round asks for the time once, and again where it writes a line
    summary = Summary(Path("runs/x"), (("label accuracy", "99.6 %", "of the samples"),), (Path("runs/x/grid.png"),))
    watch(display.Lines(), summary)
    out, err = capsys.readouterr()
    assert out.splitlines() == ["  label accuracy  99.6 %  of the samples", "", "  runs/x/grid.png"]
    shares = [one.split("%")[0] for one in err.splitlines() if "left" in one]
    assert shares == ["0", "60", "100"]  # every few seconds, and the end
    assert err.count("held out: D(x) 0.61") == 1  # a fact once, as long as it stays
    assert err.splitlines()[-1] == "batch halved"
    watch(display.Lines(as_json=True), summary)
    assert json.loads(capsys.readouterr().out) == {
        "folder": "runs/x",
        "figures": {"label accuracy": {"value": "99.6 %", "note": "of the samples"}},
        "files": ["runs/x/grid.png"],
    }


def test_the_quiet_display(capsys):
    summary = Summary(Path("runs/x"), (), ())
    watch(display.screen(Voice(quiet=True)), summary)
    assert capsys.readouterr() == ("", "")
    watch(display.screen(Voice(quiet=True, json=True)), summary)
    assert json.loads(capsys.readouterr().out)["folder"] == "runs/x"


def test_the_live_display_fits_80_columns_and_says_what_matters(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with display.Live() as watcher:
        watcher.planned(PLAN)
        losses = {"D": 1.12, "G": 0.9, "D/r1": 0.01, "D/class-real": 0.1, "D/class-fake": 0.2, "G/class": 0.3}
        drawn = watcher.drawn(TICK._replace(losses=losses))
        with watcher.console.capture() as capture:
            watcher.console.print(drawn)
    shown = capture.get().splitlines()
    assert all(len(one) <= 80 for one in shown)
    text = "\n".join(shown)
    wanted = """50%   1m 00s left
        107,500 of 215,000 pictures   1,812 a second
        D(x) 0.640   D(G(z)) 0.330   loss D 1.120   loss G 0.900
        D/r1 0.010   D/class-real 0.100   D/class-fake 0.200   G/class 0.300
        held out: D(x) 0.61, as in training"""
    assert [part for part in wanted.splitlines() if part.strip() not in text] == []
    with watcher.console.capture() as capture:
        watcher.console.print(watcher.drawn(TICK._replace(rate=0.0, left=float("inf"))))
    assert "107,500 of 215,000 pictures\n" in (text := re.sub(" +\n", "\n", capture.get()))
    assert "left" not in text


def test_help_pages_are_80_columns_of_plain_text_with_an_example(capsys):
    pages = [[], ["--help"], *([verb, "--help"] for verb in VERBS)]
    for tokens in pages:
        assert main(tokens) == 0
        page = capsys.readouterr().out
        assert max(map(len, page.splitlines())) <= 80, tokens
        assert "\x1b" not in page
        assert "Example: saddlepoint" in page, tokens
        assert "ARGS" not in page, tokens


def test_every_setting_is_on_the_help_page_under_its_heading(capsys):
    main(["train", "--help", "all"])
    page, known = capsys.readouterr().out, settings(Config)
    for name in set(known) - set(SHORT.values()):  # these are shown by their short names
        own = name.removeprefix("g.").removeprefix("d.").removeprefix("network.").replace("_", "-")
        assert f" {own}" in page or f"--{own}" in page, name
    for off in ("--no-mirror", "--no-unconditional", "no-spectral", "no-normalise"):
        assert f"Off: {off}." in " ".join(page.split()), off
    titles = [title(known[name], Config) for name in ("g.lr", "d.network.kind", "k", "prior.size")]
    assert titles[:2] == [PLAYERS, NETWORKS]
    assert all(f"\n{each}\n" in page for each in titles)
    assert titles[2].startswith("Rules")


def test_a_newcomers_help_page_is_one_screen_and_a_recipes_has_its_own_flags(capsys):
    main(["train", "--help"])
    brief = capsys.readouterr().out
    assert len(brief.splitlines()) <= 50
    assert all(f"--{name.replace('_', '-')}" in brief for name in EVERYDAY)
    assert "--help all" in brief
    main(["train", "--recipe", "pix2pix", "--help"])
    page = capsys.readouterr().out
    assert "--l1" in page
    assert "--r1" not in page
    assert main(["train", "digits", "--recipe", "modern", "--l1", "3"]) == 2
    assert "pix2pix has it" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["train", "look"])
def test_the_worlds_are_named_where_data_are_asked_for(capsys, verb):
    main([verb, "--help"])
    arguments = capsys.readouterr().out.partition("Arguments")[2].partition("Flags")[0]
    assert [name for name in WORLD_NAMES if name not in re.findall(r"[\w-]+", arguments)] == []


SMALL = "--recipe gan --batch 32 --g.network.hidden 8 --d.network.hidden 8 --prior.size 4 --device cpu --unconditional"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A folder of runs with one small run in it, made by the command line."""
    root = tmp_path_factory.mktemp("with spaces") / "runs"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("saddlepoint.planning.budget.SECONDS", 0.01)
        words = f"train digits {SMALL} --images 64 --name one -q"
        assert main([*words.split(), "--root", str(root)]) == 0
    return root


def test_runs_are_listed(small, capsys):
    (small / "two").mkdir(exist_ok=True)
    (small / "two" / "config.json").write_text("{}")
    assert main(["runs", str(small)]) == 0
    table = capsys.readouterr().out
    assert main(["runs", str(small), "--json"]) == 0
    found = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    one = found["one"]
    assert [one[key] for key in ("name", "recipe", "data", "images", "state")] == ["one", "gan", "digits", 64, "done"]
    assert 0 < one["d_real"] < 1
    assert 0 < one["d_fake"] < 1
    assert found["two"]["state"] == "damaged"
    assert table.splitlines()[0].split() == ["name", "recipe", "data", "examples", "state", "D(x)", "D(G(z))", "when"]
    (row,) = [row for row in rows(small) if row.name == "one"]
    for reads, said in (("probability", "2.50"), ("score", "2.50 score"), ("comparison", "2.50 of two")):
        assert cells(row._replace(d_real=2.5, d_fake=None, reads=reads))[5:7] == (said, "-")


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_sampling_to_a_sheet_a_folder_arrays_and_a_walk(small, tmp_path, capsys):
    run = str(small / "one")
    sheet, folder, file, walk = (tmp_path / name for name in ("new/a.png", "many", "a.npz", "walk.png"))
    assert main(["sample", run, "-n", "9", "--seed", "7", "--grid", str(sheet), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "written": str(sheet),
        "n": 9,
        "class": None,
        "cond": None,
        "seed": 7,
    }
    assert main(["sample", run, "-n", "260", "--seed", "7", "--to", str(folder), "-q"]) == 0
    assert main(["sample", run, "-n", "260", "--seed", "7", "--to", str(file), "-q"]) == 0
    assert main(["sample", run, "--walk", "3", "--steps", "4", "--how", "lerp", "--out", str(walk), "-q"]) == 0
    names = sorted(path.name for path in folder.iterdir())
    assert (len(names), names[0], names[-1]) == (260, "000000.png", "000259.png")
    x = np.load(file)["x"]
    assert (x.shape, x.dtype) == ((260, 1, 28, 28), np.uint8)
    assert all((pixels(folder / f"{i:06d}.png") == x[i, 0]).all() for i in (0, 249, 250, 259))
    assert pixels(sheet).shape[0] == pixels(sheet).shape[1]  # three by three
    assert pixels(walk).shape[0] < pixels(walk).shape[1]  # two legs, of five pictures each
    assert capsys.readouterr() == ("", "")
    assert main(["sample", run, "--to", str(folder), "-n", "1"]) == 2
    assert "it exists already" in said(capsys)
    assert main(["sample", run, "--to", str(folder), "-n", "1", "--force", "-q"]) == 0
    assert main(["sample", run, "--class", "7"]) == 2
    assert "no classes" in said(capsys)


def test_a_reader_that_leaves_is_no_error(small):
    command = f"{sys.executable} -m saddlepoint train --help | head -n 1"
    ended = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.slow
def test_a_run_that_is_stopped_says_how_to_go_on_and_ends_with_the_signals_status(tmp_path):
    words = "train ring8 --engine.threads 1 --images 100000000 --name x"
    command = [sys.executable, "-m", "saddlepoint", *words.split(), "--root", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    checkpoints = tmp_path / "x" / "checkpoints"
    end = time.monotonic() + 120
    while time.monotonic() < end and not checkpoints.exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 143
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("saddlepoint: ")
    assert "saddlepoint resume" in err.splitlines()[-1]


def test_each_picture_that_failed_is_named_once_the_others_are_done(capsys):
    faults = [SaddlepointError(f"fault {name}", f"{name}.png") for name in "abc"]
    with pytest.raises(SaddlepointError, match=r"^c\.png: fault c") as last:
        complain(faults)
    assert last.value.code == 1
    assert capsys.readouterr().err.splitlines() == ["a.png: fault a", "b.png: fault b"]
    complain([])
