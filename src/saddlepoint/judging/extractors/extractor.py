"""What every feature extractor is: a name, a digest, and a function from pictures to features.

pictures  uint8 [N, C, H, W], or points [N, D] as they are
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError


class Seen(NamedTuple):
    """What an extractor sees in N examples: features [N, F] float64 and, from a classifier, logits [N, K] float64."""

    features: Tensor
    logits: Tensor | None = None

    def take(self, places: Tensor | slice) -> "Seen":
        return Seen(self.features[places], None if self.logits is None else self.logits[places])


class Extractor(NamedTuple):
    """A feature space, by the one function that matters.

    name      as cards and tables say it
    digest    SHA-256 of the weights, "none" where there are none
    resizer   how pictures come to the size it needs, "none" where they stay as they are
    see       a few pictures to what is seen in them: each by itself, whatever stands beside it
    chunk     how many to give it at once
    classes   the names of its logits' classes, where it tells those of the data's kind apart
    """

    name: str
    digest: str
    resizer: str
    see: Callable[[Tensor], Seen]
    chunk: int = 100
    classes: tuple[str, ...] = ()


@torch.no_grad()
def look(extractor: Extractor, x: Tensor) -> Seen:
    """What the extractor sees in all of x, a chunk at a time; SaddlepointError where a feature is not finite."""
    if not len(x):
        raise SaddlepointError("no pictures", extractor.name, "give some")
    parts = [extractor.see(part) for part in as_stored(x).split(extractor.chunk)]
    features = torch.cat([part.features.double().cpu() for part in parts])
    if not torch.isfinite(features).all():
        raise SaddlepointError("some features are not finite", extractor.name, "look at the samples they came from")
    logits = [part.logits.double().cpu() for part in parts if part.logits is not None]
    return Seen(features, torch.cat(logits) if logits else None)


def as_stored(x: Tensor) -> Tensor:
    """Pictures as uint8, from 16 bits or from floats in [0, 1]; points as they are."""
    if x.dtype == torch.uint8 or x.ndim == 2:
        return x
    if x.ndim != 4 or not torch.isfinite(x.float()).all():
        raise SaddlepointError(f"{x.dtype} {list(x.shape)}", "judge", "give finite pictures [N, C, H, W] or points")
    unit = x.float() / 65535 if x.dtype == torch.uint16 else x
    return (unit.float() * 255).round().clamp(0, 255).to(torch.uint8)


def colour(pictures: Tensor) -> Tensor:
    """Three channels, as floats 0 to 255: grey is repeated, opacity is left out. [N, 3, H, W]

    SaddlepointError for points.
    """
    if pictures.ndim != 4:
        raise SaddlepointError("only pictures can be seen by these", "--features", "use pixels, which take points too")
    x = pictures[:, :1].expand(-1, 3, -1, -1) if pictures.shape[1] < 3 else pictures[:, :3]
    return x.float()
