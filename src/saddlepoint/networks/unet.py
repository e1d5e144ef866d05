"""A U-Net, from pictures to pictures of the same size (Ronneberger et al. 2015; Isola et al. 2017, section 6.1.1).

c   [B, inputs, H, W], H and W multiples of 2^halvings;  x  [B, outputs, H, W]
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import SLOPE, Output, leaky, squash, widths
from saddlepoint.networks.dcgan import initialise, norm

KERNEL, STRIDE, PADDING = 4, 2, 1
DROPPED = 3


class UNet(nn.Module):
    """G(z, c): halved `halvings` times, then doubled as often; each map on the way up meets its equal on the way down.

    z is not read: dropout is the only chance, and in evaluation mode there is none.

    width      channels of the first map; doubled at each halving, at most 8 times
    halvings   8 in the paper, for pictures of 256 x 256: the innermost map is then a single site
    dropout    probability that a unit is dropped, in the (up to) three innermost layers on the way up
    normalise  batch normalisation, but of the first map, the innermost one and the output
    step       sides are to be multiples of it: 2^halvings
    margin     in evaluation mode, no pixel of c further than this from a pixel of x, up, down or to a side, reaches it

    The way up is by transposed convolutions of 4 x 4, stride 2: as the stride divides the kernel, the same number of
    products meets in every pixel, and they are the fastest of the ways to double a map (resizing before a 3 x 3
    convolution takes two to eight times as long on a processor). Their kernels start as mirror images of themselves, so
    that a constant map is carried to a constant one: no checkerboard has to be unlearned (Aitken et al. 2017 do the
    like for subpixel convolutions). Kernels are free to lose that symmetry.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        width: int = 64,
        halvings: int = 7,
        dropout: float = 0.5,
        normalise: bool = True,
        output: Output = "tanh",
    ) -> None:
        super().__init__()
        if halvings < 1:
            raise SaddlepointError(f"{halvings} halvings", "U-Net", "give 1 or more")
        self.inputs, self.halvings = inputs, halvings
        self.step, self.margin = STRIDE**halvings, margin(halvings)
        maps = [inputs, *widths(width, halvings)]
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        for rung, (above, below) in enumerate(pairwise(maps)):
            normed = normalise and 0 < rung < halvings - 1
            conv = nn.Conv2d(above, below, KERNEL, STRIDE, PADDING, bias=not normed)
            self.downs.append(nn.Sequential(conv, *norm(below, normed), leaky()))
        joined = maps[-1]
        for i, above in enumerate(maps[-2:0:-1]):
            conv = nn.ConvTranspose2d(joined, above, KERNEL, STRIDE, PADDING, bias=not normalise)
            dropped = [nn.Dropout(dropout)] if dropout and i < DROPPED else []
            self.ups.append(nn.Sequential(conv, *norm(above, normalise), *dropped, nn.ReLU()))
            joined = 2 * above
        self.last = nn.Sequential(nn.ConvTranspose2d(joined, outputs, KERNEL, STRIDE, PADDING), squash(output))
        initialise(self, normalise, slope=SLOPE)
        mirror(self)

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        h = fitting(c, self.inputs, self.halvings)
        maps = []
        for down in self.downs:
            h = down(h)
            maps.append(h)
        h = maps.pop()
        for up in self.ups:
            h = torch.cat([up(h), maps.pop()], 1)
        return self.last(h)


def margin(halvings: int) -> int:
    """How far from a pixel of x, along a side, the furthest pixel of c is that reaches it through a U-Net, in pixels:
    3 (2^halvings - 1).

    Followed backwards, along one side: pixel y of a doubled map is a sum over pixels m of the smaller one, those with
    y = 2m - 1 + k for a k in 0..3, down to m = y / 2 - 1; pixel m of a halved map is one over 2m - 1 .. 2m + 2 of the
    larger one. With r the margin of what lies within, that is r' = 2 (1 + r) + 1 = 2 r + 3, from 0 on. How far it is
    depends on where y lies in the grid of the innermost map; the furthest of all places is meant.
    """
    return 3 * (STRIDE**halvings - 1)


def mirror(network: nn.Module) -> None:
    """Make each transposed convolution's kernels equal to their mirror images in both directions. Half the sum of the
    four images has the variance of independent weights.
    """
    for layer in network.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            w = layer.weight.detach()
            w = w + w.flip(2)
            layer.weight.data.copy_((w + w.flip(3)) / 2)


def fitting(c: Tensor | None, inputs: int, halvings: int, where: str = "U-Net") -> Tensor:
    """c, or SaddlepointError where it is not pictures of `inputs` channels that can be halved so often."""
    if c is None or c.ndim != 4 or c.shape[1] != inputs:
        what = "no condition c" if c is None else f"c has shape {tuple(c.shape)}"
        raise SaddlepointError(what, where, f"give pictures [B, {inputs}, H, W]")
    height, width = c.shape[2:]
    step = STRIDE**halvings
    if not height or not width or height % step or width % step:
        what = f"pictures of {height} x {width} cannot be halved {halvings} times"
        raise SaddlepointError(what, where, f"give sides that are multiples of {step}, or fewer halvings")
    return c
