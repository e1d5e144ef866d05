"""Judging a run: which features, against which examples; and the best generator so far."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.augment import diff_augment
from saddlepoint.config import Judge
from saddlepoint.data.batches import scaled
from saddlepoint.data.duplicates import equals
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judge.card import Card
from saddlepoint.judge.extractors.digits import digits
from saddlepoint.judge.extractors.efficientnet import KNOWN as LITE
from saddlepoint.judge.extractors.efficientnet import available, efficientnet
from saddlepoint.judge.extractors.extractor import Extractor, as_stored
from saddlepoint.judge.extractors.inception import KNOWN as INCEPTION
from saddlepoint.judge.extractors.inception import inception
from saddlepoint.judge.extractors.pixels import pixels
from saddlepoint.judge.group import LEAST, Group, card_of, group, measure
from saddlepoint.judge.judgement import Measures, Standard, biased, judge, quick
from saddlepoint.judge.memory import QUERIES, Copies, memory
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.report.material import Pairs
from saddlepoint.running.generator import Generator
from saddlepoint.running.paths import WAYS, path_lengths
from saddlepoint.running.session import Session, evenly
from saddlepoint.running.standard import learned_from, standard
from saddlepoint.statistics.gaussian import fit
from saddlepoint.statistics.influence import Reference, frechet_interval
from saddlepoint.storage.downloads import fetched, is_address

SAMPLES = 1_000  # of a judgement when the run is over
COPIED = 50_000  # training examples among which copies are looked for at last
TRAINING = 2_000  # training examples that samples are compared with on the way
UNEVEN = (
    0.1  # share of the examples that would have to change class to make all equally frequent: from here on it counts
)
EACH_CLASS = 3  # examples, held out or generated, that a class needs for a verdict of its own


def extractor_of(name: str, weights: str | None = None, source: Source | None = None) -> Extractor:
    """The extractor of this name, its weights from a file or an address; `learned` learns from the source."""
    if name == "learned":
        if source is None:
            raise SaddlepointError("learned from what?", "--features", "give data to learn from, or use pixels")
        return learned_from(source, labels_of(source))
    known: dict[str, Callable[[], Extractor]] = {
        "pixels": pixels,
        "digits": digits,
        "efficientnet": lambda: efficientnet(local(weights, LITE)),
        "inception": lambda: inception(local(weights, INCEPTION)),
    }
    return known[name]()


def local(weights: str | None, known: Mapping[str, str]) -> Path | None:
    """The file of weights that is meant; what is at an address is downloaded, if it is one of those known."""
    if weights is None:
        return None
    return fetched(weights, known) if is_address(weights) else Path(weights)


def usual(source: Source) -> str:
    """The features that suit these data."""
    if source.name == "digits" and source.x.shape[1:] == (1, 28, 28):
        return "digits"
    return "efficientnet" if source.x.ndim == 4 and source.x.shape[1] >= 3 and available() else "pixels"


def chosen(wish: Judge, source: Source) -> Extractor:
    """The extractor that is asked for, or the usual one."""
    return extractor_of(usual(source) if wish.features == "auto" else wish.features, wish.weights, source)


class Judged(NamedTuple):
    """The last judgement: its measures; of pictures the near-copies too, `training` counted in the data, and their
    pictures beside those that they are like.
    """

    measures: Measures
    copies: Copies | None = None
    pairs: Pairs | None = None


class Jury(NamedTuple):
    """What judges the samples of one run, always in the same way.

    extractor  what examples are compared by
    standard   the real examples, seen and fitted
    reference  which examples these are: data set, how many, and the first digits of their SHA-256
    samples    how many samples are judged on the way
    altered    the moments of augmented real examples, where D sees such
    counts     examples of each class in the data, where classes are not as frequent as each other
    """

    extractor: Extractor
    standard: Standard
    reference: str
    samples: int
    altered: Reference | None = None
    counts: Tensor | None = None

    def card(self, n: int, seed: int) -> Card:
        return card_of(self.extractor, self.standard.real.size, n, self.reference, seed)

    def see(self, generator: Generator, n: int, seed: int) -> Group:
        """n samples of a generator: each class in turn, with their labels where every class can be judged by itself."""
        x, labels = generator.sample(n, seed)
        enough = self.standard.real.labels is not None and n >= EACH_CLASS * len(generator.classes)
        return group(self.extractor, x, labels if enough else None)

    def mixed(self, generator: Generator, n: int, seed: int) -> Group | None:
        """n samples whose classes are as frequent as in the data; None where those of `see` are."""
        if self.counts is None:
            return None
        z, labels = generator.noise(n, seed), in_proportion(self.counts, n)
        return group(self.extractor, generator.stored(generator.decode(z, labels)))

    def sit(self, session: Session) -> dict[str, Measures]:
        """The judgement of each average as it is now, by its name; always of the same z.

        Averages of equal weights are judged once: early in a run, the cap on half-lives makes them so.
        """
        seed, about = seed_of(session.config.seed, "judge"), session.description("")
        found: dict[str, Measures] = {}
        for name, average in session.averages.items():
            weights = average.module.state_dict()
            others = {each: session.averages[each].module.state_dict() for each in found}
            twins = [each for each, of in others.items() if all(of[key].equal(weights[key]) for key in weights)]
            if twins:
                found[name] = found[twins[0]]
                continue
            generator = Generator(average.module, about, session.engine.device)
            fake, mixed = self.see(generator, self.samples, seed), self.mixed(generator, self.samples, seed)
            card = self.card(fake.size, seed)
            found[name] = quick(fake, self.standard, card, Randomness(seed).stream("judge"), mixed)
            if self.altered is not None:
                apart = frechet_interval((mixed or fake).seen.features, self.altered)
                metric = f"Frechet distance to augmented real examples{biased(fake, self.standard.real)}"
                found[name]["frechet_augmented"] = measure(card, metric, apart)
        return found

    def judge(self, session: Session, generator: Generator, n: int, seed: int) -> Judged:
        """Everything that applies, of samples that no choice was made by; and which of them are near-copies of pictures
        that were trained on.
        """
        fake, mixed = self.see(generator, n, seed), self.mixed(generator, n, seed)
        rng, remembered = Randomness(seed).stream("judge"), None
        if fake.x.ndim == 4:
            some = evenly(session.train.size, COPIED)
            among = as_stored(session.train.x[some])
            remembered = memory(fake.x[:QUERIES], among, among[:0], rng)
        found = judge(fake, self.standard, self.card(fake.size, seed), rng, remembered, mixed)
        lengths = path_lengths(generator, self.extractor, seed)
        card = self.card(WAYS, seed)
        found["path_length"] = measure(card, "perceptual path length, over ways instead of samples", lengths)
        if remembered is None:
            return Judged(found)
        copies = remembered.copies
        pairs = Pairs(fake.x[copies.samples], among[copies.training], copies.distances)
        return Judged(found, copies._replace(training=session.places[some][copies.training]), pairs)


def jury(session: Session, training: int = TRAINING) -> Jury:
    """The jury of a run: held-out examples, or training examples where too few are held out, and it says so."""
    choices, wish, held_out = session.record.choices, session.config.judge, session.held_out
    extractor = extractor_of(choices.judge_features, wish.weights, session.train)
    looked_at = session.train.take(evenly(session.train.size, training))
    some = varied(looked_at)
    real = held_out if held_out.size >= LEAST else some
    what = "held-out" if held_out.size >= LEAST else "training"
    reference = f"{session.record.data.name}, {real.size:,} {what} examples, {real.digest()[:12]}"
    labels = labels_of(real)
    # Each example once; but where held-out ones are there again, how often is what the two sides have in common.
    trained = looked_at if overlap(looked_at, held_out) else some
    held = standard(extractor, real, trained if real is held_out else None, labels is not None)
    altered = None
    if real.x.ndim == 4 and any(stage.augment != "none" for stage in session.config.stages):
        rng = Randomness(session.config.seed).stream("judge")
        pictures = (diff_augment(scaled(real.x, "signed"), rng, 1.0).clamp(-1, 1) + 1) / 2
        altered = Reference.of(fit(group(extractor, pictures).seen.features))
    return Jury(extractor, held, reference, choices.judge_samples, altered, uneven(session.source))


def distinct(source: Source) -> Source:
    """Each example once. What is there many times would be nearest many times: no sign that it was learned by heart."""
    first = equals(source.x).unique()
    return source if len(first) == source.size else source.take(first)


def varied(source: Source) -> Source:
    """Each example once; SaddlepointError where they are too few then."""
    some = distinct(source)
    if some.size < LEAST:
        what = f"only {some.size} different example{'s' * (some.size != 1)} of {source.size:,}"
        raise SaddlepointError(what, "judge", f"a verdict on fewer than {LEAST} is noise")
    return some


def overlap(one: Source, other: Source) -> bool:
    """Whether some example is in both: no wonder where they are many times in the data, and were not kept together."""
    return bool((equals(torch.cat([one.x, other.x]))[one.size :] < one.size).any())


def uneven(source: Source) -> Tensor | None:
    """How many examples each class has, [K]; None without classes, or where they are as good as equally frequent."""
    if source.c is None or source.c.ndim != 1 or not source.classes:
        return None
    counts = torch.bincount(source.c, minlength=len(source.classes))
    apart = float((counts / source.size - 1 / len(counts)).abs().sum()) / 2
    return counts if apart > UNEVEN else None


def in_proportion(counts: Tensor, n: int) -> Tensor:
    """Labels [n], each class as often as its share of the counts says, and of any first few as nearly as can be: the
    next is always of the class that has fallen behind most. Equal counts give each class in turn.
    """
    behind, total, labels = torch.zeros_like(counts), int(counts.sum()), []
    for _ in range(n):
        behind = behind + counts
        labels.append(int(behind.numpy().argmax()))
        behind[labels[-1]] -= total
    return torch.tensor(labels)


def labels_of(source: Source) -> Tensor | None:
    """The labels, where each class has examples enough."""
    if source.c is None or source.c.ndim != 1 or not source.classes:
        return None
    counts = torch.bincount(source.c, minlength=len(source.classes))
    return source.c if int(counts.min()) >= EACH_CLASS else None


def unfit(source: Source) -> str | None:
    """Why these data cannot be judged: only pictures and points can, and no fewer than 20. None where they can."""
    if source.x.ndim not in (2, 4):
        return f"examples of shape {list(source.x.shape[1:])} cannot be judged: pictures and points can"
    if source.size < LEAST:
        many = "s" * (source.size != 1)
        return f"{source.size} example{many} cannot be judged: a verdict on fewer than {LEAST} is noise"
    return None


def best_of(found: dict[str, Measures]) -> str:
    """The average whose Frechet distance is surely the least: by the upper end of its interval, so that a low value
    that is known badly does not win by luck.
    """
    return min(found, key=lambda name: found[name]["frechet"].high)
