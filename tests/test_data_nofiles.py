"""Pipes, devices and sockets where a file is wanted: refused or named, and never waited for."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.data import idx
from saddlepoint.data.names import are_points
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.data.survey import survey
from saddlepoint.errors import SaddlepointError


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        here = os.getcwd()
        os.chdir(path.parent)  # names of sockets are short
        door.bind(path.name)
        os.chdir(here)


NO_FILES = {"a pipe": pipe, "a device": endless, "a socket": bound}
NAMES = ["x.npy", "x.npz", "x.idx", "x.idx.gz", "t-images-idx3-ubyte", "x.zip", "x.csv", "x.tsv", "x.txt", "x.parquet"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path, kind: str, name: str) -> None:
    make: Callable[[Path], None] = NO_FILES[kind]
    make(tmp_path / name)
    if name == "x.parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(SaddlepointError, match=f"{kind}, not a file"):
        open_source(str(tmp_path / name))
    with suppress(SaddlepointError):
        assert not are_points(str(tmp_path / name))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_named_among_files(tmp_path: Path, kind: str) -> None:
    NO_FILES[kind](tmp_path / "x.png")
    Image.new("L", (8, 8), 200).save(tmp_path / "y.png")
    (tmp_path / "set.csv").write_text("path,class\nx.png,a\ny.png,b\n")
    for name in (tmp_path, tmp_path / "set.csv"):
        found = survey(Reading(str(name)), lambda words: None)
        assert [str(bad) for bad in found.bad] == ["x.png: not a file"]
    NO_FILES[kind](tmp_path / "t-labels-idx1-ubyte")
    idx.write(tmp_path / "t-images-idx3-ubyte", np.full((3, 8, 8), 200, np.uint8))
    with pytest.raises(SaddlepointError, match=f"t-labels-idx1-ubyte: {kind}, not a file"):
        open_source(str(tmp_path / "t-images-idx3-ubyte"))
