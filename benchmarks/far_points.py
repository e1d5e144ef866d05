"""What the density distance of points reads: of samples of the same law, and of samples of which much is wrong.

    python benchmarks/far_points.py [--draws 20]      the doctor's limit for points rests on it (docs/judging.md)

For each law and number of points the mean over draws, and, in brackets, the least and the largest lower end of its
interval: what the doctor reads. Points of 2 to 6 columns, all at deviations of 1, both sides as many.
"""

import argparse
from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.data.worlds import world_source
from saddlepoint.statistics.overlap import Real, difference

SIZES = {150: 1.0, 1_000: 0.25}  # points, and the share of the draws


def normal(columns: int) -> Callable[[int, torch.Generator], Tensor]:
    return lambda n, rng: torch.randn(n, columns, generator=rng, dtype=torch.float64)


def skewed(n: int, rng: torch.Generator) -> Tensor:
    """Log-normal in four columns."""
    return normal(4)(n, rng).mul(0.7).exp()


def world(name: str) -> Callable[[int, torch.Generator], Tensor]:
    whole = world_source(name, 20_000).x.double()
    return lambda n, rng: whole[torch.randperm(len(whole), generator=rng)[:n]]


LAWS = {
    "normal, 2 columns": normal(2),
    "normal, 6 columns": normal(6),
    "log-normal, 4 columns": skewed,
    "moons": world("moons"),
    "swiss-roll": world("swiss-roll"),
    "ring8": world("ring8"),
}


def shrunk(y: Tensor, times: float) -> Tensor:
    return y.mean(0) + times * (y - y.mean(0))


def lacking(y: Tensor, share: float) -> Tensor:
    """Without those nearest to one of them, and others twice in their place."""
    kept = y[(y - y[0]).norm(dim=1).argsort()[round(share * len(y)) :]]
    return torch.cat([kept, kept[: len(y) - len(kept)]])


def cloud(y: Tensor, rng: torch.Generator) -> Tensor:
    """A normal law with the mean and covariance of these."""
    root = torch.linalg.cholesky(torch.cov(y.T))
    return y.mean(0) + torch.randn(y.shape, generator=rng, dtype=y.dtype) @ root.T


FAULTS: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "same law": lambda y, _: y,
    ".1 shifted": lambda y, _: y + 0.1,
    ".3 shifted": lambda y, _: y + 0.3,
    ".7 as wide": lambda y, _: shrunk(y, 0.7),
    "half missing": lambda y, _: lacking(y, 0.5),
    "normal": cloud,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=20)
    draws = parser.parse_args().draws
    torch.set_num_threads(1)
    print("| | points | " + " | ".join(FAULTS) + " |\n|" + " --- |" * (2 + len(FAULTS)))
    for name, law in LAWS.items():
        for n, part in SIZES.items():
            cells = []
            for fault in FAULTS.values():
                found = []
                for seed in range(max(2, round(part * draws))):
                    rng = torch.Generator().manual_seed(seed)
                    x, y = law(n, rng), law(n, rng)
                    middle, deviation = x.mean(0), x.std(0)
                    x, y = (x - middle) / deviation, (y - middle) / deviation
                    found.append(difference(Real.of(x), fault(y, rng)))
                lows = [each.low for each in found]
                mean = sum(each.value for each in found) / len(found)
                cells.append(f"{mean:.1f} [{min(lows):.1f}, {max(lows):.1f}]")
            print(f"| {name} | {n:,} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
