"""What a run is fed with: minibatches as a function of position."""

from collections.abc import Iterator
from typing import Protocol

from torch import Tensor

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
