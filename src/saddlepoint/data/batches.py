"""Minibatches as a function of position: the examples p to p + B of an endless, shuffled reading of a source.

Example number p is the (p mod N)-th of the permutation drawn for epoch floor(p / N). A run that stops and continues
therefore needs to remember p alone, and several processes that share a batch agree on it without a word.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.ahead import ask_for
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch

Scale = Literal["signed", "unit", "raw"]

WHITE = {torch.uint8: 255.0, torch.uint16: 65535.0}


def scaled(x: Tensor, scale: Scale) -> Tensor:
    """Stored examples as float32 in the range a recipe states: [-1, 1], [0, 1], or as stored.

    Integers count from black = 0 to white, the type's largest; floats are taken to lie in [0, 1] already.
    """
    if scale == "raw":
        return x.float()
    unit = x.float() / WHITE[x.dtype] if x.dtype in WHITE else x.float()
    return 2 * unit - 1 if scale == "signed" else unit


class Sampling(NamedTuple):
    """What is shown more often than it is there.

    balance  b in [0, 1]: class k has a share of n_k^(1 - b), of its n_k examples; 0 as in the data, 1 all equally often
    mirror   whether half of the pictures are shown left for right
    """

    balance: float = 0.0
    mirror: bool = False


PLAIN = Sampling()


class Batches:
    """The endless reading of a source, or of those `among` it: `from_(p)` yields what follows example number p."""

    def __init__(
        self,
        source: Source,
        size: int,
        rng: Randomness,
        scale: Scale,
        device: torch.device,
        among: Tensor | None = None,
        sampling: Sampling = PLAIN,
    ) -> None:
        self.among = torch.arange(source.size) if among is None else among
        if len(self.among) < 1:
            raise SaddlepointError("no examples to train on", source.name, "add some")
        if sampling.mirror and source.x.ndim != 4:
            raise SaddlepointError("only pictures have a left and a right", "--mirror", "leave it out")
        self.source, self.size, self.rng, self.device = source, size, rng, device
        self.scale: Scale = scale
        self.sampling = sampling
        self.labels = self.labelled()
        self.epoch, self.order = -1, torch.empty(0, dtype=torch.long)

    def labelled(self) -> Tensor | None:
        """The labels that the drawing has to look at, [N]; None where all examples are drawn equally often."""
        if not self.sampling.balance:
            return None
        if self.source.c is None or self.source.c.ndim != 1:
            raise SaddlepointError("there are no classes to balance", "--balance", "leave it out")
        return self.source.c[self.among]

    def numbers(self, position: int) -> Tensor:
        """Which examples of the source the batch at this position holds, [B]."""
        parts, end = [], position + self.size
        while position < end:
            epoch, place = divmod(position, len(self.among))
            if epoch != self.epoch:
                rng = self.rng.stream("data", epoch)
                self.epoch = epoch
                if self.labels is None:
                    self.order = self.among[torch.randperm(len(self.among), generator=rng)]
                else:
                    self.order = self.among[balanced(self.labels, self.sampling.balance, rng)]
            parts.append(self.order[place : place + end - position])
            position += len(parts[-1])
        return torch.cat(parts)

    def at(self, position: int) -> Batch:
        """The batch that begins with example number `position`, on the device, in the recipe's range."""
        chosen = self.numbers(position)
        if self.source.mapped:
            ask_for(self.source.x, chosen)
        c = None if self.source.c is None else self.source.c[chosen].to(self.device)
        x = scaled(self.source.x[chosen].to(self.device), self.scale)
        if self.sampling.mirror:
            turned = torch.rand(len(x), generator=self.rng.stream("mirror", position)) < 0.5
            x = torch.where(turned.to(self.device)[:, None, None, None], x.flip(-1), x)
        return Batch(x, c)

    def from_(self, position: int) -> Iterator[Batch]:
        while True:
            yield self.at(position)
            position += self.size


def balanced(labels: Tensor, balance: float, rng: torch.Generator) -> Tensor:
    """An epoch's N places in which class k has a share of n_k^(1 - b) / sum_j n_j^(1 - b), in random order.

    Within a class every example comes equally often, give or take one; which ones come once more is drawn.
    """
    sizes = torch.bincount(labels)
    weights = torch.where(sizes > 0, sizes.double() ** (1 - balance), 0.0)
    ends = (weights.cumsum(0) / weights.sum() * len(labels)).round().long()
    quotas, parts = torch.diff(ends, prepend=ends.new_zeros(1)), []
    for label, quota in enumerate(quotas.tolist()):
        own = (labels == label).nonzero().flatten()
        rounds = -(-quota // max(1, len(own)))
        parts += [own[torch.randperm(len(own), generator=rng)] for _ in range(rounds)]
        if rounds:
            parts[-1] = parts[-1][: quota - (rounds - 1) * len(own)]
    order = torch.cat(parts)
    return order[torch.randperm(len(order), generator=rng)]
