"""EQUATIONS.md and the pages of the theory speak of code and of tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE, TESTS = ROOT / "src" / "saddlepoint", ROOT / "tests"
TABLE = (ROOT / "EQUATIONS.md").read_text(encoding="utf-8")
ROWS = [re.split(r"(?<!\\)\|", line)[1:-1] for line in TABLE.splitlines() if line.startswith("| L")]


def defined(file: Path) -> set[str]:
    """The names a module defines at its top level, and those of its classes as `Class.name`."""

    def names(body: list[ast.stmt], prefix: str = "") -> set[str]:
        found = set()
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                found |= names(node.body, f"{prefix}{node.name}.")
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if hasattr(node, "target") else []
            found |= {prefix + target.id for target in targets if isinstance(target, ast.Name)}
        return found

    return names(ast.parse(file.read_text(encoding="utf-8")).body)


def places(cell: str, folder: Path) -> list[tuple[Path, str]]:
    """`file::symbol` of a cell, each between backquotes and nothing else besides."""
    assert not re.sub(r"`[^`]+`", "", cell).strip(), f"more than places: {cell}"
    return [(folder / place.split("::")[0], place.split("::")[1]) for place in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "".join(row[:2]))
def test_every_row_resolves(row: list[str]) -> None:
    assert len(row) == 4
    for cell, folder in ((row[2], CODE), (row[3], TESTS)):
        found = places(cell, folder)
        assert found, "a row names code and tests"
        for file, symbol in found:
            assert file.is_file(), f"{file.relative_to(ROOT)} does not exist"
            assert symbol in defined(file), f"{file.relative_to(ROOT)} does not define {symbol}"
            assert folder is CODE or symbol.split(".")[-1].startswith("test_"), f"{symbol} is not a test"


def test_every_item_of_the_lectures_has_a_row_in_their_order() -> None:
    items = [int(row[0].strip().removeprefix("L")) for row in ROWS]
    assert set(items) >= set(range(1, 29))
    assert items == sorted(items)


def guards(text: str) -> list[tuple[str, str]]:
    """The tests a page names, (file, name): `test_file.py::name`, or `::name` in the same file; "" for a file alone."""
    found, file = [], ""
    for named, name in re.findall(r"`(?:tests/)?(test_\w+\.py)?(?:::(\w+))?`", text):
        file = named or file
        found += [(file, name)] if named or name else []
    return found


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "theory").glob("*.md")), ids=lambda page: page.stem)
def test_every_page_of_the_theory_is_guarded_by_tests_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = guards(text)
    for file, name in found:
        assert (TESTS / file).is_file(), f"{file} does not exist"
        assert not name or name in defined(TESTS / file), f"{file} does not define {name}"
    assert found or "**Statement**" not in text, "a page with a statement names its tests"


def test_guards_are_read_as_they_are_written() -> None:
    text = (
        "**Guarded by** `test_a.py::test_one` (to 1e-3),\n`::test_two`, `a / b` and `tests/test_b.py`, `::test_three`."
    )
    assert guards(text) == [
        ("test_a.py", "test_one"),
        ("test_a.py", "test_two"),
        ("test_b.py", ""),
        ("test_b.py", "test_three"),
    ]
