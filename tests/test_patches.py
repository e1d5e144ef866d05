"""Patches: pictures cut at full size, no pixel changed; what comes of one picture is held out together."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.data.fitting import Form, corners
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.recorded import recorded

SIZES = [(40, 60), (33, 50), (64, 48), (20, 20)] * 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for i, size in enumerate(SIZES):
        Image.fromarray(rng.integers(256, size=size, dtype=np.uint8)).save(tmp_path / f"{i:02d}.png")
    return tmp_path


def test_every_patch_is_a_piece_of_its_picture_and_together_they_reach_every_border(folder: Path) -> None:
    source = open_source(Reading(str(folder), size=(16, 20), fit="patches"))
    assert source.origin is not None
    assert source.size == sum((h // 16) * (w // 20) for h, w in SIZES)
    for i in range(4):
        whole = torch.from_numpy(np.array(Image.open(folder / f"{i:02d}.png")))
        met = torch.zeros_like(whole, dtype=torch.bool)
        windows = whole.unfold(0, 16, 1).unfold(1, 20, 1)
        for patch in source.x[source.origin == i]:
            ((top, left),) = (windows == patch[0]).all(3).all(2).nonzero().tolist()
            met[top : top + 16, left : left + 20] = True
        if i == 3:  # 20 x 20 holds one, in the middle
            assert met[2:18].all()
            assert not met[:2].any()
            continue
        assert all(line.any() for line in (met[0], met[-1], met[:, 0], met[:, -1]))


def test_patches_are_side_by_side_and_evenly_spread() -> None:
    assert corners(40, 60, Form(16, 20, 1), 99) == [(top, left) for top in (0, 24) for left in (0, 20, 40)]
    assert corners(47, 20, Form(16, 20, 1), 99) == [(0, 0), (31, 0)]
    assert corners(31, 37, Form(16, 20, 1), 99) == [(7, 8)]
    assert corners(160, 20, Form(16, 20, 1), 3) == [(0, 0), (48, 0), (96, 0)]


def test_a_picture_that_is_smaller_is_enlarged_to_one_patch(tmp_path: Path) -> None:
    for i in range(3):
        Image.new("L", (10, 30), 7 + i).save(tmp_path / f"{i}.png")
    source = open_source(Reading(str(tmp_path), size=(16, 16), fit="patches"))
    assert source.x.shape == (3, 1, 16, 16)
    assert source.x[:, 0, 8, 8].tolist() == [7, 8, 9]
    assert any("3 are smaller" in note for note in source.notes)


def test_no_picture_is_on_both_sides(folder: Path) -> None:
    source = open_source(Reading(str(folder), size=(16, 16), fit="patches"))
    assert source.origin is not None
    kept = torch.tensor(recorded(source, 0.3).held_out)
    left = torch.ones(source.size, dtype=torch.bool)
    left[kept] = False
    assert len(kept) >= 20
    assert not set(source.origin[kept].tolist()) & set(source.origin[left].tolist())
    assert source.take(kept).origin.tolist() == source.origin[kept].tolist()  # pyright: ignore[reportOptionalMemberAccess]


def test_pairs_are_not_cut(folder: Path) -> None:
    with pytest.raises(SaddlepointError, match="pairs of pictures are not cut"):
        open_source(Reading(str(folder), fit="patches", pairs="left"))


def test_of_more_pictures_than_patches_are_wanted_each_gives_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saddlepoint.data.gather.PATCHES", len(SIZES) - 1)
    source = open_source(Reading(str(folder), size=(16, 20), fit="patches"))
    assert source.origin is not None
    assert source.origin.tolist() == list(range(len(SIZES)))


def test_patches_of_pictures_without_a_label_leave_with_them(folder: Path) -> None:
    """What comes of which picture is counted among those that stay as among all."""
    rows = [f"{i:02d}.png,{'' if i % 3 == 0 else 'ab'[i % 2]}" for i in range(len(SIZES))]
    (folder / "set.csv").write_text("path,kind\n" + "\n".join(rows))
    source = open_source(Reading(str(folder / "set.csv"), size=(16, 20), fit="patches", bad=1.0))
    assert source.origin is not None
    assert source.c is not None
    expected = [i for i, (h, w) in enumerate(SIZES) for _ in range((h // 16) * (w // 20)) if i % 3]
    assert source.origin.tolist() == expected
    assert source.c.tolist() == [i % 2 for i in expected]
