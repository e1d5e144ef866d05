"""Points on paper: where a point is drawn, which numbers stand at the axes, what a histogram counts."""

import numpy as np
import pytest
import torch

from saddlepoint.data.axes import axes_of
from saddlepoint.data.facts import About
from saddlepoint.media.catalog import MEDIA
from saddlepoint.media.plots import ABOVE, BINS, GAP, LEFT, SIZE, Window, dependent, share, sheet, ticks, windows

FAKE = (213, 94, 0)


def reddish(image) -> np.ndarray:
    """Where a picture has the colour of what is generated, [H, W]."""
    pixels = np.asarray(image).astype(int)
    return (pixels[..., 0] - pixels[..., 2]) > 60


def test_each_axis_has_its_own_scale_where_the_data_have_units() -> None:
    """The point in the middle of the data is drawn in the middle of its panel, though y is a millionth of x."""
    real = torch.tensor([[40_000.0, 0.00], [60_000.0, 0.02]], dtype=torch.float64)
    image = sheet(torch.tensor([[50_000.0, 0.01]]), real, ("x", "y"), False)
    rows, columns = reddish(image).nonzero()
    second = LEFT + SIZE + GAP  # where the panel of what is generated begins
    assert abs(columns.mean() - (second + LEFT + SIZE / 2)) < 1.5
    assert abs(rows.mean() - (ABOVE + SIZE / 2)) < 1.5
    higher = sheet(torch.tensor([[50_000.0, 0.015]]), real, ("x", "y"), False)
    assert reddish(higher).nonzero()[0].mean() == pytest.approx(ABOVE + SIZE / 2 - SIZE * 0.005 / 0.024, abs=1.5)


def test_without_units_both_axes_are_equally_long() -> None:
    x = torch.tensor([[0.0, 0.0], [10.0, 1.0]])
    (x1, y1), (x2, y2) = ([w.high - w.low for w in windows(x, "ab", equal)] for equal in (True, False))
    assert x1 == pytest.approx(12) == y1
    assert (x2, y2) == pytest.approx((12, 1.2))


def test_a_heavy_tail_does_not_press_the_rest_into_a_line() -> None:
    x = torch.cat([torch.linspace(0, 1, 500), torch.tensor([1e9])])[:, None]
    assert windows(x, "a", False)[0].high < 2


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 10, ["0", "2", "4", "6", "8", "10"]),
        (45_000, 55_000, ["46,000", "48,000", "50,000", "52,000", "54,000"]),
        (0.0061, 0.0129, ["0.008", "0.010", "0.012"]),
        (-1.2, 1.2, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (1.7e9, 1.7e9 + 5, ["1700000000", "1700000001", "1700000002", "1700000003", "1700000004", "1700000005"]),
    ],
)
def test_round_numbers_stand_at_the_axes(low: float, high: float, words: list[str]) -> None:
    found = ticks(low, high)
    assert [word for _, word in found] == words
    assert [float(word.replace(",", "")) for word in words] == pytest.approx([place for place, _ in found])


def test_a_histogram_counts_shares_of_its_window() -> None:
    found = share(torch.tensor([0.1, 0.1, 0.9, 5.0, float("nan")]), Window("a", 0.0, 1.0))
    assert float(found.sum()) == pytest.approx(3 / 5)
    assert float(found[int(0.1 * BINS)]) == pytest.approx(2 / 5)


def test_the_pairs_that_are_shown_are_those_that_depend_most() -> None:
    a, b = torch.randn(2, 200, generator=torch.Generator().manual_seed(0))
    assert dependent(torch.stack([a, b, -2 * a, torch.ones(200)], 1))[0] == (0, 2)


@pytest.mark.parametrize("d", [1, 2, 3, 20])
def test_points_of_any_number_of_dimensions_have_a_sheet(d: int) -> None:
    """Also where a column is constant, and where what is generated is not finite."""
    x = np.random.default_rng(0).normal(size=(30, d)) * 10.0 ** np.arange(-d, d, 2)
    x[:, -1] = 3
    about, real = About("points", (d,), axes=axes_of(x)), torch.from_numpy(x)
    made = real.clone()
    made[0, 0] = float("nan")
    drawn = [np.asarray(MEDIA["points"].sheet(made, about, None, each)) for each in (real, None)]
    assert (drawn[0] != drawn[0][0, 0]).any()
    assert d == 1 or drawn[0].shape != drawn[1].shape or (drawn[0] != drawn[1]).any()


def test_a_frame_of_the_film_strip_is_one_panel_over_the_real_points() -> None:
    """Beside them it would be twice as wide, and every frame the same on its left; of more columns nothing changes."""
    about = About("points", shape=(2,))
    rng = torch.Generator().manual_seed(0)
    real, x = torch.rand(300, 2, generator=rng), torch.rand(200, 2, generator=rng) / 4
    points = MEDIA["points"]
    drawn = ((points.sheet, real), (points.frame, real), (points.sheet, None))
    whole, frame, alone = (draw(x, about, None, some) for draw, some in drawn)
    assert whole.width == 2 * frame.width == 2 * alone.width
    assert whole.height == frame.height
    assert frame.tobytes() != alone.tobytes(), "the real ones are behind"
    wide = About("points", shape=(3,))
    many, of = torch.rand(300, 3, generator=rng), torch.rand(200, 3, generator=rng)
    assert points.frame(of, wide, None, many).tobytes() == points.sheet(of, wide, None, many).tobytes()
