"""Filling holes: what is known stays as it is, what is not known comes of a U-Net (after Pathak et al. 2016).

c   [B, channels + 1, H, W] in [-1, 1], sides multiples of `step`: a picture, and its opacity. Where that is above 0 the
    picture is known; what stands under the rest is not read
x   [B, channels, H, W]
"""

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.patch import PatchCritic, least
from saddlepoint.networks.unet import UNet
from saddlepoint.records import Answer

WINDOW = 5 / 8  # of each side: the middle quarter, and as much around it that a seam is seen


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


class HoleCritic(nn.Module):
    """D(x, c) of what lies around the hole alone: a critic of patches on a window of 5/8 of each side, about the middle
    of what is not known, told which pixels are (the local critic of Iizuka et al. 2017, Globally and locally consistent
    image completion, section 3.3; here a patch is judged, not the window as a whole). Of a whole picture most patches
    are known and true, and what a critic says of them teaches G nothing.
    """

    def __init__(self, channels: int, *, width: int, layers: int) -> None:
        super().__init__()
        self.patches = PatchCritic(channels, 1, width=width, layers=layers, normalise=False)
        self.least = least(layers)

    def forward(self, x: Tensor, c: Tensor | None) -> Answer:
        if c is None or c.ndim != 4 or c.shape[-2:] != x.shape[-2:]:
            raise SaddlepointError("no opacity beside x", "filling", "give c, a picture and its opacity")
        known = c[:, -1:]
        top, left = middle(known <= 0, self.least)
        return self.patches(*(window(t, top, left, self.least) for t in (x, known)))


def middle(hole: Tensor, least: int = 1) -> tuple[Tensor, Tensor]:
    """Where the window of each picture begins, [B] rows and [B] columns, so that its middle is as near to the mean
    place of the hole's pixels, [B, 1, H, W] bool, as the border allows; without a hole in the picture's middle.
    """
    starts = []
    for dim in (2, 3):
        side, along = hole.shape[dim], hole.sum((1, 5 - dim)).float()  # pixels of the hole in each row, or column
        mean = (along * torch.arange(side, device=hole.device)).sum(1) / along.sum(1)
        mean = mean.nan_to_num((side - 1) / 2)
        n = sized(side, least)
        starts.append((mean - (n - 1) / 2).round().long().clamp(0, side - n))
    return starts[0], starts[1]


def window(x: Tensor, top: Tensor, left: Tensor, least: int = 1) -> Tensor:
    """[B, C, H, W] -> [B, C, 5/8 H, 5/8 W], or `least` where that is more, from these rows and columns on."""
    rows = top[:, None] + torch.arange(sized(x.shape[2], least), device=x.device)
    columns = left[:, None] + torch.arange(sized(x.shape[3], least), device=x.device)
    each, channels = torch.arange(len(x), device=x.device), torch.arange(x.shape[1], device=x.device)
    return x[each[:, None, None, None], channels[:, None, None], rows[:, None, :, None], columns[:, None, None, :]]


def sized(side: int, least: int) -> int:
    """The window's, along a side: no smaller than a patch, if the picture is not."""
    return max(round(WINDOW * side), min(least, side))
