"""One set of examples against another, both from files: how good are the first, if the second are real?"""

from pathlib import Path

from saddlepoint.court.bench import Measures, shown
from saddlepoint.court.jury import (
    EACH_CLASS,
    TRAINING,
    chosen,
    collapsed,
    labels_of,
    no_limit,
    silent,
    unfit,
    usual,
    varied,
)
from saddlepoint.court.standard import halves, standard
from saddlepoint.data.facts import evenly, facts_of
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.group import card_of, group
from saddlepoint.judging.judgement import judge
from saddlepoint.randomness import Randomness
from saddlepoint.settings.run import Judge

WEIGHTED = ("efficientnet", "inception")  # features that can be read off a file of weights
AS_USUAL = Reading("")


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


def judge_folders(generated: str, real: str, wish: Judge, read: Reading = AS_USUAL) -> tuple[Measures, list[str]]:
    """One set of pictures against another, both read as `read` says, whatever its name; and notes: what was left out or
    resized, why not class by class, where both sides have classes but they differ, or one is too small, and what is
    missing for want of samples.
    """
    if (Path(generated) / "config.json").is_file():
        what, hint = "a run is judged against its own held-out data", "leave the second folder out, or give its samples"
        raise SaddlepointError(what, generated, hint)
    if (Path(real) / "config.json").is_file():
        hint = "give a folder of real pictures, as those it was trained on"
        raise SaddlepointError("a run is no folder of real pictures", real, hint)
    theirs = open_source(read._replace(name=real))
    about = facts_of({"x": theirs})["x"]
    shape = (about.shape[1], about.shape[2]) if about.kind == "pictures" else None
    ours = open_source(read._replace(name=generated, size=shape))
    ours, theirs = shown(ours, about), shown(theirs, about)  # what is black and white is the real side's to say
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
    return found, [*silent(found), *short, *left_out, *resized, *([why] if why else []), *collapsed(found)]


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
    return f"not judged by class: no class of {small[0]} has {EACH_CLASS} examples" if small else ""
