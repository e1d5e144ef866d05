"""The package as Python and type checkers see it; every snippet of Python in the documentation."""

import ast
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import saddlepoint as sp

ROOT = Path(__file__).parents[1]
PAGES = {page.name: page.read_text("utf-8") for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))}
SNIPPETS = {name: found for name, text in PAGES.items() if (found := re.findall(r"```python\n(.*?)```", text, re.S))}
NOTEBOOKS = {
    path.name: [
        "".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"
    ]
    for path in sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
}
UNTYPED = ("your-own-system.md",)  # whose functions say nothing of what they take
TREE = ast.parse(Path(sp.__file__ or "").read_text("utf-8"))


def test_type_checkers_see_the_names_that_python_finds() -> None:
    """Both lists name the same, from the same places; each can be had, and is what it is where it is defined."""
    (block,) = (node for node in TREE.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    seen = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        (alias,) = node.names
        assert alias.name == alias.asname, "a name that is not written twice is private to type checkers"
        seen[alias.name] = node.module if node.module != "saddlepoint" else f"saddlepoint.{alias.name}"
    assert seen == sp.EXPORTS
    for name, home in seen.items():
        value = getattr(sp, name)
        assert value is sys.modules[home] or value is vars(sys.modules[home])[name], name
    assert set(sp.__all__) < set(dir(sp))
    assert (Path(sp.__file__ or "").parent / "py.typed").exists()


@pytest.mark.slow
def test_a_public_name_means_the_same_whatever_was_imported_before() -> None:
    """A module that is imported takes no function's name; what is public hides no module."""
    code = """
import saddlepoint.judging.headline, saddlepoint.objectives, saddlepoint.statistics.intervals
from saddlepoint import judge as again
import saddlepoint as sp
assert sp.objectives.hinge is sp.hinge and sp.penalties.r1 is sp.r1
assert sp.judge is again and callable(sp.judge) and sp.judge.__module__ == "saddlepoint.front", sp.judge
from saddlepoint.judging import headline
from saddlepoint.judging.card import Measure
import saddlepoint.api
assert sp.api.__name__ == "saddlepoint.api" and sp.statistics.intervals
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_public_name_is_that_of_another_module() -> None:
    """Which Python would put in its place, once it was imported."""
    inside = {path.stem for path in Path(sp.__file__ or "").parent.iterdir()}
    assert {name for name in inside & set(sp.EXPORTS) if sp.EXPORTS[name] != f"saddlepoint.{name}"} == set()


def test_importing_it_takes_less_than_10_ms() -> None:
    """Of the processor's time, the best of three: others may be at work. `typing` alone would take most of it."""
    code = """
import sys, time
before, began = set(sys.modules), time.process_time()
import saddlepoint
print(time.process_time() - began, *set(sys.modules) - before)
"""
    command = [sys.executable, "-c", code]
    said = [subprocess.run(command, capture_output=True, check=True, text=True).stdout.split() for _ in range(3)]
    assert min(float(took) for took, *_ in said) < 0.010
    assert not {"typing", "re", "pathlib", "dataclasses", "torch", "numpy"} & set(said[0])


@pytest.mark.slow
def test_the_page_on_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its snippets in a row, in an empty folder, to its last line."""
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    for place, snippet in enumerate(SNIPPETS["python.md"]):
        exec(compile(snippet, f"docs/python.md, snippet {place + 1}", "exec"), scope)
    assert (scope["run"].state, scope["ended"].state, scope["ended"].images) == ("done", "stopped", 128)
    assert scope["cost"].item() > 0
    assert scope["made"].shape == (1, 1, 8, 8)
    assert len(scope["faces"]) == 10
    assert (tmp_path / "dark.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_cell_of_a_notebook_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a row, in an empty folder; what a cell's last line is worth is shown as a notebook would."""
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    for place, cell in enumerate(NOTEBOOKS[name]):
        tree = ast.parse(cell)
        last = tree.body[-1]
        shown = ast.Expression(tree.body.pop().value) if isinstance(last, ast.Expr) else None  # pyright: ignore
        where = f"{name}, cell {place + 1}"
        exec(compile(tree, where, "exec"), scope)
        value = None if shown is None else eval(compile(shown, where, "eval"), scope)
        if hasattr(value, "_repr_html_"):
            assert "<img" in value._repr_html_()
    assert len(NOTEBOOKS[name]) > 4
    assert all(run.state == "done" for run in scope.values() if isinstance(run, sp.Run))


def test_notebooks_are_kept_without_what_they_printed() -> None:
    """Outputs are large, hold names of folders, and go stale."""
    assert len(NOTEBOOKS) == 3
    for path in (ROOT / "docs" / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed")
def test_every_snippet_passes_a_strict_type_checker(tmp_path: Path) -> None:
    """Each page's snippets in a row are a program; and a misspelt name is found out, so that this test sees types."""
    for name, snippets in (SNIPPETS | NOTEBOOKS).items():
        rules = "# pyright: basic, reportArgumentType=false" if name in UNTYPED else ""
        rules = "# pyright: reportUnusedExpression=false" if name in NOTEBOOKS else rules
        program = "\n".join([rules, *snippets])
        (tmp_path / f"{Path(name).stem.replace('-', '_')}.py").write_text(program, "utf-8")
    (tmp_path / "wrong.py").write_text("import saddlepoint as sp\n\nsp.tarin('digits')\nsp.train('digits').sampel(3)\n")
    settings = {
        "typeCheckingMode": "strict",
        "extraPaths": [str(Path(sp.__file__ or "").parents[1])],
        "reportUnknownMemberType": "none",  # of torch's and Pillow's methods, of which some say half of what they take
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(tmp_path)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, cwd=tmp_path).stdout)
    faults = [
        f"{Path(one['file']).name}:{one['range']['start']['line'] + 1}: {one['message']}"
        for one in found["generalDiagnostics"]
    ]
    assert [fault[:11] for fault in faults if fault.startswith("wrong.py")] == ["wrong.py:3:", "wrong.py:4:"]
    assert not [fault for fault in faults if not fault.startswith("wrong.py")]
