"""Walks through the latent space: what lies between two z."""

from collections.abc import Callable

import torch
from torch import Tensor

Path = Callable[[Tensor, Tensor, Tensor], Tensor]


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """(1 - t) a + t b: a, b [Z], t [T] in [0, 1] -> [T, Z].

    Between two draws of a normal prior in many dimensions the middle is shorter than any draw: its length falls to
    1/sqrt(2) of theirs.
    """
    return (1 - t[:, None]) * a + t[:, None] * b


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """[sin((1 - t) w) a + sin(t w) b] / sin(w), w the angle between a and b: [T, Z] (Shoemake 1985).

    Between equally long ends the length stays theirs, on the shell where a normal prior has its mass (White 2016).
    For parallel ends, where the formula is 0/0, its limit is lerp.
    """
    cosine = torch.nn.functional.cosine_similarity(a, b, dim=0).clamp(-1, 1)
    w = torch.arccos(cosine)
    if torch.sin(w) < 1e-6:
        return lerp(a, b, t)
    return (torch.sin((1 - t[:, None]) * w) * a + torch.sin(t[:, None] * w) * b) / torch.sin(w)


PATHS: dict[str, Path] = {"lerp": lerp, "slerp": slerp}


def walk(points: Tensor, steps: int, path: Path) -> Tensor:
    """Through the z [P, Z] in turn, `steps` steps from each to the next, ends included: [(P - 1) steps + 1, Z]."""
    t = torch.arange(steps, dtype=points.dtype, device=points.device) / steps
    legs = [path(a, b, t) for a, b in zip(points[:-1], points[1:])]
    return torch.cat([*legs, points[-1:]])
