"""A run folder has one owner at a time, and never a stale one."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from saddlepoint.errors import SaddlepointError
from saddlepoint.running.state import held, state_of
from saddlepoint.storage.lock import NAME, RunLock

HOLDER = """
import sys, time
from pathlib import Path
from saddlepoint.storage.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that holds the lock of tmp_path."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_the_second_is_refused_at_once_and_told_who_is_first(tmp_path: Path, holder: subprocess.Popen) -> None:
    start = time.monotonic()
    with (
        pytest.raises(SaddlepointError, match=f"process {holder.pid} is working on this run") as caught,
        RunLock(tmp_path),
    ):
        pass
    assert time.monotonic() - start < 1
    assert str(tmp_path) in str(caught.value)


def test_a_killed_holder_leaves_no_lock(tmp_path: Path, holder: subprocess.Popen) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / NAME).read_text().strip() == str(holder.pid)
    with RunLock(tmp_path):
        assert (tmp_path / NAME).read_text().strip() == str(os.getpid())


def test_it_is_given_back_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), RunLock(tmp_path):
        raise ZeroDivisionError
    with RunLock(tmp_path), pytest.raises(SaddlepointError, match=f"process {os.getpid()} is"), RunLock(tmp_path):
        pass
    assert (tmp_path / NAME).read_text() == ""


def test_a_holder_that_has_not_yet_said_who_it_is(tmp_path: Path) -> None:
    with RunLock(tmp_path):
        (tmp_path / NAME).write_text("")
        start = time.monotonic()
        with pytest.raises(SaddlepointError, match="process of unknown number"), RunLock(tmp_path):
            pass
        assert time.monotonic() - start < 1


def test_a_reader_is_no_holder(tmp_path: Path, holder: subprocess.Popen) -> None:
    """Whoever looks at a run whose process was killed shares the lock for an instant; a resume waits for that."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    fcntl = pytest.importorskip("fcntl")
    with (tmp_path / NAME).open() as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        leaving = threading.Timer(0.1, fcntl.flock, (reader, fcntl.LOCK_UN))
        leaving.start()
        try:
            with RunLock(tmp_path):
                assert held(tmp_path)
        finally:
            leaving.join()


def test_a_reader_that_stays_is_not_waited_for_without_end(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    with (tmp_path / NAME).open("w") as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        start = time.monotonic()
        with pytest.raises(SaddlepointError, match="is working on this run"), RunLock(tmp_path):
            pass
        assert 0.2 < time.monotonic() - start < 2


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SaddlepointError, match="No such file"), RunLock(tmp_path / "absent"):
        pass


def test_handles_do_not_pile_up(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    for _ in range(50):
        with RunLock(tmp_path), pytest.raises(SaddlepointError), RunLock(tmp_path):
            pass
    assert len(os.listdir("/dev/fd")) == before


def test_of_a_longer_number_that_a_killed_process_left_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("9999999999999999\n")
    with RunLock(tmp_path):
        assert (tmp_path / NAME).read_text() == f"{os.getpid()}\n"


def test_a_run_that_is_held_goes_on_whatever_its_journal_says(tmp_path: Path) -> None:
    """One that came to its end and is given a further stage is no longer done while somebody plays it."""
    events = [{"event": "stage", "stage": 0}, {"event": "end"}]
    assert (state_of(tmp_path, events), state_of(tmp_path, events[:1])) == ("done", "stopped")
    with RunLock(tmp_path):
        assert (state_of(tmp_path, events), state_of(tmp_path, events[:1])) == ("running", "running")
