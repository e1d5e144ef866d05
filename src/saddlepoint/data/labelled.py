"""A few labelled examples, drawn so that all classes are there as equally often as can be."""

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError


def drawn(labels: Tensor, n: int, classes: int, rng: torch.Generator) -> Tensor:
    """Places of n examples, the classes as equally often as can be: [n], each place once."""
    if n < classes:
        what = f"{n} labels for {classes} classes"
        raise SaddlepointError(what, "--labels", f"at least one of each is needed: {classes}")
    if n > len(labels):
        raise SaddlepointError(f"{n:,} labels, of {len(labels):,} training examples", "--labels", "give fewer")
    order = torch.randperm(len(labels), generator=rng)
    turn = torch.empty(len(labels), dtype=torch.int64)
    for label in range(classes):
        own = (labels[order] == label).nonzero().flatten()
        turn[own] = torch.arange(len(own))
    return order[turn.argsort(stable=True)[:n]]
