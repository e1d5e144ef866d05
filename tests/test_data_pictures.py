"""Decoding: every good kind gives the right numbers, every bad kind a reason; nothing is trusted."""

import struct
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from badpictures import BAD, GOOD, HEIGHT, WIDTH, good, noise, png
from PIL import Image

from saddlepoint.data import pictures
from saddlepoint.data.fitting import Form
from saddlepoint.data.folder import list_folder, look_at
from saddlepoint.data.pictures import decode, probe, strict
from saddlepoint.data.reading import Bad, Entry, Reading, shown
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.media.pictures import deep

RGB = Form(HEIGHT, WIDTH, 3)


def entry(path: Path) -> Entry:
    found = look_at(path, path.name, path.suffix)
    assert isinstance(found, Entry), found
    return found


def read(path: Path, form: Form = RGB) -> np.ndarray:
    with strict():
        return decode(entry(path), form)


@pytest.mark.parametrize("name", BAD)
def test_each_bad_kind_is_refused_with_its_reason_in_less_than_a_second(tmp_path: Path, name: str) -> None:
    make, word = BAD[name]
    make(tmp_path / name)
    start = time.process_time()
    listed = list_folder(tmp_path)
    with strict():
        reasons = [bad.reason for bad in listed.bad]
        for one in listed.entries:
            with pytest.raises(SaddlepointError) as caught:
                decode(one, RGB)
            reasons.append(caught.value.what)
    assert time.process_time() - start < 1
    assert len(reasons) == 1
    assert word in reasons[0]


def test_all_kinds_together_the_good_are_kept_and_every_bad_one_is_named(tmp_path: Path) -> None:
    for name, make in GOOD.items():
        make(tmp_path / name)
    for name, (make, _) in BAD.items():
        make(tmp_path / name)
    with pytest.raises(SaddlepointError, match=f"of {len(BAD) + len(GOOD)} cannot be read"):
        open_source(str(tmp_path))
    source = open_source(Reading(str(tmp_path), bad=1))
    assert source.x.shape == (len(GOOD), 3, HEIGHT, WIDTH)
    told = "\n".join(source.notes)
    assert all(name in told for name in list(BAD)[:5])
    listed, words = list_folder(tmp_path), []
    with strict():
        for one in listed.entries:
            try:
                decode(one, RGB)
            except SaddlepointError as error:
                words.append(error.where)
    assert sorted([*words, *(bad.name for bad in listed.bad)]) == sorted(BAD)


def test_unchanged_where_nothing_has_to_change(tmp_path: Path) -> None:
    x = noise(3)
    Image.fromarray(x).save(tmp_path / "x.png")
    np.testing.assert_array_equal(read(tmp_path / "x.png"), x.transpose(2, 0, 1))


def test_sixteen_bits_keep_their_numbers_and_become_8_by_dividing_by_257(tmp_path: Path) -> None:
    """Pillow's own conversion cuts everything above 255 off: the mean would be 254.4."""
    x = np.linspace(0, 65535, HEIGHT * WIDTH).round().reshape(HEIGHT, WIDTH).astype(np.uint16)
    Image.fromarray(x).save(tmp_path / "x.png")
    np.testing.assert_array_equal(read(tmp_path / "x.png", Form(HEIGHT, WIDTH, 1, "uint16"))[0], x)
    eight = read(tmp_path / "x.png", Form(HEIGHT, WIDTH, 1))[0]
    assert np.abs(eight - x / 257).max() <= 0.5 + 1e-6
    assert abs(eight.mean() - 127.5) < 0.5


@pytest.mark.parametrize("channels", [3, 4])
def test_colour_of_sixteen_bits_keeps_its_numbers(tmp_path: Path, channels: int) -> None:
    """Both bytes of each number: also of a TIFF, in either byte order."""
    x = np.random.default_rng(0).integers(0, 65536, (HEIGHT, WIDTH, channels), dtype=np.uint16)
    (tmp_path / "x.png").write_bytes(deep(x))
    form = Form(HEIGHT, WIDTH, channels, "uint16")
    np.testing.assert_array_equal(read(tmp_path / "x.png", form), x.transpose(2, 0, 1))
    for name, order in (("little.tif", "<"), ("big.tif", ">")):
        (tmp_path / name).write_bytes(tiff(x, order))
        np.testing.assert_array_equal(read(tmp_path / name, form), x.transpose(2, 0, 1))
    source = open_source(str(tmp_path))
    assert source.x.dtype == torch.uint16
    assert source.x.shape == (3, channels, HEIGHT, WIDTH)
    eight = read(tmp_path / "x.png", form._replace(dtype="uint8"))
    assert np.abs(eight - x.transpose(2, 0, 1) / 257).max() <= 1


def tiff(x: np.ndarray, order: str) -> bytes:
    """An uncompressed TIFF of 16 bits, in this byte order."""
    height, width, channels = x.shape
    entries = {256: width, 257: height, 259: 1, 262: 2, 273: 0, 277: channels, 278: height, 279: x.nbytes}
    entries |= {338: 2} if channels == 4 else {}
    depths, body = struct.pack(f"{order}{channels}H", *[16] * channels), x.astype(f"{order}u2").tobytes()
    start = 8 + 2 + 12 * (len(entries) + 1) + 4
    entries[273] = start + len(depths)
    rows = {tag: struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in entries.items()}
    rows[258] = struct.pack(f"{order}HHII", 258, 3, channels, start)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, len(rows))
    return head + b"".join(rows[tag] for tag in sorted(rows)) + bytes(4) + depths + body


def test_colour_of_sixteen_bits_resized_turned_and_laid_on_a_background(tmp_path: Path) -> None:
    """A colour that is everywhere the same stays it, without a rim where it meets what is transparent."""
    x = np.full((HEIGHT, WIDTH, 4), [1000, 30000, 65535, 65535], np.uint16)
    x[:, WIDTH // 2 :] = 0
    (tmp_path / "x.png").write_bytes(deep(x))
    y = read(tmp_path / "x.png", Form(15, 20, 4, "uint16", "stretch")).astype(int)
    seen = y[3] > 3000
    assert np.abs(y[:3, seen].T - [1000, 30000, 65535]).max() <= 12
    assert y[3, 7, 0] == 65535
    assert y[3, 7, -1] == 0
    laid = read(tmp_path / "x.png", Form(15, 20, 3, "uint16", "stretch", (255, 0, 51)))
    assert laid[:, 7, -1].tolist() == [65535, 0, 13107]
    grey = read(tmp_path / "x.png", Form(15, 20, 1, "uint16", "stretch", (255, 0, 51)))
    assert abs(int(grey[0, 7, -1]) - (0.299 * 65535 + 0.114 * 13107)) < 2
    barred = read(tmp_path / "x.png", Form(60, 40, 3, "uint16", "pad", (255, 0, 51)))
    assert barred[:, 0, 0].tolist() == [65535, 0, 13107]


def test_eight_bits_and_sixteen_in_one_set(tmp_path: Path) -> None:
    sixteen = np.full((8, 8, 3), [257, 514, 65535], np.uint16)
    for i in range(2):
        (tmp_path / f"{i}.png").write_bytes(deep(sixteen))
    Image.new("RGB", (8, 8), (1, 2, 255)).save(tmp_path / "c.png")
    Image.new("L", (8, 8), 7).save(tmp_path / "d.png")
    source = open_source(str(tmp_path))
    assert source.x[:, :, 0, 0].tolist() == [[257, 514, 65535]] * 3 + [[7 * 257] * 3]


def test_floating_point_stays_as_it_is(tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((HEIGHT, WIDTH), dtype=np.float32)
    Image.fromarray(x).save(tmp_path / "x.tif")
    np.testing.assert_array_equal(read(tmp_path / "x.tif", Form(HEIGHT, WIDTH, 1, "float32"))[0], x)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(tmp_path: Path, orientation: int) -> None:
    """Only the corner that a viewer shows top left is white."""
    turn = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.T,
        6: lambda a: np.rot90(a, 1),  # what a viewer has to turn clockwise is stored turned the other way
        7: lambda a: a[::-1, ::-1].T,
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    upright = np.zeros((8, 12), np.uint8)
    upright[:3, :3] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(turn(upright))).save(tmp_path / "x.png", exif=exif)
    with strict():
        header = probe(entry(tmp_path / "x.png"))
    assert (header.height, header.width) == (8, 12)
    np.testing.assert_array_equal(read(tmp_path / "x.png", Form(8, 12, 1))[0], upright)


def test_palettes_give_their_colours(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((3, 2), 1)
    image.save(tmp_path / "x.png")
    x = read(tmp_path / "x.png", Form(8, 8, 3))
    assert x[:, 2, 3].tolist() == [200, 100, 50]
    assert x[:, 0, 0].tolist() == [10, 20, 30]


def test_what_is_transparent_shows_the_background_and_opacity_is_kept_where_asked(tmp_path: Path) -> None:
    x = np.zeros((8, 8, 4), np.uint8)
    x[:, :4] = (255, 0, 0, 128)
    Image.fromarray(x).save(tmp_path / "x.png")
    over = read(tmp_path / "x.png", Form(8, 8, 3, background=(0, 0, 255)))
    assert over[:, 0, 7].tolist() == [0, 0, 255]
    np.testing.assert_allclose(over[:, 0, 0], [128, 0, 127], atol=1)
    np.testing.assert_array_equal(read(tmp_path / "x.png", Form(8, 8, 4)), x.transpose(2, 0, 1))


def test_resizing_draws_no_rim_around_what_is_opaque(tmp_path: Path) -> None:
    """Black behind full transparency must not darken the red: colours weigh in by their opacity."""
    x = np.zeros((32, 32, 4), np.uint8)
    x[8:24, 8:24] = (255, 0, 0, 255)
    Image.fromarray(x).save(tmp_path / "x.png")
    small = read(tmp_path / "x.png", Form(12, 12, 4))
    seen = small[3] > 8
    assert small[0][seen].min() > 240


@pytest.mark.parametrize(("fit", "left", "middle"), [("crop", 0, 0), ("pad", 255, 0), ("stretch", 0, 0)])
def test_ways_to_fit(tmp_path: Path, fit: str, left: int, middle: int) -> None:
    """A 10 x 30 picture whose middle third is black and whose outer thirds are grey 100, to 10 x 10."""
    x = np.full((10, 30), 100, np.uint8)
    x[:, 10:20] = 0
    Image.fromarray(x).save(tmp_path / "x.png")
    out = read(tmp_path / "x.png", Form(10, 10, 1, fit=fit))[0].astype(int)  # pyright: ignore
    if fit == "crop":
        assert out.max() <= 12
    elif fit == "pad":
        assert (out[0] == 255).all()
        assert out[5].min() < 20
    else:
        assert abs(out[5, 0] - 100) < 12
        assert out[5, 5] < 12


def test_a_large_jpeg_is_decoded_smaller(tmp_path: Path) -> None:
    Image.new("RGB", (5600, 5000), (10, 200, 30)).save(tmp_path / "x.jpg")
    assert pictures.DECODED < 5600 * 5000
    x = read(tmp_path / "x.jpg", Form(64, 64, 3))
    np.testing.assert_allclose(x.reshape(3, -1).mean(1), [10, 200, 30], atol=3)


def test_no_decoder_but_those_listed_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*words: object, **more: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr("subprocess.Popen", started)
    monkeypatch.setattr("subprocess.check_call", started)
    for name in ("script.jpg", "layers.jpg", "stars.jpg"):
        BAD[name][0](tmp_path / name)
        with pytest.raises(SaddlepointError, match="not a picture that is read"):
            read(tmp_path / name)


def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    def locked() -> None:
        raise PermissionError(13, "Permission denied")

    with strict(), pytest.raises(SaddlepointError, match="no permission"):
        probe(Entry("x.png", 100, 0, locked))  # pyright: ignore


def test_a_file_that_grew_beyond_reason_is_not_opened(tmp_path: Path) -> None:
    with strict(), pytest.raises(SaddlepointError, match="more than"):
        probe(Entry("x.png", pictures.BYTES + 1, 0, partial(open, good(tmp_path / "x.png"), "rb")))


def test_memory_stays_small_on_bombs(tmp_path: Path) -> None:
    import resource

    for i in range(5):
        (tmp_path / f"{i}.png").write_bytes(png(50_000 + i, 50_000))
        (tmp_path / f"l{i}.png").write_bytes(png(8_000, 8_000, b"\0" * 100))
    good(tmp_path / "x.png")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    open_source(Reading(str(tmp_path), bad=1))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500 * 1024


def test_names_are_shown_on_one_short_line() -> None:
    assert shown("a\nb\x1b[31m") == "a\\nb\\x1b[31m"
    assert shown("\N{GRINNING FACE}.png") == "\N{GRINNING FACE}.png"
    assert len(shown("n" * 300)) == 80
    assert "\n" not in str(Bad("a\nb", "reason"))
    assert shown("\udcff.png") == "\\udcff.png"


def test_uint16_batches_reach_both_ends_of_the_range() -> None:
    from saddlepoint.data.scaling import scaled

    x = torch.tensor([0, 65535], dtype=torch.uint16)
    assert scaled(x, "signed").tolist() == [-1, 1]
    assert scaled(x, "unit").tolist() == [0, 1]
