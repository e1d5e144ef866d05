"""How often is the doctor right? Staged failures and healthy runs, each short, scored against what was staged.

    python benchmarks/doctor.py play digits --root runs/doctor            what thresholds may be fixed on
    python benchmarks/doctor.py play others --root runs/doctor --data F   all else; F: folder of cifar10_small and maps
    python benchmarks/doctor.py play fresh --root runs/doctor --data F    the list anew; F: speech and super_resolution
    python benchmarks/doctor.py play unseen --root runs/doctor --data F   and once more, when all was fixed; F: maps
    python benchmarks/doctor.py score others --root runs/doctor [--each]  what the doctor says of the journals there
    python benchmarks/doctor.py guess unseen [--each]                     what the configurations alone say; no run

A run is right where the first verdict is one of those that its staging allows; on a healthy run any verdict but
`healthy` or `plateau` is a false alarm, and those at the judgements on its way are counted too. Journals are kept, so
that they can be scored again without being played. `guess` has the configuration to go by, of which the rates alone say
much: what it names is no merit of whoever reads a journal.
"""

import argparse
import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from staged import DATA, KITS, STAGINGS, Kit, Staging, configured, prepared

from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import make_folder
from saddlepoint.judging.case import Case
from saddlepoint.judging.doctor import BENIGN, diagnose
from saddlepoint.judging.standing import Verdict
from saddlepoint.record import Choices, DataRecord, RunRecord, versions
from saddlepoint.running.live import Live
from saddlepoint.running.watcher import Nobody
from saddlepoint.running.work import Worker
from saddlepoint.settings.run import Run
from saddlepoint.statistics.intervals import wilson
from saddlepoint.storage.journal import read
from saddlepoint.storage.lock import RunLock

IMAGES, JUDGEMENTS, SAMPLES = 24_000, 8, 250
PICTURES = [name for name in STAGINGS if not name.startswith("healthy")]
DIGITS = [
    *[("digits", "chain", name, 0) for name in STAGINGS],
    *[("digits", "chain", name, 1) for name in STAGINGS if name not in PICTURES],
    *[("digits", "acgan", name, 0) for name in ("healthy-hinge", "rate-too-high", "d-frozen", "50-pictures")],
    *[("digits", "dcgan", name, 0) for name in ("healthy", "rate-too-high", "d-ten-times-wider", "50-pictures")],
    *[("digits", "dcgan", name, 0) for name in ("healthy-augmented", "altered-before", "overflow")],
    *[("digits", "dcgan", "healthy", 1), ("digits", "dcgan", "healthy-augmented", 1)],
    *[("digits", "acgan", "healthy", 1), ("digits", "acgan", "healthy-hinge", 1)],
]
HEALTHY = [
    *[("cifar", "chain", "healthy"), ("cifar", "acgan", "healthy-hinge"), ("cifar", "dcgan", "healthy")],
    *[("maps", "chain", "healthy-hinge"), ("maps", "dcgan", "healthy"), ("maps", "chain", "healthy-relativistic")],
    *[("waves", "chain", "healthy"), ("waves", "chain", "healthy-relativistic")],
    *[("cifar", "chain", "healthy-augmented"), ("waves", "chain", "healthy-augmented")],
    *[("moons", "mlp", "healthy"), ("moons", "mlp", "healthy-relativistic"), ("pinwheel", "mlp", "healthy-hinge")],
]
FAILING = [
    *[("cifar", "chain", name) for name in PICTURES],
    *[("maps", "dcgan", name) for name in ("rate-too-high", "g-slow", "d-frozen", "50-pictures")],
    *[("maps", "dcgan", name) for name in ("g-hurried", "altered-before", "overflow")],
    *[("waves", "chain", name) for name in ("rate-too-high", "d-ten-times-wider", "d-frozen", "g-slow", "duplicated")],
    *[("waves", "chain", name) for name in ("20-pictures", "g-hurried", "altered-before", "fill-values")],
    *[("moons", "mlp", name) for name in ("rate-too-high", "d-frozen", "20-pictures", "g-hurried", "fill-values")],
    *[("pinwheel", "mlp", name) for name in ("d-frozen", "overflow")],
]
OTHERS = [*[(*run, seed) for seed in (20, 21) for run in HEALTHY], *[(*run, 22) for run in FAILING]]
FRESH = {"cifar": "speech", "maps": "bsds", "waves": "t91", "moons": "swiss-roll", "pinwheel": "checkerboard"}
FRESH |= {"chain": "residual", "acgan": "flat", "dcgan": "bare", "mlp": "narrow"}
UNSEEN = {"cifar": "letters", "maps": "drawn", "waves": "garden", "moons": "s-curve", "pinwheel": "blobs"}
UNSEEN |= {"chain": "broad", "acgan": "crossed", "dcgan": "five", "mlp": "relu"}


def anew(other: Mapping[str, str], later: int) -> list[tuple[str, str, str, int]]:
    """The same list, of other data, networks and seeds."""
    return [(other[data], other[kit], name, seed + later) for data, kit, name, seed in OTHERS]


SETS = {"digits": DIGITS, "others": OTHERS, "fresh": anew(FRESH, 10), "unseen": anew(UNSEEN, 20)}


class Told(NamedTuple):
    """What was staged in a folder, and how long it took."""

    data: str
    kit: str
    staging: str
    seed: int
    seconds: float


def recorded(
    source: Source, held_out: tuple[int, ...], conf: Run, judgements: int, features: str = "pixels"
) -> RunRecord:
    """A run on one thread that is judged so often, by SAMPLES each time, in these features."""
    about = DataRecord(
        name="staged",
        size=source.size,
        shape=tuple(source.x.shape[1:]),
        dtype=str(source.x.dtype).removeprefix("torch."),
        classes=source.classes,
        licence="",
        digest=source.digest(),
        held_out=held_out,
    )
    how = {"device": "cpu", "precision": "float32", "threads": 1}
    choices = Choices(**how, judge_samples=SAMPLES, judge_images=conf.stages[0].images // judgements)
    choices = choices.model_copy(update={"judge_features": features})
    return RunRecord(config=conf, data=about, choices=choices, versions=versions())


def play(source: Source, staging: Staging, kit: Kit, seed: int, folder: Path) -> None:
    """One run, of which the journal and the configuration remain."""
    source, held_out = prepared(source, staging, seed)
    conf = configured(staging, kit, seed, IMAGES)
    record = recorded(source, held_out, conf, JUDGEMENTS)
    make_folder(folder)
    with RunLock(folder):
        record.write(folder)
        worker = Worker(Live(record, {"x": source}, Engine(torch.device("cpu"), "float32", 1)), folder, Nobody())
        worker.begin()
        try:
            worker.work()
        except SaddlepointError as error:
            print(f"given up: {error}")
    for part in ("checkpoints", "samples"):
        shutil.rmtree(folder / part, ignore_errors=True)


def verdicts(folder: Path) -> list[list[Verdict]]:
    """What the doctor says at each judgement of the journal there, and at its end."""
    config = json.loads((folder / "config.json").read_bytes())["config"]
    events = read(folder / "journal.jsonl")
    judged = [place for place, event in enumerate(events, 1) if event["event"] == "judgement"]
    return [diagnose(Case.of(config, events[:place])) for place in (*judged, len(events))]


def place(root: Path, run: tuple[str, str, str, int]) -> Path:
    return root / "-".join(map(str, run))


def score(root: Path, runs: list[tuple[str, str, str, int]], each: bool) -> None:
    """Print the verdicts, and how many are right."""
    right, alarms, on_the_way, missing = [], [], [], 0
    for run in runs:
        folder = place(root, run)
        if not (folder / "staged.json").exists():
            missing += 1
            continue
        (*moments, found), fits = verdicts(folder), STAGINGS[run[2]].fits
        ok = found[0].name in fits
        (alarms if fits == BENIGN else right).append(ok)
        on_the_way += [first for first, *_ in moments if fits == BENIGN]
        if each or not ok:
            said = "; ".join(f"{verdict.name}: {verdict.evidence}" for verdict in found)
            print(f"{'right' if ok else 'WRONG'}  {' '.join(map(str, run))}  {said}")
    print(
        f"{share(right)} failures named, {share(alarms)} healthy runs without an alarm; {share(right + alarms)} in all"
    )
    wrong = [verdict.name for verdict in on_the_way if verdict.name not in BENIGN]
    print(f"{len(wrong)} of {len(on_the_way)} judgements of healthy runs, on their way: {', '.join(wrong) or 'none'}")
    if missing:
        print(f"{missing} runs not played yet")


def guess(runs: list[tuple[str, str, str, int]], each: bool) -> None:
    """Print what would be right of what can be said before a run: by the rates, and by the configuration."""
    found: dict[str, list[bool]] = {"the rates": [], "the configuration": []}
    healthy: dict[str, list[bool]] = {name: [] for name in found}
    for data, kit, name, seed in runs:
        staging = STAGINGS[name]
        case = Case.of(configured(staging, KITS[kit], seed, IMAGES).model_dump(mode="json"), [])
        for what, said in zip(found, (by_rates(case), by_configuration(case))):
            (healthy if staging.fits == BENIGN else found)[what].append(said in staging.fits)
            if each:
                print(f"{'right' if said in staging.fits else 'WRONG'}  {data} {kit} {name} {seed}  {what}: {said}")
    for what in found:
        print(f"{share(found[what])} failures named by {what} alone, {share(healthy[what])} healthy runs called so")


def by_rates(case: Case) -> str:
    """A rate above any that is usual oscillates, a player that hardly moves is too weak for the other."""
    behind = {"g": "D too strong", "d": "D too weak", None: "healthy"}[case.left_behind]
    return "oscillation" if case.too_fast else behind


def by_configuration(case: Case) -> str:
    """Also: plain gradient steps at such a rate overflow, an augmentation that is always on leaks."""
    if case.too_fast and case.setting("g", "optimiser") == "sgd":
        return "non-finite values masked"
    return "augmentation leak" if case.rule("augment") == "diff" else by_rates(case)


def share(right: list[bool]) -> str:
    """How many of how many, with Wilson's 95 % interval of the share in percent."""
    if not right:
        return "none of none"
    _, low, high = wilson(sum(right), len(right))
    return f"{sum(right)} of {len(right)} [{100 * low:.0f}, {100 * high:.0f} %]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("play", "score", "guess"))
    parser.add_argument("runs", choices=sorted(SETS))
    parser.add_argument("--root", type=Path, default=Path("runs/doctor"))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SADDLEPOINT_DATA", ".")))
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--only", default="", help="runs in whose name this is")
    options = parser.parse_args()
    torch.set_num_threads(1)
    runs = [run for run in SETS[options.runs] if options.only in place(options.root, run).name]
    if options.what == "guess":
        guess(runs, options.each)
        return
    for run in runs if options.what == "play" else ():
        folder, (data, kit, name, seed) = place(options.root, run), run
        if (folder / "staged.json").exists():
            continue
        shutil.rmtree(folder, ignore_errors=True)
        source = DATA[data](options.data)
        begun = time.process_time()
        play(source, STAGINGS[name], KITS[kit], seed, folder)
        told = Told(data, kit, name, seed, round(time.process_time() - begun, 1))
        (folder / "staged.json").write_text(json.dumps(told._asdict()), encoding="utf-8")
        print(f"{told.seconds:.0f} s  {folder.name}  {verdicts(folder)[-1][0].name}", flush=True)
    score(options.root, runs, options.each)


if __name__ == "__main__":
    main()
