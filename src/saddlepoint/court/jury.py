"""Judging by samples: which features, against which examples, and every measure that applies."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.augment import diff_augment
from saddlepoint.court.bench import Bench, Evidence, Judged, Measures, shown
from saddlepoint.court.paths import WAYS, path_lengths
from saddlepoint.court.standard import learned_from, mixture_of, standard
from saddlepoint.data.densities import Mixture
from saddlepoint.data.duplicates import equals
from saddlepoint.data.facts import About, evenly, facts_of
from saddlepoint.data.scaling import scaled, stored
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card
from saddlepoint.judging.diversity import EACH_CLASS
from saddlepoint.judging.extractors.digits import digits
from saddlepoint.judging.extractors.downloads import cached, fetched, is_address
from saddlepoint.judging.extractors.efficientnet import KNOWN as LITE
from saddlepoint.judging.extractors.efficientnet import available, efficientnet
from saddlepoint.judging.extractors.extractor import Extractor, look
from saddlepoint.judging.extractors.inception import KNOWN as INCEPTION
from saddlepoint.judging.extractors.inception import inception
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.judging.group import LEAST, Group, card_of, group, measure
from saddlepoint.judging.headline import NAME as HEADLINE
from saddlepoint.judging.headline import unsaid
from saddlepoint.judging.judgement import Standard, biased, judge, least_for_limit, of_all, quick
from saddlepoint.judging.memory import QUERIES, independent, memory, nearest_features
from saddlepoint.judging.mixture import BESIDE
from saddlepoint.media.catalog import medium_of
from saddlepoint.randomness import Randomness
from saddlepoint.report.material import Pairs
from saddlepoint.settings.run import Judge
from saddlepoint.statistics.gaussian import fit
from saddlepoint.statistics.influence import Reference, frechet_interval

COPIED = 50_000  # training examples among which copies are looked for at last
TRAINING = 2_000  # training examples that samples are compared with on the way
UNEVEN = 0.1  # share of the examples that must change class for all to be equally frequent: it counts from here
MIXTURE = "a Gaussian mixture"


def extractor_of(name: str, weights: str | None = None, source: Source | None = None, asked: bool = False) -> Extractor:
    """The extractor of this name, its weights from a file or an address; `learned` learns from the source. Only where
    the user has `asked` for an address now is it downloaded: one that a run's folder names is looked for in the cache.
    """
    if name == "learned":
        if source is None:
            raise SaddlepointError("learned from what?", "--features", "give data to learn from, or use pixels")
        return learned_from(source, labels_of(source, every=True))
    known: dict[str, Callable[[], Extractor]] = {
        "pixels": pixels,
        "digits": digits,
        "efficientnet": lambda: efficientnet(local(weights, LITE, asked)),
        "inception": lambda: inception(local(weights, INCEPTION, asked)),
    }
    return known[name]()


def local(weights: str | None, known: Mapping[str, str], asked: bool = True) -> Path | None:
    """The file of weights that is meant; what is at an address is downloaded, if it is one of those known, or where
    nobody asked for it, taken from the cache.
    """
    if weights is None:
        return None
    if not is_address(weights):
        return Path(weights)
    if asked:
        return fetched(weights, known)
    if (found := cached(weights, known)) is None:
        raise SaddlepointError("its weights are not here", weights, "judge with this address as --weights")
    return found


def usual(source: Source) -> str:
    """The features that suit these data: those that were made for them, else the best of their medium that are here."""
    if source.eye:
        return source.eye
    about = facts_of({"x": source})["x"]
    return next((name for name in medium_of(about).eyes(about) if name != "efficientnet" or available()), "pixels")


def chosen(wish: Judge, source: Source) -> Extractor:
    """The extractor that is asked for, or the usual one."""
    return extractor_of(usual(source) if wish.features == "auto" else wish.features, wish.weights, source, True)


class Jury(NamedTuple):
    """What judges the samples of one run, always in the same way.

    extractor  what examples are compared by
    standard   the real examples, seen and fitted
    reference  which examples these are: data set, how many, and the first digits of their SHA-256
    evidence   the run's data
    altered    the moments of augmented real examples, where D sees such
    counts     examples of each class in the data, where classes are not as frequent as each other
    mixture    of Gaussians, fitted to the training examples of a table: of few rows it is often the better model
    """

    extractor: Extractor
    standard: Standard
    reference: str
    evidence: Evidence
    altered: Reference | None = None
    counts: Tensor | None = None
    mixture: Mixture | None = None

    @property
    def about(self) -> About:
        return self.evidence.facts["x"]

    def card(self, n: int, seed: int) -> Card:
        return card_of(self.extractor, self.standard.real.size, n, self.reference, seed)

    def see(self, model: Artefact, n: int, seed: int) -> Group:
        """n samples of a model: each class in turn, with their labels where every class can be judged by itself."""
        made = model.sample(n, seed)
        enough = self.standard.real.labels is not None and n >= EACH_CLASS * len(model.classes)
        return group(self.extractor, model.medium.seen(made.x, self.about), made.labels if enough else None)

    def mixed(self, model: Artefact, n: int, seed: int) -> Group | None:
        """n samples whose classes are as frequent as in the data; None where those of `see` are."""
        if self.counts is None:
            return None
        x = model.stored(model.draw(n, seed, in_proportion(self.counts, n)))
        return group(self.extractor, model.medium.seen(x, self.about))

    def quick(self, model: Artefact, n: int, seed: int) -> Measures:
        """The judgement of a model on the way; always of the same z."""
        fake, mixed = self.see(model, n, seed), self.mixed(model, n, seed)
        card = self.card(fake.size, seed)
        found = quick(fake, self.standard, card, Randomness(seed).stream("judge"), mixed)
        if self.altered is not None:
            apart = frechet_interval((mixed or fake).seen.features, self.altered)
            metric = f"Frechet distance to augmented real examples{biased(fake, self.standard.real)}"
            found["frechet_augmented"] = measure(card, metric, apart)
        return found

    def full(self, model: Artefact, n: int, seed: int) -> Judged:
        """Everything that applies, of samples that no choice was made by; and which of them are near-copies of pictures
        that were trained on.
        """
        fake, mixed = self.see(model, n, seed), self.mixed(model, n, seed)
        rng, remembered, sides = Randomness(seed).stream("judge"), None, self.evidence.sides
        if medium_of(self.about).copies:
            some = evenly(sides.train.size, COPIED)
            among, held_out = (shown(each, self.about).x for each in (sides.train.take(some), sides.held_out))
            remembered = memory(fake.x[:QUERIES], among, independent(among, held_out))
        found = judge(fake, self.standard, self.card(fake.size, seed), rng, remembered, mixed)
        found |= self.by_mixture(n, seed)
        if model.model.latent is not None:
            lengths, card = path_lengths(model, self.extractor, seed), self.card(WAYS, seed)
            found["path_length"] = measure(card, "perceptual path length, over ways instead of samples", lengths)
        notes = (*silent(found), *no_limit(n, self.standard, "-n {} or more"), *collapsed(found))
        if remembered is None:
            return Judged(found, notes=notes)
        copies = remembered.copies
        pairs = Pairs(fake.x[copies.samples], among[copies.training], copies.distances)
        return Judged(found, copies._replace(training=sides.places[some][copies.training]), pairs, notes)

    def by_mixture(self, n: int, seed: int) -> Measures:
        """The same figures of n samples of the mixture of Gaussians, for whoever reads those of a network."""
        mixture, rng = self.mixture, Randomness(seed).stream("mixture")
        if mixture is None:
            return {}
        x = stored(mixture.sample(n, rng), "standard", self.about)  # whole where the data are, as G's samples are
        made = group(self.extractor, medium_of(self.about).seen(x, self.about))
        found = of_all(made, self.standard, self.card(n, seed), None)
        who = f"{MIXTURE} of {len(mixture.weights)}: "
        named = {name: m._replace(card=m.card._replace(metric=who + m.card.metric)) for name, m in found.items()}
        return {f"{BESIDE}{name}": m for name, m in named.items()}

    def nearest(self, pictures: Tensor) -> Mapping[str, Tensor]:
        """The nearest of the training pictures that were looked at, in features; none where these are the pixels."""
        if self.standard.training is None or self.extractor.digest == "none":
            return {}
        training = self.standard.training
        found = nearest_features(look(self.extractor, pictures).features, training.seen.features)
        return {f"nearest to {self.extractor.name}, of {training.size:,}": training.x[found.indices]}


def by_samples(evidence: Evidence) -> Bench:
    """Samples against real examples; SaddlepointError where these data cannot be judged so."""
    court = jury(evidence)
    return Bench(court.quick, court.full, court.nearest)


def jury(evidence: Evidence, training: int = TRAINING) -> Jury:
    """The jury of a run: held-out examples, or training examples where too few are held out, and it says so."""
    record, sides, about = evidence.record, evidence.sides, evidence.facts["x"]
    if why := unfit(sides.source):
        raise SaddlepointError(why, "judge")
    train, held_out = shown(sides.train, about), shown(sides.held_out, about)
    extractor = extractor_of(record.choices.judge_features, record.config.judge.weights, train)
    looked_at = train.take(evenly(train.size, training))
    some = varied(looked_at)
    real = held_out if held_out.size >= LEAST else some
    what = "held-out" if held_out.size >= LEAST else "training"
    reference = f"{record.data.name}, {real.size:,} {what} examples, {real.digest()[:12]}"
    labels = labels_of(real)
    # Each example once; but where held-out ones are there again, how often is what the two sides have in common.
    trained = looked_at if overlap(looked_at, held_out) else some
    held = standard(extractor, real, trained if real is held_out else None, labels is not None)
    altered = None
    if evidence.altered:
        rng = Randomness(record.config.seed).stream("judge")
        pictures = (diff_augment(scaled(real.x, "signed"), rng, 1.0).clamp(-1, 1) + 1) / 2
        seen = group(extractor, pictures).seen.features
        altered = Reference.of(fit(seen), seen)
    mixture = mixture_of(shown(sides.train.take(evenly(sides.train.size, TRAINING)), about)) if about.axes else None
    return Jury(extractor, held, reference, evidence, altered, uneven(sides.source), mixture)


def no_limit(n: int, held: Standard, need: str) -> list[str]:
    """A note where n samples are too few for their distance to be extrapolated, and what it takes; else none."""
    least = least_for_limit(held.real.seen.features.shape[1])
    return [] if n >= least else [f"no frechet_limit, which needs {need.format(least)}"]


def silent(found: Measures) -> list[str]:
    """A note on why there is no figure that leads; else none."""
    return [f"no {HEADLINE}: {why}"] if (why := unsaid(found)) else []


def collapsed(found: Measures) -> list[str]:
    """A note where chance had no say in what was drawn, and intervals therefore have no width."""
    return ["the samples are all the same, so the intervals have no width and mean nothing"] * (
        "spread" in found and found["spread"].value == 0
    )


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


def labels_of(source: Source, every: bool = False) -> Tensor | None:
    """The labels, where some class has examples enough for a verdict, or every one."""
    if source.c is None or source.c.ndim != 1 or not source.classes:
        return None
    counts = torch.bincount(source.c, minlength=len(source.classes))
    return source.c if int(counts.min() if every else counts.max()) >= EACH_CLASS else None


def unfit(source: Source) -> str | None:
    """Why these data cannot be judged: only pictures and points can, and no fewer than 20. None where they can."""
    about = facts_of({"x": source})["x"]
    medium = medium_of(about)
    if not medium.eyes(about):
        return f"{medium.noun} cannot be judged by samples: pictures and points can"
    if source.size < LEAST:
        many = "s" * (source.size != 1)
        return f"{source.size} example{many} cannot be judged: a verdict on fewer than {LEAST} is noise"
    return None
