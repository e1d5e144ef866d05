"""The worlds: named distributions on the line and the plane whose densities are known, as data to train on.

world = WORLDS["ring8"]
world.sample(1000, torch.Generator().manual_seed(0)), world.log_density(x), world.score(x)
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.densities import Checkerboard, Density, Finite, Mixture, Twist, rotate, strung
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness

F64 = torch.float64


class World(NamedTuple):
    """A named distribution: what it is, in one line, and how it is made."""

    title: str
    make: Callable[[], Density]

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """n independent draws, [n, D] float64."""
        return self.make().sample(n, rng)

    def log_density(self, x: Tensor) -> Tensor:
        """log p(x), [N, D] -> [N]."""
        return self.make().log_density(x)

    def score(self, x: Tensor) -> Tensor:
        """grad_x log p(x), [N, D]."""
        return self.make().score(x)


def gaussian(dimension: int = 2, sd: float = 1.0) -> Mixture:
    """N(0, sd^2 I)."""
    return Mixture(torch.ones(1), torch.zeros(1, dimension), torch.tensor([sd], dtype=F64))


def two_peaks() -> Mixture:
    """0.35 N(-1.5, 0.5^2) + 0.65 N(1, 0.4^2) on the line."""
    weights, means, sds = torch.tensor([[0.35, 0.65], [-1.5, 1.0], [0.5, 0.4]], dtype=F64)
    return Mixture(weights, means[:, None], sds)


def ring(modes: int = 8, radius: float = 1.0, sd: float = 0.01) -> Mixture:
    """Equal Gaussians on a circle (PacGAN's 2D-ring, Lin et al. 2018: 8 of them, radius 1, sd 0.01)."""
    angle = 2 * math.pi * torch.arange(modes, dtype=F64) / modes
    means = radius * torch.stack([angle.cos(), angle.sin()], 1)
    return Mixture(torch.ones(modes), means, torch.full((modes,), sd, dtype=F64))


def grid(side: int = 5, spacing: float = 2.0, sd: float = 0.05) -> Mixture:
    """side^2 equal Gaussians on a square lattice about 0 (PacGAN's 2D-grid: means -4..4 step 2, sd 0.05)."""
    axis = spacing * (torch.arange(side, dtype=F64) - (side - 1) / 2)
    return Mixture(torch.ones(side**2), torch.cartesian_prod(axis, axis), torch.full((side**2,), sd, dtype=F64))


def moons(sd: float = 0.1, points: int = 64) -> Mixture:
    """Two interleaved half circles of radius 1, each a string of Gaussians."""
    angle = math.pi * (torch.arange(points, dtype=F64) + 0.5) / points
    upper = torch.stack([angle.cos(), angle.sin()], 1) - torch.tensor([0.5, 0.25])
    curves = strung(upper, sd), strung(-upper, sd)
    means, roots = torch.cat([c.means for c in curves]), torch.cat([c.roots for c in curves])
    return Mixture(torch.ones(2 * points), means, roots)


def swiss_roll(sd: float = 0.05, points: int = 256) -> Mixture:
    """A spiral of radius 0.3 to 1 over a turn and a half, even in arc length, a string of Gaussians."""
    t = torch.linspace(0, 1, 20 * points, dtype=F64)
    angle, radius = 3 * math.pi * t, 0.3 + 0.7 * t
    fine = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)
    length = fine.diff(dim=0).norm(dim=1).cumsum(0)
    wanted = length[-1] * (torch.arange(points, dtype=F64) + 0.5) / points
    return strung(fine[torch.searchsorted(length, wanted)], sd)


def pinwheel(blades: int = 5, rate: float = 0.5) -> Twist:
    """Long thin Gaussians pointing outwards, twisted by an angle that grows with the squared radius."""
    angle = 2 * math.pi * torch.arange(blades, dtype=F64) / blades
    means = rotate(torch.tensor([[1.0, 0.0]], dtype=F64).repeat(blades, 1), angle)
    outwards = torch.stack([means, rotate(means, torch.full_like(angle, math.pi / 2))], 2)
    covariances = outwards @ torch.diag(torch.tensor([0.25, 0.1], dtype=F64)).square() @ outwards.mT
    return Twist(Mixture(torch.ones(blades), means, torch.linalg.cholesky(covariances)), rate)


def die() -> Finite:
    """A loaded die: 1 to 6, six half of the time."""
    faces = torch.arange(1.0, 7.0, dtype=F64)[:, None]
    return Finite(faces, torch.tensor([0.1, 0.1, 0.1, 0.1, 0.1, 0.5], dtype=F64))


WORLDS: dict[str, World] = {
    "gaussian": World("one round Gaussian in the plane", gaussian),
    "two-peaks": World("two Gaussians on the line", two_peaks),
    "ring8": World("8 Gaussians on a circle of radius 1, sd .01", ring),
    "ring8-wide": World("8 Gaussians on a circle of radius 1, sd .1", lambda: ring(sd=0.1)),
    "grid25": World("25 Gaussians on a lattice of step 2, sd .05", grid),
    "moons": World("two interleaved half circles, sd .1", moons),
    "swiss-roll": World("a spiral of a turn and a half, sd .05", swiss_roll),
    "checkerboard": World("uniform on the 8 dark squares of a 4 x 4 board", Checkerboard),
    "pinwheel": World("five twisted blades", pinwheel),
    "die": World("a loaded die: a finite set", die),
}


def world(name: str) -> Density:
    """The named distribution."""
    if name not in WORLDS:
        raise SaddlepointError(f"no world is called '{name}'", hint="there are " + ", ".join(WORLDS))
    return WORLDS[name].make()


def world_source(name: str, n: int = 100_000, seed: int = 0) -> Source:
    """n points of the named world as data: x [n, D] float32, unscaled; the same seed draws the same points."""
    x = world(name).sample(n, Randomness(seed).stream(f"world {name}"))
    return Source(name, x.float(), licence="made by this program")
