"""What the figure that leads for points sees: how often its interval holds, and how often mild faults are beyond it.

    python benchmarks/thin.py [LAW ...] [--n 250] [--draws 40] [--same 200]

Laws are two-dimensional worlds, a thin heart, and mixtures of Gaussians fitted to iris (4 columns) and wine (13), all
at deviations of 1. Of each fault, n points of either side, drawn anew: the mean and deviation of the density distance
and of the energy distance in %, the share of intervals that hold the mean (of the same law: 0), and of those that lie
above 0.

blur       noise of .05 or .15 deviations          shift, shrink   by .1 deviations; to .93 of the size
missing    the tenth nearest to one point is left out      shapeless   normal, of the same mean and covariance
"""

import argparse
import math
from collections.abc import Callable

import torch
from sklearn.datasets import load_iris, load_wine
from torch import Tensor

from saddlepoint.data.worlds import world
from saddlepoint.judging.mixture import fitted
from saddlepoint.statistics.energy import Known, energy_share
from saddlepoint.statistics.intervals import Interval
from saddlepoint.statistics.overlap import Real, difference

Law = Callable[[int, torch.Generator], Tensor]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(n: int, d: int, rng: torch.Generator) -> Tensor:
    return torch.randn(n, d, generator=rng, dtype=torch.float64)


def heart(n: int, rng: torch.Generator) -> Tensor:
    """A heart-shaped curve, drawn by a line a fortieth as wide as it is."""
    t = 2 * math.pi * torch.rand(n, generator=rng, dtype=torch.float64)
    y = 13 * t.cos() - 5 * (2 * t).cos() - 2 * (3 * t).cos() - (4 * t).cos()
    return torch.stack([16 * t.sin() ** 3, y], 1) / 11 + 0.03 * normal(n, 2, rng)


def of_world(name: str) -> Law:
    law = world(name)
    many = law.sample(20_000, seeded(9)).double()
    mean, sd = many.mean(0), many.std(0)
    return lambda n, rng: (law.sample(n, rng).double() - mean) / sd


def of_table(x: Tensor) -> Law:
    mixture = fitted((x - x.mean(0)) / x.std(0), seeded(0))
    return lambda n, rng: mixture.sample(n, rng).double()


LAWS: dict[str, Callable[[], Law]] = {
    "heart": lambda: heart,
    "moons": lambda: of_world("moons"),
    "swiss-roll": lambda: of_world("swiss-roll"),
    "ring8": lambda: of_world("ring8"),
    "grid25": lambda: of_world("grid25"),
    "iris": lambda: of_table(torch.tensor(load_iris().data)),  # pyright: ignore[reportAttributeAccessIssue]
    "wine": lambda: of_table(torch.tensor(load_wine().data)),  # pyright: ignore[reportAttributeAccessIssue]
}


def faults(law: Law) -> dict[str, Law]:
    d = law(1, seeded(0)).shape[1]
    many = law(5_000, seeded(6))
    root, middle = torch.linalg.cholesky(many.T.cov()).T, many[0]
    near = (many - middle).norm(dim=1).quantile(0.1)

    def missing(n: int, rng: torch.Generator) -> Tensor:
        y = law(2 * n, rng)
        return y[(y - middle).norm(dim=1) > near][:n]

    return {
        "same": law,
        "blur .05": lambda n, rng: law(n, rng) + 0.05 * normal(n, d, rng),
        "blur .15": lambda n, rng: law(n, rng) + 0.15 * normal(n, d, rng),
        "shift": lambda n, rng: law(n, rng) + 0.1,
        "shrink": lambda n, rng: 0.93 * law(n, rng),
        "missing": missing,
        "shapeless": lambda n, rng: many.mean(0) + normal(n, d, rng) @ root,
    }


MEASURES: dict[str, Callable[[Tensor, Tensor], Interval]] = {
    "density": lambda x, y: difference(Real.of(x), y),
    "energy": lambda x, y: energy_share(Known.of(x), y),
}


def line(found: list[Interval], same: bool) -> str:
    value, low, high = torch.tensor(found, dtype=torch.float64).T
    wanted = 0.0 if same else float(value.mean())
    held, seen = ((low <= wanted) & (wanted <= high)).double().mean(), (low > 0).double().mean()
    return f"{value.mean():6.2f} +-{value.std():5.2f}  holds {100 * held:5.1f}  seen {100 * seen:5.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("laws", nargs="*", help=", ".join(LAWS))
    parser.add_argument("--n", type=int, default=250)
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--same", type=int, default=200, help="draws of the same law")
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name in given.laws or LAWS:
        law = LAWS[name]()
        for fault, wrong in faults(law).items():
            found: dict[str, list[Interval]] = {measure: [] for measure in MEASURES}
            for seed in range(given.same if fault == "same" else given.draws):
                rng = seeded(seed)
                x, y = law(given.n, rng), wrong(given.n, rng)
                for measure, of in MEASURES.items():
                    found[measure].append(of(x, y))
            told = "   ".join(f"{measure} {line(each, fault == 'same')}" for measure, each in found.items())
            print(f"{given.n:5} {name:10} {fault:10} {told}", flush=True)


if __name__ == "__main__":
    main()
