"""Minibatches that are not a source's own x and c, each a function of position."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.systems.system import Feed

Damage = Callable[[Tensor, torch.Generator], Tensor]


def as_it_is(x: Tensor) -> Tensor:
    return x


class Degraded:
    """c = damage(x, rng): smaller, with a hole, with noise. What is done to a batch is a function of its position, to
    examples taken by their places always the same.
    """

    def __init__(
        self, feed: Feed, damage: Damage, rng: Randomness, whole: Callable[[Tensor], Tensor] = as_it_is
    ) -> None:
        self.feed, self.damage, self.rng, self.whole, self.size = feed, damage, rng, whole, feed.size

    def damaged(self, batch: Batch, rng: torch.Generator) -> Batch:
        if not isinstance(batch.x, Tensor):
            raise SaddlepointError("several kinds of example", "feed", "give one source")
        x = self.whole(batch.x)
        return Batch(x, self.damage(x, rng))

    def at(self, position: int) -> Batch:
        return self.damaged(self.feed.at(position), self.rng.stream("damage", position))

    def take(self, places: Tensor) -> Batch:
        return self.damaged(self.feed.take(places), self.rng.stream("damage"))

    def from_(self, position: int) -> Iterator[Batch]:
        while True:
            yield self.at(position)
            position += self.size


class Untargeted:
    """c is a picture, cut to multiples of `step`; x is the same by a name, since nobody knows what it should become."""

    def __init__(self, feed: Feed, name: str, step: int = 1) -> None:
        self.feed, self.name, self.step, self.size = feed, name, step, feed.size

    def told(self, batch: Batch) -> Batch:
        if not isinstance(batch.x, Tensor):
            raise SaddlepointError("several kinds of example", "feed", "give one source")
        height, width = (side // self.step * self.step for side in batch.x.shape[2:])
        x = batch.x[..., :height, :width]
        return Batch({self.name: x}, x)

    def at(self, position: int) -> Batch:
        return self.told(self.feed.at(position))

    def take(self, places: Tensor) -> Batch:
        return self.told(self.feed.take(places))

    def from_(self, position: int) -> Iterator[Batch]:
        while True:
            yield self.at(position)
            position += self.size
