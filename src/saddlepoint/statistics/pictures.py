"""How far pictures are from what they should have been, pair by pair.

x, y  [N, C, H, W], both from 0 to `peak`: 255 for grey levels, 1 for [0, 1], 2 for [-1, 1] (for SSIM, add 1 first)
"""

import math

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics import similarity

CAP = 100.0
"""Decibels: the most that `psnr` says. One grey level of 255 in one pixel of a hundred is 68, and pictures of floats
that are equal but for rounding are beyond 120."""

LUMA = (65.481, 128.553, 24.966)
BLACK = 16.0


def absolute_error(x: Tensor, y: Tensor) -> Tensor:
    """The mean of |x - y| over all of a picture, [N], float64, in units of x."""
    alike(x, y, "absolute error")
    return (x.double() - y.double()).abs().flatten(1).mean(1)


def psnr(x: Tensor, y: Tensor, peak: float, crop: int = 0) -> Tensor:
    """10 log10(peak^2 / mean (x - y)^2), the peak signal-to-noise ratio in decibels, [N], float64.

    crop  pixels left out at each border: as many as the factor, where super-resolution is compared

    At most CAP, 100 dB, which equal pictures are said to have: their infinity would swallow every mean.
    """
    alike(x, y, "PSNR")
    if crop < 0 or 2 * crop >= min(x.shape[2:]):
        raise SaddlepointError(
            f"{crop} pixels cropped off {list(x.shape)}", "PSNR", "crop less, or give larger pictures"
        )
    positive(peak, "PSNR")
    x, y = (t.double()[..., crop : t.shape[2] - crop, crop : t.shape[3] - crop] / peak for t in (x, y))
    squared = (x - y).square().flatten(1).mean(1)
    return -10 * squared.clamp_min(10 ** (-CAP / 10)).log10()


def ssim(x: Tensor, y: Tensor, peak: float) -> Tensor:
    """Structural similarity, [N], float64: at most 1, for equal pictures (Wang et al. 2004).

    The mean over channels and places of (2 mu_x mu_y + C1)(2 s_xy + C2) / ((mu_x^2 + mu_y^2 + C1)(s_x^2 + s_y^2 + C2)),
    C1 = (.01 peak)^2, C2 = (.03 peak)^2, with moments under a Gaussian window of 11 x 11, sigma 1.5, wherever it fits
    whole.
    """
    positive(peak, "SSIM")
    return similarity.ssim(x.double() / peak, y.double() / peak).ssim


def luma(x: Tensor) -> Tensor:
    """Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255, [N, 1, H, W], float64, for R, G, B from 0 to 255.

    ITU-R BT.601, as MATLAB's rgb2ycbcr has it: from 16 for black to 235 for white; not rounded. What super-resolution
    is compared on, with a peak of 255.
    """
    if x.ndim != 4 or x.shape[1] != 3:
        raise SaddlepointError(f"x has shape {list(x.shape)}", "luma", "give pictures in colour, [N, 3, H, W]")
    weights = torch.tensor(LUMA, dtype=torch.float64, device=x.device) / 255
    return BLACK + (x.double() * weights[:, None, None]).sum(1, keepdim=True)


def alike(x: Tensor, y: Tensor, what: str) -> None:
    """Raise SaddlepointError where x and y are not pictures of one shape."""
    if x.shape != y.shape or x.ndim != 4 or not x.numel():
        shapes = f"pictures {list(x.shape)} and {list(y.shape)}"
        raise SaddlepointError(shapes, what, "give two [N, C, H, W] of one size")


def positive(peak: float, what: str) -> None:
    if not 0 < peak < math.inf:
        raise SaddlepointError(f"a peak of {peak}", what, "give the largest value that a pixel may have")
