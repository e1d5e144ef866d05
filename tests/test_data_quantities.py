"""Numbers with money, units and marks as people write them: what is read, what is said of it, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from saddlepoint.cli.main import main
from saddlepoint.data.points import LACKING
from saddlepoint.data.quantities import quantity, read
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError

Cells = Sequence[str]


def numbers(cells: Cells, comma: bool = True, **others: Cells) -> list[float] | None:
    """A column's numbers where it was read; None where it stays as it is."""
    found, notes = read({"a": cells, **others}, LACKING, comma)
    assert (found["a"] is cells) == (not any("column 'a'" in note or "columns a" in note for note in notes))
    return None if found["a"] is cells else [float(one) if one not in LACKING else -1.0 for one in found["a"]]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["$31.12", "$5", "-$7.50", "$-2", "$1,234.50"], [31.12, 5, -7.5, -2, 1234.5]),
        (["US$.50", "US$ 3"], [0.5, 3]),
        (["EUR 12", "EUR 1 200"], [12, 1200]),
        (["12 \u20ac", "\u22123\u20ac"], [12, -3]),
        (["12 kg", "3kg", "", "4.5 kg"], [12, 3, -1, 4.5]),
        (["45%", "7 %"], [45, 7]),
        (["1e5 Hz", "2.5e-3 Hz"], [1e5, 2.5e-3]),
        (["1,234.5", "2"], [1234.5, 2]),
        (["1,234,567", "1,234"], [1234567, 1234]),
        (["1'234.50", "2"], [1234.5, 2]),
        (["12 000", "1\u00a0500"], [12000, 1500]),
    ],
)
def test_a_column_of_one_form_is_numbers(cells: Cells, values: list[float]) -> None:
    assert numbers(cells) == values


@pytest.mark.parametrize(
    "cells",
    [
        ["12 kg", "300 g"],
        ["$5", "\u20ac5"],
        ["$5", "5"],
        ["$5 kg", "$6 kg"],
        ["Q1", "Q2"],
        ["12a", "13b"],
        ["2020-01-02"],
        ["12.05.2020"],
        ["12:30"],
        ["1,2,3"],
        ["1,23,456.5"],
        ["1,5", "2.5"],
        ["1 2345"],
        ["1,234,5678"],
        ["a", "b"],
        ["1.5", "-2e3", "7"],
        ["", "-"],
    ],
)
def test_what_is_not_of_one_form_stays_as_it_is(cells: Cells) -> None:
    assert numbers(cells) is None


def test_a_decimal_comma_is_known_by_its_column_then_by_the_table() -> None:
    """1,234 alone is a thousand where cells are told apart by commas, and elsewhere nobody knows."""
    assert numbers(["3,14", "2"], comma=False) == [3.14, 2]
    assert numbers(["1.234.567,8", "1.234,5", "2"], comma=False) == [1234567.8, 1234.5, 2]
    assert numbers(["1,234", "2,345"], comma=False) is None
    assert numbers(["1,234", "2,345"], comma=False, b=["3,1", "2"]) == [1.234, 2.345]
    assert numbers(["1,234", "2,345"], comma=False, b=["1,234.5"]) == [1234, 2345]
    assert numbers(["1.234", "12.345"], comma=False, b=["3,1", "2"]) == [1234, 12345]
    assert numbers(["1.234", "1.2"], comma=False, b=["3,1", "2"]) is None, "a number as it stands"
    assert numbers(["1.234", "12.345"], comma=False) is None


def test_a_sign_counts_wherever_it_stands() -> None:
    assert [quantity(cell).sign for cell in ("-$5", "$-5", "$5", "+5 m")] == ["-", "-", "", ""]  # pyright: ignore


def test_columns_of_one_form_are_told_of_together() -> None:
    found, notes = read({"a": ["$1", "$2"], "b": ["$3", "$4"], "c": ["5%", "6%"], "d": ["1", "2"]}, LACKING, True)
    assert notes == [
        "columns a, b are read as numbers: '$1' as 1",
        "column 'c' is read as numbers: '5%' as 5",
    ]
    assert found["d"] == ["1", "2"]


def written(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_a_table_with_prices_is_points(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "price,kind", *(f"${i}.50,{'ab'[i % 2]}" for i in range(30)))
    source = open_source(Reading(path))
    assert source.x[:3, 0].tolist() == [0.5, 1.5, 2.5]
    assert source.classes == ("a", "b")
    assert "column 'price' is read as numbers: '$0.50' as 0.5" in source.notes


def test_what_is_asked_for_as_classes_stays_words_and_a_number_is_read(tmp_path: Path) -> None:
    lines = ["dose,x", *(f"{'5 mg' if i % 2 else '10 mg'},{i}.5" for i in range(30))]
    path = written(tmp_path / "t.csv", *lines)
    assert open_source(Reading(path, cond="dose:class")).classes == ("5 mg", "10 mg")
    source = open_source(Reading(path, cond="dose:number"))
    assert source.fields[0].knots == (5.0, 7.5, 10.0)
    assert torch.equal(source.x[:, 0], torch.arange(30) + 0.5)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["12 kg", "300 g"], "column 'a' says '12 kg', and not all its values are numbers of one form"),
        (["$5", "\u20ac5"], "column 'a' says '$5', and not all its values are numbers of one form"),
        (["1,234", "2,345"], "column 'a' says '1,234': the comma may mark thousands or decimals"),
    ],
)
def test_quantities_that_cannot_be_read_are_named_and_are_no_words(tmp_path: Path, cells: Cells, says: str) -> None:
    path = written(tmp_path / "t.csv", "a;b", *(f"{cells[i % 2]};{i}" for i in range(30)))
    with pytest.raises(SaddlepointError) as refused:
        open_source(Reading(path))
    assert refused.value.what == says
    assert "in one unit, or --cond a:class" in refused.value.hint


def test_look_shows_how_they_are_read(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    path = written(tmp_path / "t.csv", "a;b", *(f"{i},25;{i}%" for i in range(30)))
    assert main(["look", path, "--sheet", str(tmp_path / "look.png")]) == 0
    shown = capsys.readouterr().out
    assert "column 'a' is read as numbers: '0,25' as 0.25" in shown
    assert "a: 0.25 to 29.25" in shown
