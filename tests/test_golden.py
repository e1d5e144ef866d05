"""Every recipe, and what else a run can be told, ends in the weights, moments, averages, samples and journal of old.

A refactoring changes none of the bits in tests/golden/digests.json. Where torch or the processor is not the one these
were made on, bits mean nothing, and a test's name and words say that statistics were compared instead.
"""

from pathlib import Path
from typing import Any

import pytest
from golden.digests import FILE, Golden, apart, fingerprint, machine
from golden.playing import NAMES, Groups, at_once, continued, outcome, played

GOLDEN = Golden.read()
SAME = machine() == GOLDEN.machine
HOW = "bit for bit" if SAME else "nearly, as this is another machine"
TOLERANCE = 1e-3  # other kernels moved nothing by more than 1.1e-4; a rate that is 1 % off moves every run by more
RESUMED = "stages-that-are-resumed"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


def differences(groups: Groups, name: str) -> list[str]:
    """What is not as in the fixture, a line each."""
    expected = GOLDEN.cases[name]
    if groups.keys() != expected.keys():
        return [f"parts {sorted(groups)} instead of {sorted(expected)}"]
    found = {group: fingerprint(tensors) for group, tensors in groups.items()}
    return [line for group in found for line in difference(group, found[group], expected[group])]


def difference(group: str, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """What of a group is not as in the fixture; where bits differ, also by how much, as far as statistics tell. A group
    whose digest is null was written anew on another machine than the rest: its statistics are compared everywhere.
    """
    bits = SAME and theirs["sha256"] is not None
    if bits and ours["sha256"] == theirs["sha256"]:
        return []
    one, other = ours["statistics"], theirs["statistics"]
    if one.keys() != other.keys():
        return [f"{group}: other names, {sorted(one.keys() ^ other.keys())}"]
    far = {kind: apart(one[kind], other[kind]) for kind in one}
    if bits:
        worst = max(far, key=lambda kind: far[kind])
        return [f"{group}: other bits, most in {worst}, {far[worst]:.1g} apart"]
    return [
        f"{group}: {kind} {value:.1g} apart, more than {TOLERANCE:g}"
        for kind, value in far.items()
        if value > TOLERANCE
    ]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name}, {HOW}")
def test_a_run_ends_as_it_did(name: str, tmp_path: Path) -> None:
    run = played(name, tmp_path)
    groups = outcome(run)
    if name == RESUMED:
        again = outcome(continued(run))
        assert {group: fingerprint(tensors) for group, tensors in again.items()} == {
            group: fingerprint(tensors) for group, tensors in groups.items()
        }
    found = differences(groups, name)
    assert not found, f"{name}: " + "; ".join(found) + f" ({FILE.name} was made on {GOLDEN.machine})"
