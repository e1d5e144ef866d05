"""Ways through the latent space: what lies between two z.

Computed in float64: between nearly opposite ends sin(w) is so small that float32 would miss by more than their length.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.priors import Prior, PriorKind

Path = Callable[[Tensor, Tensor, Tensor], Tensor]

PARALLEL = 1e-8  # sin(w) below which ends are parallel: no plane of theirs is known to more than half the digits


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """(1 - t) a + t b: a, b [Z], t [T] in [0, 1] -> [T, Z].

    Between two draws of a normal prior in many dimensions the middle is shorter than any draw: its length falls to
    1/sqrt(2) of theirs. It never leaves a cube that both ends are in.
    """
    share = t.double()[:, None]
    return ((1 - share) * a.double() + share * b.double()).to(a.dtype)


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """An even turn from a to b, whose length goes evenly from |a| to |b|: a, b [Z], t [T] -> [T, Z].

        x(t) = ((1 - t) |a| + t |b|) (cos(t w) u + sin(t w) v),   w the angle between a and b

    u is a's direction, v that of b's part at right angles to it. Where |a| = |b| it is the formula of Shoemake (1985),
    [sin((1 - t) w) a + sin(t w) b] / sin(w), which needs no plane but divides by sin(w). It stays on the shell where a
    normal prior has its mass (White 2016). Parallel ends, and the origin, span no plane: they are joined by lerp.
    """
    share, start, end = t.double()[:, None], a.double(), b.double()
    lengths = start.norm(), end.norm()
    if min(lengths) == 0:
        return lerp(a, b, t)
    u, to = start / lengths[0], end / lengths[1]
    cosine = u @ to
    across = to - cosine * u
    sine = across.norm()
    if sine < PARALLEL:
        return lerp(a, b, t)
    w = torch.atan2(sine, cosine)
    turned = torch.cos(share * w) * u + torch.sin(share * w) * across / sine
    return (((1 - share) * lengths[0] + share * lengths[1]) * turned).to(a.dtype)


PATHS: dict[str, Path] = {"lerp": lerp, "slerp": slerp}

USUAL: dict[PriorKind, str] = {"normal": "slerp", "uniform": "lerp"}


def way(prior: Prior, how: str | None = None) -> Path:
    """How to go between two draws of this prior: by the path of this name, or the one that stays where the prior has
    its mass: along the sphere of a normal one, straight through the cube of a uniform one.

    Raises SaddlepointError for an unknown path, and for the sphere through a uniform prior: it leaves the cube.
    """
    how = USUAL[prior.kind] if how is None else how
    if how not in PATHS:
        raise SaddlepointError(f"no way '{how}' through the latent space", "--how", f"one of {', '.join(PATHS)}")
    if how == "slerp" and prior.kind == "uniform":
        raise SaddlepointError("leaves the cube of a uniform prior", "--how slerp", "leave it out: lerp stays inside")
    return PATHS[how]


def walk(points: Tensor, steps: int, path: Path) -> Tensor:
    """Through the z [P, Z] in turn, `steps` steps from each to the next, ends included: [(P - 1) steps + 1, Z]."""
    t = torch.arange(steps, dtype=torch.float64, device=points.device) / steps
    legs = [path(a, b, t) for a, b in zip(points[:-1], points[1:])]
    return torch.cat([*legs, points[-1:]])
