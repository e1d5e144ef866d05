"""Minibatches as a function of position: the examples p to p + B of an endless, shuffled reading of a source.

Example number p is the (p mod N)-th of the permutation drawn for epoch floor(p / N). A run that stops and continues
therefore needs to remember p alone, and several processes that share a batch agree on it without a word.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.ahead import ask_for
from saddlepoint.data.facts import facts_of
from saddlepoint.data.scaling import Scale, scaled
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Examples


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
        self.facts = facts_of({"x": source})
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

    def take(self, places: Tensor) -> Batch:
        """The examples at these places of the source, on the device, in the recipe's range."""
        if self.source.mapped:
            ask_for(self.source.x, places)
        x = scaled(self.source.x[places].to(self.device), self.scale, self.facts["x"])
        if self.source.c is None:
            return Batch(x)
        c, about = self.source.c[places].to(self.device), self.facts["c"]
        return Batch(x, scaled(c, self.scale, about) if about.kind == "pictures" else c)

    def at(self, position: int) -> Batch:
        """The batch that begins with example number `position`."""
        batch = self.take(self.numbers(position))
        if not self.sampling.mirror:
            return batch
        turned = torch.rand(self.size, generator=self.rng.stream("mirror", position)) < 0.5
        turned = turned.to(self.device)
        x, c = self.mirrored(batch.x, turned), batch.c
        return Batch(x, self.mirrored(c, turned) if c is not None and c.ndim == 4 else c)

    def mirrored(self, pictures: Examples, turned: Tensor) -> Tensor:
        """Those that are to be turned left for right."""
        if not isinstance(pictures, Tensor):
            raise SaddlepointError("only one kind of example can be mirrored", self.source.name, "leave --mirror out")
        return torch.where(turned[:, None, None, None], pictures.flip(-1), pictures)


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
