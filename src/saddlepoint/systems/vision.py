"""What systems share that are paid for what VGG16 sees: the network of a run's settings, and one look for all terms."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from saddlepoint.data import given
from saddlepoint.data.fitting import Form
from saddlepoint.data.pictures import Header
from saddlepoint.data.scaling import Scale, scaled, unit
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors.vgg import vgg
from saddlepoint.networks.vgg import VGG16
from saddlepoint.statistics.perceptual import gram


def network(config: Any) -> VGG16:
    """VGG16 with the weights that the settings name as `vgg`."""
    if config.vgg is None:
        what = f"`{config.recipe}` sees through VGG16, and needs its weights"
        raise SaddlepointError(what, "--vgg", "name the file, --vgg FILE; docs/style.md says how to make it")
    return read(config.vgg, changed(config.vgg))


def changed(path: str) -> int:
    """When a file was last written, 0 where there is none."""
    return Path(path).stat().st_mtime_ns if Path(path).exists() else 0


@lru_cache(maxsize=1)
def read(path: str, changed: int) -> VGG16:
    """The network in this file as it is since then."""
    return vgg(Path(path))


class Look:
    """x in a run's range -> its features by layer; those of the last x are at hand, so that several terms ask once."""

    def __init__(self, network: VGG16, scale: Scale, names: Collection[str]) -> None:
        self.network, self.names = network, names
        self.scale: Scale = scale
        self.x: Tensor | None = None
        self.found: Mapping[str, Tensor] = {}

    def __call__(self, x: Tensor) -> Mapping[str, Tensor]:
        if x is not self.x:
            self.found = self.network.to(x.device)(unit(x, self.scale), self.names)
            self.x = x
        return self.found


def grams(config: Any, path: str | None, side: int, names: tuple[str, ...]) -> Mapping[str, Tensor]:
    """Of the style picture in this file, in colour with its longer side so long, the Gram matrix of each layer."""
    if path is None:
        raise SaddlepointError(f"`{config.recipe}` needs a picture in the style", "--style", "name it: --style FILE")
    network(config)  # which says what is missing
    return counted(config.vgg, changed(config.vgg), path, changed(path), (side, names))


@lru_cache(maxsize=1)
def counted(
    weights: str, changed: int, path: str, painted: int, how: tuple[int, tuple[str, ...]]
) -> Mapping[str, Tensor]:
    """The same, of files as they are since they were written."""
    side, names = how
    x = picture(Path(path), side)
    with torch.no_grad():
        found = read(weights, changed).to("cpu")(scaled(x, "unit"), names)
    return {name: gram(features) for name, features in found.items()}


def picture(path: Path, side: int) -> Tensor:
    """A picture in colour, upright, with its longer side so long, [1, 3, H, W] as bytes."""

    def form(header: Header) -> Form:
        share = side / max(header.height, header.width)
        height, width = (max(1, round(each * share)) for each in (header.height, header.width))
        return Form(height, width, 3)

    return given.picture(path, form)[None]
