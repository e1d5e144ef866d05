"""Minibatches as a function of position: the examples p to p + B of an endless, shuffled reading of a source.

Example number p is the (p mod N)-th of the permutation drawn for epoch floor(p / N). A run that stops and continues
therefore needs to remember p alone, and several processes that share a batch agree on it without a word.
"""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor

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


class Batches:
    """The endless reading of a source: `from_(p)` yields the batches that follow example number p."""

    def __init__(self, source: Source, size: int, rng: Randomness, scale: Scale, device: torch.device) -> None:
        if source.size < 1:
            raise SaddlepointError("no examples to train on", source.name, "add some")
        self.source, self.size, self.rng, self.device = source, size, rng, device
        self.scale: Scale = scale
        self.epoch, self.order = -1, torch.empty(0, dtype=torch.long)

    def numbers(self, position: int) -> Tensor:
        """Which examples of the source the batch at this position holds, [B]."""
        parts, end = [], position + self.size
        while position < end:
            epoch, place = divmod(position, self.source.size)
            if epoch != self.epoch:
                self.epoch = epoch
                self.order = torch.randperm(self.source.size, generator=self.rng.stream("data", epoch))
            parts.append(self.order[place : place + end - position])
            position += len(parts[-1])
        return torch.cat(parts)

    def at(self, position: int) -> Batch:
        """The batch that begins with example number `position`, on the device, in the recipe's range."""
        chosen = self.numbers(position)
        c = None if self.source.c is None else self.source.c[chosen].to(self.device)
        return Batch(scaled(self.source.x[chosen].to(self.device), self.scale), c)

    def from_(self, position: int) -> Iterator[Batch]:
        while True:
            yield self.at(position)
            position += self.size
