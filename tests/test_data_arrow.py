"""Parquet and Hugging Face sets: the pictures and labels they were made of, or what has to be installed."""

import importlib.util
import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import listing, open_source
from saddlepoint.errors import SaddlepointError

needs_pyarrow = pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed: parquet cannot be read"
)
needs_datasets = pytest.mark.skipif(
    importlib.util.find_spec("datasets") is None, reason="datasets is not installed: Hugging Face sets cannot be read"
)
N = 30
NAMED = b'{"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}'


def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (N, 6, 8, 3), dtype=np.uint8)


def png(x: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(x).save(buffer, "PNG")
    return buffer.getvalue()


def parquet(path: Path, columns: dict[str, Any], metadata: dict[bytes, bytes] | None = None, group: int = 7) -> str:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(columns).replace_schema_metadata(metadata)
    parquet.write_table(table, path, row_group_size=group)
    return str(path)


def encoded() -> list[bytes]:
    return [png(x) for x in pixels()]


def expected() -> torch.Tensor:
    return torch.from_numpy(pixels()).permute(0, 3, 1, 2)


@pytest.mark.parametrize(
    ("package", "name", "extra"), [("pyarrow.parquet", "set.parquet", "parquet"), ("datasets", "hf:a/b", "huggingface")]
)
def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str, extra: str
) -> None:
    (tmp_path / "set.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SaddlepointError) as caught:
        open_source(name if name.startswith("hf:") else str(tmp_path / name))
    assert caught.value.hint == f"pip install 'saddlepoint[{extra}]'"


@needs_pyarrow
@pytest.mark.parametrize("whole", [True, False])
def test_pictures_and_labels_in_parquet(tmp_path: Path, whole: bool) -> None:
    """A column of bytes, or of records with bytes, in several groups of rows; a column with a name for each label."""
    cells = [{"bytes": one, "path": None} for one in encoded()] if whole else encoded()
    path = parquet(
        tmp_path / "set.parquet", {"image": cells, "label": [i % 2 for i in range(N)]}, {b"huggingface": NAMED}
    )
    source = open_source(path)
    assert torch.equal(source.x, expected())
    assert source.classes == ("cat", "dog")
    assert source.c is not None
    assert source.c.tolist() == [i % 2 for i in range(N)]


@needs_pyarrow
def test_one_group_of_rows_is_read_at_a_time_and_but_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow.parquet import ParquetFile

    read, known = [], ParquetFile.read_row_group

    def seen(self: Any, number: int, **wishes: Any) -> Any:
        read.append(number)
        return known(self, number, **wishes)

    monkeypatch.setattr(ParquetFile, "read_row_group", seen)
    found = listing(parquet(tmp_path / "set.parquet", {"image": encoded()}))
    assert read == []
    for entry in found.entries:
        entry.open()
    assert read == [0, 1, 2, 3, 4]


@needs_pyarrow
def test_a_condition_from_the_other_columns(tmp_path: Path) -> None:
    ages = [None if i == 3 else i / 2 for i in range(N)]
    columns = {"name": [f"n{i}" for i in range(N)], "age": ages, "tags": [[1, 2]] * N, "picture": encoded()}
    path = parquet(tmp_path / "set.parquet", columns)
    source = open_source(Reading(path, cond="age:number"))
    assert source.size == N - 1
    assert source.fields[0].knots[0] == 0.0
    assert any("row 3: has no label" in note for note in source.notes)
    with pytest.raises(SaddlepointError, match="several columns could be the condition: name, age"):
        open_source(path)


@needs_pyarrow
def test_rows_without_a_picture_or_with_a_damaged_one_are_named(tmp_path: Path) -> None:
    cells = encoded()
    cells[2], cells[9] = b"", cells[9][:60]
    source = open_source(Reading(parquet(tmp_path / "set.parquet", {"image": cells}), bad=0.1))
    assert source.size == N - 2
    assert any("row 2: holds no picture" in note for note in source.notes)
    assert any("row 9: " in note for note in source.notes)


@needs_pyarrow
@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(200) + b"PAR1", b"no parquet at all"])
def test_damaged_parquet(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.parquet").write_bytes(content)
    with pytest.raises(SaddlepointError, match="not parquet"):
        open_source(str(tmp_path / "set.parquet"))


@needs_pyarrow
def test_a_table_without_pictures_names_its_columns(tmp_path: Path) -> None:
    with pytest.raises(SaddlepointError, match="no column of pictures"):
        open_source(parquet(tmp_path / "set.parquet", {"u": [1.0], "v": [2.0]}))


@needs_pyarrow
def test_parquet_goes_through_the_cache_like_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from saddlepoint.data import cache

    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SMALL", 0)
    path = parquet(tmp_path / "set.parquet", {"image": encoded(), "label": [i % 2 for i in range(N)]})
    first = open_source(path)
    monkeypatch.setattr(cache, "decoded", None)  # nothing is decoded twice
    again = open_source(path)
    assert torch.equal(first.x, again.x)
    assert first.digest() == again.digest()


def hugging(labels: list[int]) -> Any:
    """A Hugging Face set of the pictures."""
    import datasets

    features = datasets.Features(image=datasets.Image(), label=datasets.ClassLabel(names=["cat", "dog"]))
    return datasets.Dataset.from_dict({"image": [Image.fromarray(x) for x in pixels()], "label": labels}, features)


@needs_datasets
def test_a_folder_saved_by_datasets(tmp_path: Path) -> None:
    """Also where rows were chosen, and where some have no label, which Hugging Face writes as -1."""
    made = hugging([-1 if i == 5 else i % 2 for i in range(N)])
    made.select(range(N - 1, -1, -1)).save_to_disk(tmp_path / "saved")
    for name in (str(tmp_path / "saved"), f"hf:{tmp_path / 'saved'}"):
        source = open_source(Reading(name, bad=0.1))
        assert source.size == N - 1
        assert source.classes == ("cat", "dog")
        assert torch.equal(source.x[0], expected()[N - 1])
        assert source.c is not None
        assert source.c.tolist() == [i % 2 for i in range(N - 1, -1, -1) if i != 5]


@needs_datasets
def test_a_folder_of_several_splits(tmp_path: Path) -> None:
    import datasets

    made = hugging([i % 2 for i in range(N)])
    both = datasets.DatasetDict(train=made.select(range(20)), test=made.select(range(20, N)))
    both.save_to_disk(tmp_path / "saved")
    assert open_source(str(tmp_path / "saved")).size == 20
    assert open_source(f"hf:{tmp_path / 'saved'}:test").size == N - 20
    with pytest.raises(SaddlepointError, match="add one to the name, as :train or :test"):
        open_source(f"hf:{tmp_path / 'saved'}:dev")


@needs_datasets
def test_a_damaged_or_missing_set_is_one_line(tmp_path: Path) -> None:
    hugging([0] * N).save_to_disk(tmp_path / "saved")
    for file in (tmp_path / "saved").glob("*.arrow"):
        file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(SaddlepointError, match="cannot be opened"):
        open_source(str(tmp_path / "saved"))


@needs_datasets
def test_a_set_saved_in_the_place_of_another_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of as many pictures that take as many bytes: what `datasets` calls its fingerprint tells them apart."""
    import datasets

    from saddlepoint.data import cache

    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SMALL", 0)
    for grey in (10, 200, 10):
        pictures = [Image.new("L", (8, 8), grey)] * 3
        made = datasets.Dataset.from_dict({"image": pictures}, datasets.Features(image=datasets.Image()))
        made.save_to_disk(tmp_path / "saved")
        assert open_source(str(tmp_path / "saved")).x.unique().tolist() == [grey]


@needs_pyarrow
def test_a_parquet_file_written_in_the_place_of_another_is_read_anew(tmp_path: Path, monkeypatch) -> None:
    from saddlepoint.data import cache

    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SMALL", 0)
    for grey in (10, 200):
        path = parquet(tmp_path / "set.parquet", {"image": [png(np.full((8, 8), grey, np.uint8))] * 3})
        os.utime(path, ns=(10**18 + grey, 10**18 + grey))
        assert open_source(path).x.unique().tolist() == [grey]
