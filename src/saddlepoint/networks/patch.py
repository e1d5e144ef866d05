"""A critic of patches (Isola et al. 2017, section 3.2.2): it says of each patch of a picture how real it looks.

x   [B, inputs, H, W], any H, W >= 3 * 2^layers (layers > 0)
c   [B, conditions, H, W] pictures, or anything, unread, where conditions = 0
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import SLOPE, constrain, leaky, widths
from saddlepoint.networks.dcgan import initialise, norm
from saddlepoint.records import Answer

KERNEL, STRIDE, PADDING = 4, 2, 1


class PatchCritic(nn.Module):
    """D(x, c): one logit for each site, [B, h, w], of a patch of field(layers) pixels a side; `features` are the maps.

    The patches of neighbouring sites are 2^layers pixels apart and overlap. A fully convolutional network: it takes any
    size of picture, and its cost does not know where in the picture a patch lies.

    conditions  channels of c, which is appended to x; 0: c is not read
    width       channels of the first map; doubled at each layer, at most 8 times
    layers      convolutions of 4 x 4 with stride 2; two of stride 1 follow, the second to the logit. 0: the PixelGAN,
                1 x 1 throughout, which judges colours alone
    normalise   batch normalisation, but of the first map and of the logits. A penalty on each example's gradient is not
                defined with it, since an answer then depends on the whole batch
    spectral    spectral normalisation of every weight matrix
    """

    def __init__(
        self,
        inputs: int,
        conditions: int = 0,
        *,
        width: int = 64,
        layers: int = 3,
        normalise: bool = True,
        spectral: bool = False,
    ) -> None:
        super().__init__()
        if layers < 0:
            raise SaddlepointError(f"{layers} layers", "PatchGAN", "give 0 or more")
        self.inputs, self.conditions, self.layers = inputs, conditions, layers
        maps = [inputs + conditions, *widths(width, max(layers, 1) + 1)]
        self.rungs = nn.ModuleList()
        for rung, (above, below) in enumerate(pairwise(maps)):
            normed = normalise and rung > 0
            conv = convolution(above, below, layers, STRIDE if rung < layers else 1, bias=not normed)
            self.rungs.append(nn.Sequential(conv, *norm(below, normed), leaky()))
        self.logit = convolution(maps[-1], 1, layers, 1, bias=True)
        initialise(self, normalise, slope=SLOPE)
        constrain(self, spectral)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        h, features = self.join(x, c), []
        for rung in self.rungs:
            h = rung(h)
            features.append(h)
        return Answer(self.logit(h).squeeze(1), features=tuple(features))

    def join(self, x: Tensor, c: Tensor | None) -> Tensor:
        """[x; c], or SaddlepointError where they are not pictures of one size that a patch fits."""
        side = least(self.layers)
        if x.ndim != 4 or x.shape[1] != self.inputs or min(x.shape[2:]) < side:
            what = f"x has shape {tuple(x.shape)}, not [B, {self.inputs}, H, W] of at least {side} x {side}"
            raise SaddlepointError(what, "PatchGAN", "give fewer layers where pictures are small")
        if not self.conditions:
            return x
        form = (len(x), self.conditions, *x.shape[2:])
        if c is None or c.shape != form:
            what = "no condition c" if c is None else f"c has shape {tuple(c.shape)}"
            raise SaddlepointError(what, "PatchGAN", f"give pictures of shape {form}, or conditions=0")
        return torch.cat([x, c], 1)


def convolution(inputs: int, outputs: int, layers: int, stride: int, bias: bool) -> nn.Conv2d:
    """4 x 4, or 1 x 1 where there are no layers of stride 2."""
    kernel, padding = (KERNEL, PADDING) if layers else (1, 0)
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=bias)


def least(layers: int) -> int:
    """The least side of a picture that it takes."""
    return 3 * STRIDE**layers if layers else 1


def field(layers: int) -> int:
    """The side of the patch that a logit sees: 1, 16, 34, 70, 142, 286, ... pixels for 0, 1, 2, 3, 4, 5, ... layers.

    From the logit back to the picture: one that sees r sites of a map sees s (r - 1) + 4 of the map before it, through
    a convolution of 4 x 4 with stride s; r = 1, 4, 7 through those of stride 1, then 2 (r - 1) + 4 for each layer.
    """
    if not layers:
        return 1
    seen = 1 + 2 * (KERNEL - 1)
    for _ in range(layers):
        seen = STRIDE * (seen - 1) + KERNEL
    return seen
