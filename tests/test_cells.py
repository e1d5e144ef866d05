"""Samples as a table: what is written is what a reader of the same table would read."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import torch

from saddlepoint.data.axes import Axis
from saddlepoint.data.cells import table, value_of
from saddlepoint.data.cond import coded, described
from saddlepoint.data.facts import About, facts_of
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError

NONE = np.zeros(5, bool)


def written_back(path: Path, cond: str | None) -> list[list[str]]:
    source = open_source(Reading(str(path), cond=cond))
    return list(csv.reader(io.StringIO(table(source.x, source.c, facts_of({"x": source})))))


def test_a_table_that_is_read_and_written_is_the_same_table(tmp_path: Path) -> None:
    """Whole columns whole, others by the fewest digits, words as they were, in a column of their own name."""
    rows = [["age", "a, b", "kind"], *([str(i), str(0.1 * i + 0.05)[:4], "xy"[i % 2]] for i in range(20))]
    path = tmp_path / "set.csv"
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    again = written_back(path, None)
    assert again[0] == rows[0]
    assert [row[0] for row in again] == [row[0] for row in rows]
    assert [row[2] for row in again] == [row[2] for row in rows]
    assert [float(row[1]) for row in again[1:]] == [float(row[1]) for row in rows[1:]]
    assert max(len(row[1]) for row in again[1:]) <= 4


def test_several_conditions_are_columns_too(tmp_path: Path) -> None:
    rows = [
        ["u", "size", "kind", "turn"],
        *([str(0.5 + i), str(3 * i), "abc"[i % 3], str(37 * i % 360)] for i in range(30)),
    ]
    path = tmp_path / "set.csv"
    path.write_text("\n".join(",".join(row) for row in rows))
    again = written_back(path, "size:number,kind:class,turn:angle")
    assert again[0] == rows[0]
    for ours, theirs in zip(again[1:], rows[1:]):
        assert ours[2] == theirs[2]
        assert [float(ours[i]) for i in (0, 1, 3)] == pytest.approx([float(theirs[i]) for i in (0, 1, 3)], abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "column", "expected"),
    [
        ("class", ["a", "b", "a", "c", "b"], ["a", "b", "a", "c", "b"]),
        ("labels", ["a;b", "b", "c;a", "a", "c"], ["a;b", "b", "a;c", "a", "c"]),
        ("number", ["1", "2.5", "7", "9", "4"], ["1", "2.5", "7", "9", "4"]),
        ("angle", ["0", "15", "345", "180", "359"], ["0", "15", "345", "180", "359"]),
    ],
)
def test_a_code_is_spelt_as_the_value_that_it_stands_for(kind, column: list[str], expected: list[str]) -> None:
    field = described("some", kind, column, NONE)
    found = [value_of(field, row.double()) for row in torch.from_numpy(coded(field, column))]
    if kind in ("class", "labels"):
        assert found == expected
    else:
        assert [float(one) for one in found] == pytest.approx(list(map(float, expected)), abs=1e-4)


def test_a_vector_is_its_numbers() -> None:
    field = described("some", "vector", np.array([[0.5, 2.0], [1, 3], [0.1, 1], [0, 0], [0, 0]], np.float32), NONE)
    assert value_of(field, torch.tensor([0.1, 1.0])) == "0.1 1"


def test_pictures_are_no_table_and_points_without_axes_have_numbered_columns() -> None:
    with pytest.raises(SaddlepointError, match="no rows of a table"):
        table(torch.zeros(1, 1, 8, 8), None, {"x": About("pictures", (1, 8, 8), "uint8")})
    assert table(torch.tensor([[1.0, 0.5]]), None, {"x": About("points", (2,))}) == "x1,x2\n1,0.5\n"


def test_seconds_since_1970_keep_all_their_digits() -> None:
    about = About("points", (1,), "float64", axes=(Axis("t", 0, 2e9, whole=True),))
    assert table(torch.tensor([[1_700_000_001.0]], dtype=torch.float64), None, {"x": about}) == "t\n1700000001\n"


def test_a_number_keeps_the_seven_digits_that_float32_has() -> None:
    """Of a knot and of a place between two, and of an angle in degrees."""
    number = described("some", "number", ["1234.567", "1334.567"], NONE[:2])
    codes = torch.from_numpy(coded(number, ["1234.567", "1288.123"])).double()
    assert [value_of(number, code) for code in codes] == ["1234.567", "1288.123"]
    angle = described("some", "angle", ["0"], NONE[:1])
    (code,) = torch.from_numpy(coded(angle, ["123.4568"]))
    assert value_of(angle, code.double()) == "123.4568"


def test_a_label_is_there_where_its_number_says_so_by_more_than_half() -> None:
    field = described("some", "labels", ["a;b", "c"], NONE[:2])
    assert value_of(field, torch.tensor([0.51, 0.5, 0.2])) == "a"
