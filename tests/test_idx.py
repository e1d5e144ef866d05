"""The idx format: what is written comes back; what is false, short, long, huge or damaged is refused by name."""

import errno
import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from failing import Disk
from hypothesis import given, settings
from hypothesis import strategies as st

from saddlepoint.data.digits import digits, digits_test
from saddlepoint.data.idx import read, read_labelled, write
from saddlepoint.errors import SaddlepointError


def header(code: int, *shape: int) -> bytes:
    return struct.pack(f">4B{len(shape)}I", 0, 0, code, len(shape), *shape)


def refused(path: Path, words: str, **limit: int) -> None:
    with pytest.raises(SaddlepointError, match=words) as caught:
        read(path, **limit)
    assert caught.value.where == str(path)


def test_a_file_written_by_hand_reads_as_its_numbers(tmp_path):
    path = tmp_path / "x.idx"
    path.write_bytes(header(0x0B, 2, 3) + struct.pack(">6h", 1, -2, 300, -400, 5, 32767))
    array = read(path)
    assert array.dtype == np.int16
    assert array.dtype.isnative
    np.testing.assert_array_equal(array, [[1, -2, 300], [-400, 5, 32767]])


@settings(deadline=None, max_examples=30)
@given(
    kind=st.sampled_from(["uint8", "int8", "int16", "int32", "float32", "float64"]),
    shape=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    zipped=st.booleans(),
)
def test_what_is_written_comes_back(tmp_path_factory, kind, shape, zipped):
    path = tmp_path_factory.mktemp("idx") / ("x.gz" if zipped else "x")
    array = np.random.default_rng(0).normal(scale=60, size=shape).astype(np.int8).astype(kind)
    write(path, array)
    back = read(path)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_the_same_array_makes_the_same_bytes(tmp_path):
    array = np.arange(100, dtype=np.uint8)
    write(tmp_path / "a.gz", array)
    write(tmp_path / "another-name.gz", array)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "another-name.gz").read_bytes()


def test_a_type_that_idx_lacks_is_not_written(tmp_path):
    with pytest.raises(SaddlepointError, match="cannot hold int64"):
        write(tmp_path / "x", np.zeros(3, np.int64))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ends after 0 of 4"),
        (b"\0\0\x08", "ends after 3 of 4"),
        (b"\x89PNG\r\n\x1a\n", "no idx magic"),
        (header(0x0A, 1) + b"\0", "no idx magic"),
        (struct.pack(">4B", 0, 0, 8, 0), "no idx magic"),
        (struct.pack(">4B", 0, 0, 8, 200) + b"\0" * 1000, "no idx magic"),
        (header(0x08, 2, 2)[:-1], "ends after 7 of 8"),
        (header(0x08, 2, 2) + b"\1\2\3", "ends after 3 of 4"),
        (header(0x08, 2, 2) + b"\1\2\3\4\5", "more than the 4 bytes"),
        (header(0x08, *[2**32 - 1] * 8), "more than the limit"),
        (header(0x08, 0, *[2**32 - 1] * 7), "more than the limit"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_hostile_content_is_refused_by_name(tmp_path, content, words, zipped):
    path = tmp_path / "hostile"
    path.write_bytes(gzip.compress(content) if zipped else content)
    refused(path, words)


def test_a_damaged_gzip_stream_is_refused(tmp_path):
    path = tmp_path / "x.gz"
    write(path, np.random.default_rng(0).integers(0, 256, 5000).astype(np.uint8))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "gzip stream is damaged")
    flipped = bytearray(whole)
    flipped[-5] ^= 0x10  # within the checksum
    path.write_bytes(flipped)
    refused(path, "gzip stream is damaged")
    path.write_bytes(whole + b"tail that is no gzip member")
    refused(path, "gzip stream is damaged")


def test_every_cut_and_every_flipped_byte_is_an_error_or_an_array(tmp_path):
    path = tmp_path / "x.gz"
    write(path, np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    whole = path.read_bytes()
    cut = [whole[:n] for n in range(len(whole))]
    flipped = [whole[:n] + bytes([whole[n] ^ 0xFF]) + whole[n + 1 :] for n in range(len(whole))]
    survivors, refusals = 0, []
    for content in cut + flipped:
        path.write_bytes(content)
        try:
            survivors += read(path).shape == (2, 3, 4)
        except SaddlepointError as error:
            refusals.append(error.where)
    assert set(refusals) == {str(path)}
    assert survivors < 10  # only the gzip header's idle bytes may change: time, flags for speed, system


def test_a_false_size_allocates_no_more_than_the_file_holds(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(header(0x08, 900_000_000) + b"\1\2\3")
    tracemalloc.start()
    refused(path, "ends after 3 of 900000000")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_the_limit_is_on_declared_bytes_and_stops_a_gzip_bomb(tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(header(0x0E, 1000) + bytes(8000)))
    assert read(path, limit=8000).shape == (1000,)
    refused(path, "8000 bytes", limit=7999)


def test_missing_files_and_folders_are_refused(tmp_path):
    refused(tmp_path / "nothing", "No such file")
    refused(tmp_path, "a folder, not a file")


def test_pictures_and_labels_must_belong_together(tmp_path):
    pictures, labels = tmp_path / "x", tmp_path / "c"
    write(pictures, np.zeros((3, 2, 2), np.uint8))
    write(labels, np.array([0, 1, 2], np.uint8))
    x, c = read_labelled(pictures, labels)
    assert x.shape == (3, 2, 2)
    assert c.dtype == np.int64
    for bad, words in [
        (np.zeros(4, np.uint8), "4 labels for 3 pictures"),
        (np.zeros(3, np.float32), "not labels"),
        (np.array([0, -1, 2], np.int8), "not labels"),
        (np.zeros((3, 1), np.uint8), "not labels"),
    ]:
        write(labels, bad)
        with pytest.raises(SaddlepointError, match=words):
            read_labelled(pictures, labels)
    for bad in (np.zeros((3, 2), np.uint8), np.zeros((3, 2, 2), np.int16), np.zeros((3, 0, 2), np.uint8)):
        write(pictures, bad)
        with pytest.raises(SaddlepointError, match="not pictures"):
            read_labelled(pictures, labels)


def test_the_bundled_digits_are_the_first_of_mnist():
    train, test = digits(), digits_test()
    assert train.x.shape == (10_000, 1, 28, 28)
    assert test.x.shape == (2_000, 1, 28, 28)
    assert train.classes == test.classes == tuple("0123456789")
    assert "CC BY-SA 3.0" in train.licence
    # the well-known first labels of both parts, and MNIST's mean brightness .1307
    assert train.c[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test.c[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert float(train.x.double().mean()) / 255 == pytest.approx(0.1307, abs=0.001)
    assert train.digest() == "faf8021450b635e468743dafa53306c461bc3be8af9d56bd14d867486c80cf06"
    assert test.digest() == "5396f3a7453b93a1b7c56623b981070c1a235859b7f8819644d1200fc54acb01"


def test_the_same_array_makes_the_same_bytes_at_any_time(tmp_path, monkeypatch):
    array = np.arange(100, dtype=np.uint8)
    for seconds in (1e9, 2e9):
        monkeypatch.setattr("time.time", lambda seconds=seconds: seconds)
        write(tmp_path / f"{seconds:.0f}.gz", array)
    one, other = (path.read_bytes() for path in tmp_path.iterdir())
    assert one == other


def test_it_is_written_whole_or_not_at_all(tmp_path):
    write(path := tmp_path / "x.idx", before := np.arange(4, dtype=np.uint8))
    with Disk(2, errno.ENOSPC).installed(), pytest.raises(SaddlepointError, match="the disk is full"):
        write(path, np.arange(400, dtype=np.uint8))
    assert np.array_equal(read(path), before)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.idx"]
