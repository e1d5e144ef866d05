"""What is made of a generator's samples on a disk that fails."""

import errno
from pathlib import Path

import pytest
from failing import Disk
from test_generator import NETWORKS, described, made

from saddlepoint.errors import SaddlepointError


@pytest.mark.parametrize("name", ["x.png", "x.npz"])
def test_samples_are_saved_whole_or_not_at_all(tmp_path: Path, name: str) -> None:
    found = made(described(NETWORKS[0])).sample(4)
    content = found.save(tmp_path / name).read_bytes()
    with Disk(2, errno.ENOSPC).installed(), pytest.raises(SaddlepointError, match="the disk is full"):
        made(described(NETWORKS[0])).sample(9).save(tmp_path / name)
    assert (tmp_path / name).read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
