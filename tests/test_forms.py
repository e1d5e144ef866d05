"""What a set of pictures is brought to, by its headers alone: size, channels and depth at the border of each half."""

import pytest
import torch

from saddlepoint.data.gather import extremes, median, settle
from saddlepoint.data.pictures import Header
from saddlepoint.data.reading import Reading
from saddlepoint.data.split import together


def some(*sizes: tuple[int, int], colour: bool = False, alpha: bool = False, depth: int = 8) -> list[Header]:
    return [Header(height, width, colour, alpha, depth, "PNG") for height, width in sizes]


def sizes(found: list[Header], **wish: object) -> tuple[int, int]:
    form, _ = settle(found, Reading("x", **wish))  # pyright: ignore[reportArgumentType]
    return form.height, form.width


def test_the_commonest_size_is_taken_where_half_of_all_have_it_and_it_is_not_too_long():
    """Up to the side that is asked for, here 64; else scaled to it, in its proportions."""
    three = [(30, 20)] * 2 + [(40, 40)] * 2
    assert sizes(some(*three)) == (30, 20)
    assert sizes(some((64, 50), (64, 50))) == (64, 50)
    assert sizes(some((65, 65), (65, 65))) == (64, 64)
    assert sizes(some((256, 64), (256, 64))) == (64, 16)
    assert sizes(some((1280, 64), (1280, 64))) == (64, 8)  # never below 8
    assert sizes(some((40, 20), (40, 20)), side=10) == (10, 8)


def test_of_mixed_sizes_the_median_proportions_at_the_median_area_are_taken():
    """Proportions 1, 4 and 1/4, areas 900, 400 and 1,600: 30 x 30."""
    found = some((30, 30), (40, 10), (20, 80))
    assert median(found) == (30, 30)
    assert sizes(found) == (30, 30)
    assert sizes(found, side=15) == (15, 15)
    assert median(some((20, 20), (80, 20), (90, 40))) == (60, 27)  # sqrt(1600 * 2.25), sqrt(1600 / 2.25)
    assert median(some((1, 1))) == (8, 8)


def test_a_size_that_is_asked_for_is_taken_and_said_where_it_changes_anything():
    found = some((30, 20), (30, 20), (40, 40))
    assert sizes(found, size=(5, 7)) == (5, 7)
    assert settle(found, Reading("x", size=(30, 20)))[1][0].startswith(
        "1 of 3 pictures are scaled to 30 x 20 and cropped"
    )
    assert settle(found[:2], Reading("x", size=(30, 20)))[1] == ()
    assert "2 of 3 pictures are 30 x 20: all are brought to 30 x 20" in settle(found, Reading("x"))[1][0]


@pytest.mark.parametrize(("clear", "channels"), [(0, 3), (1, 3), (2, 4), (4, 4)])
def test_opacity_is_kept_where_half_of_all_have_it(clear: int, channels: int):
    found = some(*[(8, 8)] * clear, colour=True, alpha=True) + some(*[(8, 8)] * (4 - clear), colour=True)
    form, notes = settle(found, Reading("x"))
    assert form.channels == channels
    assert bool(notes) == (clear in (1, 2))
    laid, said = settle(found, Reading("x", background="#336699"))
    assert (laid.channels, laid.background) == (3, (0x33, 0x66, 0x99))
    assert bool(said) == bool(clear)


@pytest.mark.parametrize(
    ("eight", "sixteen", "floating", "dtype"),
    [
        (3, 1, 0, "uint8"),
        (2, 2, 0, "uint16"),
        (0, 4, 0, "uint16"),
        (2, 0, 2, "float32"),
        (1, 2, 1, "uint16"),
        (2, 1, 1, "uint8"),
    ],
)
def test_a_depth_is_taken_that_half_of_all_have(eight: int, sixteen: int, floating: int, dtype: str):
    found = some(*[(8, 8)] * eight) + some(*[(8, 8)] * sixteen, depth=16) + some(*[(8, 8)] * floating, depth=32)
    form, notes = settle(found, Reading("x"))
    assert (form.dtype, form.channels) == (dtype, 1)
    assert bool(notes) == (sixteen < 4)


def test_one_in_colour_makes_all_coloured_but_floating_point_is_grey():
    grey, colour = some((8, 8), (8, 8)), some((8, 8), colour=True)
    assert settle(grey, Reading("x"))[0].channels == 1
    assert settle(grey + colour, Reading("x"))[0].channels == 3
    deep = some((8, 8), (8, 8), depth=32)
    form, notes = settle(deep + colour, Reading("x"))
    assert form.channels == 1
    assert any("colour is dropped" in note for note in notes)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([0.0, 1.0], (0.0, 1.0)), ([0.2, 0.7], (0.0, 1.0)), ([-0.1, 0.5], (-0.1, 0.5)), ([0.0, 1.1], (0.0, 1.1)),
        ([5.0, 5.0], (5.0, 10.0)), ([-0.5, -0.5], (-0.5, 0.5)), ([0.3, 0.3], (0.0, 1.0)),
    ],
)  # fmt: skip
def test_black_and_white_are_the_ends_of_floats_that_leave_the_unit(values: list[float], ends: tuple[float, float]):
    low, high, said = extremes(torch.tensor(values))
    assert (low, high) == pytest.approx(ends)
    assert bool(said) == (ends != (0.0, 1.0))
    assert extremes(torch.tensor(values).double() * 0 + 7)[:2] == (0.0, 1.0)  # of no other type


def test_groups_are_held_out_whole_as_long_as_they_fit():
    """In the order 3, 0, 4, ..: of groups a = {0, 1, 2}, b = {3}, c = {4, 5}."""
    alike, order = torch.tensor([0, 0, 0, 3, 4, 4]), torch.tensor([3, 0, 4, 1, 2, 5])
    held = {count: together(order, alike, count).nonzero().flatten().tolist() for count in range(7)}
    assert held == {
        0: [], 1: [3], 2: [3], 3: [3, 4, 5], 4: [0, 1, 2, 3], 5: [0, 1, 2, 3], 6: [0, 1, 2, 3, 4, 5],
    }  # fmt: skip
