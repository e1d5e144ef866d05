"""What one asks of a run that is there, or of two folders: how good samples are, what D says of files."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.api import as_begun
from saddlepoint.config import Data, Judge
from saddlepoint.data.batches import scaled
from saddlepoint.data.cond import asked
from saddlepoint.data.fitting import Form
from saddlepoint.data.folder import look_at
from saddlepoint.data.pictures import colour_of, decode, strict
from saddlepoint.data.reading import Bad, Reading, sides
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judge.card import Measure
from saddlepoint.judge.group import LEAST, card_of, group
from saddlepoint.judge.judgement import Measures, Standard, judge, least_for_limit
from saddlepoint.randomness import Randomness
from saddlepoint.running import generator
from saddlepoint.running.copied import keep_copies
from saddlepoint.running.engine import room_for
from saddlepoint.running.judging import EACH_CLASS, TRAINING, Judged, chosen, jury, labels_of, unfit, usual, varied
from saddlepoint.running.measured import keep
from saddlepoint.running.session import Session, evenly
from saddlepoint.running.standard import halves, standard
from saddlepoint.running.watcher import Nobody
from saddlepoint.statistics.intervals import wilson
from saddlepoint.storage import checkpoint
from saddlepoint.storage.parts import ModulePart
from saddlepoint.storage.record import read_record

NEIGHBOURS = 200  # looks at D's logits that calibrate one
MOST_LOOKS = 20_000  # at either side, where each is looked at under every condition
WEIGHTED = ("efficientnet", "inception")  # features that can be read off a file of weights


def judge_run(folder: Path, wish: Judge, n: int, seed: int) -> tuple[Measures, list[str]]:
    """Everything that applies to a run's generator, against held-out data; written to measures.json beside it, and the
    list of near-copies to copies.csv. Also notes: where those are, and what is missing for want of samples.
    """
    record = read_record(folder)
    room_for(n, math.prod(record.data.shape) + record.config.prior.size)
    wish = settled(wish, record.choices.judge_features, record.config.judge.weights)
    source, engine = as_begun(record, Nobody())
    if why := unfit(source):
        raise SaddlepointError(why, "judge")
    config = record.config.model_copy(update={"judge": wish})
    choices = record.choices.model_copy(update={"judge_features": wish.features, "judge_images": 0})
    session = Session(record.model_copy(update={"config": config, "choices": choices}), source, engine)
    court = jury(session)
    found = court.judge(session, generator.load(folder, str(engine.device)), n, seed)
    short = no_limit(n, court.standard, "-n {} or more")
    return found.measures, [*leave(folder, found), *short, *collapsed(found.measures)]


def leave(folder: Path, found: Judged) -> list[str]:
    """Leave measures and near-copies in the run's folder; a note on where these are, or why nothing could be left: a
    folder that cannot be written is no reason to keep back what was found.
    """
    try:
        keep(folder, found.measures)
        left = keep_copies(folder, found)
    except SaddlepointError as error:
        return [f"not kept for `compare`: {error}"]
    return [f"near-copies: {', '.join(map(str, left))}"] if left else []


def no_limit(n: int, held: Standard, need: str) -> list[str]:
    """A note where n samples are too few for their distance to be extrapolated, and what it takes; else none."""
    least = least_for_limit(held.real.seen.features.shape[1])
    return [] if n >= least else [f"no frechet_limit, which needs {need.format(least)}"]


def collapsed(found: Measures) -> list[str]:
    """A note where chance had no say in what was drawn, and intervals therefore have no width."""
    return ["the samples are all alike: intervals that have no width promise nothing"] * (found["spread"].value == 0)


def settled(wish: Judge, default: str, weights: str | None = None) -> Judge:
    """The wish, its features named: the default where it leaves them open, with the weights that belong to the default
    where it gives none. SaddlepointError where it gives weights to features that read none.
    """
    name = default if wish.features == "auto" else wish.features
    if wish.weights is not None and name not in WEIGHTED:
        hint = f"leave it out, or say --features {' or '.join(WEIGHTED)}"
        raise SaddlepointError(f"has no effect: '{name}' reads no file of weights", "--weights", hint)
    own = weights if name == default else None
    return wish.model_copy(update={"features": name, "weights": wish.weights or own})


def judge_folders(
    generated: str, real: str, wish: Judge, size: str | None, bad: float | None = None
) -> tuple[Measures, list[str]]:
    """One set of pictures against another, of which a share `bad` may be unreadable; and notes: what was left out or
    resized, why not class by class, where both sides have classes but they differ, or one is too small, and what is
    missing for want of samples.
    """
    if (Path(generated) / "config.json").is_file():
        what, hint = "a run is judged against its own held-out data", "leave the second folder out, or give its samples"
        raise SaddlepointError(what, generated, hint)
    if (Path(real) / "config.json").is_file():
        hint = "give a folder of real pictures, as those it was trained on"
        raise SaddlepointError("a run is no folder of real pictures", real, hint)
    wished = Reading(real, size=None if size is None else sides(size))
    wished = wished if bad is None else wished._replace(bad=bad)
    theirs = open_source(wished)
    shape = (theirs.x.shape[2], theirs.x.shape[3]) if theirs.x.ndim == 4 else None
    ours = open_source(wished._replace(name=generated, size=shape))
    teaching, theirs = halves(theirs) if wish.features == "learned" else (theirs, theirs)
    extractor = chosen(settled(wish, usual(theirs)), teaching)
    for source in (ours, theirs):
        if why := unfit(source):
            raise SaddlepointError(why, source.name)
    why = no_classes(ours, theirs)
    left_out = told("left out", ours, theirs)
    resized = [] if shape is None else told(f" to {shape[0]} x {shape[1]}", ours, theirs)
    same = bool(ours.classes) and not why
    fake, held = group(extractor, ours.x, ours.c if same else None), standard(extractor, theirs, None, same)
    varied(theirs.take(evenly(theirs.size, TRAINING)))
    what = "examples" if teaching is theirs else "examples, not those that taught the features"
    reference = f"{Path(real).name}, {theirs.size:,} {what}, {theirs.digest()[:12]}"
    card = card_of(extractor, held.real.size, fake.size, reference, None)
    card = card._replace(resizer="; ".join([card.resizer, *resized]))
    found = judge(fake, held, card, Randomness(0).stream("judge"))
    if extractor.classes and extractor.classes != theirs.classes:
        found.pop("label_accuracy", None)  # as many classes, of other names: its answer is none to what was asked
    short = no_limit(ours.size, held, "{:,} generated pictures or more")
    return found, [*short, *left_out, *resized, *([why] if why else []), *collapsed(found)]


def told(words: str, *sources: Source) -> list[str]:
    """What was noted with these words when the sources were read, each with its source's name."""
    return [f"{source.name}: {note}" for source in sources for note in source.notes if words in note]


def no_classes(ours: Source, theirs: Source) -> str:
    """Why two labelled sets cannot be compared class by class; empty where they can, or where neither has classes."""
    if ours.classes != theirs.classes:
        some = sorted(set(ours.classes) ^ set(theirs.classes))[:3]
        missing = f"{', '.join(some)} {'is' if len(some) == 1 else 'are'} not" if some else "their order is not"
        return f"not judged by class: {missing} on both sides"
    small = [source.name for source in (ours, theirs) if source.classes and labels_of(source) is None]
    return f"not judged by class: a class of {small[0]} has fewer than {EACH_CLASS} examples" if small else ""


Looks = Callable[[Tensor, Tensor | None], Tensor]
"""(x as stored, c) to D's logits."""


class Opinion(NamedTuple):
    """What D says of one file.

    d            sigmoid of its logit: the probability that the picture came from the data, as D sees it
    real, fake   share of held-out examples, and of samples, that D finds less real than this
    calibrated   of the 200 looks with the nearest logits, the share that was real; with its 95 % interval
    label        the class or condition it was looked at as, where D reads one
    against      which real examples these are: held out, or those D has been trained on, which it knows too well
    """

    file: str
    d: float
    logit: float
    real: float
    fake: float
    calibrated: tuple[float, float, float]
    label: str | None
    against: str


@torch.no_grad()
def score(folder: Path, files: Sequence[Path], label: str | None, cond: str | None = None) -> list[Opinion]:
    """D's own opinion of pictures, by the newest checkpoint, beside its opinion of examples it has not seen. They are
    looked at as of this class or condition, beside examples as of their own; else as of whichever D likes best, all.
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

    like = record.data.shape, record.data.dtype, record.config.data
    pictures = torch.stack([picture(file, *like) for file in files])
    wanted = guises(source, session.examples, label, cond)
    enough = session.held_out.size >= LEAST
    among = session.held_out if enough else session.train.take(evenly(session.train.size, 500))
    real = among.take(evenly(among.size, max(NEIGHBOURS, MOST_LOOKS // len(wanted))))
    seen = f"training examples (seen by D: fewer than {LEAST} are held out)"
    against = f"{real.size:,} {'held-out examples' if enough else seen}"
    samples = generator.load(folder).sample(real.size, record.config.seed)
    known = logits(real.x, real.c), logits(samples.x, samples.labels)
    if label is None and cond is None:
        known = favourites(logits, real.x, wanted).values, favourites(logits, samples.x, wanted).values
    best = favourites(logits, pictures, wanted)
    names = [wanted[int(i)].name for i in best.places]
    return [opinion(str(f), float(y), name, against, *known) for f, y, name in zip(files, best.values, names)]


def picture(file: Path, shape: Sequence[int], dtype: str, data: Data) -> Tensor:
    """A file as the run's data are: read as they were, and brought to their size, channels and type in the same way."""
    channels, height, width = shape
    if channels > 4:
        raise SaddlepointError(f"no picture file has {channels} channels, as its data have", str(file))
    found = look_at(file, str(file), file.suffix.lower())
    if isinstance(found, Bad):
        raise SaddlepointError(found.reason if file.exists() else "no such file", str(file))
    background = colour_of(data.background or "white")
    with strict():
        return torch.from_numpy(decode(found, Form(height, width, channels, dtype, data.fit, background)).copy())


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


class Favourites(NamedTuple):
    """Of each picture the greatest logit, [N], and the place of the guise it was had under, [N]."""

    values: Tensor
    places: Tensor


def favourites(logits: Looks, x: Tensor, wanted: Sequence[Guise]) -> Favourites:
    """max over c of D(x, c). A maximum over classes is larger than the logit of one's own: compare it with its like."""
    return Favourites(*torch.stack([logits(x, repeated(guise.c, len(x))) for guise in wanted]).max(0))


def repeated(c: Tensor | None, n: int) -> Tensor | None:
    """c of n pictures that are all of one condition."""
    return None if c is None else c.expand(n, *c.shape[1:])


def opinion(file: str, logit: float, label: str | None, against: str, real: Tensor, fake: Tensor) -> Opinion:
    both = torch.cat([real, fake])
    near = (both - logit).abs().argsort(stable=True)[: min(NEIGHBOURS, len(both) // 2)]
    share = wilson(int((near < len(real)).sum()), len(near))
    below = [float((some < logit).float().mean()) for some in (real, fake)]
    d, calibrated = 1 / (1 + math.exp(-max(-500.0, logit))), (share.value, share.low, share.high)
    return Opinion(file, d, logit, below[0], below[1], calibrated, label, against)


def shown(measures: Mapping[str, Measure]) -> list[tuple[str, str, str]]:
    """(name, value with interval, what it is) of each measure."""
    return [(name, str(measure), measure.card.metric) for name, measure in measures.items()]
