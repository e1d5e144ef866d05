"""Processes that die, are stopped, or meet a failing disk, in the middle of a run; each trial says whether the run came
through: the next start needs no help, leaves nothing half-written, and ends in the very bits of a run never disturbed.
"""

import errno
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from failing import Disk
from toyrun import BATCH, CONFIG, STAGES, Child, Hook, Trace, drafts, events, play, trace

from saddlepoint.storage.checkpoint import newest

RESUMES = 4  # kills of one run before it is left to end
NEVER = 10**9


class Trial(NamedTuple):
    """One trial: whether all was as it should be, and what was done."""

    passed: bool
    what: str


class Undisturbed(NamedTuple):
    """A run to its end: what it came to (`story`: but for when it was saved), its seconds, what it did to the disk."""

    trace: Trace
    story: Trace
    seconds: float
    operations: tuple[tuple[str, str], ...]


@cache
def undisturbed(folder: Path) -> Undisturbed:
    """Played twice: the first time much is imported and compiled; and the second must equal it."""
    first, second = folder / "undisturbed", folder / "undisturbed-too"
    with Disk(NEVER, errno.EIO).installed() as disk:
        play(first)
    start = time.monotonic()
    play(second)
    seconds = time.monotonic() - start
    assert trace(first) == trace(second)
    return Undisturbed(trace(first), trace(first, stopped=True), seconds, tuple(disk.log))


def comes_through(run: Path, reference: Undisturbed, stopped: bool = False) -> str:
    """Resume to the end; empty if it went as it should, otherwise what did not. A run that came through is removed."""
    child = Child(lambda: play(run))
    if status := child.wait():
        return f"resume ended with {status}: {child.complaint}"
    if left := drafts(run):
        return f"left {left}"
    if (mine := trace(run, stopped)) != (theirs := reference.story if stopped else reference.trace):
        return f"differs: {mine} {theirs}"
    shutil.rmtree(run)
    return ""


def lost(run: Path) -> int:
    """Images that the journal knows of, and the newest checkpoint does not."""
    seen = [event["images"] for event in events(run)] if (run / "journal.jsonl").exists() else []
    checkpoint = newest(run / "checkpoints")
    return max(seen, default=0) - (checkpoint.manifest.images if checkpoint else 0)


def kills_at_random(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """kill -9 after a random time, up to four times in a row; never more than one interval of work is lost."""
    reference = undisturbed(folder)
    while count > 0:
        run, kills, most = folder / f"killed-{count}", [], 0
        while len(kills) < min(RESUMES, count):
            child, delay = Child(lambda run=run: play(run)), dice.uniform(0, reference.seconds)
            time.sleep(delay)
            child.send(signal.SIGKILL)
            if child.wait() != -signal.SIGKILL:
                break
            kills.append(f"{delay:.3f} s")
            most = max(most, lost(run))
        wrong = comes_through(run, reference)
        if most > CONFIG.checkpoint_images + 2 * BATCH:
            wrong += f" lost {most} images"
        count -= len(kills)
        yield from (Trial(not wrong, f"killed after {', '.join(kills)}: {wrong}") for _ in kills)


def kills_inside_a_checkpoint(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """kill -9 at an operation that writes, renames or removes a checkpoint; half of a write's bytes have arrived."""
    reference = undisturbed(folder)
    inside = [n for n, (_, path) in enumerate(reference.operations, 1) if "/checkpoints" in path]
    for n in dice.sample(inside, count) if count < len(inside) else dice.choices(inside, k=count):
        yield failing(folder, n, "sigkill")


def operations_fail(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """Every operation of a run, or `count` of them, fails once: with an error, of several kinds in turn, or a death."""
    total = len(undisturbed(folder).operations)
    numbers = sorted(dice.sample(range(1, total + 1), min(count, total)))
    for i, n in enumerate(numbers):
        yield failing(folder, n, (errno.EIO, errno.ENOSPC, errno.EACCES, "sigkill")[i % 4])


def failing(folder: Path, n: int, fault: int | str) -> Trial:
    """A run whose n-th operation fails, then is resumed."""
    reference, run = undisturbed(folder), folder / f"failing-{n}-{fault}"
    name, path = reference.operations[n - 1]
    what = f"{name} {Path(path).name} (operation {n}): {errno.errorcode[fault] if isinstance(fault, int) else fault}"

    def act() -> None:
        with Disk(n, fault).installed():
            play(run)

    status = (child := Child(act)).wait()
    expected = 1 if isinstance(fault, int) else -signal.SIGKILL
    wrong = "" if status == expected else f"ended with {status}: {child.complaint}"
    if fault == errno.ENOSPC and not all(words in child.complaint for words in (str(run), "needed", "free")):
        wrong += f" complained {child.complaint!r}"
    wrong += comes_through(run, reference)
    return Trial(not wrong, f"{what}: {wrong}")


def signals(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """SIGTERM or SIGINT at a random moment: saved, left with 143 or 130; every other time a second one: at once."""
    reference = undisturbed(folder)
    while count > 0:
        run, number, twice = folder / f"stopped-{count}", (signal.SIGTERM, signal.SIGINT)[count % 2], count % 4 > 1
        child = Child(lambda run=run: play(run))
        time.sleep(dice.uniform(0.1, 1) * reference.seconds)
        start = time.monotonic()
        child.send(number)
        if twice:
            time.sleep(dice.uniform(0, 0.01))
            child.send(number)
        status, seconds = child.wait(), time.monotonic() - start
        if status == 0 or not (run / "checkpoints").exists():  # over already, or still being prepared
            shutil.rmtree(run, ignore_errors=True)
            continue
        wrong = "" if status in (128 + number, -number) else f"ended with {status}: {child.complaint}"
        wrong += f" took {seconds:.1f} s" if seconds > (1 if twice else 10) else ""
        wrong += comes_through(run, reference, stopped=True)
        count -= 1
        yield Trial(not wrong, f"{number.name}{' twice' if twice else ''}: {wrong}")


def cuts(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """The run ends after a random number of images, having saved or not, and again after some more; then is resumed."""
    reference, total = undisturbed(folder), sum(STAGES)
    for i in range(count):
        run, points = folder / f"cut-{i}", sorted(dice.sample(range(BATCH, total, BATCH), 2))
        saved = i % 2 == 0

        def cut() -> None:
            os.kill(os.getpid(), signal.SIGTERM) if saved else os._exit(77)  # noqa: B023 - called in this turn

        statuses = [Child(lambda run=run, point=point: play(run, Hook(point, cut))).wait() for point in points]
        wrong = "" if set(statuses) <= {143 if saved else 77, 0} else f"ended with {statuses}"
        wrong += comes_through(run, reference, stopped=saved)
        yield Trial(not wrong, f"{'saved' if saved else 'died'} at {points}: {wrong}")


def two_at_once(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """While one process works on a run a second is refused, naming the first; when that is killed, another goes on."""
    reference = undisturbed(folder)
    for i in range(count):
        run, ready = folder / f"two-{i}", os.pipe()

        def wait() -> None:
            os.write(ready[1], b"!")  # noqa: B023 - called in this turn
            time.sleep(60)

        point = dice.randrange(BATCH, sum(STAGES) - BATCH)
        first = Child(lambda run=run, point=point: play(run, Hook(point, wait)))
        os.read(ready[0], 1)
        start = time.monotonic()
        second = Child(lambda run=run: play(run))
        status, seconds = second.wait(), time.monotonic() - start
        named = f"process {first.pid} is working" in second.complaint
        wrong = "" if status == 2 and named and seconds < 1 else f"{status} in {seconds:.1f} s: {second.complaint}"
        first.send(signal.SIGKILL)
        first.wait()
        wrong += comes_through(run, reference)
        for end in ready:
            os.close(end)
        yield Trial(not wrong, f"a second process at {point}: {wrong}")
