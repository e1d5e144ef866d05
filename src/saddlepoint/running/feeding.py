"""The minibatches of a run's sources, each in an order of its own."""

from collections.abc import Mapping

import torch

from saddlepoint.data.batches import Batches, Sampling
from saddlepoint.data.sides import Sides
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.settings.run import Run
from saddlepoint.settings.tree import wishes


def batches(config: Run, data: Mapping[str, Sides], rng: Randomness, device: torch.device) -> dict[str, Batches]:
    """By column. The order of x is that of `rng`, the run's; every other has one by its name."""
    found = {}
    for name, sides in data.items():
        order = rng if name == "x" else Randomness(seed_of(config.seed, f"source {name}"))
        how = Sampling((wish := wishes(config)[name]).balance, wish.mirror)
        found[name] = Batches(sides.source, config.batch, order, config.range, device, sides.among, how)
    return found
