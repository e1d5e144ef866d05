"""Everything that may befall a run, at full counts: killed, stopped, cut, damaged, out of space, not finite, mistyped.

    python scripts/faults.py                       all of it, with a table at the end
    python scripts/faults.py --share 0.1           a tenth of the counts
    python scripts/faults.py --only kills,signals  the experiments whose names begin so
    python scripts/faults.py --write               put the table into docs/reliability.md

Each trial is a process of its own, forked from this one; the run it disturbs is that of tests/toyrun.py. Ends with 1 if
any trial did not go as it should, naming it.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

import crashes  # noqa: E402 - found on the path just set
import mishaps  # noqa: E402
import torch  # noqa: E402
import traps  # noqa: E402
import typos  # noqa: E402
from crashes import Trial  # noqa: E402
from written import machine, write  # noqa: E402

DAMAGE = {"truncated": 300, "flipped": 600, "zeroed": 200, "swapped": 50, "lost": 25, "page_of_a_portal": 25}


class Experiment(NamedTuple):
    """What is done, how, how often at full counts, and what each trial has to show."""

    name: str
    trials: Callable[[Path, int, random.Random], Iterator[Trial]]
    count: int
    passes: str


class Outcome(NamedTuple):
    experiment: Experiment
    trials: int
    failures: tuple[str, ...]
    seconds: float


def damaged(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """All kinds of damage, in proportion."""
    share = count / sum(DAMAGE.values())
    return mishaps.damaged(folder, {kind: max(1, round(full * share)) for kind, full in DAMAGE.items()}, dice)


def not_finite(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    yield from mishaps.not_finite(folder, list(mishaps.EVENTS)[:count])
    yield from mishaps.bad_picture(folder)


def mistyped(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    return typos.refused(dict(list(typos.SLIPS.items())[:count]))


SAME = "the next start needs no help; same bits as undisturbed"
EXPERIMENTS = (
    Experiment("kills: kill -9 at a random moment", crashes.kills_at_random, 100, SAME),
    Experiment("kills: kill -9 inside a checkpoint write", crashes.kills_inside_a_checkpoint, 100, SAME),
    Experiment(
        "operations: each one fails once, with EIO, ENOSPC, EACCES, kill -9 in turn",
        crashes.operations_fail,
        1000,
        f"one line says so; {SAME}",
    ),
    Experiment(
        "signals: SIGTERM or SIGINT, every other time twice",
        crashes.signals,
        40,
        f"143 or 130, the second within 1 s; {SAME}",
    ),
    Experiment("cuts: stopped or dead at two random rounds", crashes.cuts, 50, SAME),
    Experiment(
        "two processes in one folder",
        crashes.two_at_once,
        20,
        "the second refused within 1 s, naming the first",
    ),
    Experiment(
        "damage: truncations (1/4), flipped bits (1/2), zeroed pages (1/6), swapped pages, empty, HTML",
        damaged,
        sum(DAMAGE.values()),
        "noticed, one warning, the checkpoint before it is used, < 2 s",
    ),
    Experiment("damage: the same, then resumed to the end", mishaps.resumed_from_damage, 40, SAME),
    Experiment(
        "full disk: no file may exceed a random size",
        mishaps.disk_full,
        40,
        f"path, needed and free bytes; no draft is left; {SAME}",
    ),
    Experiment(
        "full disk: inside a checkpoint write",
        mishaps.earlier_checkpoints_stay,
        40,
        "earlier checkpoints stay byte for byte",
    ),
    Experiment(
        "not finite: a weight, moment, buffer, cost, gradient, picture; thirty in a row",
        not_finite,
        len(mishaps.EVENTS),
        "journalled; nothing of it in a checkpoint; the run ends well",
    ),
    Experiment(
        "not finite: from some moment on",
        mishaps.given_up,
        10,
        "three rollbacks, rates halved in each, then status 3",
    ),
    Experiment(
        "links in place of a run's own files and folders, to somebody's own",
        traps.links,
        100,
        "what they lead to stays byte for byte; refused in one line, or the same bits as undisturbed",
    ),
    Experiment(
        "odd files: pipes, folders, /dev/zero, 10 GB in place of journal and checkpoint files",
        traps.odd,
        60,
        "< 5 s; the journal's refused in one line, others are damage; same bits as undisturbed",
    ),
    Experiment(
        "the cache: each operation fails, with EIO, ENOSPC, EACCES, kill -9 in turn",
        traps.caches_fail,
        200,
        "no reading ends by it; the next one gives the same examples, leaves no draft",
    ),
    Experiment(
        "the cache: damage to each of its files, their times put back",
        traps.caches_damaged,
        300,
        "the same examples",
    ),
    Experiment("typos on the command line", mistyped, len(typos.SLIPS), "status 2, one line, < 1 s, no torch, no data"),
)


def carry_out(experiment: Experiment, count: int, folder: Path, seed: int) -> Outcome:
    """Do it, counting aloud."""
    start, failures, number = time.monotonic(), [], 0
    trials = experiment.trials(folder, count, random.Random(f"{seed} {experiment.name}"))
    for number, trial in enumerate(trials, 1):
        if not trial.passed:
            failures.append(trial.what)
            print(f"\n  FAILED {trial.what}", file=sys.stderr)
        print(f"\r{experiment.name}: {number} trials, {len(failures)} failed", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    outcome = Outcome(experiment, number, tuple(failures), time.monotonic() - start)
    print(row(outcome), flush=True)
    return outcome


def table(outcomes: list[Outcome], command: str, seed: int) -> str:
    """The outcomes in Markdown, with what is needed to repeat them."""
    trials, failed = sum(o.trials for o in outcomes), sum(len(o.failures) for o in outcomes)
    head = f"`{command}`, {date.today()}, seed {seed}, {machine()}"
    return "\n".join(
        [
            f"{head}: **{trials - failed} of {trials}** trials went as they should.",
            "",
            "| what happens to the run | what has to follow | passed | seconds |",
            "| --- | --- | --- | --- |",
            *map(row, outcomes),
            "",
        ]
    )


def row(outcome: Outcome) -> str:
    """One experiment's line of the table."""
    (name, _, _, passes), trials = outcome.experiment, outcome.trials
    return f"| {name} | {passes} | {trials - len(outcome.failures)}/{trials} | {outcome.seconds:.0f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill, damage and fill up, at full counts.")
    parser.add_argument("--share", type=float, default=1.0, help="share of the full counts")
    parser.add_argument("--only", default="", help="beginnings of experiments' names, with commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    wishes = parser.parse_args()
    torch.set_num_threads(1)
    chosen = [e for e in EXPERIMENTS if e.name.startswith(tuple(wishes.only.split(",")))]
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=memory) as name:
        counts = [max(1, round(experiment.count * wishes.share)) for experiment in chosen]
        outcomes = [carry_out(e, count, Path(name), wishes.seed) for e, count in zip(chosen, counts)]
    text = table(outcomes, "make faults" if len(sys.argv) == 1 else f"faults.py {' '.join(sys.argv[1:])}", wishes.seed)
    print(text)
    if wishes.write:
        write("faults", text)
    return int(any(outcome.failures for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
