"""Conditions: what a column is taken for, and the code of each kind, by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.data.asking import asked
from saddlepoint.data.cond import between, coded, conditions, described, natural
from saddlepoint.data.reading import Field, Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError


def made(columns: dict, wish: str | None = None):
    return conditions(columns, wish, "table", len(next(iter(columns.values()))))


def test_a_lone_class_is_labels_in_natural_order() -> None:
    found = made({"class": ["b10", "b2", "a", "b2"]})
    assert found.classes == ("a", "b2", "b10")
    assert found.c is not None
    assert found.c.tolist() == [2, 1, 0, 1]
    assert found.c.dtype == np.int64
    assert found.fields == ()


def test_one_class_alone_is_no_condition() -> None:
    found = made({"class": ["a", "a"]})
    assert found.c is None
    assert "only one class" in found.notes[0]


def test_numbers_between_knots_are_mixtures_of_their_one_hot_codes() -> None:
    np.testing.assert_allclose(between(np.array([0.0, 1.0, 1.5, 4.0, -9, 99]), [0, 1, 2, 6]), np.array(
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5], [1, 0, 0, 0], [0, 0, 0, 1]]
    ))  # fmt: skip


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=50, unique=True))
def test_a_code_says_where_its_number_is(values: list[float]) -> None:
    """code @ knots gives the number back, and the weights of a code are a distribution."""
    column = np.array(values)
    field = described("age", "number", column, np.zeros(len(column), bool))
    code = coded(field, column)
    np.testing.assert_allclose(code.sum(1), 1, atol=1e-6)
    assert (code >= 0).all()
    np.testing.assert_allclose(code.astype(float) @ np.array(field.knots), column, atol=2e-3)


def test_angles_close_the_circle() -> None:
    field = described("turn", "angle", np.array([1.0, 2.0]), np.zeros(2, bool))
    code = coded(field, np.array([0.0, 360.0, -15.0, 345.0, 45.0]))
    assert code.shape == (5, 12)
    np.testing.assert_array_equal(code[0], code[1])
    np.testing.assert_array_equal(code[2], code[3])
    np.testing.assert_allclose(code[2, [0, 11]], 0.5)
    np.testing.assert_allclose(code[4, [1, 2]], 0.5)


def test_several_labels() -> None:
    found = made({"tags": ["red|round", "round ; small", "red", "big"]})
    assert found.fields[0].kind == "labels"
    assert found.fields[0].values == ("big", "red", "round", "small")
    assert found.c is not None
    assert found.c.tolist() == [[0, 1, 1, 0], [0, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 0]]


def test_fields_stand_side_by_side_in_the_order_wished_for() -> None:
    found = made({"kind": ["a", "b", "a"], "age": ["1", "2.5", "4"]}, "age:number,kind:class")
    assert [field.name for field in found.fields] == ["age", "kind"]
    assert found.c is not None
    assert found.c.shape == (3, found.fields[0].size + 2)
    assert found.c[:, -2:].tolist() == [[1, 0], [0, 1], [1, 0]]


def test_vectors_stay_as_they_are() -> None:
    x = np.random.default_rng(0).normal(size=(6, 4))
    found = made({"code": x})
    assert found.c is not None
    np.testing.assert_array_equal(found.c, x.astype(np.float32))


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (["cat", "dog", "cat"], "class"),
        ([str(i % 5) for i in range(50)], "class"),
        ([str(i) for i in range(50)], "number"),
        (["1.5", "2", "3"], "number"),
        (np.arange(50) % 3, "class"),
        (np.linspace(0, 1, 50), "number"),
    ],
)
def test_what_a_column_seems_to_be(column, kind: str) -> None:
    found = made({"thing": column})
    assert (found.fields[0].kind if found.fields else "class") == kind


def test_missing_values_are_marked() -> None:
    assert made({"class": ["a", "", "b", "nan"]}).missing.tolist() == [False, True, False, False]
    assert made({"class": np.array([0, -1, 2])}).missing.tolist() == [False, True, False]
    assert made({"age": np.array([0.5, np.nan, 2.2])}).missing.tolist() == [False, True, False]
    vectors = np.array([[1.0, 2.0], [np.nan, 3.0], [np.inf, np.nan], [0.0, 0.0]])
    assert made({"code": vectors}).missing.tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("columns", "wish", "word"),
    [
        ({"a": ["1", "2"], "b": ["1", "2"]}, None, "several columns"),
        ({"kind": ["1", "2"]}, "kinds", "kind"),
        ({"kind": ["1", "2"]}, "kind:clas", "class"),
        ({"kind": ["x", "y"]}, "kind:number", "not a number"),
        ({"kind": ["", ""]}, None, "no example has"),
        ({"age": ["3.5", "3.5"]}, "age:number", "everywhere"),
        ({"kind": ["1", "2"]}, "kind:vector", "row of numbers"),
    ],
)
def test_what_cannot_be_is_refused(columns: dict, wish: str | None, word: str) -> None:
    with pytest.raises(SaddlepointError, match=word):
        made(columns, wish)


def test_asking_changes_the_fields_that_are_named_and_no_others() -> None:
    fields = (
        Field("turn", "angle", 12, (), tuple(float(i) for i in range(0, 360, 30))),
        Field("k", "class", 2, ("a", "b")),
    )
    rows = np.random.default_rng(0).random((3, 14)).astype(np.float32)
    c = asked(fields, "k=b", rows)
    np.testing.assert_array_equal(c[:, :12], rows[:, :12])
    assert c[:, 12:].tolist() == [[0, 1]] * 3
    assert asked(fields, "turn=30", rows)[:, :12].argmax(1).tolist() == [1, 1, 1]
    for wrong in ("k=c", "q=1", "turn=left"):
        with pytest.raises(SaddlepointError):
            asked(fields, wrong, rows)


def test_natural_order() -> None:
    assert sorted(["10", "9", "a10", "a9", "1"], key=natural) == ["1", "9", "10", "a9", "a10"]


@pytest.mark.parametrize("name", ["set.csv", "set.npy", "set.npz"])
def test_a_condition_of_columns_that_are_not_there_is_refused(tmp_path: Path, name: str) -> None:
    """Also of points and of arrays without a column at all."""
    x = np.random.default_rng(0).normal(size=(30, 2))
    if name == "set.csv":
        (tmp_path / name).write_text("\n".join(["u,v", *(f"{u},{v}" for u, v in x)]))
    else:
        (np.save if name == "set.npy" else np.savez)(tmp_path / name, x)
    with pytest.raises(SaddlepointError, match="no column 'age' for a condition"):
        open_source(Reading(str(tmp_path / name), cond="age:number"))


def test_an_example_that_lacks_any_part_of_its_condition_is_marked_and_has_no_code() -> None:
    found = made({"a": ["x", "", "y", "x"], "b": ["1", "2", "", "3.5"]}, "a:class,b:number")
    assert found.missing.tolist() == [False, True, True, False]
    assert found.c is not None
    assert found.c[1:3].tolist() == [[0.0] * found.c.shape[1]] * 2
    assert found.c[[0, 3], :2].tolist() == [[1, 0], [1, 0]]


def test_a_column_whose_name_holds_a_comma_is_asked_for_in_double_quotes() -> None:
    columns = {"height, m": ["1", "2", "3"], "kind": ["a", "b", "a"]}
    assert [field.name for field in made(columns, '"height, m:number",kind:class').fields] == ["height, m", "kind"]
