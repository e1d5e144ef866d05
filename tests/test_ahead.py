"""Examples of a mapped file are in memory once they were asked for, and only they."""

import ctypes
import mmap
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from test_files import in_child

from saddlepoint.data import ahead, batches
from saddlepoint.data.ahead import ask_for
from saddlepoint.data.batches import Batches
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness

N = 2_000
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which pages of a file are in memory")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """2,000 pictures of 3 x 64 x 64 in a file."""
    x = np.random.default_rng(0).integers(0, 256, (N, 3, 64, 64), dtype=np.uint8)
    np.save(tmp_path / "x.npy", x)
    return tmp_path / "x.npy"


def forget(path: Path) -> None:
    """Nothing of the file is kept in memory."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def resident(x: torch.Tensor) -> float:
    """The share of the pages of x that are in memory."""
    start = x.data_ptr() // mmap.PAGESIZE * mmap.PAGESIZE
    size = x.data_ptr() + x.nbytes - start
    pages = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
    if ctypes.CDLL(None).mincore(ctypes.c_void_p(start), ctypes.c_size_t(size), pages):
        pytest.skip("the system does not say which pages are in memory")
    return sum(page & 1 for page in pages) / len(pages)


@LINUX
def test_what_is_asked_for_comes_and_nothing_else(path: Path) -> None:
    x = open_source(str(path)).x
    forget(path)
    if resident(x) > 0:
        pytest.skip("the file system of the temporary files keeps them in memory")
    numbers = torch.arange(0, N, 100)
    ask_for(x, numbers)
    end = time.monotonic() + 5
    while resident(x) < 3 * len(numbers) / (3 * N) and time.monotonic() < end:
        time.sleep(0.01)
    assert 3 * len(numbers) / (3 * N) <= resident(x) < 8 * len(numbers) / (3 * N)


def test_batches_ask_for_what_they_hold_where_the_source_is_mapped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(batches, "ask_for", lambda x, numbers: asked.append(numbers))
    source = open_source(str(path))
    for mapped in (source, source._replace(mapped=False)):
        Batches(mapped, 8, Randomness(0), "signed", torch.device("cpu")).at(16)
    assert len(asked) == 1
    assert torch.equal(asked[0], Batches(source, 8, Randomness(0), "signed", torch.device("cpu")).numbers(16))


@LINUX
def test_a_file_that_was_cut_short_is_one_line_and_not_the_end_of_the_process(path: Path) -> None:
    """Touched without having been asked for, its examples would be SIGBUS."""
    source = open_source(str(path))
    rows = Batches(source, 8, Randomness(0), "signed", torch.device("cpu"))
    os.truncate(path, 128 + source.x[0].nbytes * N // 2)
    ask_for(source.x, torch.arange(N // 2 - 1))  # these are still there
    if not tells():
        pytest.skip("this kernel does not say what cannot be read")

    def act() -> None:
        with pytest.raises(
            SaddlepointError, match=r"example 1,9\d\d is not in its file any more: .* resume\)"
        ) as caught:
            ask_for(source.x, torch.arange(1990, N))
        assert caught.value.code == 1
        with pytest.raises(SaddlepointError, match="is not in its file any more"):
            [rows.at(position) for position in range(0, 80, 8)]

    assert in_child(act) == 0


def tells() -> bool:
    """Whether the kernel knows the advice, which came with Linux 5.14."""
    room = mmap.mmap(-1, mmap.PAGESIZE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(room))
    return ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(mmap.PAGESIZE), ctypes.c_int(22)) == 0


def test_systems_that_cannot_be_asked_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WILL_NEED", None)
    monkeypatch.setattr(ctypes, "CDLL", None)
    ask_for(torch.zeros(4, 3), torch.arange(4))
