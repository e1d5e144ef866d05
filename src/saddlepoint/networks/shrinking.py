"""Pictures made smaller and larger by a whole factor, as MATLAB's `imresize` does it: what super-resolution is held
against. At the border as the files of Set5 and Set14 were made, by repeating it; later versions mirror it.

x   [B, C, H, W], floating point, any values
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from saddlepoint.errors import SaddlepointError

REACH = 2
"""k(t) is 0 from here on."""


def shrink(x: Tensor, factor: int) -> Tensor:
    """x at 1/factor of its size, [B, C, ceil(H / factor), ceil(W / factor)]: bicubic, antialiased.

    Pixel i of the result is sum_j k((u - j) / factor) x_j / factor, where u = (i + 1/2) factor - 1/2 is its middle
    among the pixels j of x; beyond its border x repeats its last pixels. torch's own (`interpolate` with
    `antialias`) is the same but for the border, where it cuts the kernel off.
    """
    pictures(x, factor)
    return along_both(x, lambda lines: shrink_lines(lines, factor)) if factor > 1 else x


def enlarge(x: Tensor, factor: int) -> Tensor:
    """x at `factor` times its size, [B, C, factor H, factor W]: bicubic.

    Pixel i of the result is sum_j k(u - j) x_j, where u = (i + 1/2) / factor - 1/2 is its middle among the pixels j of
    x: REACH pixels to each side are read at most. Beyond its border x repeats its last pixels. torch's own is
    another kernel's, with a = -3/4.
    """
    pictures(x, factor)
    return along_both(x, lambda lines: enlarge_lines(lines, factor)) if factor > 1 else x


def cubic(t: Tensor) -> Tensor:
    """k(t) = (a + 2)|t|^3 - (a + 3)|t|^2 + 1 for |t| <= 1, a |t|^3 - 5a |t|^2 + 8a |t| - 4a up to 2, then 0; a = -1/2.

    Keys, Cubic convolution interpolation for digital image processing, 1981. Its values at t + j, j whole, sum to 1.
    """
    t = t.abs()
    near = (1.5 * t - 2.5) * t**2 + 1
    far = ((-0.5 * t + 2.5) * t - 4) * t + 2
    return torch.where(t <= 1, near, torch.where(t < REACH, far, 0.0))


def shrink_lines(x: Tensor, factor: int) -> Tensor:
    """[N, 1, H, W] -> [N, 1, ceil(H / factor), W]: a convolution of stride `factor`, whose kernel is the same at every
    place. It reads `beyond` pixels more to each side than the `factor` that one pixel of the result stands for.
    """
    height, beyond = x.shape[2], (3 * factor + 2) // 2 - 1
    places = torch.arange(-beyond, factor + beyond, dtype=torch.float64)
    kernel = cubic((places - (factor - 1) / 2) / factor)
    kernel = (kernel / kernel.sum()).to(x).view(1, 1, -1, 1)
    count = -(-height // factor)
    return conv2d(x[:, :, repeated(-beyond, count * factor + beyond, height, x)], kernel, stride=(factor, 1))


def enlarge_lines(x: Tensor, factor: int) -> Tensor:
    """[N, 1, H, W] -> [N, 1, factor H, W]: one kernel for each of the `factor` pixels that a pixel becomes."""
    middles = (torch.arange(factor, dtype=torch.float64) + 0.5) / factor - 0.5
    kernels = cubic(middles[:, None] - torch.arange(-REACH, REACH + 1)).to(x)
    padded = x[:, :, repeated(-REACH, x.shape[2] + REACH, x.shape[2], x)]
    return conv2d(padded, kernels[:, None, :, None]).transpose(1, 2).flatten(1, 2)[:, None]


def along_both(x: Tensor, resized: Callable[[Tensor], Tensor]) -> Tensor:
    """`resized` takes [N, 1, H, W] to another H: along the rows of every channel, then along its columns."""
    rows = resized(x.flatten(0, 1)[:, None])
    return resized(rows.transpose(2, 3)).transpose(2, 3).unflatten(0, x.shape[:2])[:, :, 0]


def repeated(first: int, last: int, n: int, like: Tensor) -> Tensor:
    """Which of n pixels stands at each of the places first..last - 1: .. 0 0 | 0 1 .. n-1 | n-1 n-1 .."""
    return torch.arange(first, last, device=like.device).clamp(0, n - 1)


def pictures(x: Tensor, factor: int) -> None:
    """Raise SaddlepointError where x is not pictures of floating point, or the factor not a whole one."""
    if x.ndim != 4 or not x.is_floating_point() or not min(x.shape[2:]):
        what = f"x has shape {tuple(x.shape)} and type {x.dtype}"
        raise SaddlepointError(what, "bicubic", "give pictures [B, C, H, W] of floating point")
    if factor != int(factor) or factor < 1:
        raise SaddlepointError(f"the factor {factor}", "bicubic", "give a whole one, 1 or more")
