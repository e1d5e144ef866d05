"""How often is the doctor right? Staged failures and healthy runs, each short, scored against what was staged.

    python benchmarks/doctor.py --seeds 1 --root /tmp/doctor [--data cifar.npz] [--only healthy d-frozen ...]

Digits at half their size, or the pictures of `x_train`, `y_train` in an .npz file, on one thread. A run is right where
the first verdict is one of those that its staging allows; on a healthy run any verdict but `healthy` or `plateau` is a
false alarm. Prints a line for each run, then the shares.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

from saddlepoint.config import Config, Critic, Dcgan, Generator, Mlp, Prior, Residual, Stage
from saddlepoint.data.digits import digits
from saddlepoint.data.source import Source
from saddlepoint.data.split import split
from saddlepoint.files import make_folder
from saddlepoint.judge.doctor import Verdict
from saddlepoint.randomness import Randomness
from saddlepoint.running.engine import Engine
from saddlepoint.running.run import Worker
from saddlepoint.running.session import Session
from saddlepoint.running.watcher import Nobody
from saddlepoint.storage.journal import read
from saddlepoint.storage.lock import RunLock
from saddlepoint.storage.record import Choices, DataRecord, RunRecord, versions

IMAGES, JUDGEMENTS = 40_000, 10
FINE = ("healthy", "plateau")


class Staging(NamedTuple):
    """What is done to a run, and the verdicts that fit it.

    rules, g, d   settings of the stage and of the players
    pictures      how many are trained on; `copies` how often each is there
    """

    fits: tuple[str, ...]
    rules: Mapping[str, Any] = {}
    g: Mapping[str, Any] = {}
    d: Mapping[str, Any] = {}
    pictures: int = 3_000
    copies: int = 1
    held_out: float = 0.1


WIDE = Dcgan(width=80, kernel=4, normalise=False, condition="projection")
STAGINGS = {
    "healthy": Staging(FINE),
    "healthy-relativistic": Staging(FINE, {"objective": "relativistic", "r1": 1.0, "r2": 1.0}),
    "healthy-mlp": Staging(FINE, g={"network": Mlp(hidden=(128, 128))}),
    "healthy-hinge": Staging(FINE, {"objective": "hinge", "r1": 0.5}),
    "rate-too-high": Staging(
        ("non-finite values masked", "mode collapse", "oscillation", "D too strong", "within-class collapse"),
        {"r1": 0.0},
        {"lr": 0.05},
        {"lr": 0.05},
    ),
    "d-too-wide": Staging(
        ("D too strong", "mode collapse", "D overfits"), {"r1": 0.0}, d={"network": WIDE, "lr": 4e-3}
    ),
    "d-frozen": Staging(("D too weak", "mode collapse"), d={"lr": 1e-9}),
    "d-slow": Staging(("D too weak", "mode collapse"), d={"lr": 1e-6}),
    "50-pictures": Staging(("D overfits", "memorising"), pictures=84, held_out=0.4),
    "unregularised-relativistic": Staging(
        ("mode collapse", "D too strong", "oscillation", "D overfits", "within-class collapse"),
        {"objective": "relativistic", "r1": 0.0, "r2": 0.0},
        {"lr": 8e-3},
        {"lr": 8e-3},
    ),
    "g-slow": Staging(("D too strong",), {"r1": 0.0}, {"lr": 1e-6}),
    "duplicated": Staging(("D overfits", "memorising"), pictures=120, copies=20, held_out=0.3),
}


def data(path: Path | None, staging: Staging, seed: int) -> Source:
    """The pictures of a staging: their number, and copies of each."""
    if path is None:
        whole = digits()
        whole = whole._replace(x=avg_pool2d(whole.x.float(), 2).round().to(torch.uint8))
    else:
        with np.load(path) as arrays:
            x, y = torch.from_numpy(arrays["x_train"]), torch.from_numpy(arrays["y_train"]).long().flatten()
        x = x.permute(0, 3, 1, 2) if x.shape[-1] == 3 else x
        whole = Source(path.stem, avg_pool2d(x.float(), 2).round().to(torch.uint8), y, tuple(map(str, range(10))))
    rng = Randomness(seed).stream("benchmark")
    return whole.take(torch.randperm(whole.size, generator=rng)[: staging.pictures])


def configured(staging: Staging, seed: int) -> Config:
    """A small game, with what is staged."""
    rates = {"lr": 2e-3, "betas": (0.0, 0.99)}
    stage = Stage(**({"images": IMAGES, "r1": 0.2, "penalty_every": 8, "classify": 1.0} | dict(staging.rules)))
    g = Generator(**({"network": Residual(width=16), **rates} | dict(staging.g)))
    critic = Dcgan(width=16, kernel=4, normalise=False, condition="projection")
    d = Critic(**({"network": critic, **rates} | dict(staging.d)))
    return Config(seed=seed, batch=64, prior=Prior(size=64), g=g, d=d, stages=(stage,), checkpoint_images=IMAGES)


def play(staging: Staging, folder: Path, seed: int, path: Path | None) -> list[Verdict]:
    """One run, and what the doctor said at its last judgement."""
    source, conf = data(path, staging, seed), configured(staging, seed)
    parts = split(source, staging.held_out, Randomness(seed))
    if staging.copies > 1:
        source = source.take(torch.cat([parts.held_out, parts.train.repeat(staging.copies)]))
        held_out = tuple(range(len(parts.held_out)))
    else:
        held_out = tuple(parts.held_out.tolist())
    about = DataRecord(
        name="staged",
        size=source.size,
        shape=tuple(source.x.shape[1:]),
        classes=source.classes,
        licence="",
        digest=source.digest(),
        held_out=held_out,
    )
    choices = Choices(
        device="cpu", precision="float32", threads=1, judge_samples=250, judge_images=IMAGES // JUDGEMENTS
    )
    record = RunRecord(config=conf, data=about, choices=choices, versions=versions())
    make_folder(folder)
    with RunLock(folder):
        record.write(folder)
        worker = Worker(Session(record, source, Engine(torch.device("cpu"), "float32", 1)), folder, Nobody())
        worker.begin()
        worker.work()
    judged = [event for event in read(folder / "journal.jsonl") if event["event"] == "judgement"]
    return [Verdict(**verdict) for verdict in judged[-1].get("verdicts", ())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--root", type=Path, default=None)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--only", nargs="*", default=list(STAGINGS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    root = options.root or Path(tempfile.mkdtemp())
    right: list[bool] = []
    alarms: list[bool] = []
    for seed in range(options.first, options.first + options.seeds):
        for name in options.only:
            begun, staging = time.process_time(), STAGINGS[name]
            try:
                verdicts = play(staging, root / f"{name}-{seed}", seed, options.data)
            except Exception as error:
                verdicts = [Verdict(f"given up ({error})", "", "")]
            first = verdicts[0].name if verdicts else "none"
            ok = first in staging.fits or (first.startswith("given up") and staging.fits != FINE)
            (alarms if staging.fits == FINE else right).append(ok)
            said = "; ".join(f"{verdict.name}: {verdict.evidence}" for verdict in verdicts)
            print(
                f"{'right' if ok else 'WRONG'}  {name} {seed}  {time.process_time() - begun:.0f} s  {said}", flush=True
            )
    print(f"{sum(right)} of {len(right)} failures named, {len(alarms) - sum(alarms)} false alarms in {len(alarms)}")


if __name__ == "__main__":
    main()
