"""The speed that the progress line has, against clocks that are known."""

import pytest

from saddlepoint.running.gauge import WINDOW, Gauge


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
