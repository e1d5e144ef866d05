"""What is black and what is white: integers that leave their range unused are noticed, floats keep their numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.data import given
from saddlepoint.data.duplicates import groups
from saddlepoint.data.facts import About
from saddlepoint.data.fitting import Form
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source


def paint(path: Path, value: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 6), value).save(path)
    return path


def dark(source: Source) -> str:
    return next((note for note in source.notes if note.startswith("largest value")), "")


@pytest.mark.parametrize(
    ("dtype", "highest", "white", "times"),
    [
        ("uint8", 1, 255, 255),
        ("int64", 1, 255, 255),
        ("uint8", 9, 255, 28),
        ("uint8", 63, 255, 4),
        ("uint16", 4095, 65535, 16),
        (">u2", 1023, 65535, 64),
        ("int32", 16383, 65535, 4),
    ],
)
def test_arrays_that_leave_most_of_their_range_unused(
    tmp_path: Path, dtype: str, highest: int, white: int, times: int
) -> None:
    x = np.random.default_rng(0).integers(0, highest + 1, (9, 8, 6)).astype(dtype)
    x[3, 2, 1] = highest
    np.save(tmp_path / "set.npy", x)
    note = dark(open_source(str(tmp_path / "set.npy")))
    assert note == f"largest value is {highest:,} of {white:,}, nearly black: white is {times} times as much"
    np.save(tmp_path / "set.npy", x.astype(np.int64) * times)  # do as it says
    source = open_source(str(tmp_path / "set.npy"))
    assert not dark(source)
    assert int(source.x.int().max()) > 0.9 * white


@pytest.mark.parametrize(("highest", "kind"), [(255, torch.uint8), (256, torch.uint16), (65535, torch.uint16)])
def test_whole_numbers_are_held_in_the_least_type_that_has_them_all(tmp_path: Path, highest: int, kind) -> None:
    x = np.zeros((3, 8, 8), np.int64)
    x[1, 2, 3] = highest
    np.save(tmp_path / "set.npy", x)
    source = open_source(str(tmp_path / "set.npy"))
    assert source.x.dtype == kind
    assert int(source.x[1, 0, 2, 3]) == highest


@pytest.mark.parametrize(("dtype", "highest"), [("uint8", 64), ("uint16", 16384), ("bool", 1), ("uint8", 255)])
def test_arrays_that_use_their_range_are_passed_over_in_silence(tmp_path: Path, dtype: str, highest: int) -> None:
    x = np.zeros((3, 8, 8), dtype)
    x[1, 2, 3] = highest
    np.save(tmp_path / "set.npy", x)
    assert open_source(str(tmp_path / "set.npy")).notes == ()


def test_pictures_that_are_nearly_black(tmp_path: Path) -> None:
    """12 bits in PNG files of 16, and masks of 0 and 1; opacity is no brightness."""
    rng = np.random.default_rng(0)
    for i in range(3):
        (tmp_path / "deep").mkdir(exist_ok=True)
        (tmp_path / "mask").mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 4096, (8, 6), dtype=np.uint16)).save(tmp_path / f"deep/{i}.png")
        mask = rng.integers(0, 2, (8, 6, 4), dtype=np.uint8)
        mask[:, :, 3] = 255
        Image.fromarray(mask).save(tmp_path / f"mask/{i}.png")
    highest = int(open_source(str(tmp_path / "deep")).x.to(torch.int32).max())
    assert dark(open_source(str(tmp_path / "deep"))).startswith(
        f"largest value is {highest:,} of 65,535, nearly black: white is 16 times"
    )
    assert (
        dark(open_source(str(tmp_path / "mask")))
        == "largest value is 1 of 255, nearly black: white is 255 times as much"
    )
    paint(tmp_path / "mask/white.png", 255)
    assert not dark(open_source(str(tmp_path / "mask")))
    paint(tmp_path / "black/x.png", 0)
    assert dark(open_source(str(tmp_path / "black"))) == "largest value is 0 of 255: all is black"


def test_the_note_is_kept_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("saddlepoint.data.cache.SMALL", 0)
    paint(tmp_path / "set/x.png", 1)
    assert dark(open_source(str(tmp_path / "set"))) == dark(open_source(str(tmp_path / "set"))) != ""


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32"])
def test_floats_are_kept_as_they_are_and_their_extremes_are_known(tmp_path: Path, dtype: str) -> None:
    """So that a copy at a tenth of the contrast is none: brought to its own extremes, it would be the same numbers."""
    x = np.linspace(-300, 500, 9 * 36).reshape(9, 6, 6).astype(dtype)
    np.save(tmp_path / "set.npy", x)
    source = open_source(str(tmp_path / "set.npy"))
    np.testing.assert_array_equal(source.x[:, 0].numpy(), x.astype(np.float32))
    assert (source.low, source.high) == (-300, 500)
    assert source.notes == ("values go from -300, which is black, to 500, which is white",)
    np.save(tmp_path / "pale.npy", 0.1 * x.astype(np.float32))
    pale = open_source(str(tmp_path / "pale.npy"))
    assert not torch.allclose(pale.x, source.x, atol=100)
    assert (pale.low, pale.high) == pytest.approx((-30, 50))
    assert pale.take(torch.arange(2)).high == pale.high


def test_floats_in_the_unit_interval_have_its_ends(tmp_path: Path) -> None:
    np.save(tmp_path / "set.npy", np.linspace(0.2, 0.9, 72, dtype=np.float32).reshape(2, 6, 6))
    source = open_source(str(tmp_path / "set.npy"))
    assert (source.low, source.high, source.notes) == (0, 1, ())


def test_floats_of_one_value_have_a_white_all_the_same(tmp_path: Path) -> None:
    for value in (7.0, -1e30):
        np.save(tmp_path / "set.npy", np.full((2, 6, 6), value, np.float32))
        source = open_source(str(tmp_path / "set.npy"))
        assert source.low < source.high
        assert source.notes == (f"all numbers are {value:g}: all is black",)


def test_extremes_are_those_of_the_examples_that_are_kept(tmp_path: Path) -> None:
    x = np.linspace(0, 4, 4 * 36, dtype=np.float32).reshape(4, 6, 6)
    x[0, 0, 0], x[3, 2, 1], x[2, 1, 1] = -1e6, np.nan, 1e6
    np.savez(tmp_path / "set.npz", x=x, y=np.array([-1, 0, 1, 1]))
    for value in (x[1:3], x[1:2]):
        source = open_source(Reading(str(tmp_path / "set.npz"), bad=1, cond=None))
        assert (source.low, source.high) == (value.min(), value.max())
        np.savez(tmp_path / "set.npz", x=x, y=np.array([-1, 0, -1, 1]))


def test_floats_in_files_are_kept_as_they_are(tmp_path: Path) -> None:
    x = np.random.default_rng(0).uniform(0, 4095, (3, 8, 6)).astype(np.float32)
    for i, one in enumerate(x):
        Image.fromarray(one).save(tmp_path / f"{i}.tif")
    source = open_source(str(tmp_path))
    np.testing.assert_array_equal(source.x[:, 0].numpy(), x)
    assert (source.low, source.high) == (x.min(), x.max())


def test_near_duplicates_do_not_depend_on_the_scale_of_floats() -> None:
    x = torch.rand(12, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    x[5] = 0.98 * x[2]
    expected = groups(x)
    assert expected is not None
    assert expected.tolist() == [0, 1, 2, 3, 4, 2, *range(6, 12)]
    assert torch.equal(groups(4095 * x - 100, -100, 3995), expected)  # pyright: ignore[reportArgumentType]
    assert torch.equal(groups((255 * x).round().byte(), 7, 8), expected)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_file_of_whole_numbers_is_seen_between_the_black_and_the_white_of_floating_point(
    tmp_path: Path, bits: int
) -> None:
    """What `sample --to` writes of such data, and what a user gives to their model: never all of it near one grey."""
    low, high = -1000.0, 988.0
    about = About("pictures", (1, 6, 8), "float32", low, high)
    numbers = np.arange(48, dtype=np.uint16).reshape(6, 8) * (5 if bits == 8 else 1300)
    Image.fromarray(numbers.astype(np.uint8) if bits == 8 else numbers).save(tmp_path / "x.png")
    Image.fromarray(numbers.astype(np.float32)).save(tmp_path / "x.tif")

    def seen(name: str, of: About | None) -> torch.Tensor:
        return given.picture(tmp_path / name, lambda header: Form(header.height, header.width, 1, "float32"), of)

    share = torch.from_numpy(numbers.astype(np.float32)) / (2**bits - 1)
    torch.testing.assert_close(seen("x.png", about)[0], low + (high - low) * share, rtol=1e-6, atol=1e-3)
    assert seen("x.tif", about)[0].equal(torch.from_numpy(numbers.astype(np.float32)))
    torch.testing.assert_close(seen("x.png", None)[0], share)
