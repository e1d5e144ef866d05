"""Pairs of pictures: which of the two is x, which its condition, and what size each has."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.data.pairs import halves, of_two, partners, wide
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError

LEFT, RIGHT = 40, 200


def paint(path: Path, *values: int, size: tuple[int, int] = (8, 12)) -> None:
    """Plain pictures of this (height, width), side by side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate([np.full(size, value, np.uint8) for value in values], 1)).save(path)


@pytest.mark.parametrize(("which", "condition", "example"), [("left", LEFT, RIGHT), ("right", RIGHT, LEFT)])
@pytest.mark.parametrize("size", [None, (8, 12), (6, 10), (10, 6)])
def test_of_two_side_by_side_each_has_the_size_that_is_asked_for(tmp_path, which, condition, example, size) -> None:
    for i in range(3):
        paint(tmp_path / f"{i}.png", LEFT, RIGHT)
    source = open_source(Reading(str(tmp_path), size=size, fit="stretch", pairs=which))
    assert source.c is not None
    assert source.x.shape == source.c.shape == (3, 1, *(size or (8, 12)))
    middle = source.x.shape[3] // 2
    assert int(source.x[0, 0, 3, middle]) == example
    assert int(source.c[0, 0, 3, middle]) == condition


@pytest.mark.parametrize(("which", "condition", "example"), [("left", LEFT, RIGHT), ("right", RIGHT, LEFT)])
def test_of_two_folders_each_picture_meets_its_namesake(tmp_path, which, condition, example) -> None:
    for i in range(4):
        paint(tmp_path / f"a/{i}.png", LEFT + i)
        paint(tmp_path / f"b/{i}.png", RIGHT + i)
    source = open_source(Reading(str(tmp_path), pairs=which))
    assert source.c is not None
    assert source.x[:, 0, 0, 0].tolist() == [example + i for i in range(4)]
    assert source.c[:, 0, 0, 0].tolist() == [condition + i for i in range(4)]
    paint(tmp_path / "a/alone.png", LEFT)
    with pytest.raises(SaddlepointError, match="alone has no partner"):
        open_source(Reading(str(tmp_path), pairs=which))


def test_pictures_that_are_not_two_are_refused(tmp_path) -> None:
    paint(tmp_path / "0.png", LEFT, size=(12, 14))
    with pytest.raises(SaddlepointError, match="not pairs side by side"):
        open_source(Reading(str(tmp_path), pairs="left"))


def test_each_of_a_pair_may_be_as_long_as_a_picture_alone() -> None:
    """Side by side they are twice as wide: each half is a picture."""
    assert wide(Reading("x", side=48)).side == 96
    assert wide(Reading("x", side=48, size=(20, 30))).size == (20, 60)


def test_an_odd_width_is_no_pair_however_wide(tmp_path) -> None:
    with pytest.raises(SaddlepointError, match="not pairs side by side"):
        halves(Source("x", torch.zeros(1, 1, 4, 9)), "left")


def test_what_was_said_of_either_folder_is_said_of_the_pairs() -> None:
    left, right = (Source(name, torch.zeros(2, 1, 4, 4), notes=(f"of {name}",)) for name in ("left", "right"))
    assert of_two(left, right, "left", "both").notes == ("of left", "of right")


def test_whoever_is_alone_is_named_with_its_folder_and_how_many_more(tmp_path) -> None:
    """On either side."""
    for folder, names in (("a", "01"), ("b", "0123")):
        for name in names:
            paint(tmp_path / folder / f"{name}.png", LEFT)
    with pytest.raises(SaddlepointError, match=r"/b: 2 has no partner, and 1 more"):
        open_source(Reading(str(tmp_path), pairs="left"))
    with pytest.raises(SaddlepointError, match=r"/b: 2 has no partner, and 1 more"):
        partners(tmp_path / "b", tmp_path / "a")


def test_an_unreadable_picture_moves_no_other_to_another_s_partner(tmp_path) -> None:
    """One of thirty on either side, which either by itself would put up with: the pairs after them would be wrong."""
    for i in range(30):
        paint(tmp_path / f"a/{i:02}.png", LEFT + i)
        paint(tmp_path / f"b/{i:02}.png", RIGHT + i)
    (tmp_path / "a/03.png").write_bytes(b"no picture")
    (tmp_path / "b/07.png").write_bytes(b"no picture")
    with pytest.raises(SaddlepointError, match="1 of 30 cannot be read"):
        open_source(Reading(str(tmp_path), pairs="left"))
