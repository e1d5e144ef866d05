"""The notebook's watcher: one block that is written anew in a notebook, lines elsewhere."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

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


def test_one_block_in_a_notebook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    shown: list[str] = []
    handle = SimpleNamespace(update=lambda block, raw: shown.append(block["text/plain"]))

    def display(block: dict, raw: bool, display_id: bool) -> SimpleNamespace:
        shown.append(block["text/plain"])
        return handle

    kernel, screen = ModuleType("IPython"), ModuleType("IPython.display")
    kernel.get_ipython = lambda: SimpleNamespace(kernel=object())  # pyright: ignore
    screen.display = display  # pyright: ignore
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", screen)
    watcher = Notebook()
    watcher.note("a note")
    watcher.progress(TICK)
    watcher.done(Summary(Path("run"), (("images seen", "200", "all"),), ()))
    assert capsys.readouterr().out == ""
    assert len(shown) == 3
    assert all(block.startswith("a note") for block in shown)
    assert "50%" in shown[1]
    assert "50%" not in shown[2]
