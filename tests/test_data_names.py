"""Names: a class is what its exact text is, in one order everywhere; what is shown of a name is one printable line."""

import os
import subprocess
import sys
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from saddlepoint.data.cond import conditions
from saddlepoint.data.reading import Bad, Field, Reading, few, likely, plain, shown
from saddlepoint.data.sources import listing, open_source
from saddlepoint.data.survey import survey
from saddlepoint.data.texts import natural, texts
from saddlepoint.errors import SaddlepointError

ALIKE = ["1", "01", "001", "9" * 20, "9" * 19 + "8", "a1", "a01", "b", "B", "1e3", "1000"]
CODE = f"""
from saddlepoint.data.cond import conditions
made = conditions({{"class": {ALIKE} * 2}}, None, "", {2 * len(ALIKE)}, {{"class": "class"}})
print(made.classes, made.c.tolist())
"""


def paint(path: Path, value: int = 200) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 6), value).save(path)
    return path


def test_classes_are_in_one_order_whatever_the_seed_of_pythons_hashes() -> None:
    """Where names were equal in the sorting, that of a set decided, another in each process."""
    said = {
        subprocess.run(
            [sys.executable, "-c", CODE],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(8)
    }
    assert len(said) == 1


def test_two_names_are_never_at_one_place() -> None:
    assert sorted(["10", "9", "09", "a10", "a9", "1" + "0" * 400, "2" + "0" * 399], key=natural) == [
        *["09", "9", "10", "2" + "0" * 399, "1" + "0" * 400, "a9", "a10"]
    ]


@given(st.lists(st.text(st.sampled_from("0129aB .\N{ARABIC-INDIC DIGIT THREE}"), max_size=6), max_size=8, unique=True))
def test_natural_order_is_total(names: list[str]) -> None:
    """So that sorting gives one order, whatever order it begins with."""
    assert len({natural(name) for name in names}) == len(names)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
@example(10000001.0, 10000002.0)
@example(0.1, 0.1 + 2**-56)
@example(2.0**53, 2.0**53 + 2)
@example(1e15, 1e15 + 0.5)
def test_different_numbers_are_different_classes(a: float, b: float) -> None:
    one, other = texts(np.array([a, b]))
    assert (one == other) == (a == b)
    assert float(one) == a


def test_a_number_has_the_name_that_people_give_it() -> None:
    assert texts(np.array([1.0, 10000001.0, -2.5, 1e300])) == ["1", "10000001", "-2.5", "1e+300"]
    assert texts(np.array([0.1, 16777217.5], np.float32)) == ["0.1", "16777218"]
    assert texts(np.array([2**60 + 1, 2**60 + 2])) == [str(2**60 + 1), str(2**60 + 2)]
    assert texts(np.array([b"cat", "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}".encode()])) == ["cat", "Zoë"]


def test_labels_that_are_large_floats_stay_apart(tmp_path: Path) -> None:
    y = np.array([10000001.0, 10000002.0] * 3)
    np.savez(tmp_path / "set.npz", x=np.full((6, 8, 8), 200, np.uint8), y=y)
    assert open_source(Reading(str(tmp_path / "set.npz"), cond="label:class")).classes == ("10000001", "10000002")


WORDS = ("None", "null", "nan", "cat")


@pytest.mark.parametrize("kind", ["folder", "zip", "npz", "npz classes"])
def test_words_for_no_value_are_names_outside_tables(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "set"
    for word, i in product(WORDS, range(10)):
        paint(path / word / f"{i}.png")
    names, x = np.repeat(WORDS, 10), np.full((40, 8, 6), 200, np.uint8)
    if kind == "zip":
        path = path.with_suffix(".zip")
        with zipfile.ZipFile(path, "w") as archive:
            for file in (tmp_path / "set").rglob("*.png"):
                archive.write(file, file.relative_to(tmp_path))
    elif kind == "npz":
        np.savez(path := path.with_suffix(".npz"), x=x, y=names)
    elif kind == "npz classes":
        np.savez(path := path.with_suffix(".npz"), x=x, y=np.arange(40) // 10, classes=np.array(WORDS))
    found = survey(Reading(str(path)), lambda words: None)
    assert found.source.classes == ("None", "cat", "nan", "null")
    assert found.counts == (10, 10, 10, 10)
    assert not found.bad


def test_in_a_tables_cells_they_stand_for_no_value(tmp_path: Path) -> None:
    names = ["a", "NULL", "b", "nan", "None", ""]
    rows = [f"{paint(tmp_path / f'{i}.png').name},{name}" for i, name in enumerate(names)]
    (tmp_path / "set.csv").write_text("\n".join(["path,class", *rows]))
    found = survey(Reading(str(tmp_path / "set.csv")), lambda words: None)
    assert found.source.classes == ("a", "b")
    assert [str(bad) for bad in found.bad] == [f"{i}.png: has no label" for i in (1, 3, 4, 5)]


@pytest.mark.parametrize("names", [("cats; dogs", "rock|roll"), ("0.5", "1.5"), (" ", "\N{IDEOGRAPHIC SPACE}")])
def test_a_folder_is_one_class_whatever_it_is_called(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        paint(tmp_path / "set" / name / "a.png")
    assert set(open_source(str(tmp_path / "set")).classes) == set(names)


def test_a_path_between_backslashes_is_a_path(tmp_path: Path) -> None:
    content = paint(tmp_path / "pictures" / "cat" / "0.png").read_bytes()
    for name, mark in (("one.zip", "/"), ("two.zip", "\\")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for word, i in product(("cat", "dog/small"), range(3)):
                archive.writestr(mark.join(["set", *word.split("/"), f"{i}.png"]), content)
    one, two = (open_source(str(tmp_path / name)) for name in ("one.zip", "two.zip"))
    assert one.classes == two.classes == ("cat", "dog/small")
    assert one.digest() == two.digest()
    (tmp_path / "list.txt").write_text("pictures\\cat\\0.png\n")
    (tmp_path / "list.csv").write_text("path,class\npictures\\cat\\0.png,a\npictures/cat/0.png,b\n")
    assert open_source(str(tmp_path / "list.txt")).size == 1
    assert open_source(str(tmp_path / "list.csv")).classes == ("a", "b")
    paint(tmp_path / "pictures\\cat\\0.png", 7)  # a file that is called so
    assert int(open_source(str(tmp_path / "list.txt")).x[0, 0, 0, 0]) == 7


ESCAPE = "\x1b[31mred\x07\u202e"


def test_what_is_shown_of_a_name_is_printable() -> None:
    field = Field(ESCAPE, "class", 2)
    for words in (
        plain(ESCAPE),
        shown(ESCAPE),
        few([ESCAPE]),
        likely(ESCAPE, [ESCAPE]),
        likely("?", [ESCAPE]),
        str(field),
    ):
        assert words.isprintable()
    assert str(Bad(ESCAPE, ESCAPE)).isprintable()
    assert len(likely("?", [f"name {i}" for i in range(10_000)])) < 300


def words_of(name: str, **wishes: object) -> list[str]:
    """All that is said about the data, or why they cannot be read."""
    try:
        found = survey(Reading(name, **wishes), lambda words: None)  # pyright: ignore[reportArgumentType]
    except SaddlepointError as error:
        return [str(error)]
    return [*found.source.notes, *map(str, found.bad), *map(str, found.source.fields)]


def test_no_message_of_a_reader_holds_what_a_terminal_would_obey(tmp_path: Path) -> None:
    folder = tmp_path / ESCAPE
    paint(folder / "one" / ESCAPE / f"{ESCAPE}.png")
    (folder / f"{ESCAPE}.png").write_bytes(b"no")
    (folder / "again").symlink_to(folder / "one")
    np.savez(folder / "x.npz", **{ESCAPE: np.zeros(3), "other": np.zeros(3)})
    np.save(folder / "x.npy", np.zeros(3))
    (folder / "points.csv").write_text(f"{ESCAPE},v\n{ESCAPE},1\n")
    (folder / "list.csv").write_text(f"path,{ESCAPE},{ESCAPE}2\n{ESCAPE}.png,a,b\none/{ESCAPE}/{ESCAPE}.png,a,b\n")
    (folder / "gone.txt").write_text(f"{ESCAPE}.gif\n")
    (folder / f"list.{ESCAPE}").write_text("")
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr(f"../{ESCAPE}.png", b"no")
    names = ["", "one", "x.npz", "x.npy", "points.csv", "list.csv", "gone.txt", f"list.{ESCAPE}", "x.zip", "nothing"]
    said = [words for name in names for words in words_of(str(folder / name))]
    said += words_of(str(folder / "list.csv"), cond=f"{ESCAPE}3")
    said += words_of(str(folder / "list.csv"), cond=ESCAPE)
    said += words_of(str(folder / "list.csv"), cond=f"{ESCAPE}:number")
    said += words_of(ESCAPE)
    assert len(said) > len(names) + 3
    assert [words for words in said if not words.isprintable()] == []
    assert listing(str(folder)).columns["class"] == [".", f"one/{ESCAPE}"]  # what is kept is the exact text


def test_a_class_that_is_alone_is_named_as_it_is_shown() -> None:
    made = conditions({"class": [ESCAPE] * 2}, None, "", 2)
    assert made.notes[0].isprintable()
