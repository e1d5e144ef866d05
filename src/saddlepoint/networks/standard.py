"""What a network of pictures between 0 and 1 sees of them: (x - mean) / std, pixel by pixel.

What the network can be is the same, but it learns several times as fast: weights and biases no longer learn against
each other, and pixels that are seldom on have a voice too (LeCun et al. 1998, Efficient backprop, section 4.3).
"""

import torch
from torch import Tensor, nn

LEAST = 0.01  # variance that is added to a pixel's own, so that one that is on in few pictures is not all that counts


class Standard(nn.Module):
    """x [B, D] -> (x - mean) / std, of buffers [D] that are 0 and 1 until `start_at`."""

    mean: Tensor
    std: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("std", torch.ones(size))

    @torch.no_grad()
    def start_at(self, mean: Tensor) -> None:
        """By the mean x [*shape] of the data, std = (mean (1 - mean) + LEAST)^(1/2): the spread of bits."""
        self.mean.copy_(mean.flatten())
        self.std.copy_((self.mean * (1 - self.mean) + LEAST).sqrt())

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std
