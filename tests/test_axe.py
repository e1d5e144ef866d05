"""The page for whoever cannot see it well, or uses no mouse: axe-core finds nothing, while a run goes on and after it.

Neither axe-core nor a browser is among this project's packages: `pip install axe-playwright-python`, and Chromium.
"""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.running import showing

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ABOUT = find_spec("axe_playwright_python")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(ABOUT is None or CHROMIUM is None, reason="needs axe-playwright-python, and Chromium"),
]
TINY: dict[str, Any] = {"images": 320, "batch": 32, "engine.threads": 1, "snapshots": 3, "journal_images": 32}
TINY |= {"g.network.hidden": (8,), "d.network.hidden": (8,), "averages": (16,)}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run's page when it was last written on the way, and at the end."""
    root = tmp_path_factory.mktemp("runs")
    x = np.random.default_rng(0).integers(0, 256, (300, 8, 8), dtype=np.uint8)
    found = {name: root / f"{name}.html" for name in ("live", "done")}

    def keep(round: sp.Round) -> None:
        if (page := root / "run" / "report.html").exists():
            shutil.copy(page, found["live"])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(showing, "FIRST", 0.0)
        patched.setattr(showing, "SHARE", 1e9)
        data = (x, [str(i % 3) for i in range(300)])
        sp.train(data, recipe="cgan", settings=TINY, name="run", root=root, watcher=sp.quiet, on_round=keep)
    shutil.copy(root / "run" / "report.html", found["done"])
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["live", "done"])
def test_axe_finds_nothing(name: str, width: int, theme: Any, pages: dict[str, Path], browser: Any) -> None:
    """But that a page which reloads itself does so: `meta-refresh` is what the page of a run that goes on is for."""
    assert ABOUT is not None
    axe = Path(ABOUT.origin or "").parent / "axe.min.js"
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme, bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(pages[name].as_uri())
        page.evaluate(axe.read_text("utf-8"))
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        found = page.evaluate("axe.run()")
        assert [one["id"] for one in found["violations"]] == (["meta-refresh"] if name == "live" else [])
        assert len(found["passes"]) > 20
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "it is not wider than its window"
    finally:
        context.close()
