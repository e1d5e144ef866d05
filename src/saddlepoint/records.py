"""The small immutable records that the layers hand to each other. Shapes are those of the vocabulary:

x   real example        [B, D] points, [B, C, H, W] pictures, [B, C, T] sound, [B, T] tokens, or a mapping of these
z   latent noise        [B, Z], or None where c or dropout is the only source of chance
c   condition           None, [B] labels, [B, E] vectors, [B, C, H, W] pictures, [B, T] tokens
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

if TYPE_CHECKING:
    from saddlepoint.readings import Reads

Examples = Tensor | Mapping[str, Tensor]


class Answer(NamedTuple):
    """What a critic says of a batch.

    logits    [B] or one per site [B, ...]; sigmoid(logits) = D(x), the probability that x came from the data
    classes   [B, K] logits of an auxiliary classifier (AC-GAN), where there is one
    features  inner activations, for terms that match them
    """

    logits: Tensor
    classes: Tensor | None = None
    features: tuple[Tensor, ...] = ()


def answer(given: Answer | Tensor) -> Answer:
    """What a critic said: a record as it is, and a tensor as its logits, [B] or one for each site."""
    return given if isinstance(given, Answer) else Answer(given)


Critic = Callable[[Tensor], Answer]
PlainCritic = Callable[[Tensor], Answer | Tensor]
Generator = Callable[[Tensor | None, Tensor | None], Tensor]


class Batch(NamedTuple):
    """A minibatch of real examples, and their conditions."""

    x: Examples
    c: Tensor | None = None


def part(batch: Batch, which: slice) -> Batch:
    """Some of its examples, with their conditions."""
    x = batch.x[which] if isinstance(batch.x, Tensor) else {name: t[which] for name, t in batch.x.items()}
    return Batch(x, None if batch.c is None else batch.c[which])


def size(batch: Batch) -> int:
    """How many examples there are; of several kinds, of the fewest."""
    return len(batch.x) if isinstance(batch.x, Tensor) else min(map(len, batch.x.values()))


class Verdict(NamedTuple):
    """One critic's view of a step: what it took for real and for fake, and what it answered.

    `critic` has the condition bound, and answers in full precision, so that a penalty may differentiate it.
    `r` is None in a generator step whose objective does not read D(x).
    """

    real: Tensor
    fake: Tensor
    critic: Critic
    r: Answer | None
    f: Answer


class Turn(NamedTuple):
    """Everything one step knows; what penalties and extra terms are functions of."""

    x: Examples
    z: Tensor | None
    c: Tensor | None
    fake: Examples
    generators: Mapping[str, Generator]
    verdicts: Mapping[str, Verdict]
    rng: torch.Generator

    def verdict(self, name: str | None = None) -> Verdict:
        """The verdict of the named critic, or of the only one."""
        if name is not None:
            return self.verdicts[name]
        (only,) = self.verdicts.values()
        return only


class Reading(NamedTuple):
    """What a critic says of examples and of fakes: mean D(x) and D(G(z)), its mean scores, or what it says of pairs.

    `real` is not a number where D(x) was not asked for. `reads` says which of these it is.
    """

    real: float
    fake: float
    reads: "Reads" = "probability"


class Round(NamedTuple):
    """One round of a game, in plain numbers: what the journal and the screen show.

    index      rounds played before this one, within the stage
    images     real examples seen once this round is over, within the stage
    losses     by player ("D", "G") and, with a slash, by term ("G/cycle"): means over the batch, unweighted for terms
    readings   by critic, means over the critics' steps; empty without critic, or where every batch was refused
    gradients  Euclidean norm of each player's gradient
    skipped    steps not taken because the batch, the loss or the gradient was not finite
    sound      False where a player's weights are not finite after the round: only an earlier state can help
    unfit      of the steps not taken, those whose batch was not finite
    """

    index: int
    images: int
    losses: Mapping[str, float]
    readings: Mapping[str, Reading]
    gradients: Mapping[str, float]
    skipped: int
    sound: bool
    unfit: int = 0

    @property
    def d_real(self) -> float:
        """Mean D(x), as the objective reads it, over the critics too; not a number without critic."""
        return average(reading.real for reading in self.readings.values())

    @property
    def d_fake(self) -> float:
        """Mean D(G(z)), in the same way."""
        return average(reading.fake for reading in self.readings.values())

    @property
    def reads(self) -> "Reads":
        """What these two are."""
        for reading in self.readings.values():
            return reading.reads
        return "probability"


def average(numbers: Iterable[float]) -> float:
    """The mean of those that are numbers: a refused step has none; not a number if none has any."""
    known = [number for number in numbers if not math.isnan(number)]
    return sum(known) / len(known) if known else math.nan
