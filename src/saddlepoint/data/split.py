"""The held-out split: examples kept from training from the first day, so that a run can be judged against them."""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.source import Source
from saddlepoint.randomness import Randomness

MOST = 2_000
LEAST = 20


class Split(NamedTuple):
    """Indices into a source, each ascending."""

    train: Tensor
    held_out: Tensor


def split(source: Source, fraction: float, rng: Randomness) -> Split:
    """Reserve round(fraction * N) examples, at most 2,000, drawn at random.

    A set in which that is fewer than 20 keeps everything for training: a verdict on so few examples would be noise.
    """
    count = min(round(fraction * source.size), MOST)
    order = torch.randperm(source.size, generator=rng.stream("held-out"))
    count = count if count >= LEAST else 0
    return Split(order[count:].sort().values, order[:count].sort().values)
