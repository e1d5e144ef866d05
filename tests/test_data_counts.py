"""What `train` leaves out, `look` counts: examples and what is bad are all that there is, in every reader."""

import importlib.util
import io
import shlex
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from saddlepoint.cli.main import main
from saddlepoint.data import idx
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.data.survey import Survey, survey
from saddlepoint.errors import SaddlepointError

Rows = list[tuple[str, str]]
"""How each example is, and its label, empty where it is missing."""


def picture(state: str) -> bytes:
    if state != "good":
        return b"no"
    buffer = io.BytesIO()
    Image.new("L", (8, 6), 200).save(buffer, "PNG")
    return buffer.getvalue()


def folder(place: Path, rows: Rows) -> Path:
    for i, (state, label) in enumerate(rows):
        path = place / "set" / label / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(state))
    return place / "set"


def zipped(place: Path, rows: Rows) -> Path:
    with zipfile.ZipFile(place / "set.zip", "w") as archive:
        for i, (state, label) in enumerate(rows):
            archive.writestr(f"{label}\\{i}.png" if label else f"{i}.png", picture(state))
    return place / "set.zip"


def files(place: Path, rows: Rows) -> list[str]:
    """One path for each: of a file, of one that is damaged, of none."""
    for name in ("good", "bad"):
        (place / f"{name}.png").write_bytes(picture(name))
    return [{"good": "good.png", "bad": "bad.png", "gone": "gone.png"}[state] for state, _ in rows]


def listed(place: Path, rows: Rows) -> Path:
    (place / "set.txt").write_text("\n".join(files(place, rows)))
    return place / "set.txt"


def table(place: Path, rows: Rows) -> Path:
    lines = [f"{path},{label}" for path, (_, label) in zip(files(place, rows), rows)]
    (place / "set.csv").write_text("\n".join(["path,class", *lines]))
    return place / "set.csv"


def points(place: Path, rows: Rows) -> Path:
    cells = {"good": "1", "bad": "inf", "gone": ""}
    lines = [f"{i},{cells[state]},{label}" for i, (state, label) in enumerate(rows)]
    (place / "set.csv").write_text("\n".join(["u,v,class", *lines]))
    return place / "set.csv"


def numbers(rows: Rows, *shape: int) -> np.ndarray:
    x = np.random.default_rng(0).random((len(rows), *shape), dtype=np.float32)
    for one, (state, _) in zip(x, rows):
        one.flat[0] = {"good": 0.5, "bad": np.nan, "gone": np.inf}[state]
    return x


def npz(place: Path, rows: Rows) -> Path:
    labels = np.array([{"a": 0, "b": 1, "": -1}[label] for _, label in rows])
    np.savez(place / "set.npz", x=numbers(rows, 6, 8), y=labels)
    return place / "set.npz"


def npz_texts(place: Path, rows: Rows) -> Path:
    np.savez(place / "set.npz", x=numbers(rows, 3), label=np.array([label for _, label in rows]))
    return place / "set.npz"


def npy(place: Path, rows: Rows) -> Path:
    np.save(place / "set.npy", numbers(rows, 6, 8))
    return place / "set.npy"


def idx_file(place: Path, rows: Rows) -> Path:
    idx.write(place / "set.idx", numbers(rows, 6, 8))
    return place / "set.idx"


def parquet(place: Path, rows: Rows) -> Path:
    import pyarrow
    from pyarrow import parquet

    cells = [{"good": picture("good"), "bad": b"no", "gone": None}[state] for state, _ in rows]
    labels = [label or None for _, label in rows]
    parquet.write_table(
        pyarrow.table(
            {"image": pyarrow.array(cells, pyarrow.binary()), "label": pyarrow.array(labels, pyarrow.string())}
        ),
        place / "set.parquet",
    )
    return place / "set.parquet"


READERS: dict[str, tuple[Callable[[Path, Rows], Path], bool]] = {  # and whether a missing label leaves an example out
    "folder": (folder, False),
    "zip": (zipped, False),
    "list": (listed, False),
    "table of pictures": (table, True),
    "table of points": (points, True),
    "npz": (npz, True),
    "npz of points, with texts": (npz_texts, True),
    "npy": (npy, False),
    "idx": (idx_file, False),
    "parquet": (parquet, True),
}


def attempt(name: str, cond: str | None) -> Survey | SaddlepointError:
    try:
        return survey(Reading(name, cond=cond), lambda words: None)
    except SaddlepointError as error:
        return error


@pytest.mark.parametrize("kind", READERS)
@settings(deadline=None, max_examples=15)
@example([("good", "a")] * 7 + [("bad", "a")] * 15)  # 15 / 22 * 22 is less than 15
@given(st.lists(st.tuples(st.sampled_from(["good", "bad", "gone"]), st.sampled_from(["a", "b", ""])), min_size=1))
def test_examples_and_what_is_bad_are_all_rows(kind: str, rows: Rows) -> None:
    """And a run with the share that `look` found puts up with them, with fewer it does not."""
    if kind == "parquet" and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not installed: parquet cannot be read")
    make, labels = READERS[kind]
    good = [state for state, label in rows if state == "good" and (label or not labels)]
    with tempfile.TemporaryDirectory() as place:
        name, cond = str(make(Path(place), rows)), "class" if kind == "table of points" else None
        found = attempt(name, cond)
        if isinstance(found, SaddlepointError):
            assert not good, found
            assert any(words in str(found) for words in ("nothing in it", "no example has a", "none of the"))
            return
        assert found.source.size == len(good)
        assert found.source.size + len(found.bad) == len(rows)
        share = len(found.bad) / len(rows)
        assert open_source(Reading(name, cond=cond, bad=share)).size == len(good)
        if found.bad:
            with pytest.raises(SaddlepointError, match="`saddlepoint look` names all"):
                open_source(Reading(name, cond=cond, bad=share - 1e-9))


def test_look_names_all_that_the_refusal_counts_and_its_command_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    rows = [("good", "ab"[i % 2]) for i in range(40)] + [("bad", "a"), ("good", ""), ("gone", "")] * 2
    npz(tmp_path, rows)
    assert main(["train", "set.npz", "--dry-run"]) == 2
    assert "6 of 46 cannot be read" in capsys.readouterr().err
    assert main(["look", "set.npz", "--budget", "1m"]) == 0
    said = capsys.readouterr().out
    assert all(f"number {i}: " in said for i in range(40, 46))
    command = shlex.split(said.splitlines()[-1])
    assert command[:2] == ["saddlepoint", "train"]
    assert main([*command[1:], "--dry-run"]) == 0


def test_a_class_all_of_whose_examples_are_left_out_is_counted_as_none(tmp_path: Path) -> None:
    """Also the last of them: as many counts as classes."""
    x, y = np.ones((40, 2), np.float32), np.arange(40) % 2
    y[7], x[7, 1] = 2, np.nan
    np.savez(tmp_path / "set.npz", x=x, y=y)
    found = survey(Reading(str(tmp_path / "set.npz")), lambda words: None)
    assert found.source.classes == ("0", "1", "2")
    assert found.counts == (20, 19, 0)
