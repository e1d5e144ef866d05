"""The page of a run that goes on: what it says, when it is written, and that it stops loading itself anew."""

import os
import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.running import showing
from saddlepoint.running.showing import LivePage

X = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
TINY: dict[str, Any] = {"images": 96, "batch": 16, "engine.threads": 1, "judge.share": 0, "averages": (16,)}
TINY |= {"snapshots": 3, "g.network.hidden": (4,), "d.network.hidden": (4,), "prior.size": 2}


def train(root: Path, **given: Any) -> sp.Run:
    return sp.train(X, recipe="gan", settings=TINY, root=root, watcher=sp.quiet, **given)


def refreshes(page: str) -> list[str]:
    return re.findall(r'<meta http-equiv="refresh" content="(\d+)">', page)


class Pages:
    """The page after each round, and something to do after some of them."""

    def __init__(self, root: Path) -> None:
        self.root, self.pages = root, dict[int, str]()

    def __call__(self, round: sp.Round) -> None:
        (folder,) = self.root.iterdir()
        page = folder / "report.html"
        if page.exists():
            self.pages[round.images] = page.read_text("utf-8")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page takes no time."""
    monkeypatch.setattr(showing, "FIRST", 0.0)
    monkeypatch.setattr(showing, "SHARE", 1e9)


@pytest.mark.usefixtures("at_once")
def test_it_says_how_far_the_run_is_and_loads_itself_anew_until_its_end(tmp_path: Path) -> None:
    pages = Pages(tmp_path)
    run = train(tmp_path, on_round=pages)
    assert min(pages.pages) == 32, "the first frame is from before the first round; the second makes a page"
    assert set(pages.pages.values()) == {pages.pages[32]}, "the last is written at the end"
    page = pages.pages[32]
    assert refreshes(page) == ["20"]
    assert re.search(r"under way: 32 of 96 pictures, as of \d\d:\d\d:\d\d", page)
    assert re.search(r'class="verdict">.*doctor:.*<strong>healthy</strong>', page)
    assert 'class="alarm"' not in page, "that it has not come to its end is no news"
    assert page.count("<img ") == 3, "what it draws by now, and two frames of the film"
    assert "at its last line" in page
    last = (run.folder / "report.html").read_text("utf-8")
    assert not refreshes(last)
    assert "under way" not in last
    assert "at the end" in last


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("how", ["signal", "exception"])
def test_where_the_run_stops_before_its_end_it_says_so_and_loads_itself_no_more(how: str, tmp_path: Path) -> None:
    def stop(round: sp.Round) -> None:
        if round.images == 48 and how == "signal":
            os.kill(os.getpid(), signal.SIGINT)
        elif round.images == 48:
            raise ValueError

    if how == "signal":
        train(tmp_path, on_round=stop)
    else:
        with pytest.raises(sp.SaddlepointError):
            train(tmp_path, on_round=stop)
    (folder,) = tmp_path.iterdir()
    page = (folder / "report.html").read_text("utf-8")
    assert not refreshes(page)
    assert "interrupted at" in page
    assert "The run has not ended" in page
    run = sp.resume(folder, data=X, watcher=sp.quiet)
    assert run.state == "done"
    assert "finished" in (folder / "report.html").read_text("utf-8")


def test_it_takes_one_percent_of_the_time_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One takes 2 seconds by this clock, so that there is one in 200; the first is expected to take a fifth of one."""
    now, written = [0.0], []

    def write(self: LivePage, going_on: bool) -> None:
        written.append(now[0])
        now[0] += 2

    monkeypatch.setattr(LivePage, "write", write)
    page: Any = LivePage(Any, tmp_path, lambda: now[0])  # pyright: ignore
    for _ in range(1_000):
        now[0] += 1
        page.again()
    assert written[:4] == [20, 400, 600, 800], "what the first took too much is made up for"
    assert 2 * len(written) <= 0.01 * now[0]


def test_a_short_run_has_no_page_before_its_last(tmp_path: Path) -> None:
    pages = Pages(tmp_path)
    assert (train(tmp_path, on_round=pages).folder / "report.html").exists()
    assert not pages.pages


@pytest.mark.usefixtures("at_once")
def test_one_that_cannot_be_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise sp.SaddlepointError("the disk is full", "report.html")

    monkeypatch.setattr(showing, "write_report", full)
    assert train(tmp_path).state == "done"


def test_a_short_run_that_stops_before_its_end_has_none(tmp_path: Path) -> None:
    def stop(round: sp.Round) -> None:
        raise ValueError

    with pytest.raises(sp.SaddlepointError):
        train(tmp_path, on_round=stop)
    (folder,) = tmp_path.iterdir()
    assert not (folder / "report.html").exists()
