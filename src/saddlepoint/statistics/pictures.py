"""How far a picture is from the one it should be, for each of N pairs, [N]. x and y are [N, C, H, W], in floats."""

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import Interval

WINDOW, SIGMA = 11, 1.5
K1, K2 = 0.01, 0.03
BEST = 100.0  # dB that are written for a picture that is right in every digit: its PSNR has no bound


def absolute_error(x: Tensor, y: Tensor) -> Tensor:
    """mean |x - y| over each example."""
    alike(x, y)
    return (x - y).abs().flatten(1).mean(1)


def psnr(x: Tensor, y: Tensor, peak: float, crop: int = 0) -> Tensor:
    """10 log10(peak^2 / mean (x - y)^2) in dB, of all but `crop` pixels at each edge; at most 100, for equal ones."""
    alike(x, y)
    if crop:
        x, y = (t[..., crop:-crop, crop:-crop] for t in (x, y))
    squares = (x - y).square().flatten(1).mean(1)
    return (10 * (peak**2 / squares.clamp_min(1e-30)).log10()).clamp_max(BEST)


def ssim(x: Tensor, y: Tensor, peak: float) -> Tensor:
    """Structural similarity (Wang et al. 2004, eq. 13), mean over channels and the places where the window fits:

        (2 mx my + c1)(2 sxy + c2) / ((mx^2 + my^2 + c1)(sx^2 + sy^2 + c2)),   c1 = (.01 peak)^2, c2 = (.03 peak)^2

    with means, variances and covariance under a Gaussian window of 11 x 11, sigma 1.5.
    """
    alike(x, y)
    if min(x.shape[2:]) < WINDOW:
        size = " x ".join(map(str, x.shape[2:]))
        raise SaddlepointError(f"pictures of {size}", "SSIM", f"its window has {WINDOW} x {WINDOW}")
    a, b = (t.reshape(-1, 1, *t.shape[2:]) for t in (x, y))
    mx, my = blurred(a), blurred(b)
    xx, yy, xy = blurred(a * a) - mx * mx, blurred(b * b) - my * my, blurred(a * b) - mx * my
    c1, c2 = (K1 * peak) ** 2, (K2 * peak) ** 2
    index = (2 * mx * my + c1) * (2 * xy + c2) / ((mx * mx + my * my + c1) * (xx + yy + c2))
    return index.reshape(x.shape[0], -1).mean(1)


def blurred(x: Tensor) -> Tensor:
    """Means under the Gaussian window, where it fits."""
    place = torch.arange(WINDOW, dtype=x.dtype, device=x.device) - WINDOW // 2
    line = torch.exp(-place.square() / (2 * SIGMA**2))
    line = line / line.sum()
    return conv2d(conv2d(x, line[None, None, :, None]), line[None, None, None, :])


def luma(x: Tensor) -> Tensor:
    """Y of R'G'B' in [0, 255], [N, 1, H, W] in [16, 235]: ITU-R BT.601, as MATLAB's rgb2ycbcr has it."""
    weights = torch.tensor([65.481, 128.553, 24.966], dtype=x.dtype, device=x.device) / 255
    return 16 + (weights[:, None, None] * x).sum(1, keepdim=True)


def alike(x: Tensor, y: Tensor) -> None:
    if x.shape != y.shape:
        raise SaddlepointError(f"{list(x.shape)} against {list(y.shape)}", "pairs", "give pictures of one size")


def mean_interval(values: Tensor) -> Interval:
    """The mean with its 95 % interval by Student's t: mean +- t s / sqrt(N). SaddlepointError for fewer than 2."""
    n = len(values)
    if n < 2:
        raise SaddlepointError(f"{n} value", "interval", "give at least 2")
    half = student(n - 1) * float(values.std()) / n**0.5
    mean = float(values.mean())
    return Interval(mean, mean - half, mean + half)


def student(freedom: int) -> float:
    """The .975 quantile of Student's t (Hill 1970, Algorithm 396: an expansion about the normal's; exact for 1, 2)."""
    if freedom == 1:
        return 12.706204736174698
    if freedom == 2:
        return 4.302652729749464
    z, v = 1.959963984540054, float(freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / v ** (i + 1) for i, term in enumerate(terms))
