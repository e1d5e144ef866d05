"""Every random number of a run is a function of (seed, name of its stream, position): nothing to store or to lose.

A stream is drawn anew at each position, from a generator seeded by a hash. Hence a resumed run needs no saved generator
state, and two processes that draw for the whole batch and keep their slice see what one process sees.
"""

import hashlib
from typing import NamedTuple

import torch


def seed_of(seed: int, stream: str, *position: int) -> int:
    """A 63-bit seed for the stream's draw at this position: BLAKE2b of the words."""
    words = "/".join([str(seed), stream, *map(str, position)])
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big") >> 1


class Randomness(NamedTuple):
    """The streams of one run: `Randomness(seed).stream("prior", round)` is a torch.Generator, on the CPU."""

    seed: int

    def stream(self, name: str, *position: int) -> torch.Generator:
        return torch.Generator().manual_seed(seed_of(self.seed, name, *position))
