"""The speed that the progress line has, against clocks that are known."""

import pytest

from saddlepoint.records import Reading, Round
from saddlepoint.running.gauge import WINDOW, Gauge, resumed, tick


def rates(ends: list[float]) -> list[float]:
    """The speed after each of the rounds of 64 examples that end at these seconds."""
    times, found = iter(ends), []
    gauge = Gauge(lambda: next(times))
    for place, _ in enumerate(ends):
        gauge.update(64 * (place + 1), {})
        found.append(gauge.rate)
    return found


def test_the_first_round_and_what_came_before_it_are_not_measured() -> None:
    """It ends after 100 seconds, the others take two each: 32 a second from the second on."""
    assert Gauge().rate == 0
    assert rates([100.0, 102.0, 104.0, 106.0]) == [0, 32, 32, 32]


def test_the_speed_is_that_of_the_last_ten_seconds() -> None:
    """Four rounds of four seconds, then some of one; however slow they are, the last is measured."""
    ends = [0.0, 4.0, 8.0, 12.0, 16.0, *(17.0 + i for i in range(12))]
    assert WINDOW == 10
    assert rates(ends)[4] == 16
    assert rates(ends)[-1] == 64
    assert rates([0.0, 64.0, 192.0]) == [0, 1, pytest.approx(0.5)]


def test_a_run_that_is_taken_up_again_goes_on_from_the_means_of_its_last_line() -> None:
    """.95 of what the journal has, .05 of the first round; what was not measured begins with it."""
    line = {"event": "rounds", "losses": {"D": 2.0, "G": None}, "d_real": 0.8, "d_fake": None}
    gauge = resumed([{"event": "rounds", "losses": {"D": 9.0}}, line, {"event": "checkpoint"}])
    round = Round(7, 128, {"D": 1.0, "G": 3.0}, {"D": Reading(0.6, 0.4)}, {}, 0, True)
    found = tick(gauge, round, 128, 256, 9.0, 0, ())
    assert found.losses == pytest.approx({"D": 0.95 * 2 + 0.05, "G": 3.0})
    assert (found.d_real, found.d_fake) == (pytest.approx(0.95 * 0.8 + 0.05 * 0.6), pytest.approx(0.4))
    assert resumed([]).smoothed == {}
