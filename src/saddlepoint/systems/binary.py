"""Binary minibatches: x between 0 and 1 becomes 0 or 1 before a model sees it, and how is stated.

draw       each pixel is 1 with probability x, afresh each time an example is trained on (Salakhutdinov & Murray 2008,
           On the quantitative analysis of deep belief networks, section 5). Those that are taken by their places, as
           held-out examples are, have one fixed draw
threshold  x > 1/2. These have less to say: log p is nats higher than of drawn ones, and the two do not compare
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.settings.binary import Binary
from saddlepoint.systems.system import Feed, Feeds

FIXED = Randomness(0)  # of draws that last: runs of any seed are judged by the same
WORDS = {None: "", "draw": "drawn once as 0 and 1", "threshold": "cut at 1/2 to 0 and 1"}


class Binarised:
    """x of 0 and 1. What is drawn is a function of the batch's position, of an example that is taken by its place
    a function of that place alone: the same beside any others, and in runs of any seed.
    """

    def __init__(self, feed: Feed, config: Binary, rng: Randomness) -> None:
        self.feed, self.how, self.rng, self.size = feed, config.binarise, rng, feed.size
        self.range = config.range
        if config.range not in ("unit", "raw"):
            what = "only x between 0 and 1 becomes binary"
            raise SaddlepointError(what, f"--range {config.range}", "use unit, or raw for columns of a table")

    def at(self, position: int) -> Batch:
        x, c = grey(self.feed.at(position))
        return Batch(self.binary(x, lambda: torch.rand(x.shape, generator=self.rng.stream("binarise", position))), c)

    def take(self, places: Tensor) -> Batch:
        x, c = grey(self.feed.take(places))
        return Batch(self.binary(x, lambda: lasting(places, x)), c)

    def from_(self, position: int) -> Iterator[Batch]:
        while True:
            yield self.at(position)
            position += self.size

    def binary(self, x: Tensor, u: Callable[[], Tensor]) -> Tensor:
        """x [B, ...] as 0 and 1, of its own type; u in [0, 1) is below x with probability x."""
        if not ((x >= 0) & (x <= 1)).all():
            what = f"x goes from {x.min():.4g} to {x.max():.4g}, and only x between 0 and 1 becomes binary"
            raise SaddlepointError(what, f"--range {self.range}", "pictures: use unit; tables: columns of 0 and 1")
        match self.how:
            case "draw":
                return (u().to(x.device) < x).to(x)
            case "threshold":
                return (x > 0.5).to(x)
        if not ((x == 0) | (x == 1)).all():
            what = "x is not 0 and 1 alone, and it is not said how it becomes so"
            raise SaddlepointError(what, "--binarise", "draw (1 with probability x) or threshold (x > 1/2)")
        return x


def lasting(places: Tensor, x: Tensor) -> Tensor:
    """u [B, ...], of each example by its place alone."""
    shape = x.shape[1:]
    draws = [torch.rand(shape, generator=FIXED.stream("binarise", place)) for place in places.tolist()]
    return torch.stack(draws) if draws else torch.empty(x.shape)


def grey(batch: Batch) -> tuple[Tensor, Tensor | None]:
    if not isinstance(batch.x, Tensor):
        raise SaddlepointError("several kinds of example", "feed", "give one source")
    return batch.x, batch.c


def binarised(config: Binary, feeds: Feeds, rng: Randomness) -> Feed:
    """The feed of a system of binary data."""
    return Binarised(feeds["x"], config, rng)


def binarised_if_asked(config: Binary, feeds: Feeds, rng: Randomness) -> Feed:
    """The feed of a system that takes grey as well: without a word on it, x stays as it is."""
    return feeds["x"] if config.binarise is None else binarised(config, feeds, rng)


def binarisation(config: Binary) -> str:
    """How held-out examples became binary, for the cards of what is measured on them."""
    return WORDS[config.binarise]
