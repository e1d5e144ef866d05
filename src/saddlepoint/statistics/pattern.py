"""Is a fine pattern woven into the smooth places of pictures, that real ones as smooth do not have?

Networks that make pixels in cells of 2 x 2, or that learn through strided convolutions, leave patterns of periods 2 and
4 (Odena et al., Deconvolution and checkerboard artifacts, 2016). A spectrum of whole pictures hardly shows them: edges
have more of every frequency. So places are compared that are equally smooth, by means that no such pattern moves.

x  [N, C, H, W], H, W >= 8, of any number type; each channel is looked at by itself
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import PARTS, Side, of_both
from saddlepoint.statistics.intervals import Interval, parts_of

PLACE, SQUARE = 8, 4  # pixels a side of a place, and of the squares in it
GAPS = (1, 2)  # half the periods
LEVELS = 255  # grey levels in the range of the real pictures
SMOOTH = 16  # of them: the most that the squares of a smooth place deviate
STRATA = 1 + round(2 * math.log2(SMOOTH))  # one for each half octave from one level on, and one below
NEAR = 2  # levels from the ends of the range, where nothing can be woven
CHUNK = 256


def pattern(real: Tensor, fake: Tensor) -> Interval | None:
    """The amplitude at period 2 or 4, whichever is more, over that in real pictures as smooth: 1 as there, 2 twice as
    much. With the interval of the choice of both; None where no places can be compared.

    A place is a square of 8 x 8 pixels of one channel, 4 pixels from the next. Its power p at period 2 is the mean over
    its middle 4 x 4 pixels, and over both axes, of the square of [1, -2, 1] / 4; at period 4 of [1, 0, -2, 0, 1] / 4. A
    chequerboard of +-a has p = a^2 at period 2 and 0 at period 4. Its smoothness s is the standard deviation of means
    over nine squares of 4 x 4 pixels in it, which no pattern of these periods moves. f is one of the 255 grey levels of
    the real pictures' range. Strata b are half octaves of s / f from 1 to 16, and one below 1; with m_b the mean over b
    of log (p + f^2) and r_b, g_b the shares of places that are in it, real and fake,

        pattern = exp(1/2 sum_b w_b (m_b of fake - m_b of real)),   w_b ~ r_b g_b / (r_b + g_b),   sum_b w_b = 1

    By the mean of a logarithm an edge that touches one place does not outweigh a hundred others. f^2 is the floor where
    places are flat, and have no power at all; those within two levels of either end of the range are left out, since
    nothing can be woven there. A constant or a factor, on both, changes nothing.

    The interval is the jackknife's over ten parts of either sample, of the logarithm.
    """
    if real.ndim != 4 or real.shape[1:] != fake.shape[1:]:
        shapes = f"pictures {list(real.shape)} and {list(fake.shape)}"
        raise SaddlepointError(shapes, "pattern", "give two [N, C, H, W] of one size")
    low, high = float(real.min()), float(real.max())
    if min(real.shape[2:]) < PLACE or min(len(real), len(fake)) < PARTS or low == high:
        return None
    x, y = (sums(each, low, (high - low) / LEVELS) for each in (real, fake))  # [10, 3, STRATA]
    every = log_ratios(x.sum(0), y.sum(0))
    more = int(every.argmax())
    without_x = torch.stack([log_ratios(x.sum(0) - part, y.sum(0))[more] for part in x])
    without_y = torch.stack([log_ratios(x.sum(0), y.sum(0) - part)[more] for part in y])
    if not torch.cat([every, without_x, without_y]).isfinite().all():
        return None
    found = of_both(float(every[more]), Side.of(without_x), Side.of(without_y), 0.0)
    return Interval(*map(math.exp, found))


def log_ratios(x: Tensor, y: Tensor) -> Tensor:
    """The logarithm of the amplitudes' ratio at either period, [2], by what `sums` says of all; nan without a stratum
    that both have.
    """
    (r, g), (m, n) = (x[0], y[0]), (x[1:] / x[0], y[1:] / y[0])
    both = (r > 0) & (g > 0)
    r, g = r / r.sum(), g / g.sum()
    w = torch.where(both, r * g / (r + g), 0)
    return torch.where(both, w * (n - m), 0).sum(1) / (2 * w.sum())


def sums(x: Tensor, low: float, level: float) -> Tensor:
    """How many places each stratum has in each of ten parts of a sample, and their sums of log (p / f^2 + 1) at either
    period, [10, 3, STRATA], float64.
    """
    found = torch.zeros(PARTS * STRATA, 1 + len(GAPS), dtype=torch.float64)
    for pictures, parts in zip(x.split(CHUNK), parts_of(len(x), PARTS).split(CHUNK)):
        brightness, s, powers = places((pictures.float() - low) / level)
        inside = (s < SMOOTH) & (brightness >= NEAR) & (brightness <= LEVELS - NEAR)
        stratum = (2 * s.log2()).floor().clamp(-1, STRATA - 2).nan_to_num(nan=-1) + 1
        where = (parts[:, None, None, None] * STRATA + stratum).long()[inside]
        counted = torch.stack([torch.ones_like(s), *(power.log1p() for power in powers)], -1)[inside]
        found.index_add_(0, where, counted.double())
    return found.view(PARTS, STRATA, -1).transpose(1, 2)


def places(x: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
    """(mean, smoothness s, powers at either period) of the places of x, each [N, C, h, w]."""
    height, width = x.shape[2] - SQUARE, x.shape[3] - SQUARE
    middle, powers = x[:, :, 2 : 2 + height, 2 : 2 + width], []
    for gap in GAPS:
        one, other = 2 - gap, 2 + gap
        across = x[:, :, 2 : 2 + height, one : one + width] + x[:, :, 2 : 2 + height, other : other + width]
        along = x[:, :, one : one + height, 2 : 2 + width] + x[:, :, other : other + height, 2 : 2 + width]
        power = (across - 2 * middle).square() + (along - 2 * middle).square()
        powers.append(avg_pool2d(power, SQUARE) / 32)
    squares = avg_pool2d(x, SQUARE, stride=2)
    means = avg_pool2d(squares, 3, stride=2)
    deviations = avg_pool2d(squares.square(), 3, stride=2) - means.square()
    return means, deviations.clamp(min=0).sqrt(), powers
