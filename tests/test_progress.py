"""Where a run stands: what a round adds, what a stage resets, and the way through a checkpoint's JSON."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.game.rules import State
from saddlepoint.records import Reading, Round
from saddlepoint.running.progress import Progress, Tally
from saddlepoint.storage.parts import Saved


def round_(index: int = 0, images: int = 10, skipped: int = 0, loss: float = 1.0, d_real: float = 0.5) -> Round:
    losses, readings = {"D": loss, "G": 2 * loss}, {"D": Reading(d_real, 1 - d_real)}
    return Round(index, images, losses, readings, {"D": 3 * loss}, skipped, True)


def test_a_tally_holds_the_means_of_its_rounds() -> None:
    tally = Tally()
    for loss in (1.0, 2.0, 6.0):
        tally.add(round_(loss=loss, d_real=loss / 10))
    means = {"losses/D": 3.0, "losses/G": 6.0, "gradients/D": 9.0, "d_real": 0.3, "d_fake": 0.7}
    assert tally.means() == pytest.approx(means, rel=1e-15)
    assert (tally.rounds, tally.skipped) == (3, 0)


def test_what_is_not_finite_is_counted_and_not_averaged() -> None:
    tally = Tally()
    for loss in (1.0, math.nan, 3.0, math.inf):
        tally.add(round_(loss=loss, skipped=int(not math.isfinite(loss))))
    assert tally.means()["losses/D"] == 2.0
    assert tally.means()["d_real"] == 0.5
    assert (tally.rounds, tally.skipped) == (4, 2)


def test_a_tally_of_refused_rounds_alone_has_no_means() -> None:
    tally = Tally()
    tally.add(Round(0, 10, {}, {}, {"D": math.nan}, 2, True))
    assert tally.means() == {}
    assert (tally.told()["skipped"], tally.told().get("unfit")) == (2, None)
    tally.add(Round(1, 10, {}, {}, {"D": math.nan}, 2, True, unfit=2))
    assert (tally.told()["skipped"], tally.told()["unfit"]) == (4, 2)


def test_a_term_of_every_third_round_is_averaged_over_its_own_rounds() -> None:
    tally = Tally()
    for index in range(6):
        extra = {} if index % 3 else {"D/r1": float(index)}
        tally.add(round_()._replace(losses={"D": 1.0, **extra}))
    assert tally.means()["losses/D/r1"] == 1.5


def test_of_several_critics_each_has_its_means_besides_those_of_all() -> None:
    tally = Tally()
    for x, y in ((0.2, 0.4), (0.4, 0.8)):
        tally.add(round_()._replace(readings={"X": Reading(x, 0.1), "Y": Reading(y, 0.3)}))
    wanted = {"real/X": 0.3, "fake/X": 0.1, "real/Y": 0.6, "fake/Y": 0.3, "d_real": 0.45, "d_fake": 0.2}
    means = tally.means()
    assert {name: means[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)


def test_a_round_moves_the_place_by_what_it_saw() -> None:
    progress = Progress(before=100)
    progress.absorb(round_(index=4, images=50))
    assert progress.game == State(5, 50)
    assert progress.seen == 150


def test_refused_rounds_are_counted_in_all_and_in_a_row() -> None:
    progress = Progress()
    in_a_row = []
    for index, skipped in enumerate((0, 1, 2, 1, 0, 1)):
        progress.absorb(round_(index, 10 * index, skipped))
        in_a_row.append(progress.in_a_row)
    assert in_a_row == [0, 1, 2, 3, 0, 1]
    assert progress.refused == 5


def test_a_new_stage_starts_at_nothing_but_keeps_what_was_seen() -> None:
    progress = Progress(opened=True, rollbacks=1, rate_factor=0.5)
    progress.absorb(round_(index=4, images=50, skipped=1))
    progress.next_stage()
    assert (progress.stage, progress.game, progress.before, progress.seen) == (1, State(), 50, 50)
    assert not progress.opened
    assert (progress.refused, progress.rollbacks, progress.rate_factor) == (1, 1, 0.5)
    progress.absorb(round_(images=30))
    progress.next_stage()
    assert (progress.stage, progress.seen) == (2, 80)


@given(st.lists(st.floats(allow_nan=False), max_size=5), st.integers(0, 10**9))
def test_the_way_through_json_changes_nothing(losses: list[float], journal: int) -> None:
    """Sums come back bit for bit, so that the means of a journal line that spans a cut are the same."""
    progress = Progress(before=30, journal=journal, rate_factor=0.125, opened=True)
    for index, loss in enumerate(losses):
        progress.absorb(round_(index, 10 * index, loss=loss if math.isfinite(loss) else math.nan))
    values = json.loads(json.dumps(progress.state().values))
    again = Progress(stage=7, tally=Tally(rounds=3))
    again.load_state(Saved({}, values))
    assert again == progress
