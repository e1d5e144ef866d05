"""Filling holes: what is known stays as it is, what is not known comes of a U-Net (after Pathak et al. 2016).

c   [B, channels + 1, H, W] in [-1, 1], sides multiples of `step`: a picture, and its opacity. Where that is above 0 the
    picture is known; what stands under the rest is not read
x   [B, channels, H, W]
"""

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.unet import UNet


class Filler(nn.Module):
    """G(z, c) = known * picture + (1 - known) * U([known * picture; known]), each known pixel to the last bit. z is not
    read. `step`, `margin`, width and halvings are the U-Net's; without normalisation: no hole changes another.
    """

    scale = 1

    def __init__(self, channels: int, *, width: int = 32, halvings: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.inner = UNet(channels + 1, channels, width=width, halvings=halvings, dropout=0.0, normalise=False)
        self.step, self.margin = self.inner.step, self.inner.margin

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        if c is None or c.ndim != 4 or c.shape[1] != self.channels + 1:
            what = "no condition c" if c is None else f"c has shape {tuple(c.shape)}"
            raise SaddlepointError(what, "filling", f"give pictures and opacity, [B, {self.channels + 1}, H, W]")
        picture, known = c[:, :-1], c[:, -1:] > 0
        made = self.inner(z, torch.cat([torch.where(known, picture, 0.0), known.to(c)], 1))
        return torch.where(known, picture, made)
