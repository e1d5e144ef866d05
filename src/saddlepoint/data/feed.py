"""What a run is fed with: minibatches as a function of position; and what of one is given, and what is wanted."""

from collections.abc import Iterator
from typing import Protocol

from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.records import Batch


class Feed(Protocol):
    """Minibatches of `size` examples as a function of position, and any examples by their places in the source."""

    size: int

    def at(self, position: int) -> Batch: ...
    def take(self, places: Tensor) -> Batch: ...


def onwards(feed: Feed, position: int) -> Iterator[Batch]:
    """The batch at this position and those after it, without end: a run that is resumed goes on where it was."""
    while True:
        yield feed.at(position)
        position += feed.size


def source_of(batch: Batch) -> Tensor:
    """What a model translates: the condition, where it is a picture; else x itself."""
    return batch.c if batch.c is not None and batch.c.ndim == 4 else target_of(batch)


def target_of(batch: Batch) -> Tensor:
    """What a model should make of it: x."""
    if not isinstance(batch.x, Tensor):
        raise SaddlepointError("several kinds of example, of which none is the target", "feed", "give one source")
    return batch.x
