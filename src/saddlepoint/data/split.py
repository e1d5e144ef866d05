"""The held-out split: examples kept from training from the first day, so that a run can be judged against them."""

from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.source import Source
from saddlepoint.randomness import Randomness

MOST = 2_000
LEAST = 20
FEWEST = 100  # with fewer, chance hides the difference between a distance of 10 % and of 40 %


class Split(NamedTuple):
    """Indices into a source, each ascending."""

    train: Tensor
    held_out: Tensor


def split(source: Source, fraction: float, rng: Randomness, alike: Tensor | None = None) -> Split:
    """Reserve round(fraction * N) examples, at most 2,000, drawn at random; if any, 100 at least of 500 or more.

    A set in which that is fewer than 20 keeps everything for training: a verdict on so few examples would be noise.
    `alike` [N] numbers groups of near-duplicates. A group goes to one side as a whole, since a copy of a training
    example says nothing about examples that D has not seen; those too large for what is left to draw stay in training.
    """
    least = FEWEST if fraction > 0 and source.size >= 5 * FEWEST else 0
    count = min(max(round(fraction * source.size), least), MOST)
    order = torch.randperm(source.size, generator=rng.stream("held-out"))
    count = count if count >= LEAST else 0
    drawn = torch.zeros(source.size, dtype=torch.bool)
    drawn[order[:count]] = True
    if alike is not None:
        drawn = together(order, alike, count)
    return Split((~drawn).nonzero().flatten(), drawn.nonzero().flatten())


def together(order: Tensor, alike: Tensor, count: int) -> Tensor:
    """Which examples are drawn, [N] bool: group after group, in this order, as long as they fit into `count`."""
    sizes, names = torch.bincount(alike).tolist(), alike[order].tolist()
    chosen, decided = [], set()
    for name in names:
        if count and name not in decided:
            decided.add(name)
            if sizes[name] <= count:
                chosen.append(name)
                count -= sizes[name]
    return torch.isin(alike, torch.tensor(chosen, dtype=alike.dtype))
