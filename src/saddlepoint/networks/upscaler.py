"""Super-resolution (after Ledig et al. 2017, and Lim et al. 2017): a picture at `factor` times its size.

c   [B, channels, H, W], any H, W;  x  [B, channels, factor H, factor W]
"""

from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import leaky
from saddlepoint.networks.dcgan import norm
from saddlepoint.networks.residual import Residual, initialise
from saddlepoint.networks.shrinking import REACH, enlarge

FACTORS = (1, 2, 3, 4, 8)


class Upscaler(nn.Module):
    """G(z, c) = enlarge(c) + F(c), and F = 0 at the start: what is learned is what the bicubic enlargement lacks.

    F is a convolution to `width` channels, `blocks` residual blocks, and a convolution to the factor x factor pixels of
    each cell (Shi et al. 2016). All of it works at the size of c, so that a factor of 4 costs a processor what one of 2
    does; the layers at the size of x of the 2017 networks would cost more than all their blocks. z is not read.

    factor     1 (c is cleaned, not enlarged), 2, 3, 4 or 8
    blocks     each h + conv(leaky(conv(leaky(h)))), 3 x 3
    normalise  batch normalisation after each of the blocks' convolutions, as in the paper. Without it a picture is
               better and faster to compute (Lim et al. 2017, section 3.1), and does not depend on the rest of a batch
    step       sides are to be multiples of it: 1
    margin     in evaluation mode, no pixel of c further than this from the pixel of c that a pixel of x lies in, up,
               down or to a side, reaches it
    scale      the factor

    x is not squashed: where c is a picture, the enlargement lies in its range but for the overshoots of a cubic, and so
    does x at the start. Clamping is left to whoever shows it.
    """

    def __init__(
        self, channels: int, *, width: int = 64, blocks: int = 16, factor: int = 4, normalise: bool = False
    ) -> None:
        super().__init__()
        if factor not in FACTORS:
            what, hint = f"the factor {factor}", f"give one of {', '.join(map(str, FACTORS))}"
            raise SaddlepointError(what, "upscaler", hint)
        self.channels, self.scale = channels, factor
        self.step, self.margin = 1, margin(blocks)
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.body = nn.Sequential(*(Residual(branch(width, normalise)) for _ in range(blocks)))
        self.active, self.last = leaky(), nn.Conv2d(width, channels * factor**2, 3, padding=1)
        self.shuffle = nn.PixelShuffle(factor)
        initialise(self, silent=not normalise)
        nn.init.zeros_(self.last.weight)

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        if c is None or c.ndim != 4 or c.shape[1] != self.channels:
            what = "no condition c" if c is None else f"c has shape {tuple(c.shape)}"
            raise SaddlepointError(what, "upscaler", f"give pictures [B, {self.channels}, H, W]")
        return enlarge(c, self.scale) + self.shuffle(self.last(self.active(self.body(self.first(c)))))


def branch(width: int, normalise: bool) -> nn.Sequential:
    """Two convolutions, each after its activation."""
    layers = []
    for _ in range(2):
        layers += [leaky(), nn.Conv2d(width, width, 3, padding=1, bias=not normalise), *norm(width, normalise)]
    return nn.Sequential(*layers)


def margin(blocks: int) -> int:
    """How far a pixel of x sees, in pixels of c: one for each 3 x 3 convolution, and no less than the enlargement."""
    return max(2 + 2 * blocks, REACH)
