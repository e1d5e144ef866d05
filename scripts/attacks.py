"""Runs, generators and data of somebody who means ill, opened by every verb; each has to be as harmless as a picture.

    python scripts/attacks.py                 all of it, with a table at the end
    python scripts/attacks.py --only config   the kinds whose names begin so
    python scripts/attacks.py --write         put the table into docs/reliability.md

What is made and what has to hold is in tests/hostile.py, tests/hostiledata.py and tests/attempts.py. Ends with 1 if
any attempt did not go as it should, naming it.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

import pytest  # noqa: E402 - found on the path just set
import tinyrun  # noqa: E402
import torch  # noqa: E402
from attempts import Attempt, Victim, verbs_of_a_run, verbs_of_data  # noqa: E402
from hostile import KINDS, Kind, emptied  # noqa: E402
from hostiledata import DATA, some  # noqa: E402
from written import machine, write  # noqa: E402


class Tried(NamedTuple):
    """One attempt: of which group, by which verb, on what."""

    group: str
    verb: str
    what: str
    attempt: Attempt


def honest(folder: Path) -> Path:
    """A small run, to its end but for its last page: so `resume` has one to write, and opens everything."""
    run = tinyrun.begin(folder / "honest", name="a").folder
    (run / "report.html").unlink()
    return run


def on_runs(folder: Path, group: str, kinds: dict[str, Kind]) -> Iterator[Tried]:
    """Each kind, by each verb, on a fresh copy of the honest run."""
    for what, kind in kinds.items():
        victim = Victim(Path(tempfile.mkdtemp(dir=folder)))
        for verb, _ in verbs_of_a_run(folder, folder, folder):
            run = victim.root / "runs/a"
            shutil.copytree(folder / "honest/a", run)
            kind(run, victim.precious)
            words = dict(verbs_of_a_run(run, folder / "honest/a", folder / "pictures/0.png"))[verb]
            yield Tried(group, verb, what, victim.attempt(words))
            emptied(victim.root / "runs")
        shutil.rmtree(victim.root)


def on_data(folder: Path, chosen: dict[str, tuple[str, Callable[[Path], object]]]) -> Iterator[Tried]:
    """Each kind of data, by each verb that reads some."""
    for what, (suffix, make) in chosen.items():
        victim = Victim(Path(tempfile.mkdtemp(dir=folder)))
        make(data := victim.root / f"data{suffix}")
        for verb, words in verbs_of_data(data, folder / "honest/a"):
            yield Tried(f"data: {what.partition(':')[0]}", verb, what, victim.attempt(words))
        shutil.rmtree(victim.root)


def table(tried: list[Tried], command: str) -> str:
    """The groups by verbs in Markdown, with what is needed to repeat them."""
    failed = [each for each in tried if each.attempt.wrong]
    slowest, largest = max(t.attempt.seconds for t in tried), max(t.attempt.megabytes for t in tried)
    verbs, groups = list(dict.fromkeys(t.verb for t in tried)), list(dict.fromkeys(t.group for t in tried))
    head = f"`{command}`, {date.today()}, {machine()}: **{len(tried) - len(failed)} of {len(tried)}** attempts "
    head += f"came to nothing; the slowest took {slowest:.1f} s, the largest {largest:,.0f} MB."
    rows = [f"| what is opened | {' | '.join(verbs)} |", f"| --- | {' | '.join('---' for _ in verbs)} |"]
    for group in groups:
        cells = []
        for verb in verbs:
            cell = [t for t in tried if (t.group, t.verb) == (group, verb)]
            cells.append(f"{sum(not t.attempt.wrong for t in cell)}/{len(cell)}" if cell else "")
        rows.append(f"| {group} | {' | '.join(cells)} |")
    return "\n".join([head, "", *rows, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description="Open what means ill.")
    parser.add_argument("--only", default="", help="the beginning of kinds' names")
    parser.add_argument("--what", default="", help="a part of what is opened")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    wishes = parser.parse_args()
    torch.set_num_threads(1)
    tried: list[Tried] = []
    with tempfile.TemporaryDirectory(prefix="attacks-") as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        tinyrun.bundle(patch)
        honest(folder)
        some(folder / "pictures")
        for one in every(folder, wishes.only, wishes.what):
            if one.attempt.wrong:
                print(
                    f"FAILED {one.group}: {one.what}: {one.verb}: {one.attempt.wrong}\n    {one.attempt.said[-600:]!r}"
                )
            tried.append(one)
            print(f"\r{len(tried)} attempts", end="", file=sys.stderr, flush=True)
    print(text := table(tried, "make attacks"))
    if wishes.write:
        write("attacks", text)
    return int(any(each.attempt.wrong for each in tried))


def every(folder: Path, only: str, what: str) -> Iterator[Tried]:
    for group, kinds in KINDS.items():
        if group.startswith(only):
            yield from on_runs(folder, group, {name: kind for name, kind in kinds.items() if what in name})
    kinds = {name: kind for name, kind in DATA.items() if f"data: {name}".startswith(only) and what in name}
    yield from on_data(folder, kinds)


if __name__ == "__main__":
    sys.exit(main())
