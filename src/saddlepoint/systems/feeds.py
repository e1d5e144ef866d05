"""Minibatches that are not a source's own x and c, each a function of position."""

from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.data.feed import Feed, target_of
from saddlepoint.data.labelled import drawn
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.systems.system import Own

AT_ONCE = 1_000

Damage = Callable[[Tensor, torch.Generator], Tensor]


def as_it_is(x: Tensor) -> Tensor:
    return x


def cut(x: Tensor, step: int) -> Tensor:
    """Pictures [N, C, H, W] without the rows and columns at their ends that are no whole `step`."""
    height, width = (side // step * step for side in x.shape[2:])
    return x[..., :height, :width]


class Degraded:
    """c = damage(x, rng): smaller, with a hole, with noise. What is done to a batch is a function of its position, to
    examples taken by their places always the same.
    """

    def __init__(
        self, feed: Feed, damage: Damage, rng: Randomness, whole: Callable[[Tensor], Tensor] = as_it_is
    ) -> None:
        self.feed, self.damage, self.rng, self.whole, self.size = feed, damage, rng, whole, feed.size

    def damaged(self, batch: Batch, rng: torch.Generator) -> Batch:
        x = self.whole(target_of(batch))
        return Batch(x, self.damage(x, rng))

    def at(self, position: int) -> Batch:
        return self.damaged(self.feed.at(position), self.rng.stream("damage", position))

    def take(self, places: Tensor) -> Batch:
        return self.damaged(self.feed.take(places), self.rng.stream("damage"))


class Untargeted:
    """c is a picture, cut to multiples of `step`; x is the same by a name, since nobody knows what it should become."""

    def __init__(self, feed: Feed, name: str, step: int = 1) -> None:
        self.feed, self.name, self.step, self.size = feed, name, step, feed.size

    def told(self, batch: Batch) -> Batch:
        x = cut(target_of(batch), self.step)
        return Batch({self.name: x}, x)

    def at(self, position: int) -> Batch:
        return self.told(self.feed.at(position))

    def take(self, places: Tensor) -> Batch:
        return self.told(self.feed.take(places))


class FewLabels:
    """x of the source, and beside it as many labelled examples, drawn out of the few; their labels are c. Which these
    are is a function of the seed, which of them stand in a batch of its position.
    """

    def __init__(self, feed: Feed, known: Tensor, rng: Randomness) -> None:
        self.feed, self.known, self.rng, self.size = feed, known, rng, feed.size

    def at(self, position: int) -> Batch:
        some = torch.randint(len(self.known), (self.size,), generator=self.rng.stream("labelled", position))
        known = self.feed.take(self.known[some])
        return Batch({"x": target_of(self.feed.at(position)), "known": target_of(known)}, known.c)

    def take(self, places: Tensor) -> Batch:
        return self.feed.take(places)


def few_labels(feed: Own, labels: int, rng: Randomness) -> FewLabels:
    """So many of the examples that are trained on keep their label, the classes as equally often as can be."""
    c = torch.cat([labels_of(feed.take(part)).cpu() for part in feed.among.split(AT_ONCE)])
    return FewLabels(feed, feed.among[drawn(c, labels, int(c.max()) + 1, rng.stream("labels"))], rng)


def labels_of(batch: Batch) -> Tensor:
    if batch.c is None:
        raise SaddlepointError("its data have no classes", "labels", "a classifier needs some")
    return batch.c
