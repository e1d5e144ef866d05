"""Is the doctor right about what came of a run? Mild faults, and runs without one, by an eye that it has not.

    python benchmarks/outcomes.py play known --root runs/outcomes --data F    what the doctor may be changed on
    python benchmarks/outcomes.py play drawn --root runs/outcomes --data F    twelve other sets, once; F: speech, text
    python benchmarks/outcomes.py score drawn --root runs/outcomes [--each]                       and super_resolution
    python benchmarks/outcomes.py play fresh --root runs/outcomes --data F    eight more, longer and with worse faults;
                                                                              F: maps and super_resolution
    python benchmarks/outcomes.py play third --root runs/outcomes --data F    ten more; F: maps and speech

Whether a run is well is not what was done to it, but what came of it: 10,000 of its samples beside as many real
examples that it never saw (as many as there are), in the features of a classifier that other real examples taught; of
points, in their columns at equal deviations. Of these

    recall, precision  over those of real training examples, 5 neighbours
    distance           the energy distance in % of that of the mean example alone, of at most 5,000
    accuracy           of the classes as asked, over that of real examples

Well is what has all of these beyond WELL; ill is what has one beyond ILL; what lies between is printed and not counted.
A run is right where the first verdict on what is well is benign, and on what is ill is one that its staging allows:
where nothing was staged any that is not benign. Faults are milder than those of `doctor.py`: rates 5 times too high,
not 25; players 5 to 50 times slower, not 500 or frozen; D four times wider, not ten; examples altered once, not twice.
"""

import argparse
import json
import math
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from doctor import by_configuration, recorded, share, verdicts
from drawn import AFRESH, DRAWN
from further import FURTHER
from staged import BROKEN, DATA, KITS, NONE, STAGINGS, Kit, Staging, configured, prepared
from torch import Tensor

from saddlepoint.court.bench import shown
from saddlepoint.court.jury import extractor_of
from saddlepoint.data.facts import facts_of
from saddlepoint.data.sides import sides_of
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import make_folder
from saddlepoint.judging.case import Case
from saddlepoint.judging.doctor import BENIGN
from saddlepoint.judging.extractors.extractor import Extractor, Seen, as_stored, look
from saddlepoint.judging.extractors.learned import learned, trained
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.running.calls import Stopped
from saddlepoint.running.live import Live
from saddlepoint.running.watcher import Nobody
from saddlepoint.running.work import Worker
from saddlepoint.settings.networks import Dcgan, Mlp, Residual
from saddlepoint.statistics.energy import Known, energy_share
from saddlepoint.statistics.influence import some
from saddlepoint.storage.lock import RunLock

IMAGES, POINTS, BATCH = 20_480, 25_600, 32  # 640 updates of pictures, 800 of points
JUDGEMENTS = 6
POOL, MANY, PAIRS = 4_000, 10_000, 5_000  # what runs are played on; what they are held against; of these, every pair
EYE = 77  # seed of the classifier that looks at what came of a run
WELL = {"recall": 0.3, "precision": 0.4, "distance": 15.0, "accuracy": 0.7}
ILL = {"recall": 0.1, "precision": 0.15, "distance": 30.0, "accuracy": 0.4}

NOT_FINITE = "non-finite values masked"
MILD = {name: each for name, each in STAGINGS.items() if name.startswith("healthy")} | {
    "rates-5-times": Staging(BROKEN, g={"lr": 0.01}, d={"lr": 0.01}),
    "g-5-times": Staging(BROKEN, NONE, {"lr": 0.01}, {"lr": 4e-4}),
    "d-wider": Staging(("D too strong", "mode collapse"), NONE | {"objective": "minimax"}, wide=True),
    "d-slow": Staging(("D too weak", "mode collapse"), d={"lr": 4e-5}),
    "g-slow": Staging(("D too strong",), NONE, {"lr": 4e-5}),
    "100-examples": Staging(("D overfits", "memorising"), NONE, pictures=180, held_out=0.45),
    "40-examples": Staging(("D overfits", "memorising"), pictures=80, held_out=0.5),
    "few-copied": Staging(("D overfits", "memorising"), NONE, pictures=180, held_out=0.4, copies=8),
    "two-numbers": Staging(("within-class collapse", "mode collapse"), noise=2),
    "unregularised": Staging((*BROKEN, "D overfits"), NONE | {"objective": "relativistic"}, {"lr": 6e-3}, {"lr": 6e-3}),
    "altered-once": Staging(("augmentation leak",), {"augment": "diff"}, copies=2, altered=1),
    "some-filled": Staging((NOT_FINITE,), filled=0.002),
    "plain-steps": Staging(
        (*BROKEN,),
        NONE,
        {"optimiser": "sgd", "lr": 0.3},
        {"optimiser": "sgd", "lr": 0.3},
    ),
    "heavy-classes": Staging(("within-class collapse", "mode collapse"), {"classify": 20.0}),
}
WORSE = {
    "rates-15-times": Staging(BROKEN, NONE, {"lr": 0.03}, {"lr": 0.03}),
    "g-stops": Staging(("D too strong",), NONE, {"lr": 4e-6}),
    "d-stops": Staging(("D too weak", "mode collapse"), d={"lr": 4e-6}),
    "30-examples": Staging(("D overfits", "memorising"), NONE, pictures=60, held_out=0.5),
    "one-number": STAGINGS["one-number-of-noise"],
    "altered-twice": Staging(("augmentation leak",), {"augment": "diff"}, copies=2, altered=2),
    "g-hurried": STAGINGS["g-hurried"],
    "overflow": STAGINGS["overflow"],
}
MILD |= WORSE
KNOWN = [
    *[("moons", "mlp", name, 55) for name in ("healthy", "rates-5-times", "d-slow", "100-examples", "g-slow")],
    *[("digits", "chain", name, 50) for name in ("healthy", "healthy-hinge", "rates-5-times", "d-wider", "d-slow")],
    *[("digits", "chain", name, 50) for name in ("g-slow", "100-examples", "heavy-classes", "altered-once")],
    *[("blobs", "mlp", name, 56) for name in ("healthy", "healthy-hinge", "g-5-times", "some-filled", "plain-steps")],
    *[("waves", "chain", name, 53) for name in ("healthy", "healthy-augmented", "two-numbers")],
    *[("letters", "acgan", name, 52) for name in ("healthy", "healthy-relativistic", "g-5-times", "40-examples")],
    *[("garden", "dcgan", name, 54) for name in ("healthy", "altered-once", "few-copied")],
    *[("speech", "dcgan", name, 51) for name in ("healthy", "unregularised", "rates-5-times", "g-slow")],
]
"""Of which the sets and the kits are those of doctor.py."""

LEAN = {"lr": 1e-3, "betas": (0.0, 0.99)}
OTHERS = {
    "lean": Kit(
        Residual(width=14),
        Dcgan(width=14, kernel=4, normalise=False, condition="projection"),
        Dcgan(width=56, kernel=4, normalise=False, condition="projection"),
        {"lr": 2e-3, "betas": (0.0, 0.99)},
    ),
    "even": Kit(
        Dcgan(width=14, kernel=4, condition="concat"),
        Dcgan(width=14, kernel=4, normalise=False, condition="concat"),
        Dcgan(width=56, kernel=4, normalise=False, condition="concat"),
        LEAN,
        classify=0.0,
        r1=0.5,
    ),
    "tall": Kit(
        Mlp(hidden=(96, 96, 96)), Mlp(hidden=(96, 96, 96)), Mlp(hidden=(384, 384, 384)), LEAN, "raw", 0.0, r1=0.05
    ),
    "slim": Kit(
        Residual(width=12),
        Dcgan(width=12, kernel=4, normalise=False, condition="projection"),
        Dcgan(width=48, kernel=4, normalise=False, condition="projection"),
        {"lr": 2e-3, "betas": (0.0, 0.99)},
    ),
}
"""Networks that `staged.py` does not have."""

PLAN = {
    ("arms", "tall"): ("healthy", "healthy-hinge", "unregularised", "g-slow", "few-copied", "d-wider"),
    ("shapes", "lean"): ("healthy", "healthy-hinge", "rates-5-times", "100-examples", "altered-once"),
    ("faces", "even"): ("healthy", "healthy-relativistic", "g-5-times", "g-slow", "few-copied"),
    ("knot", "tall"): ("healthy", "healthy-relativistic", "rates-5-times", "d-slow", "100-examples", "g-5-times"),
    ("clocks", "lean"): ("healthy", "healthy-augmented", "d-slow", "40-examples", "plain-steps"),
    ("display", "lean"): ("healthy", "healthy-relativistic", "heavy-classes", "two-numbers", "d-wider"),
    ("sounds", "tall"): ("healthy", "healthy-hinge", "rates-5-times", "g-slow", "40-examples", "some-filled"),
    ("mosaic", "even"): ("healthy", "healthy-hinge", "rates-5-times", "some-filled", "d-slow"),
    ("clouds", "lean"): ("healthy", "healthy-hinge", "unregularised", "few-copied", "two-numbers"),
    ("captions", "tall"): ("healthy", "healthy-relativistic", "g-5-times", "d-slow", "100-examples", "plain-steps"),
    ("scanned", "even"): ("healthy", "healthy-augmented", "40-examples", "g-slow", "altered-once"),
    ("fourteen", "even"): ("healthy", "healthy-relativistic", "g-5-times", "unregularised", "100-examples"),
}
ANEW = [(*kind, name, 60 + place) for place, (kind, names) in enumerate(PLAN.items()) for name in names]
"""The twelve sets of `drawn.py`, five runs each of pictures and six of points."""

PLAN_AFRESH = {
    ("arrows", "even"): ("healthy", "healthy-hinge", "g-stops", "30-examples"),
    ("flags", "slim"): ("healthy", "rates-15-times", "altered-twice"),
    ("comet", "tall"): ("healthy", "healthy-relativistic", "rates-15-times", "d-stops"),
    ("hills", "slim"): ("healthy-relativistic", "d-stops", "one-number"),
    ("leaves", "even"): ("healthy", "healthy-hinge", "g-hurried", "30-examples"),
    ("cube", "tall"): ("healthy", "healthy-hinge", "g-stops", "30-examples"),
    ("roads", "slim"): ("healthy", "healthy-augmented", "rates-15-times", "g-stops"),
    ("tints", "tall"): ("healthy", "g-hurried", "overflow", "30-examples"),
}
FRESH = [(*kind, name, 80 + place) for place, (kind, names) in enumerate(PLAN_AFRESH.items()) for name in names]
FRESH_IMAGES = 48_000  # 1,500 updates of all of them
"""The eight sets that came after, and what is done to them."""


PLAN_FURTHER = {
    ("dice", "even"): (
        "healthy",
        "healthy-hinge",
        "healthy-relativistic",
        "g-5-times",
        "40-examples",
        "d-stops",
        "altered-twice",
    ),
    ("signs", "slim"): (
        "healthy",
        "healthy-hinge",
        "healthy-augmented",
        "rates-5-times",
        "heavy-classes",
        "one-number",
        "30-examples",
    ),
    ("houses", "lean"): (
        "healthy",
        "healthy-hinge",
        "healthy-relativistic",
        "d-slow",
        "two-numbers",
        "rates-15-times",
        "few-copied",
    ),
    ("staves", "even"): (
        "healthy",
        "healthy-hinge",
        "healthy-augmented",
        "g-slow",
        "unregularised",
        "overflow",
        "altered-once",
    ),
    ("phases", "slim"): (
        "healthy",
        "healthy-relativistic",
        "d-wider",
        "g-stops",
        "100-examples",
        "plain-steps",
        "g-hurried",
    ),
    ("suburbs", "even"): (
        "healthy",
        "healthy-hinge",
        "rates-5-times",
        "d-slow",
        "altered-twice",
        "30-examples",
        "g-stops",
    ),
    ("lissajous", "tall"): (
        "healthy",
        "healthy-hinge",
        "healthy-relativistic",
        "g-stops",
        "100-examples",
        "rates-15-times",
    ),
    ("saddle", "tall"): ("healthy", "healthy-relativistic", "d-stops", "g-5-times", "few-copied", "g-hurried"),
    ("friedman", "tall"): ("healthy", "healthy-hinge", "g-slow", "some-filled", "rates-5-times", "30-examples"),
    ("frames", "tall"): ("healthy", "healthy-relativistic", "d-slow", "overflow", "unregularised", "40-examples"),
}
THIRD = [(*kind, name, 100 + place) for place, (kind, names) in enumerate(PLAN_FURTHER.items()) for name in names]
"""The ten sets of `further.py`, 66 runs, as long as FRESH."""


class Outcome(NamedTuple):
    """What came of a run; see above. None where the data have no classes."""

    recall: float
    precision: float
    distance: float
    accuracy: float | None

    @property
    def state(self) -> str:
        """well, ill or between."""
        rises = [(self.recall, "recall"), (self.precision, "precision"), (self.accuracy, "accuracy")]
        rises = [(value, name) for value, name in rises if value is not None]
        if self.distance > ILL["distance"] or any(value < ILL[name] for value, name in rises):
            return "ill"
        well = self.distance <= WELL["distance"] and all(value >= WELL[name] for value, name in rises)
        return "well" if well else "between"


class Against(NamedTuple):
    """What samples are held against: real examples' features, those of real training examples, and how to look."""

    see: Callable[[Tensor], Seen]
    real: Seen
    training: Seen
    known: Known
    labels: Tensor | None


def against(pool: Source, fresh: Source) -> Against:
    """An eye that the pool teaches, of points their columns at the pool's deviation 1; `fresh` is what it looks at."""
    if pool.x.ndim == 2:
        middle, deviation = pool.x.double().mean(0), pool.x.double().std(0)

        def see(x: Tensor) -> Seen:
            return Seen((x.double() - middle) / deviation)
    else:
        eye: Extractor = pixels()
        if pool.classes or pool.x.shape[2] == pool.x.shape[3]:
            x = as_stored(pool.x)
            eye = learned(trained(x, pool.c, len(pool.classes), EYE), pool.classes)

        def see(x: Tensor) -> Seen:
            return look(eye, x)

    real = see(fresh.x)
    known = Known.of(real.features[some(len(real.features), PAIRS)])
    return Against(see, real, see(pool.x), known, fresh.c)


def outcome(x: Tensor, labels: Tensor | None, to: Against) -> Outcome:
    """Of generated examples, all finite."""
    seen = to.see(x)
    y, real, training = seen.features, to.real.features, to.training.features
    n = min(len(y), len(real))
    precision, recall = inside(real[:n], y[:n])
    n = min(len(training), len(real))
    usual = inside(real[:n], training[:n])
    distance = energy_share(to.known, y[some(len(y), PAIRS)]).value
    accuracy = None
    if labels is not None and to.labels is not None and seen.logits is not None and to.real.logits is not None:
        right = (seen.logits.argmax(1) == labels).double().mean()
        accuracy = float(right / (to.real.logits.argmax(1) == to.labels).double().mean())
    return Outcome(recall / usual[1], precision / usual[0], distance, accuracy)


def inside(x: Tensor, y: Tensor, k: int = 5) -> tuple[float, float]:
    """(precision, recall) without intervals and without a thought of ties: of 10,000 and 10,000 in seconds.

    The share of y within a ball of x to its k-th neighbour, and the other way round.
    """
    x, y = x.float(), y.float()
    radius = [
        torch.cat([torch.cdist(part, own).topk(k + 1, 1, largest=False).values[:, k] for part in own.split(1_000)])
        for own in (x, y)
    ]
    found = torch.zeros(len(x), dtype=torch.bool)
    held = torch.zeros(len(y), dtype=torch.bool)
    for place in range(0, len(x), 1_000):
        far = torch.cdist(x[place : place + 1_000], y)
        found[place : place + 1_000] = (far < radius[1]).any(1)
        held |= (far < radius[0][place : place + 1_000, None]).any(0)
    return float(held.double().mean()), float(found.double().mean())


def parted(whole: Source) -> tuple[Source, Source]:
    """What runs may be played on, and what they are held against: at most half, and at most MANY."""
    order = torch.randperm(whole.size, generator=torch.Generator().manual_seed(1))
    pool = min(POOL, whole.size * 3 // 5)
    return whole.take(order[:pool]), whole.take(order[pool : pool + MANY])


def shorter(name: str) -> Kit:
    """A kit of `staged.py` for runs as short as these; its wider D is four times as wide as the other, not ten."""
    kit = (KITS | OTHERS)[name]
    narrow = kit.d.model_dump()
    wide = {"hidden": tuple(4 * w for w in narrow["hidden"])} if "hidden" in narrow else {"width": 4 * narrow["width"]}
    return kit._replace(batch=BATCH, longer=1, wide=kit.d.model_copy(update=wide))


def play(
    pool: Source, staging: Staging, kit: Kit, seed: int, images: int, folder: Path
) -> tuple[Tensor, Tensor | None, bool]:
    """One run: samples of what it leaves, their labels, and whether it came to its end."""
    source, held_out = prepared(pool, staging, seed)
    conf = configured(staging, kit, seed, images * (1 + staging.wide))  # which `configured` halves
    record = recorded(source, held_out, conf, JUDGEMENTS, features_of(source, held_out))
    make_folder(folder)
    with RunLock(folder):
        record.write(folder)
        worker = Worker(Live(record, {"x": source}, Engine(torch.device("cpu"), "float32", 1)), folder, Nobody())
        worker.begin()
        whole = True
        try:
            worker.work()
        except Stopped:  # by whoever plays the list: it goes on another time
            raise
        except SaddlepointError as error:
            whole = False
            print(f"given up: {error}")
        drawn = worker.live.artefact(worker.live.shipped).sample(MANY, seed=1)
    for part in ("checkpoints", "samples"):
        shutil.rmtree(folder / part, ignore_errors=True)
    return drawn.x, drawn.labels, whole


def features_of(source: Source, held_out: tuple[int, ...]) -> str:
    """What `--features auto` takes in a longer run: what the labels of the examples trained on teach, where they do."""
    if not source.classes:
        return "pixels"
    lesson = shown(sides_of(source, held_out).train, facts_of({"x": source})["x"])
    try:
        extractor_of("learned", source=lesson)
        return "learned"
    except SaddlepointError:
        return "pixels"


def come_of(x: Tensor, labels: Tensor | None, to: Against) -> Outcome:
    """Samples that are not all finite are as far off as can be."""
    if not torch.isfinite(x.double()).all():
        return Outcome(0.0, 0.0, math.inf, None)
    return outcome(x, labels, to)


SETS = {"known": KNOWN, "drawn": ANEW, "fresh": FRESH, "third": THIRD}


def place(root: Path, run: tuple[str, str, str, int]) -> Path:
    return root / "-".join(map(str, run))


def play_all(runs: list[tuple[str, str, str, int]], root: Path, folder: Path) -> None:
    """Those that were not played yet; of each set all together, since what they are held against takes seconds."""
    sets, held = {**DATA, **DRAWN, **AFRESH, **FURTHER}, {}
    for run in runs:
        data, kit, name, seed = run
        if (place(root, run) / "outcome.json").exists():
            continue
        shutil.rmtree(place(root, run), ignore_errors=True)
        if data not in held:
            held = {data: (pool := parted(sets[data](folder)), against(*pool))}
        (pool, _), to = held[data]
        begun = time.process_time()
        images = FRESH_IMAGES if data in AFRESH | FURTHER else POINTS if pool.x.ndim == 2 else IMAGES
        x, labels, whole = play(pool, MILD[name], shorter(kit), seed, images, place(root, run))
        seconds = time.process_time() - begun
        found = come_of(x, labels, to)
        told = {**found._asdict(), "whole": whole, "seconds": round(seconds, 1)}
        (place(root, run) / "outcome.json").write_text(json.dumps(told), encoding="utf-8")
        print(f"{seconds:.0f} s  {' '.join(map(str, run))}", flush=True)  # what came of it is for `score`, once


def row(run: tuple[str, str, str, int], found: Outcome) -> str:
    accuracy = "" if found.accuracy is None else f" a {found.accuracy:.2f}"
    measured = f"r {found.recall:.2f} p {found.precision:.2f} d {found.distance:.1f}{accuracy}"
    return f"{' '.join(map(str, run))}  {found.state}: {measured}"


def right(state: str, first: str, staging: Staging) -> bool:
    """Whether this verdict is right of what came of a run, well or ill."""
    if state == "well":
        return first in BENIGN
    return first not in BENIGN if staging.fits == BENIGN else first in staging.fits


def score(runs: list[tuple[str, str, str, int]], root: Path, each: bool) -> None:
    """Print what is said of every run that was played, and how often it is right."""
    says: dict[str, list[tuple[str, bool, bool, bool]]] = {"the doctor": [], "the configuration alone": []}
    between = 0
    for run in runs:
        folder = place(root, run)
        if not (folder / "outcome.json").exists():
            print(f"not played yet: {' '.join(map(str, run))}")
            continue
        told, staging = json.loads((folder / "outcome.json").read_text(encoding="utf-8")), MILD[run[2]]
        found = Outcome(*(told[name] for name in Outcome._fields))
        config = json.loads((folder / "config.json").read_bytes())["config"]
        said = verdicts(folder)[-1]
        between += found.state == "between"
        firsts = {"the doctor": said[0].name, "the configuration alone": by_configuration(Case.of(config, []))}
        for who, first in firsts.items() if found.state != "between" else ():
            ok = right(found.state, first, staging)
            says[who].append((found.state, ok, first not in BENIGN, first in staging.fits))
        ok = found.state == "between" or right(found.state, said[0].name, staging)
        if each or not ok:
            word = "  -  " if found.state == "between" else "right" if ok else "WRONG"
            print(f"{word}  {row(run, found)}  {'; '.join(f'{v.name}: {v.evidence}' for v in said)}")
    for who, every in says.items():
        well, ill = ([one for one in every if one[0] == state] for state in ("well", "ill"))
        print(
            f"{who}: right {share([ok for _, ok, _, _ in every])}; ill {share([ok for _, ok, _, _ in ill])}; "
            f"alarms on what is well {share([alarm for _, _, alarm, _ in well])}, "
            f"{sum(alarm and fits for _, _, alarm, fits in well)} of which name what was staged; "
            f"any alarm on what is ill {share([alarm for _, _, alarm, _ in ill])}"
        )
    print(f"{between} runs between well and ill, not counted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("play", "score"))
    parser.add_argument("runs", choices=sorted(SETS))
    parser.add_argument("--root", type=Path, default=Path("runs/outcomes"))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SADDLEPOINT_DATA", ".")))
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--only", default="", help="runs in whose name this is")
    options = parser.parse_args()
    torch.set_num_threads(1)
    runs = [run for run in SETS[options.runs] if options.only in place(options.root, run).name]
    if options.what == "play":
        play_all(runs, options.root, options.data)
    else:
        score(runs, options.root, options.each)


if __name__ == "__main__":
    main()
