"""Small networks for points, many side by side: as many games as seeds cost hardly more than one.

v, z, x  [B, S, D]: S games, each with weights and examples of its own
"""

import torch
from torch import Tensor, nn

from saddlepoint.networks.blocks import Largest
from saddlepoint.records import Answer


class Bank(nn.Module):
    """Networks side by side, one a site: v [B, S, sizes[0]] -> [B, S, sizes[-1]], with ReLU or, of `pieces`, maxout.

    Weights are normal at He's scale. A maxout unit's first layer has biases from N(0, 1): with biases at 0 all its
    creases meet at the origin, and D is blind to how far from it a point is.
    """

    def __init__(self, count: int, sizes: tuple[int, ...], pieces: int = 1) -> None:
        super().__init__()
        self.pieces = pieces
        shapes = [(a, b * pieces) for a, b in zip(sizes, sizes[1:-1])] + [sizes[-2:]]
        scale = 1.0 if pieces > 1 else 2**0.5
        self.weights = nn.ParameterList(nn.Parameter(torch.randn(count, a, b) * scale / a**0.5) for a, b in shapes)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(count, 1, b)) for _, b in shapes)
        if pieces > 1:
            nn.init.normal_(self.biases[0])

    def outputs(self, v: Tensor) -> Tensor:
        """What each network makes of its own site."""
        h = v.transpose(0, 1)
        for W, b in zip(self.weights[:-1], self.biases[:-1]):
            h = self.activated(torch.baddbmm(b, h, W))
        return torch.baddbmm(self.biases[-1], h, self.weights[-1]).transpose(0, 1)

    def activated(self, a: Tensor) -> Tensor:
        """[S, B, pieces * units] -> [S, B, units]."""
        if self.pieces == 1:
            return a.relu()
        return Largest.apply(a.view(-1, self.pieces, a.shape[2] // self.pieces)).view(*a.shape[:2], -1)


class Generators(Bank):
    """G: z [B, S, 2] -> x [B, S, 2]."""

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return self.outputs(z)


class Critics(Bank):
    """D: x [B, S, 2] -> logits [B, S]."""

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        return Answer(self.outputs(x)[..., 0])
