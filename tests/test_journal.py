"""The journal: lines that are never doubled or missing, and hold only what JSON can."""

import errno
import json
import math
from pathlib import Path

import pytest
from failing import Disk, each_failure
from hypothesis import given, settings
from hypothesis import strategies as st

from saddlepoint.errors import SaddlepointError
from saddlepoint.storage.journal import Journal, read
from saddlepoint.storage.told import fault


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    events = [{"event": "stage", "images": 0, "name": "ein Würfel"}, {"event": "rounds", "losses": {"D": 0.1 + 0.2}}]
    for event in events:
        journal.append(event)
    assert read(journal.path) == events
    assert journal.offset == journal.path.stat().st_size


def test_what_is_not_finite_becomes_null(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.append({"a": math.nan, "b": {"c": [1.5, math.inf, (-math.inf,)]}, "d": 1})
    assert read(journal.path) == [{"a": None, "b": {"c": [1.5, None, [None]]}, "d": 1}]


SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text()


@settings(max_examples=40)
@given(st.dictionaries(st.text(), SCALARS | st.lists(SCALARS)))
def test_any_event_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, event: dict) -> None:
    path = tmp_path_factory.mktemp("j") / "j"
    Journal(path).append(event)
    Journal(path).append({"event": "end"})
    assert read(path) == [event, {"event": "end"}]


def test_rewinding_moves_the_tail_aside(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append({"n": 1})
    kept = journal.offset
    for tail in (1, 2):
        journal.append({"n": 2})
        journal.append({"n": 3, "tail": tail})
        journal = Journal(journal.path)
        journal.rewind(kept)
        assert journal.offset == kept == journal.path.stat().st_size
        assert read(tmp_path / f"journal.tail-{tail}.jsonl") == [{"n": 2}, {"n": 3, "tail": tail}]
    journal.rewind(kept)
    assert len(list(tmp_path.iterdir())) == 3
    journal.append({"n": 2})
    assert read(journal.path) == [{"n": 1}, {"n": 2}]


def test_a_torn_last_line_is_left_out_and_rewound(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.append({"n": 1})
    with Disk(2, "torn").installed() as disk, pytest.raises(BaseException):  # noqa: B017, PT011 - the simulated death
        journal.append({"n": 2})
    assert disk.struck == "write"
    assert journal.path.read_bytes() == b'{"n":1}\n{"n"'
    assert read(journal.path) == [{"n": 1}]
    journal = Journal(journal.path)
    journal.rewind(8)
    journal.append({"n": 2})
    assert read(journal.path) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC, errno.EACCES, "kill", "torn"])
def test_rewinding_fails_without_losing_a_line(tmp_path: Path, fault: int | str) -> None:
    path = tmp_path / "journal.jsonl"

    def prepare() -> None:
        path.write_bytes(b'{"n":1}\n{"n":2}\n')

    for _ in each_failure(fault, prepare, lambda: Journal(path).rewind(8)):
        tails = {tail.read_bytes() for tail in tmp_path.glob("journal.tail-*.jsonl")}
        assert path.read_bytes() == b'{"n":1}\n{"n":2}\n' or tails == {b'{"n":2}\n'}
        Journal(path).rewind(8)
        assert path.read_bytes() == b'{"n":1}\n'


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC])
def test_an_append_that_fails_may_be_tried_again(tmp_path: Path, fault: int) -> None:
    journal = Journal(tmp_path / "j")
    journal.append({"n": 1})
    with Disk(2, fault).installed(), pytest.raises(SaddlepointError):
        journal.append({"n": 2})
    journal.append({"n": 2})
    assert read(journal.path) == [{"n": 1}, {"n": 2}]
    assert journal.offset == journal.path.stat().st_size


@pytest.mark.parametrize("offset", [3, 9, 100])
def test_a_journal_that_lost_lines_is_not_continued(tmp_path: Path, offset: int) -> None:
    journal = Journal(tmp_path / "j")
    journal.append({"n": 1})
    with pytest.raises(SaddlepointError, match="no line ends"):
        journal.rewind(offset)
    assert read(journal.path) == [{"n": 1}]


def test_it_may_begin_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.rewind(0)
    journal.sync()
    assert not journal.path.exists()
    journal.append({"n": 1})
    journal.sync()
    journal.rewind(0)
    assert journal.path.read_bytes() == b""


@pytest.mark.parametrize("line", [b"{", b"7", b"\xff\xfe", b"[" * 100_000, b""])
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "j"
    path.write_bytes(b'{"n":1}\n' + line + b'\n{"n":3}\n')
    with pytest.raises(SaddlepointError, match="line 2 is not an event"):
        read(path)


def test_a_journal_may_be_of_any_length_and_a_line_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what no checkpoint counts on is read at once."""
    monkeypatch.setattr("saddlepoint.storage.journal.LARGEST", 40)
    monkeypatch.setattr("saddlepoint.storage.journal.LONGEST", 30)
    journal = Journal(tmp_path / "j")
    for n in range(100):
        journal.append({"n": n})
    kept = journal.offset
    journal.append({"n": "the tail"})
    journal = Journal(journal.path)
    journal.rewind(kept)
    assert (journal.offset, read(tmp_path / "j.tail-1")) == (kept, [{"n": "the tail"}])
    assert read(journal.path) == [{"n": n} for n in range(100)]
    with pytest.raises(SaddlepointError, match="more than the 40 that are read"):
        journal.rewind(0)
    for end in ("\n", ""):
        journal.path.write_text(f'{{"n":1}}\n{{"n":{"1" * 40}}}{end}')
        with pytest.raises(SaddlepointError, match="line 2 is not an event"):
            read(journal.path)


def test_no_journal(tmp_path: Path) -> None:
    with pytest.raises(SaddlepointError, match="No such file"):
        read(tmp_path / "j")


def test_wall_clock_apart_equal_runs_write_equal_bytes(tmp_path: Path) -> None:
    for name in "ab":
        Journal(tmp_path / name).append({"event": "rounds", "losses": {"D": 1 / 3, "G": 2e-300}, "images": 64})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert json.loads((tmp_path / "a").read_text())["losses"] == {"D": 1 / 3, "G": 2e-300}


@pytest.mark.parametrize("odd", [True, "1", [1], {}])
def test_only_numbers_are_numbers(odd: object) -> None:
    """True counts as 1 in Python, and is none here."""
    line = {"event": "rounds", "images": 1, "rate": 1.5, "skipped": 0, "losses": {"D": 1.0, "G": None}}
    assert not fault(line)
    for name in ("images", "rate", "skipped", "round"):
        assert fault(line | {name: odd}), name
    assert fault(line | {"losses": {"D": odd}})
