"""Pairs of pictures: which of the two is x, which its condition, and what size each has."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.data.pairs import wide
from saddlepoint.data.reading import Reading
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
    with pytest.raises(SaddlepointError, match="no pairs side by side"):
        open_source(Reading(str(tmp_path), pairs="left"))


def test_each_of_a_pair_may_be_as_long_as_a_picture_alone() -> None:
    """Side by side they are twice as wide: each half is a picture."""
    assert wide(Reading("x", side=48)).side == 96
    assert wide(Reading("x", side=48, size=(20, 30))).size == (20, 60)
