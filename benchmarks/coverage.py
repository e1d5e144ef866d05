"""How often does an interval hold what it is of: the mean of the statistic over draws of as many of both samples?

    python benchmarks/coverage.py [--draws 500] [--to FILE] [PAIR ...]

Each pair is two laws of which both samples are drawn anew every time. The mean is that over all the draws; of 500 it is
known to a twentieth of the statistic's standard deviation, and a coverage of 95 % to 1 %. A line: pair, statistic,
mean, standard deviation, coverage in percent, half-widths over 1.96 standard deviations. A dash: the deviation is below
.001.
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.statistics.gaussian import fit
from saddlepoint.statistics.influence import Reference, frechet_interval
from saddlepoint.statistics.intervals import Interval
from saddlepoint.statistics.kernel import kernel_distance
from saddlepoint.statistics.manifold import manifold
from saddlepoint.statistics.sliced import directions, sliced_wasserstein

Law = Callable[[int, torch.Generator], Tensor]


class Pair(NamedTuple):
    """n real and m generated examples, and what they are drawn from."""

    n: int
    m: int
    real: Law
    fake: Law


def normal(features: int, shift: float = 0.0, width: float = 1.0) -> Law:
    return lambda n, rng: torch.randn(n, features, dtype=torch.float64, generator=rng) * width + shift


def student(freedom: int, width: float = 1.0) -> Law:
    """Four features that are Student's, with one divisor for all four."""

    def draw(n: int, rng: torch.Generator) -> Tensor:
        squares = torch.randn(n, freedom, dtype=torch.float64, generator=rng).square().mean(1, keepdim=True)
        return width * normal(4)(n, rng) / squares.sqrt()

    return draw


def ring(modes: int) -> Law:
    """The first of eight clouds on a ring of radius 4."""

    def draw(n: int, rng: torch.Generator) -> Tensor:
        angles = torch.randint(modes, (n,), generator=rng).double() * math.pi / 4
        return 4 * torch.stack([angles.cos(), angles.sin()], 1) + normal(2, width=0.3)(n, rng)

    return draw


def counts(mean: float) -> Law:
    return lambda n, rng: torch.poisson(torch.full((n, 2), mean, dtype=torch.float64), generator=rng)


PAIRS = {
    "same": Pair(200, 200, normal(4), normal(4)),
    "shifted": Pair(200, 200, normal(4), normal(4, 0.5)),
    "collapsed": Pair(200, 200, ring(8), ring(2)),
    "far": Pair(200, 200, normal(4), normal(4, 2.0, 0.7)),
    "heavy tails": Pair(200, 200, student(5), student(5, 1.3)),
    "ties": Pair(200, 200, counts(2.0), counts(2.5)),
    "few": Pair(50, 50, normal(2), normal(2, width=1.2)),
    "wide": Pair(200, 200, normal(64), normal(64, width=1.1)),
    "unequal": Pair(100, 400, normal(4), normal(4, width=1.2)),
}


def measured(pair: Pair, seed: int, w: Tensor) -> dict[str, Interval]:
    """Every statistic of one draw of both samples."""
    rng = torch.Generator().manual_seed(seed)
    x, y = pair.real(pair.n, rng), pair.fake(pair.m, rng)
    found = {
        "frechet": frechet_interval(y, Reference.of(fit(x), x)),
        "kernel": kernel_distance(x, y),
        "sliced": sliced_wasserstein(x, y, w),
    }
    return found | manifold(x, y)._asdict()


def coverage(pair: Pair, draws: int) -> dict[str, tuple[float, float, float, float]]:
    """Of each statistic: (mean, standard deviation, share of intervals that hold the mean, root mean square of the
    half-widths over 1.96 standard deviations).
    """
    w = directions(pair.real(1, torch.Generator()).shape[1], 64, torch.Generator().manual_seed(0))
    every = [measured(pair, seed, w) for seed in range(draws)]
    found = {}
    for name in every[0]:
        values, low, high = torch.tensor([each[name] for each in every], dtype=torch.float64).T
        mean, deviation = values.mean(), values.std()
        width = ((high - low) / 2).square().mean().sqrt() / (1.96 * deviation)
        held = ((low <= mean) & (mean <= high)).double().mean()
        found[name] = (float(mean), float(deviation), float(held), float(width))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", choices=[[], *PAIRS], help="all where none is named")
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--to", type=Path, help="append each pair's figures to this file as well")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.pairs or PAIRS:
        lines = []
        for statistic, (mean, deviation, held, width) in coverage(PAIRS[name], options.draws).items():
            percent = f"{100 * held:.1f}" if deviation > 1e-3 else "-"
            lines.append(f"{name:12}{statistic:11}{mean:10.4g}{deviation:10.2g}{percent:>8}{width:8.2f}")
        print("\n".join(lines), flush=True)
        if options.to:
            with options.to.open("a", encoding="utf-8") as file:
                file.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
