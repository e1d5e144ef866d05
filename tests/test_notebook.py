"""The notebook's watcher: one block that is written anew in a notebook, lines elsewhere."""

import base64
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.notebook import Notebook
from saddlepoint.running.watcher import Summary, Tick

TICK = Tick(100, 200, 1.0, 1.0, 100.0, {"D": 1.0, "G": 0.7}, 0.6, 0.4, 0)


def test_lines_where_there_is_no_notebook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    watcher = Notebook()
    watcher.note("a note")
    watcher.progress(TICK)
    watcher.progress(TICK)  # too soon for another
    watcher.done(Summary(Path("run"), (("images seen", "200", "all"),), ()))
    said = capsys.readouterr().out
    assert said.count("a note") == 1
    assert said.count("50%") == 1
    assert "images seen" in said


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[list[dict[str, str]]]:
    """A notebook, and of each block that is shown below its cell what stood in it, one after the other."""
    found: list[list[dict[str, str]]] = []

    def display(block: dict, raw: bool, display_id: bool) -> SimpleNamespace:
        found.append(own := [block])
        return SimpleNamespace(update=lambda block, raw: own.append(block))

    kernel, screen = ModuleType("IPython"), ModuleType("IPython.display")
    kernel.get_ipython = lambda: SimpleNamespace(kernel=object())  # pyright: ignore
    screen.display = display  # pyright: ignore
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", screen)
    return found


def test_one_block_in_a_notebook(blocks: list[list[dict[str, str]]], capsys: pytest.CaptureFixture) -> None:
    watcher = Notebook()
    watcher.note("a note")
    watcher.progress(TICK)
    watcher.done(Summary(Path("run"), (("images seen", "200", "all"),), ()))
    assert capsys.readouterr().out == ""
    (lines,) = blocks
    shown = [block["text/plain"] for block in lines]
    assert len(shown) == 3
    assert all(block.startswith("a note") for block in shown)
    assert "50%" in shown[1]
    assert "50%" not in shown[2]


TINY = {"images": 96, "batch": 16, "engine.threads": 1, "judge.share": 0, "averages": (16,), "snapshots": 3}
TINY |= {"g.network.hidden": (4,), "d.network.hidden": (4,), "prior.size": 2, "journal_images": 16}
X = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)


def pictures(page: str, kind: str) -> list[bytes]:
    return [base64.b64decode(found) for found in re.findall(f'src="data:image/{re.escape(kind)};base64,([^"]+)"', page)]


def test_below_it_the_film_the_curves_and_the_verdict(blocks: list[list[dict[str, str]]], tmp_path: Path) -> None:
    """Each frame in its turn; the curves are SVGs that need no page around them, and have all that was played."""
    told: list[str] = []
    watched = {"on_snapshot": lambda picture: told.append("a frame")}
    run = sp.train(X, recipe="gan", settings=TINY, root=tmp_path, **watched)  # pyright: ignore
    lines, sheets = blocks
    assert "report.html" in lines[-1]["text/plain"]
    pages = [block["text/html"] for block in sheets]
    frames = [path.read_bytes() for path in run.samples()]
    assert [pictures(page, "png") for page in pages] == [[frame] for frame in (*frames, frames[-1])]
    assert not pictures(pages[0], "svg+xml"), "it is too early for curves"
    curves = [ElementTree.fromstring(svg) for svg in pictures(pages[-1], "svg+xml")]
    space = "{http://www.w3.org/2000/svg}"
    assert len(curves) == 4
    assert all("prefers-color-scheme" in (svg.find(f"{space}style").text or "") for svg in curves)  # pyright: ignore
    (first, *_) = curves[0].findall(f".//{space}path[@class='line h0']")
    assert first.get("d", "").count("L") == 5, "six lines of the journal, of a round each"
    assert f"doctor: <b>{run.doctor()[0].name}</b>" in pages[-1]
    assert "D(x) and D(G(z)): D(x), D(G(z))" in pages[-1]
    assert len(told) == 3


def test_a_sheet_that_cannot_be_shown_ends_no_run(blocks: list[list[dict[str, str]]], tmp_path: Path) -> None:
    watcher = Notebook()
    watcher.line(tmp_path, {"event": "snapshot", "images": 0, "file": "samples/none.png"})
    assert not blocks


def test_a_tracker_takes_nothing_from_it(blocks: list[list[dict[str, str]]], tmp_path: Path) -> None:
    """Both hear each line of the journal."""
    pytest.importorskip("tensorboard")
    run = sp.train(X, recipe="gan", settings=TINY, root=tmp_path, track="tensorboard")
    assert len(blocks) == 2
    assert list((run.folder / "tensorboard").iterdir())
