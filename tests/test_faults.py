"""Whatever befalls a run, the next start needs no help and ends in the same bits. Small counts; `make faults` has all.

Every trial is a real process: forked from this one, so that nothing has to be imported again, and killed in earnest.
"""

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

if not hasattr(os, "fork"):
    pytest.skip("needs fork", allow_module_level=True)

import crashes
import mishaps
import traps
from crashes import Trial
from damage import KINDS

SEED = 20261120
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """In memory where there is such a place: what a process can do to files does not depend on the disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="faults ü ", dir=memory) as name:
        yield Path(name)


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(f"{SEED} {request.node.name}")


def all_pass(trials: Iterator[Trial]) -> None:
    done = list(trials)
    assert done
    assert [trial.what for trial in done if not trial.passed] == []


@pytest.mark.parametrize(
    ("experiment", "count"),
    [
        (crashes.kills_at_random, 3),
        (crashes.kills_inside_a_checkpoint, 4),
        (crashes.operations_fail, 4),
        (crashes.signals, 4),
        (crashes.cuts, 3),
        (crashes.two_at_once, 1),
        (mishaps.resumed_from_damage, 2),
        (mishaps.disk_full, 3),
        (mishaps.earlier_checkpoints_stay, 4),
        (mishaps.given_up, 1),
        (traps.links, 6),
        (traps.odd, 4),
        (traps.caches_fail, 8),
        (traps.caches_damaged, 12),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_run_comes_through(folder: Path, dice: random.Random, experiment, count: int) -> None:
    all_pass(experiment(folder, count, dice))


def test_damage_is_noticed(folder: Path, dice: random.Random) -> None:
    all_pass(mishaps.damaged(folder, dict.fromkeys(KINDS, 3), dice))


@pytest.mark.parametrize("event", mishaps.EVENTS)
def test_what_is_not_finite_does_not_spread(folder: Path, event: str) -> None:
    all_pass(mishaps.not_finite(folder, [event]))


def test_a_picture_that_is_not_finite(folder: Path) -> None:
    all_pass(mishaps.bad_picture(folder))


def test_the_trials_can_fail(folder: Path) -> None:
    """A resume that starts from other data is told from one that does not."""
    run = mishaps.cut_run(folder, 200)
    mishaps.play(run, source=mishaps.pictures(seed=1))
    assert "differs" in crashes.comes_through(run, crashes.undisturbed(folder), stopped=True)
