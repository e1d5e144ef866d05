"""What a reader says names what it saw and a step that works: each step that is a command, or can be made, is made."""

import json
import shlex
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.cli.main import main
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError


def paint(path: Path, value: int = 200) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 6), value).save(path)
    return path


def refusal(name: Path | str, **wishes: object) -> SaddlepointError:
    with pytest.raises(SaddlepointError) as caught:
        open_source(Reading(str(name), **wishes))  # pyright: ignore[reportArgumentType]
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


TABLE = "u,v,kind\n1,2,a\n3,4.5,b\n5,,a\n"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_table_is_read_as_spreadsheets_save_it(tmp_path: Path, mark: str, coding: str) -> None:
    content = TABLE.replace(",", mark).replace("\n", "\r\n")
    head = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(coding, "")
    (tmp_path / "set.csv").write_bytes((head + content).encode(coding))
    source = open_source(Reading(str(tmp_path / "set.csv"), cond="kind", bad=0.5))
    assert source.x.tolist() == [[1, 2], [3, 4.5]]
    assert source.classes == ("a", "b")


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_a_list_in_another_unicode(tmp_path: Path, coding: str) -> None:
    paint(tmp_path / "Zoë.png")
    (tmp_path / "set.txt").write_bytes("Zoë.png\r\n\r\n".encode(coding))
    assert open_source(str(tmp_path / "set.txt")).size == 1


def test_a_comma_in_the_first_line_decides(tmp_path: Path) -> None:
    """Labels in one cell are told apart by semicolons."""
    paint(tmp_path / "a.png")
    (tmp_path / "set.csv").write_text("path,tags;all\na.png,red;round\na.png,red\n")
    assert open_source(str(tmp_path / "set.csv")).fields[0].values == ("red", "round")


def test_a_cell_on_two_lines_is_one_cell(tmp_path: Path) -> None:
    paint(tmp_path / "a.png")
    (tmp_path / "set.csv").write_text('path,class\na.png,"one\ntwo"\na.png,"o\u2028ne"\n', encoding="utf-8")
    assert open_source(str(tmp_path / "set.csv")).classes == ("one\ntwo", "o\u2028ne")


def test_numbers_with_commas_are_decimals_where_that_is_plain_and_named_where_not(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text("u;v\n1;2\n3;-4,5\n")
    assert open_source(str(path)).x.tolist() == [[1, 2], [3, -4.5]]
    path.write_text("u;v\n1;2\n3;-4,512\n")
    error = refusal(path)
    assert "column 'v' says '-4,512'" in error.what
    assert error.hint is not None
    assert error.hint.startswith("write numbers with a point")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("u,v\n1,2\ncaf\xe9,3\n".encode("latin-1"), "line 3 is not text in UTF-8: byte 0xe9"),
        ("u,v\n1,2\n".encode("utf-16-le"), "is not text in UTF-8: it holds bytes of 0"),
    ],
)
def test_text_that_is_none_is_saved_as_the_hint_says(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "set.csv").write_bytes(content)
    error = refusal(tmp_path / "set.csv")
    assert error.what == words
    assert error.hint == "save it as UTF-8"
    (tmp_path / "set.csv").write_text("u,v\n1,2\n", encoding="utf-8")
    assert open_source(str(tmp_path / "set.csv")).size == 1


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_labels_beside_numbered_folders_are_not_passed_over(tmp_path: Path, kind: str) -> None:
    """As StyleGAN's own tool writes them: the folders say nothing."""
    labels = []
    for i in range(6):
        name = f"{i // 3:05}/img{i:08}.png"
        paint(tmp_path / "set" / name, 100 + 10 * i)
        labels.append([name, i % 2])
    (tmp_path / "set/dataset.json").write_text(json.dumps({"labels": labels}))
    path = tmp_path / "set"
    if kind == "zip":
        path = tmp_path / "set.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in (tmp_path / "set").rglob("*.*"):
                archive.write(file, file.relative_to(tmp_path / "set"))
    source = open_source(str(path))
    assert source.classes == ("00000", "00001")
    (note,) = (
        note for note in source.notes if note.startswith("dataset.json is not read: the folders are the classes")
    )
    assert "column class of a .csv, next to a column path" in note
    assert "`train --unconditional`" in note
    (tmp_path / "set/set.csv").write_text("path,class\n" + "".join(f"{name},{label}\n" for name, label in labels))
    made = open_source(str(tmp_path / "set/set.csv"))
    assert made.classes == ("0", "1")
    assert made.c is not None
    assert made.c.tolist() == [0, 1] * 3
    assert open_source(Reading(str(path), unconditional=True)).c is None


@pytest.mark.parametrize("kind", ["folder", "npy"])
def test_data_that_were_moved_are_found_by_the_link_that_is_proposed(tmp_path: Path, kind: str) -> None:
    old, new = tmp_path / f"old place.{kind}", tmp_path / f"new.{kind}"
    if kind == "folder":
        paint(old / "a/x.png")
        paint(old / "b/x.png")
    else:
        np.save(old, np.full((3, 8, 8), 200, np.uint8))
    digest = open_source(str(old)).digest()
    old.rename(new)
    error = refusal(old)
    assert error.what == "nothing at that path"
    assert error.where == str(old)
    command = error.hint[error.hint.index("ln -s") :].replace("WHERE-THEY-ARE", str(new))
    subprocess.run(shlex.split(command), check=True)
    assert open_source(str(old)).digest() == digest


def test_a_list_that_was_moved_says_where_it_looked(tmp_path: Path) -> None:
    for i in range(3):
        paint(tmp_path / f"pictures/{i}.png")
    (tmp_path / "lists").mkdir()
    path = tmp_path / "lists/set.txt"
    path.write_text("".join(f"pictures/{i}.png\n" for i in range(3)))
    error = refusal(path)
    assert error.what.startswith("none of the 3 files that it names is there")
    assert str(tmp_path / "lists/pictures/0.png") in error.what
    for top in (str(tmp_path), ".."):  # in full, or from the folder of the table on
        path.write_text("".join(f"{top}/pictures/{i}.png\n" for i in range(3)))
        assert open_source(str(path)).size == 3


def test_one_file_that_is_there_is_enough_to_name_the_others(tmp_path: Path) -> None:
    paint(tmp_path / "a.png")
    (tmp_path / "set.txt").write_text("a.png\nb.png\n")
    assert "b.png: cannot be read: No such file" in refusal(tmp_path / "set.txt").what


def test_columns_to_choose_from_are_chosen_as_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    rows = [f"{paint(Path(f'{i}.png'), 50 + i)},{'ab'[i % 2]},{i}" for i in range(24)]
    Path("set.csv").write_text("\n".join(["path,kind,age", *rows]))
    error = refusal("set.csv")
    assert error.hint == "choose with --cond kind,age, or `train --unconditional`"
    assert main(["train", "set.csv", "--dry-run", "--cond", "kind,age"]) == 0
    assert main(["look", "set.csv", "--budget", "1m", "--cond", "kind,age"]) == 0
    assert main(["train", "set.csv", "--dry-run", "--unconditional"]) == 0
    capsys.readouterr()


def test_a_suffix_that_is_no_kind_of_data_is_named(tmp_path: Path) -> None:
    for name, words in (("set.tar", ".tar"), ("set", "it has none")):
        (tmp_path / name).write_bytes(b"no")
        assert refusal(tmp_path / name).what == f"not data that can be read, judging by the end of its name: {words}"


def test_suffixes_in_capitals(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.full((3, 8, 8), 200, np.uint8))
    (tmp_path / "x.npy").rename(tmp_path / "x.NPY")
    (tmp_path / "x.TSV").write_text("u\tv\n1\t2\n")
    assert open_source(str(tmp_path / "x.NPY")).size == 3
    assert open_source(str(tmp_path / "x.TSV")).x.tolist() == [[1, 2]]


def test_labels_of_another_length_are_not_passed_over(tmp_path: Path) -> None:
    np.savez(tmp_path / "set.npz", x=np.full((4, 8, 8), 200, np.uint8), y=np.arange(3))
    source = open_source(str(tmp_path / "set.npz"))
    assert source.c is None
    assert source.notes == ("'y' [3] does not belong to 4 examples: it is not read",)
