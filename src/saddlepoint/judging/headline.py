"""The one figure that leads: how far samples are from real examples, in percent of how far their mean alone is; of
points, which fill thin shapes, how little the densities of both have in common.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from torch import Tensor

from saddlepoint.data.split import FEWEST
from saddlepoint.judging.card import Card, Measure
from saddlepoint.judging.group import Group, measure
from saddlepoint.statistics.energy import Known, energy_share
from saddlepoint.statistics.influence import some
from saddlepoint.statistics.intervals import Interval
from saddlepoint.statistics.overlap import Real, difference

NAME = "distance"
METRIC = "distance from real examples, % of that of their mean alone"
OF_POINTS = "density distance from real examples, % of the most there can be"
MOST = 5_000  # of either side: every pair is looked at
CHOOSES = "frechet"  # which chooses among averages, where samples are judged


class Alone(NamedTuple):
    """What the real examples alone say: how many they are, how the figure is called, and what it is of features."""

    n: int
    metric: str
    share: Callable[[Tensor], Interval]


def known(real: Group) -> Alone | None:
    """What the real examples alone say, once for all judgements; None where they are too few to say anything."""
    if real.size < FEWEST:
        return None
    features = real.seen.features[some(real.size, MOST)]
    if real.x.ndim == 2:
        return Alone(len(features), OF_POINTS, partial(difference, Real.of(features)))
    return Alone(len(features), METRIC, partial(energy_share, Known.of(features)))


def headline(fake: Group, real: Alone | None, card: Card) -> dict[str, Measure]:
    """The figure under its name; nothing where there are too few of either to say."""
    if real is None or fake.size < FEWEST:
        return {}
    places = some(fake.size, MOST)
    short = card._replace(n_real=real.n, n_fake=len(places))
    return {NAME: measure(short, real.metric, real.share(fake.seen.features[places]))}


def leading(names: Iterable[str]) -> str:
    """The measure that leads: this one; without it the one that chooses, of samples; else the first."""
    found = list(names)
    return next((name for name in (NAME, CHOOSES) if name in found), found[0])


def choosing(names: Iterable[str]) -> str:
    """The measure that chooses among averages, of which less is better: of samples the Frechet distance, whose error is
    the smaller where both are of the same z; else the first.
    """
    found = list(names)
    return CHOOSES if CHOOSES in found else found[0]


def told(measures: Mapping[str, Measure]) -> str:
    """What leads, on a line; a plain word where there are too few examples to say."""
    if silent := unsaid(measures):
        return f"distance: {silent}"
    found = measures[leading(measures)]
    title, _, unit = found.card.metric.partition(", ")
    return f"{title} {found}{' %' * unit.startswith('%')}"


def unsaid(measures: Mapping[str, Measure]) -> str:
    """Why samples that were judged have no figure that leads; empty where they have, or were judged by other things."""
    if NAME in measures or CHOOSES not in measures:
        return ""
    card = measures[CHOOSES].card
    if card.n_real >= FEWEST:
        return f"too few generated examples to say: {card.n_fake}"
    return f"too few {examples(card.reference).partition(' ')[2]} to say: {card.n_real}"


def protocol(card: Card) -> str:
    """What looked at how many samples, in a few words; empty where nothing was looked at by features."""
    return "" if card.extractor == "none" else f"by {card.extractor}, {card.n_fake:,} samples"


def examples(reference: str) -> str:
    """Which real examples a card names, without the data's name and digest: '500 held-out examples', 'MNIST test'."""
    return reference.split(", ")[-2:][0]
