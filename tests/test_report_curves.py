"""Curves stand where the data say, whatever the data are."""

import math
import re

import pytest

from saddlepoint.report.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, fit, labelled, log_ticks, ticks
from saddlepoint.report.charts import charts
from saddlepoint.report.curves import MOST_POINTS, Chart, Line, draw, segments
from saddlepoint.report.story import Story


def test_corners_of_the_data_are_corners_of_the_frame():
    axes = Axes(0, 200, -1, 3)
    assert (axes.x(0), axes.x(200), axes.x(50)) == (LEFT, WIDTH - RIGHT, LEFT + (WIDTH - LEFT - RIGHT) / 4)
    assert (axes.y(-1), axes.y(3), axes.y(1)) == (HEIGHT - BOTTOM, TOP, (HEIGHT - BOTTOM + TOP) / 2)
    log = Axes(0, 1, 0.01, 100, log=True)
    assert (log.y(0.01), log.y(100)) == (HEIGHT - BOTTOM, TOP)
    assert log.y(1) == pytest.approx((HEIGHT - BOTTOM + TOP) / 2)
    assert log.y(0) > HEIGHT


def test_a_drawn_line_runs_through_its_data():
    x, y = [0.0, 50.0, 100.0], [0.0, 1.0, 0.25]
    svg = draw(Chart("t", "", (Line("D", x, y),), limits=(0.0, 1.0)))
    path = re.search(r'class="line h0" d="M([^"]*)"', svg).group(1)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    found = [tuple(map(float, point.split())) for point in path.split("L")]
    expected = [(LEFT + a / 100 * width, TOP + (1 - b) * height) for a, b in zip(x, y)]
    assert all(p == pytest.approx(q, abs=0.051) for p, q in zip(found, expected, strict=True))


def test_lines_break_where_values_are_missing_and_where_time_steps_back():
    line = Line("D", [1, 2, 3, 4, 5, 3, 4], [1.0, 2.0, None, math.nan, 5.0, 6.0, 7.0])
    assert [[(p.x, p.y) for p in piece] for piece in segments(line)] == [[(1, 1), (2, 2)], [(5, 5)], [(3, 6), (4, 7)]]


def test_a_single_point_is_a_dot():
    svg = draw(Chart("t", "", (Line("D", [0, 1, 2, 10], [0.5, 0.5, None, 0.5], 3),), limits=(0, 1)))
    middle = TOP + (HEIGHT - TOP - BOTTOM) / 2
    assert f'class="point h3" d="M{WIDTH - RIGHT:.1f} {middle:.1f}h0"' in svg


def test_long_lines_are_thinned_to_means_with_their_extremes():
    n = 10 * MOST_POINTS
    (piece,) = segments(Line("D", range(n), [float(i % 10) for i in range(n)]))
    assert len(piece) == MOST_POINTS
    assert all((p.x, p.y, p.low, p.high) == (10 * i + 4.5, 4.5, 0, 9) for i, p in enumerate(piece))


def test_a_wild_value_does_not_flatten_the_rest_and_is_counted():
    y = [1 + 0.01 * (i % 10) for i in range(200)]
    y[7] = 1e6
    axes = fit(range(200), y, log=False)
    assert axes.y_high < 2
    assert axes.contains(1.0)
    assert axes.contains(1.09)
    assert ">1 beyond the frame<" in draw(Chart("t", "", (Line("D", range(200), y),)))
    assert "beyond" not in draw(Chart("t", "", (Line("D", range(200), y),), limits=(0, 2e6)))


@pytest.mark.parametrize("y", [[0.0], [3.0, 3.0], [-5.0, -5.0], [1e-9, 2e-9], [1e12, 2e12], [-1.0, 0.0, 1.0]])
@pytest.mark.parametrize("log", [False, True])
def test_any_values_fit_their_axes(y, log):
    if log and max(y) <= 0:
        assert draw(Chart("t", "", (Line("D", range(len(y)), y),), log=True)) == ""
        return
    axes = fit(list(range(len(y))), y, log)
    assert axes.y_low < axes.y_high
    assert axes.x_low < axes.x_high
    assert all(axes.contains(v) for v in y if v > 0 or not log)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-1.2, 2.3, [-1, 0, 1, 2]),
        (0, 215_040, [0, 50_000, 100_000, 150_000, 200_000]),
        (0.98, 1.03, [0.98, 0.99, 1, 1.01, 1.02, 1.03]),
    ],
)
def test_ticks(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


def test_log_ticks_are_powers_of_ten_or_finer_where_those_are_few():
    assert log_ticks(0.005, 20) == pytest.approx([0.01, 0.1, 1, 10])
    assert log_ticks(0.3, 4) == pytest.approx([0.5, 1, 2])
    assert log_ticks(1e-9, 1e9) == pytest.approx([1e-9, 1e-5, 1e-1, 1e3, 1e7])
    assert len(log_ticks(2.1, 2.4)) >= 2


def test_ticks_that_lie_close_are_told_apart():
    assert [label for _, label in labelled([1000, 2000])] == ["1k", "2k"]
    assert [label for _, label in labelled([10_010, 10_020])] == ["10010", "10020"]


def test_a_strip_says_the_values_under_the_pointer():
    svg = draw(Chart("t", "", (Line("D", [0, 1000], [0.5, 0.25]), Line("G", [0, 1000], [1.0, 2.0])), limits=(0, 2)))
    assert "1k · D 0.25 · G 2<" in svg
    assert "0 · D 0.5 · G 1<" in svg


def test_what_happened_is_marked_where_it_happened():
    svg = draw(Chart("t", "", (Line("D", [0, 100], [0.0, 1.0]),), marks=((150, "rollback"), (30, "stage 2"))))
    width = WIDTH - LEFT - RIGHT
    found = re.findall(r'class="mark" d="M([0-9.]+) .*?>([a-z 0-9]+)<', svg)
    assert [(float(x), text) for x, text in found] == [
        (WIDTH - RIGHT, "rollback"),
        (pytest.approx(LEFT + 0.2 * width, abs=0.051), "stage 2"),
    ]


def test_the_shaded_band_is_the_middle_half():
    """Between the first and the third quartile, and closed: up along one, back along the other."""
    q = [-4.0, -1.0, 0.0, 1.0, 4.0]
    events = tuple({"event": "held_out", "images": n, "train": {"mean": 0.0, "q": q}} for n in (0, 100))
    (chart,) = charts(Story("", {}, {}, {}, {}, events, ()))
    (line,) = chart.lines
    assert (line.low, line.high) == ([-1.0, -1.0], [1.0, 1.0])
    band = re.search(r'class="band h0" d="M([^Z]*)Z"', draw(chart._replace(limits=(-2.0, 2.0)))).group(1)
    high, low = TOP + (HEIGHT - TOP - BOTTOM) / 4, TOP + (HEIGHT - TOP - BOTTOM) * 3 / 4
    corners = [tuple(map(float, point.split())) for point in band.split("L")]
    right = WIDTH - RIGHT
    assert corners == [pytest.approx(p, abs=0.051) for p in ((LEFT, high), (right, high), (right, low), (LEFT, low))]


def test_each_average_that_was_judged_has_its_distance_with_its_interval():
    bars = ({"a-20": [2.0, 1.0, 3.0]}, {"a-20": [1.0, 0.5, 1.5], "a-9": [4.0, 3.0, 5.0]}, {"a-20": "?"})
    events = tuple({"event": "judgement", "images": 50 * n, "frechet": bar} for n, bar in enumerate(bars))
    (chart,) = charts(Story("", {}, {}, {}, {}, events, ()))
    assert [(line.name, *map(list, (line.x, line.y, line.low, line.high))) for line in chart.lines] == [
        ("a-20", [0, 50, 100], [2.0, 1.0, None], [1.0, 0.5, None], [3.0, 1.5, None]),
        ("a-9", [0, 50, 100], [None, 4.0, None], [None, 3.0, None], [None, 5.0, None]),
    ]


def test_lines_of_the_players_have_their_colours():
    losses = {"D": 1.0, "G": 1.0, "D/r1": 1.0, "G_ab": 1.0, "other": 1.0}
    events = tuple({"event": "rounds", "images": n, "losses": losses} for n in (0, 100))
    own, extra = charts(Story("", {}, {}, {}, {}, events, ()))
    assert [(line.name, line.hue, line.dashed) for line in own.lines] == [
        ("D", 0, False),
        ("G", 1, False),
        ("G_ab", 5, False),
        ("other", 6, False),
    ]
    assert [(line.name, line.hue, line.dashed) for line in extra.lines] == [("D/r1", 0, True)]


def test_what_d_says_is_drawn_as_its_objective_reads_it():
    """Probabilities and comparisons within 0 and 1, beside 1/2; scores, which have no scale, on one of their own."""
    events = []
    for n, (reads, d) in enumerate((("probability", 0.6), ("score", 7.0), ("comparison", 0.7))):
        events.append({"event": "stage", "stage": n, "images": 0, "reads": reads})
        events += [{"event": "rounds", "stage": n, "images": 10 * n + i, "d_real": d, "d_fake": 1 - d} for i in (1, 2)]
    found = charts(Story("", {}, {}, {}, {}, tuple(events), ()))
    assert [(chart.title, chart.limits, chart.guide) for chart in found] == [
        ("D(x) and D(G(z))", (0.0, 1.0), 0.5),
        ("score of x and score of G(z)", None, None),
        ("D(x over G(z)) and D(G(z) over x)", (0.0, 1.0), 0.5),
    ]
    assert [line.y for line in found[1].lines] == [[7.0, 7.0], [-6.0, -6.0]]
    assert [line.x for line in found[2].lines] == [[21.0, 22.0]] * 2
    assert "not probabilities" in found[1].meaning
