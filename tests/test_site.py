"""The site: every public name is in its reference, every page is in it, and it builds without a warning."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import saddlepoint as sp

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")
MODULES = {"objectives", "penalties"}  # whose public names stand there by themselves


def test_the_reference_has_every_public_name_once() -> None:
    listed = re.findall(r"^::: (.*)$", REFERENCE, re.M)
    assert sorted(listed) == sorted(f"{home}.{name}" for name, home in sp.EXPORTS.items() if name not in MODULES)


def test_every_page_is_in_its_table_of_contents() -> None:
    listed = set(re.findall(r"([\w/.-]+\.md)", (ROOT / "mkdocs.yml").read_text("utf-8")))
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").glob("*.md")}
    assert pages | {"EQUATIONS.md", "theory/README.md"} == listed


@pytest.mark.skipif(not (find_spec("mkdocs") and find_spec("mkdocstrings")), reason="the group docs is not installed")
def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    page = (tmp_path / "reference.html").read_text("utf-8")
    assert "The first interrupt saves the run and returns it" in page, "what a docstring says"
    assert 'src="http' not in page
    assert not re.search(r'<link[^>]*rel="stylesheet"[^>]*href="http', page), "nothing is fetched when it is read"
    assert (tmp_path / "search" / "search_index.json").exists()
