"""All measures that apply to a sample, against real examples: each with its interval and its card."""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure
from saddlepoint.judging.diversity import class_spread, likeness, shared, spread
from saddlepoint.judging.extractors.efficientnet import NAME as EFFICIENTNET
from saddlepoint.judging.extractors.inception import NAME as INCEPTION
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.judging.group import Group, group, measure, same_kind
from saddlepoint.judging.headline import Alone, headline, known
from saddlepoint.judging.memory import QUERIES, Memory, independent, memorised, memory
from saddlepoint.statistics.classes import census, inception_score
from saddlepoint.statistics.gaussian import fit
from saddlepoint.statistics.influence import Reference, frechet_interval, frechet_to, some, without_bias
from saddlepoint.statistics.intervals import Interval, mean_of, wilson
from saddlepoint.statistics.kernel import kernel_distance
from saddlepoint.statistics.manifold import manifold
from saddlepoint.statistics.pattern import pattern
from saddlepoint.statistics.sliced import directions, sliced_wasserstein

NEIGHBOURS = 5
MOST = 2_000  # of either side, for what compares every pair
DIRECTIONS = 128
ENOUGH = 5  # examples to a feature, below which a Frechet distance is called biased, and nothing is extrapolated
ELSEWHERE = (EFFICIENTNET, INCEPTION)  # taught on other pictures than those judged
DRAWS = 8  # of training examples, at most, that a distance is held against

Measures = dict[str, Measure]


class Standard(NamedTuple):
    """What samples are held against, seen and fitted once for all judgements.

    real      the examples
    fitted    the moments of their features
    training  examples that were trained on, as many as are looked at: what real data scores, and what may be copied
    classes   the names of the labels
    copies    the share of near-copies of training examples among the real ones
    alone     what the real examples alone say to the figure that leads; None where they are too few
    """

    real: Group
    fitted: Reference
    training: Group | None = None
    classes: tuple[str, ...] = ()
    copies: Interval | None = None
    alone: Alone | None = None

    @staticmethod
    def of(
        real: Group, training: Group | None = None, fitted: Reference | None = None, classes: tuple[str, ...] = ()
    ) -> "Standard":
        """SaddlepointError where the real examples are all alike: nothing can be told by them."""
        if real.alike:
            raise SaddlepointError("the real examples are all alike", "judge", "look at the data: saddlepoint look")
        fitted = fitted or Reference.of(fit(real.seen.features), real.seen.features)
        copies = None if training is None else independent(training.x, real.x)
        return Standard(real, fitted, training, classes, copies, known(real))

    def yardstick(self, n: int) -> tuple[float, int]:
        """(the Frechet distance of training examples to `real`, how many they are): n, or as many as there are, as the
        mean over draws that share none. The fewer examples the larger their distance, generated or real: only equal
        numbers can be compared. (0, 0) without training examples.
        """
        if self.training is None:
            return 0.0, 0
        features, n = self.training.seen.features, min(n, self.training.size)
        order = torch.randperm(len(features), generator=torch.Generator().manual_seed(0))
        draws = order.split(n)[: min(DRAWS, len(features) // n)]
        return sum(frechet_to(fit(features[draw]), self.fitted) for draw in draws) / len(draws), n


def judge(
    fake: Group,
    standard: Standard,
    card: Card,
    rng: torch.Generator,
    remembered: Memory | None = None,
    mixed: Group | None = None,
) -> Measures:
    """Everything that applies; near-copies are those remembered, else looked for among standard.training. `mixed` are
    as many samples whose classes are as frequent as in the data, where those of `fake` are not.
    """
    found = of_all(fake, standard, card, mixed)
    found |= slices(mixed or fake, standard, card, rng) | of_classes(fake, standard, card)
    if fake.x.ndim == 4 and min(fake.x.shape[2:]) >= 11:
        found |= likenesses(fake, standard, card, rng)
    return found | memories(fake, standard, card, rng, remembered)


def quick(fake: Group, standard: Standard, card: Card, rng: torch.Generator, mixed: Group | None = None) -> Measures:
    """What is worth its time while a run goes on."""
    return of_all(fake, standard, card, mixed) | as_asked(fake, standard, card) | memories(fake, standard, card, rng)


def of_all(fake: Group, standard: Standard, card: Card, mixed: Group | None) -> Measures:
    """What is held against all real examples, of `mixed` where there are such: else a class that is drawn more often
    than it is there would count as a fault.
    """
    same_kind(standard.real, fake)
    whole = mixed or fake
    found = headline(whole, standard.alone, card) | distances(whole, standard, card)
    found |= supports(whole, standard, card)
    return found | spreads(fake, standard, card, mixed) | patterns(whole, standard, card)


def distances(fake: Group, standard: Standard, card: Card) -> Measures:
    """The Frechet distance, without its bias where the sample allows it, over that of real data, and the kernel's."""
    features = fake.seen.features
    whole, original = frechet_interval(features, standard.fitted), card.extractor == INCEPTION
    share = whole.scaled(100 / float(standard.fitted.moments.covariance.trace()))
    name = "FID (Frechet inception distance)" if original else "Frechet distance"
    word = biased(fake, standard.real)
    found = {
        "frechet": measure(card, name + word, whole),
        "frechet_share": measure(card, f"Frechet distance{word} / that of the mean real example alone, %", share),
    }
    if len(features) >= least_for_limit(features.shape[1]):
        limit = without_bias(features, standard.fitted, whole)
        found["frechet_limit"] = measure(card, "Frechet distance, extrapolated to infinitely many samples", limit)
    yardstick, many = standard.yardstick(len(features))
    if yardstick > 0:
        name = f"Frechet distance / that of {many:,} training examples"
        found["frechet_ratio"] = measure(card, name, whole.scaled(1 / yardstick))
    real, ours = any_of(standard.real), any_of(fake)
    short = card._replace(n_real=len(real), n_fake=len(ours))
    name = f"{'KID' if original else 'kernel distance'} (unbiased cubic MMD^2)"
    found["kernel"] = measure(short, name, kernel_distance(real, ours))
    return found


def biased(*groups: Group) -> str:
    """A word on too few examples: they add to a Frechet distance what no interval of chance contains. Empty where there
    are five to a feature or more.

    How many there are is not said: the card does, and a name is to be the same however the data were split.
    """
    few, wide = min(each.size for each in groups), groups[0].seen.features.shape[1]
    return " (biased upwards: few examples for so many features)" if few < ENOUGH * wide else ""


def least_for_limit(features: int) -> int:
    """The fewest samples whose Frechet distance is extrapolated: those in either half are enough for the features. With
    fewer the bias does not fall as 1 / n yet, and what is extrapolated is far too low, often below 0.
    """
    return 2 * ENOUGH * features


def any_of(examples: Group) -> Tensor:
    """The features of at most 2,000, drawn at random."""
    return examples.seen.features[some(examples.size, MOST)]


def supports(fake: Group, standard: Standard, card: Card) -> Measures:
    """Precision, recall, density and coverage with 5 neighbours."""
    real, ours = any_of(standard.real), any_of(fake)
    short = card._replace(n_real=len(real), n_fake=len(ours))
    found = manifold(real, ours, NEIGHBOURS)
    return {name: measure(short, f"{name}, {NEIGHBOURS} neighbours", each) for name, each in found._asdict().items()}


def spreads(fake: Group, standard: Standard, card: Card, mixed: Group | None = None) -> Measures:
    """How far samples lie apart, as against real examples: all, and within a class.

    Features that were taught on photographs take poor samples of anything for much the same, and so for a collapse,
    though they differ from each other as real pictures do: there pixels are looked at as well.
    """
    found = apart(fake, mixed or fake, standard.real, card)
    if card.extractor in ELSEWHERE:
        eyes = pixels()
        card = card._replace(extractor=eyes.name, extractor_digest=eyes.digest, resizer=eyes.resizer)
        ours, whole, theirs = (group(eyes, each.x, each.labels) for each in (fake, mixed or fake, standard.real))
        found |= {f"pixel_{name}": each for name, each in apart(ours, whole, theirs, card).items()}
    return found


def apart(fake: Group, whole: Group, real: Group, card: Card) -> Measures:
    found = {"spread": measure(card, "mean pairwise distance / real, %", spread(whole, real))}
    if fake.labels is not None and real.labels is not None:
        value = class_spread(fake, real)
        if value is not None:
            found["class_spread"] = measure(card, "mean pairwise distance within a class / real, %", value)
    return found


def patterns(fake: Group, standard: Standard, card: Card) -> Measures:
    """What is woven into smooth places of pictures, by their pixels, whatever looked at them for the rest."""
    ours, theirs = (each.x[some(each.size, MOST)] for each in (fake, standard.real))
    found = pattern(theirs, ours) if fake.x.ndim == 4 else None
    if found is None:
        return {}
    short = card._replace(n_real=len(theirs), n_fake=len(ours))
    return {"pattern": measure(short, "amplitude at a period of 2 or 4 in smooth places / real", found)}


def slices(fake: Group, standard: Standard, card: Card, rng: torch.Generator) -> Measures:
    """The sliced Wasserstein distance along 128 directions."""
    w = directions(fake.seen.features.shape[1], DIRECTIONS, rng)
    found = sliced_wasserstein(standard.real.seen.features, fake.seen.features, w)
    return {"sliced": measure(card, f"sliced Wasserstein distance, {DIRECTIONS} directions", found)}


WIDE = 512  # features; a covariance of more takes seconds a class, and a class has too few examples to know it
LISTED = 20  # classes, each by itself


def of_classes(fake: Group, standard: Standard, card: Card) -> Measures:
    """What a classifier says: are samples what they were asked to be, each class like its real one, all classes met."""
    found: Measures = {}
    logits, labels, real = fake.seen.logits, fake.labels, standard.real
    if logits is not None:
        found["inception_score"] = measure(card, "Inception Score, all samples at once", inception_score(logits))
    if logits is not None and fake.named:
        modes = census(logits.argmax(1), logits.shape[1])
        found["modes"] = measure(card, f"modes met, of {logits.shape[1]}", modes.modes)
        found["modes_kl"] = measure(card, f"KL(modes || uniform), nats, floor {modes.floor:.4f}", modes.kl)
    if labels is None or real.labels is None:
        return found
    found |= as_asked(fake, standard, card)
    if real.seen.features.shape[1] > WIDE:
        return found
    pairs = {c: (fake.of(c), real.of(c)) for c in shared(real, fake)}
    each = {c: class_distance(*pair) for c, pair in pairs.items()}
    if each:
        word = biased(*(side for pair in pairs.values() for side in pair))
        found["class_frechet"] = measure(
            card, f"Frechet distance, mean over classes{word}", mean_of(list(each.values()))
        )
    for c in list(each)[:LISTED]:
        (ours, theirs), name = pairs[c], standard.classes[c] if standard.classes else str(c)
        short, own = card._replace(n_real=theirs.size, n_fake=ours.size), biased(ours, theirs)
        found[f"class_frechet/{name}"] = measure(short, f"Frechet distance, class {name}{own}", each[c])
    return found


def as_asked(fake: Group, standard: Standard, card: Card) -> Measures:
    """How many samples, and how many real examples, a classifier of their classes takes for what they are."""
    found: Measures = {}
    logits, labels, real = fake.seen.logits, fake.labels, standard.real
    if logits is None or labels is None or real.labels is None:
        return found
    if logits.shape[1] != 1 + max(int(side.max()) for side in (labels, real.labels)):
        return found
    for name, said, are in (("", logits, labels), ("_real", real.seen.logits, real.labels)):
        if said is not None:
            right = wilson(int((said.argmax(1) == are).sum()), len(are)).scaled(100)
            whose = " of real examples" if name else ""
            found[f"label_accuracy{name}"] = measure(card, f"label accuracy{whose}, %", right)
    return found


def class_distance(fake: Group, real: Group) -> Interval:
    """The Frechet distance of one class."""
    return frechet_interval(fake.seen.features, Reference.of(fit(real.seen.features), real.seen.features))


def likenesses(fake: Group, standard: Standard, card: Card, rng: torch.Generator) -> Measures:
    """MS-SSIM within a class, of samples and of real pictures."""
    found = {}
    for name, whose, of in (("likeness", "", fake), ("likeness_real", " of real pictures", standard.real)):
        value, count = likeness(of, rng)
        where = "a class" if of.labels is not None else "the sample"
        found[name] = measure(card, f"MS-SSIM of {count} scales within {where}{whose}", value)
    return found


def memories(
    fake: Group,
    standard: Standard,
    card: Card,
    rng: torch.Generator,
    remembered: Memory | None = None,
) -> Measures:
    """The memorisation test in the features, and the share of near-copies, of pictures by their pixels, beside that of
    independent real examples.
    """
    training, asked, found = standard.training, fake.take(slice(QUERIES)), {}
    if training is not None:
        test = memorised(asked.seen.features, training.seen.features, standard.real.seen.features, rng)
        short = card._replace(n_fake=asked.size, n_real=training.size)
        name = f"% nearest to a training example, by chance {100 * test.expected:.1f}"
        found["nearest_is_training"] = measure(short, name, test.share.scaled(100))
        found["memorisation_p"] = measure(short, "p-value of the memorisation test, in features", test.p)
    if remembered is None and training is not None and standard.copies is not None:
        remembered = memory(asked.x, training.x, standard.copies)
    if remembered is not None:
        short = card._replace(n_fake=asked.size, n_real=remembered.among)
        name = "near-copies of training examples, %"
        found["copies"] = measure(short, name, remembered.share.scaled(100))
        found["copies_real"] = measure(short, f"{name}, of independent real examples", remembered.usual.scaled(100))
    return found
