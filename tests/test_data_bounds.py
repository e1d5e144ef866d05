"""What a file promises costs nothing, and reading ends: a hostile one is one line within a second, in little memory."""

import gzip
import io
import os
import struct
import subprocess
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.data import cond, guards, tables
from saddlepoint.data.names import are_points
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.data.survey import survey
from saddlepoint.errors import SaddlepointError

MB = 1 << 20
ZEROS = 64 * MB


@contextmanager
def cheaply(most: int = 24 * MB, seconds: float = 1.0) -> Iterator[None]:
    """What happens within takes no more time and no more memory."""
    tracemalloc.start()
    start = time.process_time()
    try:
        yield
        assert time.process_time() - start < seconds
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def header(words: str, version: int = 1, length: int | None = None) -> bytes:
    """The beginning of a .npy file with this header."""
    content = words.encode().ljust(117) + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(content) if length is None else length)
    return b"\x93NUMPY" + bytes((version, 0)) + size + content


def declaring(shape: str, dtype: str = "|u1") -> bytes:
    return header(f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}") + bytes(100)


ARRAYS = {
    "terabytes": declaring("(1000000, 1000, 1000)"),
    "as many as are allowed": declaring("(60000, 1000, 1000)"),
    "nothing, very often": declaring("(0, 1000000000000, 1000000000000)"),
    "texts of no length": declaring("(1000000000000,)", "|S0"),
    "a long header": header("", 2, 1 << 31) + bytes(100),
    "too many sides": declaring(f"({'1, ' * 40})"),
}


@pytest.mark.parametrize("content", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_headers_of_arrays(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / f"set.{kind}"
    if kind == "npz":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.npy", content)
    else:
        path.write_bytes(content)
    with cheaply(), pytest.raises(SaddlepointError):
        open_source(str(path))
    with cheaply():
        assert not are_points(str(path))


def test_a_header_that_is_unpacked_without_end(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x.npy", header("", 2, ZEROS) + bytes(ZEROS))
    with cheaply(), pytest.raises(SaddlepointError, match=f"a header of {ZEROS:,} bytes"):
        open_source(str(tmp_path / "set.npz"))


def bomb(path: Path) -> Path:
    x = np.zeros((64, 1024, 1024), np.uint8)
    if path.name.endswith(".gz"):
        path.write_bytes(gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, *x.shape) + x.tobytes(), 1))
    else:
        np.savez_compressed(path, x=x, y=np.arange(64))
    return path


@pytest.mark.parametrize("name", ["set.npz", "set.idx.gz"])
def test_what_swells_is_not_unpacked_but_by_who_trusts_it(tmp_path: Path, monkeypatch, name: str) -> None:
    path = bomb(tmp_path / name)
    monkeypatch.setattr(guards, "FREE", ZEROS // 2)
    with cheaply(), pytest.raises(SaddlepointError, match="no data do") as caught:
        open_source(str(path))
    if "gunzip" in caught.value.hint:  # do as the hint says
        (tmp_path / "set.idx").write_bytes(gzip.decompress(path.read_bytes()))
        path = tmp_path / "set.idx"
    else:
        assert "numpy.savez, not compressed" in caught.value.hint
        np.savez(path, **np.load(path))
    assert open_source(str(path)).size == 64


def test_of_an_npz_only_what_is_needed_is_unpacked(tmp_path: Path) -> None:
    x = np.full((4, 8, 8), 200, np.uint8)
    np.savez(tmp_path / "set.npz", x=x, y=np.arange(4), x_test=np.zeros((48, 1024, 1024), np.uint8))
    with cheaply():
        assert open_source(str(tmp_path / "set.npz")).size == 4


def lying(path: Path) -> Path:
    """A zip whose picture is declared with 100 bytes and unpacks to 64 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x.png", bytes(ZEROS))
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", ZEROS), struct.pack("<I", 100)))
    return path


def test_a_zip_entry_that_is_larger_than_it_says(tmp_path: Path) -> None:
    path = lying(tmp_path / "set.zip")
    with cheaply(), pytest.raises(SaddlepointError, match="damaged"):
        open_source(str(path))


def test_entries_over_each_other(tmp_path: Path) -> None:
    for name, inner in (("set.zip", "x.png"), ("set.npz", "x.npy")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(inner, bytes(1000))
            for i in range(100):
                again = copy(archive.filelist[0])
                again.filename = f"{i}{inner}"
                archive.filelist.append(again)
        with cheaply(), pytest.raises(SaddlepointError, match="overlap"):
            open_source(str(tmp_path / name))


def test_methods_whose_unpacking_cannot_be_bounded(tmp_path: Path) -> None:
    """A block of 45 bytes is 900,000 in bzip2, and 4,096 bytes are read at the least."""
    content = io.BytesIO()
    Image.new("L", (8, 8), 200).save(content, "PNG")
    for name, inner in (("set.zip", "x.png"), ("set.npz", "x.npy")):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr(inner, content.getvalue())
        with pytest.raises(SaddlepointError, match="compressed by method 12: only deflate is read"):
            open_source(str(tmp_path / name))


def test_a_tiff_of_many_layers_costs_what_its_first_does(tmp_path: Path) -> None:
    layers = [Image.new("L", (24, 20), i % 256) for i in range(300)]
    layers[0].save(tmp_path / "x.tif", save_all=True, append_images=layers[1:])
    with cheaply():
        assert open_source(str(tmp_path)).x.shape == (1, 1, 20, 24)
    content = bytearray((tmp_path / "x.tif").read_bytes())
    first = struct.unpack("<I", content[4:8])[0]
    (count,) = struct.unpack("<H", content[first : first + 2])
    content[first + 2 + 12 * count :][:4] = b""
    struct.pack_into("<I", content, first + 2 + 12 * count, first)  # its second layer is its first
    (tmp_path / "x.tif").write_bytes(content)
    with cheaply():
        assert open_source(str(tmp_path)).size == 1


def test_a_table_of_more_columns_than_its_rows_have(tmp_path: Path) -> None:
    (tmp_path / "set.csv").write_text(",".join(f"c{i}" for i in range(2_000)) + "\n1" * 2_000)
    with cheaply(), pytest.raises(SaddlepointError, match="2,000 columns, but rows that are shorter"):
        open_source(str(tmp_path / "set.csv"))


def test_one_long_cell_takes_no_room_in_every_row(tmp_path: Path) -> None:
    """Neither in an array of texts, each as wide as the widest, nor in time: blanks are not tried again and again."""
    label = f"a{' ' * 30_000}b"
    (tmp_path / "set.csv").write_text("u,v,class\n" + "1,2,c\n" * 2000 + f"3,4,{label}\n")
    with cheaply():
        assert open_source(Reading(str(tmp_path / "set.csv"), cond="class")).classes == (label, "c")


def test_codes_that_are_larger_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many labels, each in one row of many."""
    monkeypatch.setattr(cond, "MOST_BYTES", 8 * MB)
    tags = [f"t{i}|u" for i in range(999)] + ["u"] * 1001
    (tmp_path / "set.csv").write_text("u,v,tags\n" + "".join(f"1,2,{tag}\n" for tag in tags))
    assert open_source(Reading(str(tmp_path / "set.csv"), cond="tags:labels")).fields[0].size == 1000
    with (tmp_path / "set.csv").open("a") as file:
        file.write("1,2,v\n" * 100)
    with pytest.raises(SaddlepointError, match="the codes of 2,100 conditions take 8,408,400 bytes"):
        open_source(Reading(str(tmp_path / "set.csv"), cond="tags:labels"))


def test_full_rows_of_empty_cells_are_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow its cells are."""
    monkeypatch.setattr(tables, "LACKING", 0)
    (tmp_path / "set.csv").write_text("u,v,class" + "\n1,,a" * 10 + "\n,," * 50 + "\n1,2,b")
    found = survey(Reading(str(tmp_path / "set.csv"), cond="class"), lambda words: None)
    assert (found.source.size, len(found.bad)) == (1, 60)


def test_a_text_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "set.txt").open("wb") as file:
        file.truncate(1 << 40)
    with cheaply(), pytest.raises(SaddlepointError, match="1,099,511,627,776 bytes, more than"):
        open_source(str(tmp_path / "set.txt"))
    monkeypatch.setattr(tables, "MOST_ROWS", 99)
    (tmp_path / "set.csv").write_text("u,v\n" + "1,2\n" * 100)
    with pytest.raises(SaddlepointError, match="more than 99 lines"):
        open_source(str(tmp_path / "set.csv"))


@pytest.mark.timeout(20)
def test_links_that_name_one_folder_a_billion_times(tmp_path: Path) -> None:
    """Thirty floors, of each two ways up."""
    for i in range(30):
        (tmp_path / f"set/{i}").mkdir(parents=True)
        for name in ("a", "b"):
            (tmp_path / f"set/{i}/{name}").symlink_to(tmp_path / f"set/{i + 1}")
    (tmp_path / "set/30").mkdir()
    Image.new("L", (8, 8), 200).save(tmp_path / "set/30/x.png")
    with cheaply():
        found = survey(Reading(str(tmp_path / "set")), lambda words: None)
    assert found.source.size == 1
    assert len(found.bad) == 60
    assert str(found.bad[0]).endswith("again")


def test_a_folder_keeps_its_own_name_where_a_link_has_another(tmp_path: Path) -> None:
    for name in ("v1", "v2"):
        (tmp_path / "set" / name).mkdir(parents=True)
        Image.new("L", (8, 8), 200).save(tmp_path / "set" / name / "x.png")
    (tmp_path / "set" / "current").symlink_to("v2")
    source = open_source(Reading(str(tmp_path / "set"), bad=0.5))
    assert source.classes == ("v1", "v2")
    assert source.notes == ("left out: current: the folder 'v2' again",)


def test_folders_deeper_than_python_calls_itself(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    Image.new("L", (8, 8), 200).save(tmp_path / "x.png")
    assert open_source(str(tmp_path)).size == 1
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # which pytest's own clearing up would not reach


def test_a_parquet_file_that_promises_rows(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"image": pyarrow.nulls(50_000, pyarrow.binary())}), tmp_path / "set.parquet")
    assert (tmp_path / "set.parquet").stat().st_size < 10_000
    with cheaply(), pytest.raises(SaddlepointError, match="50,000 rows in "):
        open_source(str(tmp_path / "set.parquet"))


@pytest.mark.slow
def test_a_long_text_in_many_rows_of_parquet_is_in_memory_once(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    content = io.BytesIO()
    Image.new("L", (8, 8), 200).save(content, "PNG")
    words = pyarrow.DictionaryArray.from_arrays(np.arange(1000, dtype=np.int32) % 2, ["x" * MB, "y"])
    table = pyarrow.table({"image": [content.getvalue()] * 1000, "label": words})
    parquet.write_table(table, tmp_path / "set.parquet", store_schema=False)
    with cheaply(48 * MB, 3):
        assert len(open_source(str(tmp_path / "set.parquet")).classes) == 2


def test_entries_may_fill_their_file_to_the_last_byte():
    def entry(size: int) -> zipfile.ZipInfo:
        one = zipfile.ZipInfo("x")
        one.compress_size = size
        return one

    for sizes, over in (((60, 40), False), ((60, 41), True), ((), False)):
        assert guards.overlapping([entry(size) for size in sizes], 100) == over
