"""Networks between two of one shape: w = (1 - s) w_one + s w_other, weight by weight (Wang et al. 2019, section 3.4).

That what lies between works at all is a matter of where the two came from: the other went on from the one.
"""

import copy

import torch
from torch import nn

from saddlepoint.errors import SaddlepointError


@torch.no_grad()
def mixed(one: nn.Module, other: nn.Module, share: float) -> nn.Module:
    """A new network, `share` of the way from one to the other; exactly these at 0 and 1. Buffers go the same way where
    they are fractions, and are the other's where they count. SaddlepointError where the two are not of one shape.
    """
    between, theirs = copy.deepcopy(one), other.state_dict()
    mine = between.state_dict()
    if {name: t.shape for name, t in mine.items()} != {name: t.shape for name, t in theirs.items()}:
        raise SaddlepointError("the two networks are not of one shape", "mixing", "give two stages of one")
    for name, w in mine.items():
        v = theirs[name].to(w)
        w.copy_(w.lerp(v, share) if w.is_floating_point() and share < 1 else v)
    return between


@torch.no_grad()
def follow(network: nn.Module, leader: nn.Module) -> None:
    """Give a network the weights and buffers of another of its shape, in place."""
    for mine, theirs in zip(network.state_dict().values(), leader.state_dict().values(), strict=True):
        mine.copy_(theirs)
