"""The two sides of a source: examples that are trained on, and those that are kept from it."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.facts import evenly
from saddlepoint.data.source import Source

PROBE = 500
LOOKED_AT = 1 << 29  # bytes of training examples that are held in memory to be looked at


class Sides(NamedTuple):
    """A source, and who may see what of it.

    among     places of all training examples in the source, ascending
    kept      places of the held-out examples
    places    those training examples that are held in memory to be looked at: all, where memory allows it
    train     these
    held_out  the held-out examples
    """

    source: Source
    among: Tensor
    kept: Tensor
    places: Tensor
    train: Source
    held_out: Source


def sides_of(source: Source, held_out: Sequence[int]) -> Sides:
    """The source, with these examples kept from training."""
    left = torch.ones(source.size, dtype=torch.bool)
    left[list(held_out)] = False
    among, kept = left.nonzero().flatten(), (~left).nonzero().flatten()
    places = among[evenly(len(among), looked_at(source))]
    return Sides(source, among, kept, places, source.take(places), source.take(kept))


def looked_at(source: Source) -> int:
    """How many examples fit into what is held in memory to be looked at."""
    return max(PROBE, LOOKED_AT // max(1, source.x[:1].nbytes))
