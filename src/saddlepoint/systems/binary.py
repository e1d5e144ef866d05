"""Binary minibatches: x between 0 and 1 becomes 0 or 1 before a model sees it, and how is stated.

draw       each pixel is 1 with probability x, afresh each time an example is trained on (Salakhutdinov & Murray 2008,
           On the quantitative analysis of deep belief networks, section 5). Those that are taken by their places, as
           held-out examples are, have one fixed draw
threshold  x > 1/2. These have less to say: log p is nats higher than of drawn ones, and the two do not compare
"""

from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.data.feed import Feed, target_of
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.settings.binary import Binary
from saddlepoint.systems.system import Feeds

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
        stream = self.rng.stream("binarise", position)
        return self.binary(self.feed.at(position), lambda x: torch.rand(x.shape, generator=stream))

    def take(self, places: Tensor) -> Batch:
        return self.binary(self.feed.take(places), lambda x: lasting(places, x))

    def binary(self, batch: Batch, u: Callable[[Tensor], Tensor]) -> Batch:
        """x as 0 and 1, of its own type; where it is drawn, u(x) in [0, 1) is below x with probability x."""
        x = target_of(batch)
        if not ((x >= 0) & (x <= 1)).all():
            what = f"x goes from {x.min():.4g} to {x.max():.4g}, and only x between 0 and 1 becomes binary"
            raise SaddlepointError(what, f"--range {self.range}", "pictures: use unit; tables: columns of 0 and 1")
        match self.how:
            case "draw":
                x = (u(x).to(x.device) < x).to(x)
            case "threshold":
                x = (x > 0.5).to(x)
            case None:
                if not ((x == 0) | (x == 1)).all():
                    what = "x holds more than 0 and 1, and nothing says how it becomes binary"
                    hint = "draw (1 with probability x) or threshold (x > 1/2)"
                    raise SaddlepointError(what, "--binarise", hint)
        return Batch(x, batch.c)


def lasting(places: Tensor, x: Tensor) -> Tensor:
    """u [B, ...], of each example by its place alone."""
    shape = x.shape[1:]
    draws = [torch.rand(shape, generator=FIXED.stream("binarise", place)) for place in places.tolist()]
    return torch.stack(draws) if draws else torch.empty(x.shape)


def binarised(config: Binary, feeds: Feeds, rng: Randomness) -> Feed:
    """The feed of a system of binary data."""
    return Binarised(feeds["x"], config, rng)


def binarised_if_asked(config: Binary, feeds: Feeds, rng: Randomness) -> Feed:
    """The feed of a system that takes grey as well: without a word on it, x stays as it is."""
    return feeds["x"] if config.binarise is None else binarised(config, feeds, rng)


def binarisation(config: Binary) -> str:
    """How held-out examples became binary, for the cards of what is measured on them."""
    return WORDS[config.binarise]
