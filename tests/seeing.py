"""Weights in the layout of VGG16, drawn: for tests of what is done with them, not of what it is good for."""

from functools import cache
from pathlib import Path

import safetensors.torch
import torch
from PIL import Image

WIDTHS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


@cache
def layout() -> dict[str, torch.Tensor]:
    """He's scale, so that something is left to see after thirteen layers."""
    rng, found, inputs = torch.Generator().manual_seed(0), {}, 3
    for place, width in zip(PLACES, WIDTHS):
        found[f"features.{place}.weight"] = torch.randn(width, inputs, 3, 3, generator=rng) * (2 / (9 * inputs)) ** 0.5
        found[f"features.{place}.bias"] = 0.1 * torch.randn(width, generator=rng)
        inputs = width
    return found


def saved(path: Path) -> Path:
    """The file, in 16 bits."""
    safetensors.torch.save_file({name: t.half() for name, t in layout().items()}, path)
    return path


def painted(path: Path) -> Path:
    """A picture in a style: blue in red."""
    picture = Image.new("RGB", (48, 32), (200, 40, 30))
    picture.paste((20, 60, 220), (10, 5, 30, 20))
    picture.save(path)
    return path
