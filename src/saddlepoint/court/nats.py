"""Judging in nats: -log p(x) of examples a model has not seen, and whether that is exact, a bound or an estimate."""

import math

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.court.bench import Bench, Evidence, Judged, Measures
from saddlepoint.court.pairs import card_of, measured, others
from saddlepoint.data.feed import target_of
from saddlepoint.randomness import Randomness
from saddlepoint.statistics.intervals import NORMAL_95

ON_THE_WAY = 200  # examples of a judgement on the way
WORDS = {
    "exact": "-log p(x), nats",
    "bound": "bound on -log p(x), nats",
    "estimate": "estimate of -log p(x), nats",
}


def in_nats(evidence: Evidence) -> Bench:
    """The mean over held-out examples of -log p(x): less is better. What is chosen by the first examples is
    measured at last by the others.
    """

    def quick(model: Artefact, n: int, seed: int) -> Measures:
        return nats(model, evidence, seed, slice(min(n, ON_THE_WAY))).measures

    def full(model: Artefact, n: int, seed: int) -> Judged:
        return nats(model, evidence, seed, others(evidence, ON_THE_WAY))

    return Bench(quick, full)


def nats(model: Artefact, evidence: Evidence, seed: int, which: slice) -> Judged:
    """The mean with its interval: of the chance which examples they are, and of what all of them have in common."""
    log_prob = model.model.log_prob
    if log_prob is None:
        raise model.refuse("be judged in nats: it has no density")
    some = target_of(evidence.unseen)[which]
    found = log_prob(some, Randomness(seed).stream("nats"))
    card = card_of(evidence, some, seed, "examples")
    one = measured(WORDS[found.kind], -found.values.double().cpu(), card)
    half = math.hypot(one.high - one.value, NORMAL_95 * found.error)
    return Judged({"nats": one._replace(low=one.value - half, high=one.value + half)}, notes=found.notes)
