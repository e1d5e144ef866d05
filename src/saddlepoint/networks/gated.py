"""Gated PixelCNN (van den Oord et al. 2016, Conditional image generation with PixelCNN decoders): convolutions that see
what is above and to the left, in two stacks.

    vertical    v(i, j) sees the rows above i, as far to both sides as its kernels reach
    horizontal  h(i, j) sees the pixels of row i to the left of j, and v(i, j)

Together they see every earlier pixel within reach, where one stack of masked kernels has a blind spot (section 2.3).
Kernels do the same in all places and see no further than they reach. Beside them may stand a network that sees all
earlier pixels and where each of them lies (`masked`, of one hidden layer): the logits of the two are added, and read
nothing but what comes before, as either does.

x [B, 1, H, W] of 0 and 1;  logits and u as in `masked`
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import Shape
from saddlepoint.networks.masked import MARGIN, Masked, Sweep

STEPS = (1, 2, 4, 2)  # of dilated levels, in turn


class Gated(nn.Module):
    """A first level with a kernel of 7 x 7, then `levels` with one of 3 x 3, then 1 x 1 to a logit (figure 2).

    width    channels of each stack
    dilated  whether the kernels of 3 x 3 take pixels that are STEPS apart, and so reach further for the same work
    beside   units of the network beside the convolutions; 0: there is none
    """

    def __init__(self, shape: Shape, width: int, levels: int, beside: int = 0, dilated: bool = False) -> None:
        super().__init__()
        if len(shape) != 3 or shape[0] != 1:
            raise SaddlepointError(f"pictures of {shape[0]} channels", "--g.network.kind gated", "it takes grey ones")
        self.shape, self.orders = shape, 1
        steps = [STEPS[k % len(STEPS)] if dilated else 1 for k in range(levels)]
        self.levels = nn.ModuleList([Level(1, width, 7, first=True), *(Level(width, width, 3, step) for step in steps)])
        self.head = nn.Sequential(nn.ReLU(), nn.Conv2d(width, width, 1), nn.ReLU(), nn.Conv2d(width, 1, 1))
        self.beside = Masked(shape, (beside,)) if beside else None
        if beside:  # it begins as what stands beside the convolutions, which may have learned by then
            nn.init.zeros_(self.head[-1].weight)  # pyright: ignore[reportArgumentType]

    def start_at(self, mean: Tensor) -> None:
        """Begin near the mean x [*shape] of the data; without a network beside, which knows places, near that of all
        pixels: the last layer has one bias.
        """
        bias: Tensor = self.head[-1].bias  # pyright: ignore[reportAssignmentType]
        with torch.no_grad():
            if self.beside is None:
                bias.fill_(torch.logit(mean.mean(), eps=MARGIN))
            else:
                bias.zero_()
                self.beside.start_at(mean)

    def forward(self, x: Tensor, order: int = 0) -> Tensor:
        v = h = x
        for level in self.levels:
            v, h = level(v, h)
        logits = self.head(h)
        return logits if self.beside is None else logits + self.beside(x)

    @torch.no_grad()
    def draw(self, u: Tensor, order: int = 0) -> Tensor:
        """Row by row: the vertical stack once a row, of the horizontal one pixel at a time, nothing twice."""
        levels: list[Level] = [*self.levels]  # pyright: ignore[reportAssignmentType]
        n, _, rows, columns = u.shape
        x = torch.zeros_like(u)
        sweep = None if self.beside is None else Sweep(self.beside, n)
        seen = [u.new_zeros(n, level.inputs, rows + level.reach, columns + 2 * level.side) for level in levels]
        for i in range(rows):
            above = []
            for k, level in enumerate(levels):
                a = level.vertical(seen[k][:, :, i : i + level.extent])
                above.append(level.down(a)[:, :, 0])
                if k + 1 < len(levels):
                    into = levels[k + 1]
                    seen[k + 1][:, :, i + into.reach, into.side : into.side + columns] = gate(a)[:, :, 0]
            left = [u.new_zeros(n, level.inputs, columns + level.reach) for level in levels]
            for j in range(columns):
                h = u.new_zeros(n, 0)
                for k, level in enumerate(levels):
                    if k:
                        left[k][:, :, j + level.reach] = h
                    h = level.at(left[k][:, :, j : j + level.extent : level.step], above[k][:, :, j], h)
                logit = self.head(h[:, :, None, None])[:, 0, 0, 0]
                if sweep is not None:
                    logit = logit + sweep.logit(i * columns + j, x.flatten(1))
                x[:, 0, i, j] = (u[:, 0, i, j] < logit.sigmoid()).to(u)
                if sweep is not None:
                    sweep.see(i * columns + j, x.flatten(1))
                first = levels[0].reach
                left[0][:, 0, j + first] = x[:, 0, i, j]
            seen[0][:, 0, i + levels[0].reach, levels[0].side : levels[0].side + columns] = x[:, 0, i]
        return x


class Level(nn.Module):
    """(v, h) -> (v, h): both stacks through a kernel of side n, gated, tanh(a) sigmoid(b) (equation 2).

    step    how far apart the pixels are that a kernel takes
    first   whether it is given x itself: then neither stack sees the row, or the pixel, that it stands for, and h is
            not carried around it
    span    rows, and pixels, that it sees; extent: from the first of them to the last; reach: how far the first is away
    """

    def __init__(self, inputs: int, width: int, n: int, step: int = 1, first: bool = False) -> None:
        super().__init__()
        self.inputs, self.step, self.first = inputs, step, first
        self.side = self.reach = step * (n // 2)
        self.span = n // 2 + (not first)
        self.extent = step * (self.span - 1) + 1
        self.vertical = nn.Conv2d(inputs, 2 * width, (self.span, n), dilation=step)
        self.horizontal = nn.Conv2d(inputs, 2 * width, (1, self.span), dilation=step)
        self.down = nn.Conv2d(2 * width, 2 * width, 1)
        self.out = nn.Conv2d(width, width, 1)

    def forward(self, v: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        cut = -int(self.first)  # the last row, or pixel, is seen by none
        a = self.vertical(pad(v, (self.side, self.side, self.reach, cut)))
        b = self.horizontal(pad(h, (self.reach, cut))) + self.down(a)
        out = self.out(gate(b))
        return gate(a), out if self.first else out + h

    def at(self, left: Tensor, above: Tensor, h: Tensor) -> Tensor:
        """h of one pixel [B, width], of those that it sees [B, inputs, span], of down(a) there and of its own h."""
        b = linear(left.flatten(1), self.horizontal.weight.flatten(1), self.horizontal.bias) + above
        out = linear(gate(b), self.out.weight.flatten(1), self.out.bias)
        return out if self.first else out + h


def gate(a: Tensor) -> Tensor:
    """tanh of the first half of the channels, as 2 sigmoid(2 a) - 1, times sigmoid of the second: one pass over all of
    them, since half of the channels do not lie together in memory, and passes over one half are several times as long.
    """
    twice = a.new_ones(a.shape[1])
    twice[: a.shape[1] // 2] = 2
    one, two = (a * twice.view(-1, *[1] * (a.ndim - 2))).sigmoid().chunk(2, 1)
    return (2 * one - 1) * two
