"""Pictures made smaller and larger by a whole factor, as MATLAB's `imresize` does it: what super-resolution is held
against.

x   [B, C, H, W], floating point, any values
"""

from collections.abc import Callable

import torch
from torch import Tensor

REACH = 2
"""k(t) is 0 from here on."""


def shrink(x: Tensor, factor: int) -> Tensor:
    """x at 1/factor of its size, [B, C, ceil(H / factor), ceil(W / factor)]: bicubic, antialiased.

    Pixel i of the result is sum_j k((u - j) / factor) x_j / factor, where u = (i + 1/2) factor - 1/2 is its middle among
    the pixels j of x; beyond its border x goes on as its mirror image. Rows, then columns. torch's own (`interpolate`
    with `antialias`) is the same but for the border, where it cuts the kernel off.
    """
    pictures(x, factor)
    return along_both(x, lambda lines: shrink_lines(lines, factor)) if factor > 1 else x


def enlarge(x: Tensor, factor: int) -> Tensor:
    """x at `factor` times its size, [B, C, factor H, factor W]: bicubic.

    Pixel i of the result is sum_j k(u - j) x_j, where u = (i + 1/2) / factor - 1/2 is its middle among the pixels j of
    x: REACH pixels to each side are read at most. Beyond its border x goes on as its mirror image. torch's own is
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


def along_both(x: Tensor, resized: Callable[[Tensor], Tensor]) -> Tensor:
    """`resized` takes lines [N, 1, n, m] to another n: once for the rows of x, once for its columns."""
    b, c, _, width = x.shape
    x = resized(x.reshape(b * c, 1, -1, width)).transpose(2, 3)
    return resized(x).transpose(2, 3).reshape(b, c, -1, x.shape[2] * 0 + resized_length(resized, width))


def mirrored(first: int, last: int, n: int, like: Tensor) -> Tensor:
    """Which of n pixels stands at each place first..last - 1 of ... 1 0 | 0 1 .. n-1 | n-1 n-2 ..., on x's device."""
    places = torch.arange(first, last, device=like.device) % (2 * n)
    return torch.minimum(places, 2 * n - 1 - places)
