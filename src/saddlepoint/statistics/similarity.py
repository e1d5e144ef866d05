"""Structural similarity of pairs of pictures, and what a class looks like to it: 1 for equal pictures, 0 for unlike.

x, y  [B, C, H, W], values in [0, 1]
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d

from saddlepoint.errors import SaddlepointError

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW, SPREAD = 11, 1.5
C1, C2 = 0.01**2, 0.03**2


class Similarity(NamedTuple):
    """Means over channels and places: of the whole index, and of its contrast and structure alone, each [B]."""

    ssim: Tensor
    contrast: Tensor


def ssim(x: Tensor, y: Tensor) -> Similarity:
    """(2 mu_x mu_y + C1)(2 s_xy + C2) / ((mu_x^2 + mu_y^2 + C1)(s_x^2 + s_y^2 + C2)).

    Moments under a Gaussian window of 11 x 11, sigma 1.5, wherever it fits whole. Wang et al., Image quality
    assessment: from error visibility to structural similarity, 2004.
    """
    if x.shape != y.shape or x.ndim != 4 or min(x.shape[2:]) < WINDOW:
        shapes = f"pictures {list(x.shape)} and {list(y.shape)}"
        raise SaddlepointError(shapes, "SSIM", f"give two [B, C, H, W] of one size, {WINDOW} pixels or more")
    x, y = x.double(), y.double()
    mu_x, mu_y = _blur(x), _blur(y)
    var_x, var_y = _blur(x * x) - mu_x**2, _blur(y * y) - mu_y**2
    contrast = (2 * (_blur(x * y) - mu_x * mu_y) + C2) / (var_x + var_y + C2)
    light = (2 * mu_x * mu_y + C1) / (mu_x**2 + mu_y**2 + C1)
    return Similarity((light * contrast).mean((1, 2, 3)), contrast.mean((1, 2, 3)))


def scales(height: int, width: int) -> int:
    """How many of the five scales fit: the window must fit into the picture halved (scales - 1) times. 0: none."""
    side = min(height, width)
    return sum(side >> i >= WINDOW for i in range(len(WEIGHTS)))


def ms_ssim(x: Tensor, y: Tensor, count: int | None = None) -> Tensor:
    """ssim_S^(w_S) prod_{s < S} contrast_s^(w_s), each scale half as large as the one before, [B].

    Weights are those of Wang et al., Multi-scale structural similarity, 2003; of fewer than five scales, the first ones
    made to sum to 1: such a number stands beside none of the five. Below 0 a factor counts as 0.
    """
    count = count or scales(*x.shape[2:])
    if not 1 <= count <= scales(*x.shape[2:]):
        raise SaddlepointError(f"{count} scales of {list(x.shape[2:])} pixels", "MS-SSIM", "give larger pictures")
    weights, product = torch.tensor(WEIGHTS[:count], dtype=torch.float64), torch.ones(len(x), dtype=torch.float64)
    weights = weights / weights.sum() if count < len(WEIGHTS) else weights
    for scale in range(count):
        seen = ssim(x, y)
        factor = seen.ssim if scale == count - 1 else seen.contrast
        product = product * factor.clamp(min=0).cpu() ** weights[scale]
        if scale < count - 1:
            x, y = avg_pool2d(x.double(), 2), avg_pool2d(y.double(), 2)
    return product


def _blur(x: Tensor) -> Tensor:
    """Convolution with the window, channel by channel; rows, then columns."""
    places = torch.arange(WINDOW, dtype=x.dtype, device=x.device) - WINDOW // 2
    line = torch.exp(-places.square() / (2 * SPREAD**2))
    line = (line / line.sum()).expand(x.shape[1], 1, 1, -1)
    across = conv2d(x, line, groups=x.shape[1])
    return conv2d(across, line.transpose(2, 3), groups=x.shape[1])
