"""What becomes of pictures and points at the border between one way and another: sizes, notes, ranges, axes."""

import math

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from saddlepoint.data import duplicates
from saddlepoint.data.axes import Axis, axis, restored, standardised, too_coarse
from saddlepoint.data.brightness import dark
from saddlepoint.data.depth import channels
from saddlepoint.data.duplicates import groups, near, same
from saddlepoint.data.facts import About
from saddlepoint.data.fitting import Form, fitted, padding
from saddlepoint.data.gather import extremes
from saddlepoint.data.pairs import halves
from saddlepoint.data.pictures import enough, grey_palette
from saddlepoint.data.points import named_alone, offers, plain_classes, wordy
from saddlepoint.data.reading import Bad, Reading, tolerate
from saddlepoint.data.scaling import as_bytes, scaled, stored, to_uint8, unit
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.data.survey import sheet
from saddlepoint.errors import SaddlepointError


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


# Pictures.


def test_a_quarter_of_white_is_dark_and_a_little_more_is_not():
    assert dark(63, "uint8")
    assert not dark(64, "uint8")
    assert dark(16_383, "uint16")
    assert not dark(16_384, "uint16")
    assert dark(0, "uint8") == ("largest value is 0 of 255: all is black",)
    assert dark(5, "uint8") == ("largest value is 5 of 255, nearly black: white is 51 times as much",)
    assert dark(0, "float32") == dark(1, "int64") == ()


def grey(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.arange(width * height, dtype=np.uint8).reshape(height, width))


def test_what_is_padded_lies_in_the_middle_between_bars_of_the_background():
    """4 x 2 into 8 x 8 is doubled; into 3 x 9 it becomes 3 x 2, and an odd rest is longer below."""
    white, form = Image.new("L", (4, 2), 255), Form(8, 8, 1, fit="pad", background=(0, 0, 0))
    x = np.asarray(fitted(white, form))
    assert (x[2:6] == 255).all()
    assert not x[:2].any()
    assert not x[6:].any()
    x = np.asarray(fitted(white, form._replace(height=9, width=3)))
    assert [bool(row.all()) for row in x] == [False] * 3 + [True] * 2 + [False] * 4
    x = np.asarray(fitted(Image.new("L", (2, 4), 255), form._replace(height=3, width=9)))
    assert [bool(row.all()) for row in x.T] == [False] * 3 + [True] * 2 + [False] * 4
    x = np.asarray(fitted(Image.new("L", (100, 1), 255), form))
    assert (x == 255).all(1).tolist() == [False] * 3 + [True] + [False] * 4  # never nothing at all
    assert fitted(white, form._replace(height=2, width=4)) is white


def test_what_is_cropped_is_the_middle_and_what_is_stretched_all_of_it():
    wide = Image.fromarray(np.repeat(np.array([[0, 0, 90, 90, 180, 180, 250, 250]], np.uint8), 4, 0))
    assert np.unique(np.asarray(fitted(wide, Form(4, 4, 1)))).tolist() == [90, 180]
    tall = wide.transpose(Image.Transpose.ROTATE_90)
    assert np.unique(np.asarray(fitted(tall, Form(4, 4, 1)))).tolist() == [90, 180]
    x = np.asarray(fitted(wide, Form(4, 4, 1, fit="stretch"))).astype(int)
    assert x[0, 0] < 20
    assert x[0, -1] > 235


def test_bars_are_the_background_in_each_mode():
    form = Form(2, 2, 3, background=(255, 100, 0))
    luma = round(0.299 * 255 + 0.587 * 100)
    expected = {"L": luma, "F": luma / 255, "LA": (0, 0), "RGB": (255, 100, 0), "RGBA": (0, 0, 0, 0)}
    assert {mode: padding(mode, form) for mode in expected} == expected
    assert Form(2, 2, 3).background == (255, 255, 255)
    assert Form(5, 7, 3).shape == (3, 5, 7)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_eight_bits_are_brought_to_the_unit_channel_by_channel(mode: str):
    x = np.arange(3 * 2 * 4, dtype=np.uint8).reshape(3, 2, 4) * 10  # 3 high, 2 wide
    image = Image.fromarray(x)
    kind = image.convert("RGB").convert("P") if mode == "P" else image.convert(mode)
    plain = np.asarray(kind.convert("RGB") if mode == "P" else kind, np.float32).reshape(3, 2, -1) / 255
    found = channels(kind, None)
    assert found.shape == ({"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "P": 3}[mode], 3, 2)
    assert found == pytest.approx(plain.transpose(2, 0, 1))


def test_numbers_are_brought_into_a_range_and_back():
    x, about = torch.tensor([10.0, 20.0, 30.0]), About("pictures", low=10.0, high=30.0)
    assert scaled(x, "unit", about).tolist() == [0, 0.5, 1]
    assert scaled(x, "signed", about).tolist() == [-1, 0, 1]
    assert stored(torch.tensor([-2.0, 0.5, 2.0]), "unit", about).tolist() == [10, 20, 30]
    assert stored(torch.tensor([-2.0, 0.5, 2.0]), "signed", about).tolist() == [10, 25, 30]
    assert scaled(torch.tensor([0, 51, 255], dtype=torch.uint8), "unit").tolist() == pytest.approx([0, 0.2, 1])
    deep = torch.tensor([0, 13107, 65535], dtype=torch.uint16)
    assert scaled(deep, "unit").tolist() == pytest.approx([0, 0.2, 1])
    assert to_uint8(deep, "unit").tolist() == [0, 51, 255]
    assert to_uint8(torch.tensor([0.0, 0.2, 1.0, 2.0]), "unit").tolist() == [0, 51, 255, 255]
    assert to_uint8(torch.tensor([-1.0, 0.0, 1.0]), "signed").tolist() == [0, 128, 255]
    assert as_bytes(x, about).tolist() == [0, 128, 255]
    assert as_bytes(torch.tensor([7], dtype=torch.uint8), about).tolist() == [7]
    assert unit(torch.tensor([-1.0, 1.0]), "signed").tolist() == [0, 1]
    assert unit(torch.tensor([-1.0, 1.0]), "unit").tolist() == [-1, 1]
    tokens = torch.tensor([3])
    assert scaled(tokens, "signed") is stored(tokens, "signed", about) is tokens
    whole = About("points", dtype="int16", low=-3.0, high=5.0)
    assert stored(torch.tensor([-9.0, 1.6, 9.0]), "raw", whole).tolist() == [-3, 2, 5]
    with pytest.raises(SaddlepointError, match="infinite"):
        to_uint8(torch.tensor([math.inf]), "unit")


def test_pairs_lie_side_by_side_where_a_picture_is_wide_enough():
    """From 1.2 times as wide as high, and of an even width."""
    source = Source("x", torch.arange(6.0).expand(1, 1, 5, 6))
    both = {which: halves(source, which) for which in ("left", "right")}
    assert both["left"].c is not None
    assert both["left"].c[0, 0, 0].tolist() == both["right"].x[0, 0, 0].tolist() == [0, 1, 2]
    assert both["left"].x[0, 0, 0].tolist() == [3, 4, 5]
    for shape in ((1, 1, 5, 5), (1, 1, 6, 7), (1, 1, 51, 60), (1, 6)):
        with pytest.raises(SaddlepointError):
            halves(Source("x", torch.zeros(shape)), "left")


def test_duplicates_at_the_border_of_each_tolerance():
    """A chequerboard of +-a has a root mean square of a: pairs differ by it alone, or by their means alone."""
    sign = (torch.arange(32)[:, None] + torch.arange(32)) % 2 * 2.0 - 1
    wave = 0.5 + 0.49 * sign[:, :1].expand(32, 32)
    other = sign[:1].expand(32, 32)  # apart from the wave, and from its mean
    for by, alike in ((0.0199, True), (0.0201, False)):
        assert same(wave[None], (wave + by * other)[None]).item() == alike
    faint = 0.5 + 0.2 * sign[:, :1].expand(32, 32)
    for by, alike in ((0.0099, True), (0.0103, False)):  # a twentieth of the greater contrast, .2
        assert same(faint[None], (faint + by * other)[None]).item() == alike
        assert same((faint + by * other)[None], faint[None]).item() == alike
    for by, alike in ((0.0999, True), (0.1001, False)):
        assert same(wave[None], (wave + by)[None]).item() == same((wave + by)[None], wave[None]).item() == alike
    i, j = near(torch.tensor([[0.0], [0.63], [0.65]]), torch.tensor([[0.0], [0.63], [0.65]]))
    assert list(zip(i.tolist(), j.tolist())) == [(0, 1), (1, 2)]  # up to .02 x 32


def test_a_group_is_called_after_its_first_and_reaches_from_one_to_the_next(monkeypatch: pytest.MonkeyPatch):
    """0 is like 2, 2 like 4; 1 and 3 are alike: in chunks of any size."""
    sign = ((torch.arange(32)[:, None] + torch.arange(32)) // 8 % 2 * 2.0 - 1) * 0.4 + 0.5
    slope = torch.linspace(-0.025, 0.025, 32).expand(32, 32)
    x = torch.stack([sign, 1 - sign, sign + slope, 1 - sign, sign + 2 * slope])[:, None]
    for chunk in (1024, 2, 1):
        monkeypatch.setattr("saddlepoint.data.duplicates.CHUNK", chunk)
        assert groups(x).tolist() == [0, 1, 0, 1, 0]  # pyright: ignore[reportOptionalMemberAccess]
        assert groups(100 + 50 * x, 100, 150).tolist() == [0, 1, 0, 1, 0]  # pyright: ignore[reportOptionalMemberAccess]
    assert groups(x[:1]) is None
    assert groups(x[:, 0]) is None
    monkeypatch.setattr("saddlepoint.data.duplicates.MOST", 4)
    assert groups(x) is None
    assert groups(x[:4]) is not None


# Points and their axes.


def test_an_axis_is_bent_where_a_number_is_twenty_deviations_out():
    """Of -2..2 the median deviation of those that are not the median is 2: 20 times 1.4826 of it are 59.304."""
    column = np.array([-2.0, -1.0, 0.0, 1.0, 2.0] * 9)
    for far, bent in ((59.3, False), (59.31, True), (-59.3, False), (-59.31, True)):
        found = axis("a", np.append(column, far))
        assert found.bent == bent
        usual = (0.0, 1.4826 * 2) if bent else (far / 46, np.append(column, far).std())
        assert (found.middle, found.scale) == pytest.approx(usual)
        assert (found.low, found.high, found.whole) == (min(-2.0, far), max(2.0, far), False)
    assert axis("a", column)._replace(scale=1.0) == ("a", -2.0, 2.0, 0.0, 1.0, False, True, (True, True))
    flat = axis("a", np.array([3.0, 3.0]))
    assert flat == ("a", 3.0, 3.0, 3.0, 1.0, False, True, (True, True))
    assert not axis("a", np.array([0.5, 0.5])).whole


def test_columns_are_seen_about_nothing_and_come_back_within_their_ends():
    axes = (axis("a", np.array([0.0, 1.0, 5.0])), axis("b", np.append(np.array([0.5, 1.5] * 20), 900.5)))
    x = torch.tensor([[0.0, 0.5], [5.0, 900.5], [1.0, 1.5]]).double()
    y = standardised(x, axes)
    assert y[:, 0].tolist() == pytest.approx(((x[:, 0] - 2) / np.std([0, 1, 5])).tolist())
    assert y[:, 1].tolist() == pytest.approx(np.arcsinh((x[:, 1].numpy() - axes[1].middle) / axes[1].scale).tolist())
    assert restored(y, axes).numpy() == pytest.approx(x.numpy())
    assert restored(torch.tensor([[99.0, 99.0], [-99.0, -99.0], [0.2, 0.0]]), axes).tolist() == [
        [5.0, 900.5],
        [0.0, 0.5],
        [2.0, pytest.approx(axes[1].middle)],
    ]
    bent = (axes[1]._replace(low=-1e300, high=1e300),)
    assert restored(torch.tensor([[-9e9], [9e9]]), bent).flatten().tolist() == [-1e300, 1e300]  # no overflow on the way
    long = (axis("c", np.array([0.1, 1e9 + 0.1])),)  # ends that float32 does not have
    assert restored(torch.tensor([[-99.0], [99.0]]), long).flatten().tolist() == [0.1, 1e9 + 0.1]
    assert standardised(x, ()) is x
    assert restored(x, ()) is x


def test_float32_is_too_coarse_where_a_whole_number_or_a_ten_thousandth_of_the_spread_is_lost():
    fine, coarse = np.array([[2.0**24], [2.0**24 + 2]]), np.array([[2.0**24], [2.0**24 + 1]])
    for x, lost in ((fine, False), (coarse, True)):
        assert too_coarse(x, (axis("a", x[:, 0]),)) == lost
    for far, lost in ((1e2, False), (1e5, True)):  # steps of 8e-6 and of 8e-3
        x = np.random.default_rng(0).random((50, 1)) + far
        assert too_coarse(x, (axis("a", x[:, 0]),)) == lost
        assert not too_coarse(x.astype(np.float32), (axis("a", x[:, 0]),))
    assert not too_coarse(coarse, ())
    assert not too_coarse(np.full((3, 1), 1e9 + 0.3), (axis("a", np.full(3, 1e9 + 0.3)),))  # all alike


def test_words_are_words_where_no_cell_is_a_number():
    for column, words in ((["a", ""], True), (["a", "1"], False), (["", ""], False), (["1x"], False), (["inf"], False)):
        assert wordy(column) == words, column
    assert named_alone("a b")
    assert not named_alone("a,b")
    assert not named_alone("a:b")


def test_classes_are_plain_where_five_rows_are_of_each():
    assert plain_classes(["k"], {"k": [*"aaaaabbbbb"]}, "") == "k"
    for columns in ({"k": [*"aaaaabbbb"]}, {"k": [*"aaaaabbbbb"], "l": [*"aaaaabbbbb"]}):
        with pytest.raises(SaddlepointError):
            plain_classes(list(columns), columns, "")


@pytest.mark.parametrize(
    ("column", "offered"),
    [
        ([*"0000011111"], True),
        ([*"000011111"], False),  # fewer than five of each
        ([*"0" * 20], False),
        ([str(i % 10) for i in range(50)], True),
        ([str(i % 11) for i in range(60)], False),
        (["0.5", *"000011111"], False),
        (["", *"00000111111"], True),
    ],
)
def test_few_whole_numbers_are_offered_as_classes(column: list[str], offered: bool):
    assert bool(list(offers({"k": column, "x": ["1.5"] * len(column)}))) == offered
    assert not list(offers({"k": column}))


# What is left out, and what is shown.


def test_a_twentieth_of_all_is_put_up_with_and_twenty_are_named():
    """Of all that there is, and not of what is good."""
    bad = [Bad(f"{i}.png", "why") for i in range(26)]
    assert tolerate(bad[:5], 95, 0.05, "x") == tuple(f"left out: {i}.png: why" for i in range(5))
    with pytest.raises(
        SaddlepointError, match=r"5 of 99 cannot be read: 0\.png: why; 1\.png: why; 2\.png: why; and 2 more"
    ):
        tolerate(bad[:5], 94, 0.05, "x")
    assert len(tolerate(bad[:20], 1, 1.0, "x")) == 20
    assert tolerate(bad[:21], 1, 1.0, "x")[20:] == ("left out: 1 more, which `saddlepoint look` names",)
    with pytest.raises(SaddlepointError, match=r"0\.png: why; 1\.png: why; 2\.png: why,? "):
        tolerate(bad[:3], 1, 0.5, "x")
    for nothing, words in (([], "can be read$|can be read \\(add some examples"), (bad[:1], "can be read: 0.png: why")):
        with pytest.raises(SaddlepointError, match=words):
            tolerate(nothing, 0, 1.0, "x")


def test_a_contact_sheet_has_examples_from_all_over_each_class():
    c = torch.tensor([0] * 20 + [1] * 5 + [3] * 10)
    source = Source("x", torch.arange(35.0)[:, None], c, ("a", "b", "c", "d"))
    shown = sheet(source, 4, 10)[:, 0].tolist()
    assert shown == [*range(0, 20, 2), 20, 20, 21, 21, 22, 22, 23, 23, 24, 24, *range(25, 35)]
    assert sheet(source, 1, 4)[:, 0].tolist() == [0, 5, 10, 15]
    assert sheet(source._replace(c=None), 2, 5)[:, 0].tolist() == [0, 3, 7, 10, 14, 17, 21, 24, 28, 31]
    assert len(sheet(source._replace(classes=()), 10, 10)) == 35


def test_numbers_of_one_value_have_a_white_as_far_off_as_they_are_large():
    for value, ends in ((0.5, (0, 1)), (1.5, (1.5, 3.0)), (5.0, (5, 10)), (-5.0, (-5, 0)), (-0.5, (-0.5, 0.5))):
        assert extremes(torch.full((2, 1, 4, 4), value))[:2] == ends
    assert extremes(torch.tensor([0.0, 1.0]))[2] == ()
    assert extremes(torch.tensor([0.0, 1.0001]))[2] == ("values go from 0, which is black, to 1.0001, which is white",)


def test_opacity_does_not_make_dark_pictures_light(tmp_path):
    for i in range(4):
        Image.new("RGBA", (8, 6), (9, 3, 0, 255 - i)).save(tmp_path / f"{i}.png")
    source = open_source(str(tmp_path))
    assert source.x.shape[1] == 4
    assert any(note.startswith("largest value is 9 of 255") for note in source.notes)


def test_what_a_network_makes_far_out_comes_back_within_the_ends():
    """Also where it is beyond all numbers; of a column with heavy tails, and of one in large units."""
    axes = (Axis("tails", -1e12, 3e12, 0.0, 1e10, True, crowded=(False, False)),
            Axis("plain", -1.0, 2.0, 0.5, 1.0, crowded=(False, False)),
            Axis("ends", -1e12, 3e12, 0.0, 1e10, True))  # fmt: skip
    for far in (50.0, 800.0, 1e30):
        x = restored(torch.tensor([[far] * 3, [-far] * 3]), axes)
        assert x.isfinite().all()
        for column, about in enumerate(axes):
            assert ((about.low <= x[:, column]) & (x[:, column] <= about.high)).all()
        assert x[:, 2].tolist() == [3e12, -1e12]


def test_an_array_that_lacks_its_last_byte_is_cut_short(tmp_path):
    for name, cut in (("whole", 0), ("less", 1), ("by a header", 120)):
        np.save(tmp_path / "x.npy", np.ones((3, 8, 8), np.uint8))
        (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[: 320 - cut])
        if cut:
            with pytest.raises(SaddlepointError, match="ends before its 192 bytes"):
                open_source(str(tmp_path / "x.npy"))
        else:
            assert open_source(str(tmp_path / "x.npy")).size == 3, name


def test_a_size_that_arrays_have_already_may_be_asked_for_height_first(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(3 * 48, dtype=np.uint8).reshape(3, 6, 8) + 99)
    assert open_source(Reading(str(tmp_path / "x.npy"), size=(6, 8))).x.shape == (3, 1, 6, 8)
    with pytest.raises(SaddlepointError, match="--size"):
        open_source(Reading(str(tmp_path / "x.npy"), size=(8, 6)))


def test_a_jpeg_is_decoded_large_enough_however_it_is_turned():
    """To fill 30 x 20 from 200 x 100, either way: its short side at least 30, a pixel more than the share of each."""
    form = Form(20, 30, 1)
    for size in ((200, 100), (100, 200)):
        found = enough(Image.new("L", size), form)
        assert found == tuple(side * 30 // 100 + 1 for side in size)
    assert enough(Image.new("L", (25, 60)), form) == (25, 60)


def test_a_palette_is_grey_where_all_three_of_each_colour_are_one():
    for colours, grey in (((0, 0, 0, 9, 9, 9), True), ((0, 0, 0, 9, 9, 8), False), ((0, 0, 0, 9, 8, 9), False)):
        image = Image.new("P", (4, 4))
        image.putpalette(colours)
        assert grey_palette(image) == grey
        assert not grey_palette(image.convert("L"))


def test_a_group_has_the_number_of_its_first_member_however_its_pairs_are_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 and 2 are one, 0 and 5 are one, and only then 2 and 5 are found to be."""
    pairs = torch.tensor([[1, 0, 2], [2, 5, 5]])
    monkeypatch.setattr(duplicates, "near", lambda some, others: tuple(pairs))
    monkeypatch.setattr(duplicates, "same", lambda a, b: torch.ones(len(a), dtype=torch.bool))
    found = groups(torch.rand(6, 1, 8, 8))
    assert found is not None
    assert found.tolist() == [0, 0, 0, 3, 4, 0]
    monkeypatch.setattr(duplicates, "near", lambda some, others: tuple(pairs.flip(1)))
    found = groups(torch.rand(6, 1, 8, 8))
    assert found is not None
    assert found.tolist() == [0, 0, 0, 3, 4, 0]
