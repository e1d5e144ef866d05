"""What the networks share: initialisers, maxout, the ladder of picture sizes, spectral normalisation.

A ladder lists the sizes (H, W) from the picture down to the smallest map; a rung is one step of it.
"""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.utils.parametrizations import spectral_norm

from saddlepoint.errors import SaddlepointError

Shape = tuple[int, ...]
Size = tuple[int, int]
Output = Literal["identity", "sigmoid", "tanh"]

SMALLEST = 4


class Maxout(nn.Module):
    """h_j(v) = max_p (w_pj . v + b_pj), p = 1..pieces, j = 1..units (Goodfellow et al. 2013, Maxout networks).

    The rows of the linear map are pieces by units: the largest of whole rows is a quarter of the work of the largest of
    neighbours.
    """

    def __init__(self, inputs: int, units: int, pieces: int) -> None:
        super().__init__()
        self.maps = nn.Linear(inputs, pieces * units)
        self.pieces = pieces

    def forward(self, v: Tensor) -> Tensor:
        return Largest.apply(self.maps(v).unflatten(1, (self.pieces, -1)))


class Largest(torch.autograd.Function):
    """a [B, pieces, units] -> max_p a [B, units]; pieces that tie share the gradient evenly, as those of `amax` do.

    Its value and gradients are `amax`'s, of any order; that one counts ties in integers, which takes twice as long.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, a: Tensor) -> Tensor:
        largest = a.amax(1, keepdim=True)
        ctx.save_for_backward(a, largest)
        return largest[:, 0]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        a, largest = ctx.saved_tensors
        won = torch.eq(a, largest, out=torch.empty_like(a))
        return (g / won.sum(1))[:, None] * won


SLOPE = 0.2


def leaky() -> nn.LeakyReLU:
    """max(v, .2 v)."""
    return nn.LeakyReLU(SLOPE)


def squash(output: Output) -> nn.Module:
    """The last nonlinearity of a generator: identity, sigmoid onto (0, 1), or tanh onto (-1, 1)."""
    return {"identity": nn.Identity, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[output]()


def initialise_uniform(network: nn.Module, irange: float) -> None:
    """Weights U(-irange, irange), biases 0: the initialisation of the 2014 code."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            nn.init.uniform_(layer.weight, -irange, irange)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def initialise_he(network: nn.Module, slope: float) -> None:
    """Weights N(0, 2 / ((1 + slope^2) fan_in)), biases 0: a leaky ReLU network then keeps the scale of its signal
    (He et al. 2015, equation 15). For a transposed convolution, `fan_in` counts the inputs that meet in one output.
    """
    for layer in network.modules():
        if not isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            continue
        fan_in = layer.weight[0].numel()
        if isinstance(layer, nn.ConvTranspose2d):
            fan_in = layer.in_channels * layer.weight[0, 0].numel() / (layer.stride[0] * layer.stride[1])
        nn.init.normal_(layer.weight, 0.0, (2 / ((1 + slope**2) * fan_in)) ** 0.5)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def constrain(network: nn.Module, spectral: bool) -> None:
    """With `spectral`, divide every weight matrix by its largest singular value, found by one power iteration a forward
    pass (Miyato et al. 2018). Convolutions count as [out, in * h * w]. The iteration keeps buffers, which move in every
    forward pass in training mode.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear | nn.Conv2d | nn.Embedding)]
    for layer in layers if spectral else []:
        spectral_norm(layer)


def picture_shape(shape: Shape) -> tuple[int, int, int]:
    """(C, H, W), or SaddlepointError where the shape is not that of a picture of at least 4 x 4."""
    if len(shape) != 3 or min(shape[1:]) < SMALLEST or shape[0] < 1:
        what = f"a convolutional network needs pictures (C, H, W) of at least {SMALLEST} x {SMALLEST}, not {shape}"
        raise SaddlepointError(what, "network", "use the MLP for points and tiny pictures")
    return shape[0], shape[1], shape[2]


def ladder(height: int, width: int, smallest: int = SMALLEST) -> list[Size]:
    """Sizes from the picture down: each side is halved, rounding up, as long as it stays at least `smallest`.

    28 x 28 -> 14 x 14 -> 7 x 7 -> 4 x 4;  33 x 47 -> 17 x 24 -> 9 x 12 -> 5 x 6. At least one rung: 4 x 4 -> 4 x 4.
    """
    sizes = [(height, width)]
    while True:
        below = tuple(-(-side // 2) if -(-side // 2) >= smallest else side for side in sizes[-1])
        if below == sizes[-1]:
            return sizes if len(sizes) > 1 else sizes * 2
        sizes.append((below[0], below[1]))


def widths(width: int, rungs: int, limit: int = 8) -> list[int]:
    """Channels below the picture: doubled at each halving, at most `limit` times the first."""
    return [width * min(2**rung, limit) for rung in range(rungs)]


def strided(inputs: int, outputs: int, sizes: Sequence[Size], kernel: int, bias: bool = True) -> nn.Conv2d:
    """The convolution from a map of sizes[0] down to exactly sizes[1]."""
    (kernels, strides, padding, _) = zip(*map(geometry, sizes[0], sizes[1], (kernel, kernel)))
    return nn.Conv2d(inputs, outputs, kernels, strides, padding, bias=bias)


def fractionally_strided(inputs: int, outputs: int, sizes: Sequence[Size], kernel: int, bias: bool = True) -> nn.Module:
    """The transposed convolution from a map of sizes[1] up to exactly sizes[0]: the adjoint of `strided`'s geometry."""
    (kernels, strides, padding, extra) = zip(*map(geometry, sizes[0], sizes[1], (kernel, kernel)))
    return nn.ConvTranspose2d(inputs, outputs, kernels, strides, padding, extra, bias=bias)


def geometry(above: int, below: int, kernel: int) -> tuple[int, int, int, int]:
    """(kernel, stride, padding, output padding) along one side, so that `above` and `below` map onto each other.

    A side that is not halved keeps its length: the kernel is then the odd one at or below `kernel`.
    """
    stride = 1 if above == below else 2
    size = kernel if stride == 2 else kernel - 1 + kernel % 2
    padding = -(-((below - 1) * stride + size - above) // 2)
    return size, stride, padding, above - ((below - 1) * stride - 2 * padding + size)


def to_map(v: Tensor, size: Size) -> Tensor:
    """v [B, h * w * F] as a feature map [B, F, h, w], channels last in memory."""
    return v.unflatten(1, (*size, -1)).permute(0, 3, 1, 2)
