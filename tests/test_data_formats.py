"""Formats are families: whatever a camera or Pillow calls a file, it is read as its like."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from badpictures import HEIGHT, WIDTH, noise
from PIL import Image

from saddlepoint.data import pictures
from saddlepoint.data.fitting import Form
from saddlepoint.data.folder import look_at
from saddlepoint.data.pictures import decode, probe, strict
from saddlepoint.data.reading import Entry, Fit
from saddlepoint.data.sources import open_source


def entry(path: Path) -> Entry:
    found = look_at(path, path.name, path.suffix)
    assert isinstance(found, Entry), found
    return found


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_a_jpeg_is_decoded_no_smaller_than_its_form_needs(fit: Fit, tmp_path: Path) -> None:
    """Stripes of 16 pixels along the shorter side, a fourth of the size later of 4: a JPEG decoded at an eighth of its
    size has none. It gives what a PNG of the same picture does.
    """
    x = np.where(np.arange(256)[:, None] // 8 % 2, 220, 30).astype(np.uint8).repeat(1024, 1)
    for picture, name in ((x, "wide"), (np.ascontiguousarray(x.T), "high")):
        Image.fromarray(picture).save(tmp_path / f"{name}.jpg", quality=95)
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
        with strict():
            both = [decode(entry(tmp_path / f"{name}.{end}"), Form(64, 64, 1, fit=fit)) for end in ("jpg", "png")]
        np.testing.assert_allclose(*(each.astype(float) for each in both), atol=12)


@pytest.mark.parametrize("save", [np.save, np.savez])
def test_arrays_that_lie_by_columns_are_the_same_arrays(save: Callable[..., None], tmp_path: Path) -> None:
    x = np.arange(5 * 8 * 9, dtype=np.uint16).reshape(5, 8, 9)
    path = tmp_path / ("set.npy" if save is np.save else "set.npz")
    save(path, np.asfortranarray(x))
    np.testing.assert_array_equal(open_source(str(path)).x[:, 0].numpy(), x)


def test_what_telephones_call_a_jpeg_is_one(tmp_path: Path) -> None:
    """An MPO is a JPEG with more pictures behind it: as large, as soon decoded, the same numbers."""
    rng = np.random.default_rng(0)
    x = Image.fromarray(rng.integers(0, 256, (35, 40, 3), dtype=np.uint8)).resize((5600, 5000))
    x.save(tmp_path / "one.jpg")
    x.save(tmp_path / "other.jpg", "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30))], quality=75)
    with Image.open(tmp_path / "other.jpg") as image:
        assert image.format == "MPO"
    with strict():
        one, other = (probe(entry(tmp_path / name)) for name in ("one.jpg", "other.jpg"))
    assert one == other
    form = Form(50, 56, 3)
    with strict():
        decoded = [decode(entry(tmp_path / name), form) for name in ("one.jpg", "other.jpg")]
    np.testing.assert_array_equal(*decoded)


@pytest.mark.parametrize("suffix", sorted(pictures.SUFFIXES - {".pbm"}))
def test_every_suffix_that_is_looked_for_is_of_a_format_that_is_read(tmp_path: Path, suffix: str) -> None:
    """As Pillow itself writes a file of that name: .dib, .jfif and others are formats of one family."""
    x = noise() if suffix == ".pgm" else noise(3)
    kinds = Image.registered_extensions()
    Image.fromarray(x).save(tmp_path / f"x{suffix}", kinds.get(suffix, "PPM" if suffix == ".pnm" else None))
    assert open_source(str(tmp_path)).x.shape[2:] == (HEIGHT, WIDTH)
