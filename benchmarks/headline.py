"""What the figure that leads is worth: how often its interval holds, and whether it depends on how many are looked at.

    python benchmarks/headline.py coverage [LAW ...] [--draws 400] [--features 16] [--examples 250]
    python benchmarks/headline.py few [--draws 400]
    python benchmarks/headline.py digits RUN ...

coverage  two laws, of which both samples are drawn anew every time. What an interval has to hold is the mean over all
          draws, which is known to a twentieth of a standard deviation, of 400 draws; a coverage of 95 % to 1 %.
few       how wide intervals are where few examples are real: a coverage, and the mean width, for each number of these.
digits    each run's samples against MNIST's test pictures, 250, 1,000 and 10,000 of either, by the features of digit
          judge a; the candidates for this figure beside each other, and judge b's verdict on 10,000 samples.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from saddlepoint.artefact import folder as artefacts
from saddlepoint.data.digits import digits_test
from saddlepoint.judging.digits import judge_digits
from saddlepoint.judging.extractors.digits import digits
from saddlepoint.judging.extractors.extractor import look
from saddlepoint.statistics.energy import Known, energy_share
from saddlepoint.statistics.gaussian import fit
from saddlepoint.statistics.influence import Reference, frechet_interval, without_bias
from saddlepoint.statistics.intervals import Interval
from saddlepoint.statistics.kernel import kernel_distance, polynomial

Law = Callable[[int, torch.Generator], Tensor]
SIZES = (250, 1_000, 10_000)


def normal(scale: Tensor, shift: float = 0.0, width: float = 1.0) -> Law:
    """Deviations that fall from 1 to .05, as those of features do."""

    def draw(n: int, rng: torch.Generator) -> Tensor:
        return (torch.randn(n, len(scale), dtype=torch.float64, generator=rng) * width + shift) * scale

    return draw


def classes(scale: Tensor, many: int, width: float = 1.0) -> Law:
    """The first of ten clouds, whose middles are twice as far apart as each is wide."""
    middles = 2 * torch.randn(10, len(scale), dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * scale

    def draw(n: int, rng: torch.Generator) -> Tensor:
        return middles[torch.randint(many, (n,), generator=rng)] + normal(scale, 0.0, width)(n, rng)

    return draw


def laws(features: int) -> dict[str, tuple[Law, Law]]:
    scale = torch.linspace(1, 0.05, features, dtype=torch.float64)
    return {
        "same": (normal(scale), normal(scale)),
        "near": (normal(scale), normal(scale, 0.2, 0.9)),
        "far": (normal(scale), normal(scale, 1.0, 0.5)),
        "classes": (classes(scale, 10), classes(scale, 10)),
        "missing": (classes(scale, 10), classes(scale, 7, 0.8)),
    }


def held(pair: tuple[Law, Law], sizes: tuple[int, int], draws: int) -> tuple[float, float, float, float]:
    """(mean, standard deviation, % of the intervals that hold the mean, mean half-width) of the figure."""
    found = []
    for seed in range(draws):
        rng = torch.Generator().manual_seed(seed)
        x, y = (law(n, rng) for law, n in zip(pair, sizes))
        found.append(energy_share(Known.of(x), y))
    value, low, high = torch.tensor(found, dtype=torch.float64).T
    mean = value.mean()
    holds = 100 * ((low <= mean) & (mean <= high)).double().mean()
    return float(mean), float(value.std()), float(holds), float((high - low).mean() / 2)


def coverage(draws: int, features: int, examples: int, names: Sequence[str]) -> None:
    for name, pair in laws(features).items():
        if not names or name in names:
            mean, deviation, holds, half = held(pair, (examples, examples), draws)
            print(f"{features:4} {examples:6} {name:8}{mean:8.2f}{deviation:7.2f}{holds:7.1f}{half:7.2f}", flush=True)


def few(draws: int) -> None:
    for features in (16, 64):
        for n in (50, 100, 200):
            for name in ("near", "missing"):
                mean, deviation, holds, half = held(laws(features)[name], (n, 1_000), draws)
                print(f"{features:4} {n:5} {name:8}{mean:8.2f}{deviation:7.2f}{holds:7.1f}{half:7.2f}", flush=True)


def kernel_share(x: Tensor, y: Tensor) -> Interval:
    """The unbiased cubic MMD^2, in percent of that of the mean example alone."""
    x, n = x.double(), len(x)
    mean = x.mean(0, keepdim=True)
    all_ = sum(float(polynomial(part, x).sum()) for part in x.split(2_000))
    within = (all_ - float((x.square().sum(1) / x.shape[1] + 1).pow(3).sum())) / (n * (n - 1))
    return kernel_distance(x, y).scaled(
        100 / (float(polynomial(mean, mean)) - 2 * float(polynomial(x, mean).mean()) + within)
    )


def frechet_share(x: Tensor, y: Tensor) -> Interval:
    """The Frechet distance, extrapolated to infinitely many samples where they allow it, in percent of the same."""
    known = Reference.of(fit(x), x)
    whole = frechet_interval(y, known)
    limit = without_bias(y, known, whole) if len(y) // 2 > y.shape[1] else whole
    return limit.scaled(100 / float(known.moments.covariance.trace()))


CANDIDATES = {
    "energy": lambda x, y: energy_share(Known.of(x), y),
    "kernel": kernel_share,
    "frechet": frechet_share,
}


def on_digits(runs: Sequence[Path]) -> None:
    pictures = digits_test().x
    eyes = digits("a")
    real = look(eyes, pictures[torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))]).features
    for run in runs:
        model = artefacts.load(run)
        drawn = model.sample(max(SIZES), 0)
        x, labels = drawn.x, drawn.labels
        judged = {name: measure.value for name, measure in judge_digits(x, labels, "b", 0).items()}
        print(run.name, ", ".join(f"{name} {value:.4g}" for name, value in judged.items()), flush=True)
        fake = look(eyes, x).features
        order = torch.randperm(len(fake), generator=torch.Generator().manual_seed(1))
        for n in SIZES:
            found = {name: of(real[:n], fake[order[:n]]) for name, of in CANDIDATES.items()}
            print(
                f"  {n:6}", "  ".join("{} {:.2f} [{:.2f}, {:.2f}]".format(k, *v) for k, v in found.items()), flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["coverage", "few", "digits"])
    parser.add_argument("names", nargs="*", help="laws, or runs")
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--features", type=int, default=16)
    parser.add_argument("--examples", type=int, default=250)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.what == "coverage":
        coverage(options.draws, options.features, options.examples, options.names)
    elif options.what == "few":
        few(options.draws)
    else:
        on_digits([Path(name) for name in options.names])


if __name__ == "__main__":
    main()
