"""The priors p(z): the noise that a generator turns into examples. GAN (2014) and DCGAN (2015) drew it uniform."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

PriorKind = Literal["normal", "uniform"]


class Prior(NamedTuple):
    """p(z) = N(0, I) on R^size, or uniform on [-1, 1]^size (mean 0, variance 1/3).

    Called with a number of draws and a generator on the CPU: `prior(n, rng)` is z [n, size], float32, on the CPU. The
    same generator state gives the same z on every machine, whatever device the networks live on.
    """

    kind: PriorKind = "normal"
    size: int = 100

    def __call__(self, n: int, rng: torch.Generator) -> Tensor:
        if self.kind == "normal":
            return torch.randn(n, self.size, generator=rng)
        return torch.rand(n, self.size, generator=rng) * 2 - 1
