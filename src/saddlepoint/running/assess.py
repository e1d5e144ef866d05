"""What one asks of a run that is there: how good its samples are, whether it beats another, what D says of files."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.api import as_begun
from saddlepoint.config import Judge
from saddlepoint.data.batches import scaled
from saddlepoint.data.cond import asked
from saddlepoint.data.reading import Reading, sides
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judge.card import Measure
from saddlepoint.judge.group import LEAST, card_of, group
from saddlepoint.judge.judgement import Measures, judge
from saddlepoint.randomness import Randomness
from saddlepoint.running import generator
from saddlepoint.running.judging import EACH_CLASS, chosen, jury, labels_of, unfit
from saddlepoint.running.measured import keep
from saddlepoint.running.session import Session, evenly
from saddlepoint.running.standard import standard
from saddlepoint.running.watcher import Nobody
from saddlepoint.statistics.intervals import wilson
from saddlepoint.storage import checkpoint
from saddlepoint.storage.parts import ModulePart
from saddlepoint.storage.record import read_record

NEIGHBOURS = 200  # looks at D's logits that calibrate one
HIGHER = ("precision", "recall", "coverage", "inception_score", "label_accuracy", "modes")
TARGET = {"spread": 100.0, "class_spread": 100.0, "density": 1.0}  # best in the middle
NEITHER = ("memorisation_p", "nearest_is_training", "path_length")  # of which less or more is no merit by itself


def judge_run(folder: Path, wish: Judge, n: int, seed: int) -> Measures:
    """Everything that applies to a run's generator, against held-out data; written to measures.json beside it."""
    record = read_record(folder)
    features = wish if wish.features != "auto" else record.config.judge
    source, engine = as_begun(record, Nobody())
    if why := unfit(source):
        raise SaddlepointError(why, "judge")
    name = record.choices.judge_features if features.features == "auto" else features.features
    config = record.config.model_copy(update={"judge": features})
    choices = record.choices.model_copy(update={"judge_features": name, "judge_images": 0})
    session = Session(record.model_copy(update={"config": config, "choices": choices}), source, engine)
    found = jury(session).judge(generator.load(folder, str(engine.device)), n, seed)
    keep(folder, found)
    return found


def judge_folders(generated: str, real: str, wish: Judge, size: str | None) -> tuple[Measures, str]:
    """One set of pictures against another, and why not class by class, where both sides have classes but they differ,
    or one is too small.
    """
    if (Path(generated) / "config.json").is_file():
        what, hint = "a run is judged against its own held-out data", "leave the second folder out, or give its samples"
        raise SaddlepointError(what, generated, hint)
    theirs = open_source(Reading(real, size=None if size is None else sides(size)))
    shape = (theirs.x.shape[2], theirs.x.shape[3]) if theirs.x.ndim == 4 else None
    ours = open_source(Reading(generated, size=shape))
    extractor = chosen(wish, theirs)
    for source in (ours, theirs):
        if why := unfit(source):
            raise SaddlepointError(why, source.name)
    why = no_classes(ours, theirs)
    told = [f"{source.name}: {note}" for source in (ours, theirs) for note in source.notes if "left out" in note]
    same = bool(ours.classes) and not why
    fake, held = group(extractor, ours.x, ours.c if same else None), standard(extractor, theirs, None, same)
    reference = f"{Path(real).name}, {theirs.size:,} examples, {theirs.digest()[:12]}"
    card = card_of(extractor, held.real.size, fake.size, reference, None)
    found = judge(fake, held, card, Randomness(0).stream("judge"))
    if extractor.classes and extractor.classes != theirs.classes:
        found.pop("label_accuracy", None)  # as many classes, of other names: its answer is none to what was asked
    return found, "; ".join([*told, why] if why else told)


def no_classes(ours: Source, theirs: Source) -> str:
    """Why two labelled sets cannot be compared class by class; empty where they can, or where neither has classes."""
    if ours.classes != theirs.classes:
        some = sorted(set(ours.classes) ^ set(theirs.classes))[:3]
        return f"not judged by class: {', '.join(some) or 'their order'} is not on both sides"
    small = [source.name for source in (ours, theirs) if source.classes and labels_of(source) is None]
    return f"not judged by class: a class of {small[0]} has fewer than {EACH_CLASS} examples" if small else ""


class Comparison(NamedTuple):
    """One measure of two runs. verdict: 'better', 'worse' or 'cannot tell', of the first against the second."""

    name: str
    a: Measure
    b: Measure
    verdict: str


def compare(a: Measures, b: Measures) -> list[Comparison]:
    """Measure by measure; refused where the cards differ in anything but the samples' seed."""
    names = [name for name in a if name in b and not name.endswith("_real") and name not in NEITHER]
    if not names:
        raise SaddlepointError("they share no measure", "compare", "judge both with the same --features")
    goals = {name: a[f"{name}_real"].value for name in names if f"{name}_real" in a}
    return [Comparison(name, a[name], b[name], against(name, a[name], b[name], goals.get(name))) for name in names]


def against(name: str, a: Measure, b: Measure, goal: float | None = None) -> str:
    """Is a better than b, which is closer to the goal, where there is one? Where the difference is within 1.96 of its
    standard error, that cannot be told.
    """
    for field, ours, theirs in zip(a.card._fields, a.card, b.card):
        if field != "seed" and ours != theirs:
            what = f"{name}: {field} is {ours!r} there, {theirs!r} here: the numbers do not compare"
            raise SaddlepointError(what, "compare", "judge both with the same --features and -n")
    goal = TARGET.get(name, goal)
    x, y = (m.value if goal is None else abs(m.value - goal) for m in (a, b))
    error = math.hypot(a.high - a.value, b.high - b.value)
    if abs(x - y) <= error or (goal is not None and abs(a.value - b.value) <= error):
        return "cannot tell"
    return "better" if (x > y) == (goal is None and name in HIGHER) else "worse"


Looks = Callable[[Tensor, Tensor | None], Tensor]
"""(x as stored, c) to D's logits."""


class Opinion(NamedTuple):
    """What D says of one file.

    d            sigmoid of its logit: the probability that the picture came from the data, as D sees it
    real, fake   share of held-out examples, and of samples, that D finds less real than this
    calibrated   of the 200 looks with the nearest logits, the share that was real; with its 95 % interval
    label        the class or condition it was looked at as, where D reads one
    """

    file: str
    d: float
    logit: float
    real: float
    fake: float
    calibrated: tuple[float, float, float]
    label: str | None


@torch.no_grad()
def score(folder: Path, files: Sequence[Path], label: str | None, cond: str | None = None) -> list[Opinion]:
    """D's own opinion of pictures, by the newest checkpoint, beside its opinion of examples it has not seen. They are
    looked at as of this class or condition, else as of whichever D likes best.
    """
    record = read_record(folder)
    if len(record.data.shape) != 3:
        raise SaddlepointError("its examples are not pictures", str(folder), "D's opinion is asked of pictures alone")
    source, engine = as_begun(record, Nobody())
    session = Session(record, source, engine)
    saved = checkpoint.newest(folder / "checkpoints")
    if saved is None:
        raise SaddlepointError("no checkpoint, hence no D", str(folder), "only the generator is left of this run")
    ModulePart(session.networks.D).load_state(saved.saved["D"])
    D = session.networks.D.eval()

    def logits(x: Tensor, c: Tensor | None) -> Tensor:
        y = D(scaled(x, record.config.range).to(engine.device), None if c is None else c.to(engine.device)).logits
        return y.float().flatten(1).mean(1).cpu() if y.ndim > 1 else y.float().cpu()

    real = session.held_out if session.held_out.size >= LEAST else session.train.take(evenly(session.train.size, 500))
    samples = generator.load(folder).sample(real.size, record.config.seed)
    known = logits(real.x, real.c), logits(samples.x, samples.labels)
    pictures = torch.stack([picture(file, source) for file in files])
    wanted = guises(source, session.examples, label, cond)
    every = torch.stack([logits(pictures, repeated(guise.c, len(pictures))) for guise in wanted])
    best = every.max(0)
    names = [wanted[int(i)].name for i in best.indices]
    return [opinion(str(f), float(y), name, *known) for f, y, name in zip(files, best.values, names)]


def picture(file: Path, source: Source) -> Tensor:
    """A file as the run's data are: its size and channels."""
    channels, height, width = source.x.shape[1:]
    if not file.is_file():
        raise SaddlepointError("no such file", str(file))
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as image:
            plain = image.convert({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]).resize((width, height))
            data = torch.frombuffer(bytearray(plain.tobytes()), dtype=torch.uint8)
    except (OSError, UnidentifiedImageError, KeyError) as error:
        raise SaddlepointError(f"not a picture that can be read: {error}", str(file)) from error
    x = data.view(height, width, channels).permute(2, 0, 1)
    return x if source.x.dtype == torch.uint8 else x.float() / 255


class Guise(NamedTuple):
    """A condition to look at pictures under: its name, and c of one picture, [1] or [1, E]; None for none."""

    name: str | None
    c: Tensor | None


def guises(source: Source, examples: Tensor | None, label: str | None, cond: str | None) -> list[Guise]:
    """What is asked for; else every class, or the conditions of examples; else nothing."""
    if examples is None and cond is not None:
        raise SaddlepointError("this D reads no condition but a class", "--cond", "use --class, or none")
    if not source.classes and label is not None:
        raise SaddlepointError(
            "this D knows no classes", "--class", "leave it out" if examples is None else "use --cond"
        )
    if source.classes:
        if label is not None and label not in source.classes:
            raise SaddlepointError(f"no class '{label}'", "--class", f"one of {', '.join(source.classes)}")
        wanted = source.classes if label is None else (label,)
        return [Guise(name, torch.tensor([source.classes.index(name)])) for name in wanted]
    if examples is None:
        return [Guise(None, None)]
    if cond is not None:
        return [Guise(cond, torch.from_numpy(asked(source.fields, cond, examples[:1].numpy())))]
    return [Guise(f"the best of {len(examples)} conditions", c) for c in examples.split(1)]


def repeated(c: Tensor | None, n: int) -> Tensor | None:
    """c of n pictures that are all of one condition."""
    return None if c is None else c.expand(n, *c.shape[1:])


def opinion(file: str, logit: float, label: str | None, real: Tensor, fake: Tensor) -> Opinion:
    both = torch.cat([real, fake])
    near = (both - logit).abs().argsort(stable=True)[: min(NEIGHBOURS, len(both) // 2)]
    share = wilson(int((near < len(real)).sum()), len(near))
    below = [float((some < logit).float().mean()) for some in (real, fake)]
    d, calibrated = 1 / (1 + math.exp(-max(-500.0, logit))), (share.value, share.low, share.high)
    return Opinion(file, d, logit, below[0], below[1], calibrated, label)


def shown(measures: Mapping[str, Measure]) -> list[tuple[str, str, str]]:
    """(name, value with interval, what it is) of each measure."""
    return [(name, str(measure), measure.card.metric) for name, measure in measures.items()]
