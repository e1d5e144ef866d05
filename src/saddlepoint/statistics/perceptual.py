"""How far pictures are from each other by what a network sees in them: content, style, and what people would say.

a, b  features of one layer, [N, C, H, W]
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

TINY = 1e-10  # as the published code has it: no direction is divided by nothing


def apart(a: Tensor, b: Tensor) -> Tensor:
    """|a - b|^2 / (|a|^2 + |b|^2) of each of N, [N]: 0 where they are equal, 1 where they have nothing in common, and
    for numbers that are not negative, such as features behind a rectifier, never more.

    Of features this is the content loss (Gatys et al. 2016, equation 1; Johnson et al. 2016, equation 2), of their
    `gram` the style loss (equations 4 and 5; equation 4), both as shares: neither the scale of a network's weights
    matters, nor that a picture of one colour has little of everything. b may be one for all, [1, ...].
    """
    one, other = a.flatten(1), b.flatten(1)
    return (one - other).square().sum(1) / (one.square().sum(1) + other.square().sum(1)).clamp(min=TINY)


def gram(a: Tensor) -> Tensor:
    """Which features come together, wherever: sum over places of a_i a_j / (C H W), [N, C, C] (Gatys et al. 2016,
    equation 3; Johnson et al. 2016, equation 3). Pictures of any size compare.
    """
    f = a.flatten(2)
    return f @ f.mT / (f.shape[1] * f.shape[2])


def roughness(x: Tensor) -> Tensor:
    """Total variation, here of squares: mean (x_i+1,j - x_ij)^2 + mean (x_i,j+1 - x_ij)^2 of each picture, [N]
    (Johnson et al. 2016, section 3.2; Mahendran and Vedaldi 2015, equation 5, beta = 2).
    """
    down, across = x.diff(dim=2).square(), x.diff(dim=3).square()
    return down.flatten(1).mean(1) + across.flatten(1).mean(1)


def lpips(a: Mapping[str, Tensor], b: Mapping[str, Tensor], heads: Mapping[str, Tensor]) -> Tensor:
    """sum over layers l of mean over places of sum_c w_lc (u_lc - v_lc)^2 of each picture, [N]: less is more alike.

    u, v   a and b, by layer, each place's vector of channels scaled to length 1
    heads  w [C], not negative, by layer: learned from what people said of pairs

    Zhang et al. 2018, The Unreasonable Effectiveness of Deep Features as a Perceptual Metric, equation 1.
    """
    if a.keys() != heads.keys() or b.keys() != heads.keys():
        raise SaddlepointError("features and weights are of other layers", "LPIPS", f"give {', '.join(heads)}")
    total = torch.zeros(())
    for name, w in heads.items():
        u, v = (t / (t.norm(dim=1, keepdim=True) + TINY) for t in (a[name], b[name]))
        total = total + ((u - v).square() * w[:, None, None]).sum(1).mean((1, 2))
    return total
