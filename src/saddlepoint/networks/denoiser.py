"""Denoising by residuals (Zhang et al. 2017, Beyond a Gaussian Denoiser: DnCNN): what is learned is the noise.

c   [B, channels, H, W], H and W multiples of `step`;  x  the same
"""

from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import leaky
from saddlepoint.networks.residual import Residual, initialise
from saddlepoint.networks.upscaler import branch


class Denoiser(nn.Module):
    """G(z, c) = c - F(c), and F = 0 at the start. F sees cells of `cell` x `cell` pixels as the channels of one place
    (Zhang et al. 2018, FFDNet, section III-B), is a convolution to `width` channels, `blocks` residual blocks and a
    convolution to the pixels of each cell: with cells of 2 it costs a quarter, and sees twice as far. z is not read.

    normalise  batch normalisation in the blocks, as in the paper
    step       sides are to be multiples of it: `cell`
    margin     in evaluation mode, no pixel of c further than this from a pixel of x, up, down or to a side, reaches it
    """

    scale = 1

    def __init__(
        self, channels: int, *, width: int = 64, blocks: int = 8, cell: int = 2, normalise: bool = False
    ) -> None:
        super().__init__()
        self.channels, self.step, self.margin = channels, cell, margin(blocks, cell)
        self.gather, self.scatter = nn.PixelUnshuffle(cell), nn.PixelShuffle(cell)
        self.first = nn.Conv2d(channels * cell**2, width, 3, padding=1)
        self.body = nn.Sequential(*(Residual(branch(width, normalise)) for _ in range(blocks)))
        self.active, self.last = leaky(), nn.Conv2d(width, channels * cell**2, 3, padding=1)
        initialise(self, silent=not normalise)
        nn.init.zeros_(self.last.weight)

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        if c is None or c.ndim != 4 or c.shape[1] != self.channels or any(side % self.step for side in c.shape[2:]):
            what = "no condition c" if c is None else f"c has shape {tuple(c.shape)}"
            hint = f"give pictures [B, {self.channels}, H, W], H and W multiples of {self.step}"
            raise SaddlepointError(what, "denoiser", hint)
        return c - self.scatter(self.last(self.active(self.body(self.first(self.gather(c))))))


def margin(blocks: int, cell: int) -> int:
    """How far a pixel of x sees, in pixels: a cell for each 3 x 3 convolution, and to the far side of the last."""
    return cell * (2 + 2 * blocks) + cell - 1
