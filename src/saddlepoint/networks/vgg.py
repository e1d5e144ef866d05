"""What a classifier of photographs sees in a picture (Simonyan and Zisserman 2015, table 1, D: VGG16), below its head.

x   [B, 1 or 3, H, W] in [0, 1], from black to white;  features, by layer, [B, channels, H / 2^k, W / 2^k]
"""

from collections.abc import Collection

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's pictures in [0, 1], as it was trained


def layers() -> dict[str, int]:
    """Where each rectifier stands in `features`, by the name that papers give it: relu3_2 is the second of block 3."""
    found, place = {}, 0
    for block, widths in enumerate(BLOCKS, start=1):
        for layer, _ in enumerate(widths, start=1):
            found[f"relu{block}_{layer}"] = place + 1
            place += 2
        place += 1  # the pooling
    return found


LAYERS = layers()


class VGG16(nn.Module):
    """features(x), the convolutions in torchvision's order and by its names, `features.0.weight` to `features.28.bias`.

    It is nobody's player: its weights are given, never trained, and never shipped. x is brought to ImageNet's mean and
    spread; a grey picture counts as three equal channels. H and W are as large that a pixel is left: 2^k for block k+1.
    """

    def __init__(self, digest: str = "") -> None:
        super().__init__()
        self.digest = digest  # of the file that the weights are from
        self.features, inputs = nn.Sequential(), 3
        for widths in BLOCKS:
            for width in widths:
                self.features.append(nn.Conv2d(inputs, width, 3, padding=1)).append(nn.ReLU())
                inputs = width
            self.features.append(nn.MaxPool2d(2))

    def forward(self, x: Tensor, names: Collection[str]) -> dict[str, Tensor]:
        """The features after these rectifiers, by name; nothing beyond the last of them is computed."""
        least = 2 ** (max(int(name[4]) for name in names) - 1)
        if x.ndim != 4 or x.shape[1] not in (1, 3) or min(x.shape[2:]) < least:
            hint = f"give pictures [B, 1 or 3, H, W] of {least} pixels a side or more"
            raise SaddlepointError(f"x has shape {tuple(x.shape)}", "VGG16", hint)
        h, wanted, found = normalised(x), {LAYERS[name]: name for name in names}, {}
        for place, layer in enumerate(self.features):
            h = layer(h)
            if place in wanted:
                found[wanted[place]] = h
            if len(found) == len(wanted):
                break
        return found


def normalised(x: Tensor) -> Tensor:
    """(x - mean) / spread, channel by channel, [B, 3, H, W]."""
    mean, spread = (torch.tensor(t, dtype=x.dtype, device=x.device)[:, None, None] for t in (MEAN, SPREAD))
    return (x - mean) / spread
