"""Tables of points: which column is what, what is said of it, and which lines are left out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from saddlepoint.cli.main import main
from saddlepoint.data.facts import facts_of
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.data.survey import Survey
from saddlepoint.errors import SaddlepointError

Opened = Callable[..., Source]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def opened(*lines: str, **wish) -> Source:
        path = tmp_path / "set.csv"
        path.write_text("\n".join(lines))
        return open_source(Reading(str(path), **wish))

    return opened


FLOWERS = ["length,species", *(f"{i}.5,{'abc'[i % 3]}" for i in range(30))]
TWO = ["length,kind,town", *(f"{i}.5,{'abc'[i % 3]},{'xy'[i % 2]}" for i in range(30))]


def test_a_lone_column_of_words_is_the_classes(opened: Opened) -> None:
    source = opened(*FLOWERS)
    assert source.classes == ("a", "b", "c")
    assert facts_of({"x": source})["c"].label == "species"
    assert source.x.shape == (30, 1)
    assert any("column 'species' holds words" in note for note in source.notes)


def test_without_a_condition_the_words_are_left_out(opened: Opened) -> None:
    source = opened(*FLOWERS, unconditional=True)
    assert (source.c, source.x.shape) == (None, (30, 1))
    assert any("left out" in note for note in source.notes)


def test_of_several_columns_of_words_one_is_asked_for_by_name(opened: Opened) -> None:
    with pytest.raises(SaddlepointError, match=re.escape("--cond kind:class,town:class")):
        opened(*TWO)
    source = opened(*TWO, cond="town:class")
    assert source.classes == ("x", "y")
    assert any("'kind' holds words: it is left out" in note for note in source.notes)


def test_words_that_differ_in_nearly_every_row_are_no_classes_by_themselves(opened: Opened) -> None:
    with pytest.raises(SaddlepointError, match=re.escape("--cond name:class")):
        opened("u,name", *(f"{i},n{i}" for i in range(30)))


@pytest.mark.parametrize("name", ["a,b", "a:b"])
def test_a_column_whose_name_is_no_flag_s_is_one_of_classes_all_the_same(opened: Opened, name: str) -> None:
    assert opened(f'u,"{name}"', *(f"{i},{'xy'[i % 2]}" for i in range(20))).classes == ("x", "y")


def test_numbers_among_words_are_a_mistake_that_is_named(opened: Opened) -> None:
    with pytest.raises(SaddlepointError, match="column 'u' says 'about 3'"):
        opened("u,v", "1,1", "about 3,2", "5,3")
    with pytest.raises(SaddlepointError, match=r"'1,5', and not all its values .*write numbers with a point"):
        opened("u;v", "1,5;1", "2.5;2")


def test_few_whole_numbers_are_offered_as_classes_and_not_taken_for_them(opened: Opened) -> None:
    source = opened("u,grade,age", *(f"{i}.5,{i % 3},{i}" for i in range(30)))
    assert source.x.shape == (30, 3)
    (note,) = (note for note in source.notes if "--cond" in note)
    assert "--cond grade:class" in note


def test_rows_with_empty_cells_are_counted_and_their_lines_named(opened: Opened) -> None:
    """Lines as an editor numbers them: the header is the first, and blank ones count."""
    source = opened("u,v", "1,1", "", "2,", '"3",3', *(f"{i},{i}" for i in range(50)), ",", bad=0.5)
    assert "2 of 54 rows lack a number" in source.notes
    assert "left out: line 4: has no number in v" in source.notes
    assert "left out: line 56: has no number in u, v" in source.notes
    assert source.x[:2].tolist() == [[1, 1], [3, 3]]


def test_a_row_without_its_class_is_named_by_its_line(opened: Opened) -> None:
    assert "left out: line 32: has no label" in opened(*FLOWERS, "7.5,").notes


def test_nothing_but_words_is_nothing_to_learn(opened: Opened) -> None:
    with pytest.raises(SaddlepointError, match="no column of numbers is left"):
        opened("kind", *("ab"[i % 2] for i in range(20)))


def test_look_names_the_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    (tmp_path / "set.csv").write_text("\n".join(["age,income,one", *(f"{i},{i * 1.5},7" for i in range(40))]))
    assert main(["look", "set.csv", "--budget", "1m"]) == 0
    said = capsys.readouterr().out
    assert "age: 0 to 39, whole numbers" in said
    assert "income: 0 to 58.5\n" in said
    assert "one: 7 everywhere" in said


def test_numbers_are_read_in_double_precision(opened: Opened) -> None:
    x = opened("t,v", *(f"{1_700_000_000 + i},{i}.5" for i in range(20))).x
    assert x.dtype == torch.float64
    assert x[:, 0].diff().tolist() == [1.0] * 19


HEIGHTS = ["age,height", *(f"{i},{i / 10}" for i in range(30))]


@pytest.mark.parametrize("gap", ["", "NA", "n/a", "#N/A", "?", "-", ".", "null"])
def test_what_stands_for_no_number_in_a_column_of_numbers_is_a_gap(opened: Opened, gap: str) -> None:
    source = opened(*HEIGHTS, f"30,{gap}", bad=0.2)
    assert source.x.shape == (30, 2)
    assert "1 of 31 rows lack a number" in source.notes
    assert opened("kind,u", *(f"{('NA', 'SA')[i % 2]},{i}" for i in range(30))).classes == ("NA", "SA")


@pytest.mark.parametrize("day", ["1997-08-11", "11.8.1997", "8/11/97", "1997-08-11T10:00:00", "10:45"])
def test_dates_are_words_and_are_left_out_like_others(opened: Opened, day: str) -> None:
    lines = ["u,day,kind", *(f"{i},{day},{'ab'[i % 2]}" for i in range(30))]
    source = opened(*lines, cond="kind:class")
    assert source.x.shape == (30, 1)
    assert "column 'day' holds words: it is left out" in source.notes


def test_of_words_those_that_recur_are_offered_as_classes(opened: Opened) -> None:
    lines = ["id,kind,town", *(f"T{i},{'ab'[i % 2]},place {i}" for i in range(30))]
    with pytest.raises(SaddlepointError) as refused:
        opened(*(f"{line},{i}" if i else f"{line},u" for i, line in enumerate(lines)))
    assert refused.value.hint == "--cond kind:class; columns not named there are left out"
    with pytest.raises(SaddlepointError) as refused:
        opened("id,town,u", *(f"T{i},place {i},{i}" for i in range(30)))
    assert refused.value.hint == "--unconditional leaves them out"


def test_a_word_among_numbers_is_named_with_its_line(opened: Opened) -> None:
    with pytest.raises(SaddlepointError) as refused:
        opened(*HEIGHTS, "30,tall")
    assert refused.value.what == "line 32: column 'height' says 'tall', the others are numbers"
    assert refused.value.hint == "correct it, or leave the cell empty"


def test_a_survey_on_one_line_has_no_numbers_of_the_examples_in_it(opened: Opened) -> None:
    found = Survey(opened(*FLOWERS), (), (), (10, 10, 10), None)
    assert repr(found) == "<Survey: 30 of 1 in set.csv, 3 classes, 0 bad>"
