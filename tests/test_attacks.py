"""A run, a generator or data from somebody else are as safe to open as a picture. All of it: scripts/attacks.py."""

import contextlib
import html
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

if not hasattr(os, "fork"):
    pytest.skip("forks the processes it watches", allow_module_level=True)

from attempts import Attempt, Victim, verbs_of_a_run, verbs_of_data
from hostile import ESCAPES, JOURNALS, KINDS, ODD, Kind, emptied
from hostiledata import DATA, some
from tinyrun import begin, bundle

from saddlepoint.artefact.folder import load
from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError, plain
from saddlepoint.planning.begin import configure
from saddlepoint.run import Run
from saddlepoint.running.finish import frames
from saddlepoint.storage.told import told
from saddlepoint.systems import catalog


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)
        some((folder := tmp_path_factory.mktemp("honest")) / "pictures")
        run = begin(folder / "honest").folder
        (run / "report.html").unlink()  # so that `resume` has a page to write, and opens everything
        yield run


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    return Victim(tmp_path / "victim")


def attacked(honest: Path, victim: Victim, kind: Kind, verb: str) -> Attempt:
    run = victim.root / "runs/a"
    shutil.copytree(honest, run)
    kind(run, victim.precious)
    return victim.attempt(dict(verbs_of_a_run(run, honest, honest.parents[1] / "pictures/0.png"))[verb])


SOME = [
    ("config.json: no file of ours", "a pipe", "resume", "is no regular file"),
    ("config.json: no file of ours", "nested 100,000 deep", "doctor", "config.json: cannot be read"),
    ("config.json: what it says", "a system in a file beside it", "report", "no system 'mine.py' here"),
    ("config.json: what it says", "examples held out that are not there", "report", "holds out examples"),
    ("config.json: what it says", "weights at an address", "judge", "weights"),
    ("config.json: what it says", "a recipe, data, and classes with escapes", "runs", "forged  row"),
    ("journal: what it says", "names with escapes", "report", ""),
    ("journal: what it says", "words for numbers", "doctor", "is no event of a run"),
    ("measures, sessions, lock", "measures.json: 1 GB of zeros", "compare", "1,073,741,824 bytes"),
    ("checkpoints: what they say", "a place before the first", "resume", "holds what cannot be its state"),
    ("checkpoints: what they say", "names it has not", "report", "holds what cannot be its state"),
    ("generator: what it says", "8 GB of weights", "sample", "8,589,934,592 bytes"),
    ("generator: what it says", "weights of 3e38", "sample", "is not finite"),
    ("generator: what it says", "weights that are no numbers", "walk", "is not finite"),
    ("links to somebody's own", "a draft", "report", ""),
]


@pytest.mark.parametrize(("group", "what", "verb", "words"), SOME, ids=lambda value: value)
def test_what_means_ill_comes_to_nothing(
    honest: Path, victim: Victim, group: str, what: str, verb: str, words: str
) -> None:
    attempt = attacked(honest, victim, KINDS[group][what], verb)
    assert not attempt.wrong, attempt
    assert words in attempt.said


@pytest.mark.parametrize(
    "what", ["folder: links that meet again", "folder: names with escapes", "csv: 100,000 columns"]
)
def test_data_that_mean_ill_come_to_nothing(honest: Path, victim: Victim, what: str) -> None:
    suffix, make = DATA[what]
    make(data := victim.root / f"data{suffix}")
    attempt = victim.attempt(dict(verbs_of_data(data, honest))["look"])
    assert not attempt.wrong, attempt
    assert attempt.said


def test_a_list_of_runs_has_a_row_for_each_of_them(honest: Path, victim: Victim) -> None:
    root = victim.root / "runs"
    shutil.copytree(honest, root / "good")
    shutil.copytree(honest, root / ESCAPES.replace("/", ""))
    spoilt = {
        f"{name} {i}": (name, lay) for name in ("config.json", "journal.jsonl") for i, lay in enumerate(ODD.values())
    }
    for folder, (name, lay) in spoilt.items():
        shutil.copytree(honest, root / folder)
        lay(root / folder / name)
    KINDS["config.json: what it says"]["a system nobody has"](shutil.copytree(honest, root / "ghost"), victim.precious)
    attempt = victim.attempt(["runs", str(root)])
    assert not attempt.wrong, attempt
    rows = [line for line in attempt.said.splitlines() if " damaged " in line]
    damaged = {line.split("  ")[1] for line in rows if " - " in line}
    assert damaged == {*spoilt, "ghost"} - {f"journal.jsonl {list(ODD).index('cut short')}"}  # as one that is written
    reasons = [line for line in attempt.said.splitlines() if " is damaged: " in line]
    assert {line.split(" is damaged: ")[0].strip() for line in reasons} == damaged
    (good,) = [line for line in attempt.said.splitlines() if line.startswith("  good ")]
    assert " done " in good
    assert sum(" done " in line for line in attempt.said.splitlines()) == 2  # no row more than there are


@pytest.mark.parametrize("what", [what for what in JOURNALS if what.startswith("a frame")])
def test_a_journal_names_no_pictures_but_the_runs_own(honest: Path, victim: Victim, what: str, monkeypatch) -> None:
    """No path elsewhere, no PostScript, which Pillow would have another program draw, and no bomb."""
    run = Path(shutil.copytree(honest, victim.root / "runs/a"))
    JOURNALS[what](run, victim.precious)
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", lambda *_: pytest.fail("drawn by another program"))
    with pytest.raises(SaddlepointError, match=r"as a frame|as a picture|is a link|no regular file"):
        frames(run)


BAD_EVENTS = [what for what in JOURNALS if not what.startswith(("a frame", "names with", "a refusal", "numbers"))]


@pytest.mark.parametrize("what", BAD_EVENTS)
def test_what_is_no_event_of_a_run_is_refused_by_its_line(honest: Path, victim: Victim, what: str) -> None:
    run = Path(shutil.copytree(honest, victim.root / "runs/a"))
    lines = len(told(run / "journal.jsonl"))
    JOURNALS[what](run, victim.precious)
    with pytest.raises(SaddlepointError, match=f"journal.jsonl: line {lines + 1} is no event of a run"):
        told(run / "journal.jsonl")


@pytest.mark.parametrize(
    ("name", "value"),
    {
        "engine.threads": "100000",
        "engine.device": "cuda:99999999",
        "batch": "100000000",
        "averages": ",".join(["5"] * 17),
        "g.network.hidden": ",".join(["5"] * 65),
        "stages": [{}] * 101,
    }.items(),
)
def test_numbers_have_bounds_where_they_cost(name: str, value: object, tmp_path: Path) -> None:
    given = {name: value} | ({"g.network.kind": "mlp"} if "hidden" in name else {})
    with pytest.raises(SaddlepointError) as refused:
        configure("modern", None, given)
    assert len(plain(str(refused.value))) < 300


@pytest.mark.parametrize(
    ("recipe", "name"),
    [
        ("rbm", "steps"),
        ("rbm", "temperatures"),
        ("rbm", "runs"),
        ("rbm", "gibbs"),
        ("dbm", "sweeps"),
        ("boltzmann", "gibbs"),
        ("vae", "importance"),
    ],
)
def test_what_a_generator_or_a_run_says_of_its_own_work_has_bounds(recipe: str, name: str) -> None:
    """A foreign one is sampled, judged and resumed: by a number of steps that ends."""
    beside = {"learning": "gibbs"} if recipe == "boltzmann" else {}
    configure(recipe, None, beside | {name: 1_000})
    with pytest.raises(SaddlepointError, match=name):
        configure(recipe, None, beside | {name: 1_000_000})


@pytest.mark.parametrize("kind", ["masked", "nade", "gated"])
def test_pictures_whose_pixels_are_drawn_one_after_the_other_are_small(kind: str) -> None:
    config = configure("made", None, {"g.network.kind": kind})
    for side, fits in ((64, True), (65, False)):
        facts = {"x": About("pictures", (1, side, 64), "uint8", 0.0, 255.0)}
        with torch.device("meta"), contextlib.nullcontext() if fits else pytest.raises(SaddlepointError, match="64x64"):
            catalog.system("belief").networks(config, facts)


def test_a_foreign_run_is_shown_in_a_session_as_it_is(honest: Path, victim: Victim) -> None:
    """Its name and its recipe in plain letters, its damage as such, and no picture that is a link."""
    run = Path(shutil.copytree(honest, victim.root / "runs/a"))
    KINDS["config.json: what it says"]["a recipe, data, and classes with escapes"](run, victim.precious)
    for name in ("config.json", "generator/config.json"):
        content = json.loads((run / name).read_bytes())
        content["config"]["recipe"] = ESCAPES
        (run / name).write_text(json.dumps(content))
    assert repr(Run(run)).isprintable()
    assert repr(load(run)).isprintable()
    for lay in ODD.values():
        lay(run / "journal.jsonl")
        assert repr(Run(run)).endswith((": damaged>", ", damaged>", " at 180>"))  # by its newest checkpoint
        lay(run / "grid.png")
        assert "<Run" in html.unescape(Run(run)._repr_html_())
    KINDS["links to somebody's own"]["grid.png"](run, victim.precious)
    emptied(run / "samples")
    assert Run(run)._repr_png_() is None
