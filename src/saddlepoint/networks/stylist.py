"""From a photograph to a picture in a style (Johnson et al. 2016, with the normalisation of Ulyanov et al. 2016).

c   [B, channels, H, W] in [-1, 1], H and W multiples of 4, at least 8;  x  the same
"""

from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import initialise_he

EDGE = 9  # the side of the first and the last convolution
STEP, LEAST = 4, 8
NEAR = 0.99


class Touch(nn.Module):
    """h + F(h), F two convolutions of 3 x 3, each normalised; F(h) = 0 at the start."""

    def __init__(self, width: int, normalise: bool) -> None:
        super().__init__()
        self.branch = nn.Sequential(*convolved(width, width, normalise), nn.ReLU(), *convolved(width, width, normalise))

    def forward(self, h: Tensor) -> Tensor:
        return h + self.branch(h)


class Stylist(nn.Module):
    """G(z, c) = tanh(atanh(c) + F(c)), and F = 0 at the start: what is learned is what the style adds. c is taken as no
    nearer to black and white than a hundredth, where nothing could be learned.

    F halves twice, has `blocks` residual blocks there, and doubles by repeating pixels before a convolution, which
    leaves no checkerboard (Odena et al. 2016). Borders are mirrored. z is not read.

    width      channels of the first map; two and four times as many below
    normalise  instance normalisation: contrast of each map is taken out, over the whole picture, so that no pixel
               decides alone and there is no margin. Without it a large picture in tiles is the whole but for rounding
    step       sides are to be multiples of it: 4
    margin     no pixel of c further than this from a pixel of x, up, down or to a side, reaches it; None: all do
    """

    step, scale = STEP, 1

    def __init__(self, channels: int, *, width: int = 16, blocks: int = 4, normalise: bool = True) -> None:
        super().__init__()
        self.channels, self.margin = channels, None if normalise else margin(blocks)
        self.body = nn.Sequential(*convolved(channels, width, normalise, EDGE), nn.ReLU())
        for inputs in (width, 2 * width):
            self.body.extend([*convolved(inputs, 2 * inputs, normalise, stride=2), nn.ReLU()])
        self.body.extend([Touch(4 * width, normalise) for _ in range(blocks)])
        for inputs in (4 * width, 2 * width):
            self.body.extend([nn.Upsample(scale_factor=2), *convolved(inputs, inputs // 2, normalise), nn.ReLU()])
        self.last = convolved(width, channels, False, EDGE)[0]
        initialise_he(self, slope=0.0)
        for layer in (self.last, *(m.branch[-1] for m in self.body if isinstance(m, Touch))):
            nn.init.zeros_(layer.weight)  # pyright: ignore

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        if c is None or c.ndim != 4 or c.shape[1] != self.channels or unfit(c):
            what = "no photograph c" if c is None else f"c has shape {tuple(c.shape)}"
            hint = f"give [B, {self.channels}, H, W], H and W multiples of {STEP}, at least {LEAST}"
            raise SaddlepointError(what, "stylist", hint)
        return (c.clamp(-NEAR, NEAR).atanh() + self.last(self.body(c))).tanh()


def unfit(c: Tensor) -> bool:
    return any(side % STEP or side < LEAST for side in c.shape[2:])


def convolved(inputs: int, outputs: int, normalise: bool, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    """A convolution with mirrored borders and, after it, where wanted, instance normalisation."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, padding_mode="reflect", bias=not normalise)
    return [conv, nn.InstanceNorm2d(outputs, affine=True)] if normalise else [conv]


def margin(blocks: int) -> int:
    """How far a pixel of x sees, in pixels of c: 17 + 8 blocks.

    The first and the last convolution see 4, that of the largest map 1, that of the map of half its sides 2 of these
    pixels, and one of a quarter 4, of which a block has two. Doubled and halved again a pixel comes to lie 2 further
    from itself at most, in pixels of the larger map: 2 and 4.
    """
    return 2 * (EDGE // 2) + 1 + 2 + 2 + 4 + 8 * blocks
