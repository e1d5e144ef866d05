"""One network asked eight times: its errors depend on how the picture lies, what is in the picture does not.

Timofte et al. 2016, Seven ways to improve example-based single image super resolution, section 3.4.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.systems.system import Translate

Call = Callable[[Tensor, int], Tensor]  # (c [n, C, h, w], seed) -> x [n, C', h', w']


def ensemble(call: Call) -> Call:
    """G'(c) = 1/8 sum_t t^-1 G(t c), over the eight ways t to turn a picture by right angles and to mirror it.

    Eight times the work. G' commutes with each t: G'(t c) = t G'(c), and for a convex distance its mean error over
    pictures in all eight positions is at most G's.
    """

    def asked(c: Tensor, seed: int) -> Tensor:
        found = [back(call(turned(c, quarters, mirrored), seed), quarters, mirrored) for quarters, mirrored in WAYS]
        return torch.stack(found).mean(0)

    return asked


def ensembled(to: Translate) -> Translate:
    """The same translation, eight times asked, anywhere on its way from the least error to the critic's end.
    SaddlepointError where a picture can only lie as those that were trained on.
    """
    if to.step is None:
        raise SaddlepointError("this model takes pictures of one size and position", "--eight", "leave it out")
    between = to.between
    return to._replace(call=ensemble(to.call), between=between and (lambda share: ensemble(between(share))))


WAYS = tuple((quarters, mirrored) for quarters in range(4) for mirrored in (False, True))


def turned(x: Tensor, quarters: int, mirrored: bool) -> Tensor:
    """Mirrored left to right if it is to be, then turned so many times by 90 degrees."""
    return torch.rot90(x.flip(3) if mirrored else x, quarters, (2, 3)).contiguous()


def back(x: Tensor, quarters: int, mirrored: bool) -> Tensor:
    """What `turned` did, undone."""
    x = torch.rot90(x, -quarters, (2, 3))
    return x.flip(3) if mirrored else x
