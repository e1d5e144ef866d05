"""From pictures to pictures of the same size: halved, residual blocks, doubled (Johnson et al. 2016; Zhu et al. 2017).

c   [B, inputs, H, W], H and W multiples of 2^halvings;  x  [B, outputs, H, W]
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import Output, initialise_he, squash
from saddlepoint.networks.unet import KERNEL, PADDING, STRIDE, fitting, mirror

EDGE = 7  # the side of the first and the last convolution


class Block(nn.Module):
    """h + F(h), F two convolutions of 3 x 3 with a rectifier before each. F(h) = 0 at the start."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        two = [nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2)]
        self.branch = nn.Sequential(nn.ReLU(), two[0], nn.ReLU(), two[1])

    def forward(self, h: Tensor) -> Tensor:
        return h + self.branch(h)


class Translator(nn.Module):
    """G(z, c); z is not read, and nothing is left to chance.

    Without any normalisation: the papers' takes each map's mean over the whole picture, so that every pixel decides on
    every other, and a picture in tiles is another than the whole. Blocks that begin as the identity do without it.

    width     channels of the first map; doubled at each halving
    halvings  2 in the papers
    blocks    residual blocks of the smallest map: 6 or 9 in the papers
    step      sides are to be multiples of it: 2^halvings
    margin    no pixel of c further than this from a pixel of x, up, down or to a side, reaches it
    sizes     channels of each of the maps of `maps`
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        width: int = 64,
        halvings: int = 2,
        blocks: int = 6,
        output: Output = "tanh",
    ) -> None:
        super().__init__()
        if halvings < 1 or blocks < 1:
            raise SaddlepointError(f"{halvings} halvings, {blocks} blocks", "translator", "give 1 or more of each")
        self.inputs, self.halvings = inputs, halvings
        self.step, self.margin = STRIDE**halvings, margin(halvings, blocks)
        rungs = [width * 2**rung for rung in range(halvings + 1)]
        self.first = nn.Conv2d(inputs, width, EDGE, padding=EDGE // 2)
        self.downs = nn.ModuleList(
            nn.Sequential(nn.ReLU(), nn.Conv2d(a, b, KERNEL, STRIDE, PADDING)) for a, b in pairwise(rungs)
        )
        self.blocks = nn.Sequential(*(Block(rungs[-1]) for _ in range(blocks)))
        self.ups = nn.Sequential()
        for a, b in pairwise(rungs[::-1]):
            self.ups.append(nn.Sequential(nn.ReLU(), nn.ConvTranspose2d(a, b, KERNEL, STRIDE, PADDING)))
        self.last = nn.Conv2d(width, outputs, EDGE, padding=EDGE // 2)
        self.squash = squash(output)
        self.sizes = (*rungs, rungs[-1], rungs[-1])
        initialise_he(self, slope=0.0)
        for block in self.blocks:
            nn.init.zeros_(block.branch[-1].weight)  # pyright: ignore
        nn.init.normal_(self.last.weight, 0.0, 0.02)  # grey at first: at He's scale tanh would begin at its ends
        mirror(self)

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        h = self.last(torch.relu(self.ups(self.maps(c)[-1])))
        return self.squash(h)

    def maps(self, c: Tensor | None) -> tuple[Tensor, ...]:
        """What c becomes on the way: after the first convolution, each halving, half of the blocks, all of them."""
        h = self.first(fitting(c, self.inputs, self.halvings, "translator"))
        found = [h]
        for down in self.downs:
            h = down(h)
            found.append(h)
        half = len(self.blocks) // 2
        middle = self.blocks[:half](h)
        return (*found, middle, self.blocks[half:](middle))


def margin(halvings: int, blocks: int) -> int:
    """How far from a pixel of x, along a side, the furthest pixel of c is that reaches it, in pixels.

    2 for each block in the smallest map; r pixels of a smaller map are 2 r + 3 of the one that it was halved from and
    is doubled to, as `unet.margin` derives; 3 for each of the first and the last convolution.
    """
    r = 2 * blocks
    for _ in range(halvings):
        r = STRIDE * r + 3
    return r + 2 * (EDGE // 2)
