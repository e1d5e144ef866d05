"""Experiment: the JSD estimated from samples by training D, against the truth; what capacity and fresh samples do.

(V(D, G) + log 4) / 2 <= JSD for every D: on samples D never saw, an estimate errs, but for their chance, downwards.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from saddlepoint.data.densities import Density, Mixture
from saddlepoint.data.worlds import two_peaks
from saddlepoint.experiments import figures
from saddlepoint.experiments.critics import train_critic
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.randomness import Randomness
from saddlepoint.records import Answer, Batch
from saddlepoint.theory.divergences import divergence_from_value, jsd
from saddlepoint.theory.quadrature import integrate

SEPARATIONS, DIMENSIONS, SEEDS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0), (1, 10), 20
WIDTHS, WIDTH = (1, 2, 4, 8, 32), 32
STEPS, BATCH, PIECE, PIECES, FEW = 600, 192, 8000, 4, 50


class Bank(nn.Module):
    """S critics side by side, one a site: x [B, S, D] -> logits [B, S], each two ReLU layers of its own weights.

    The game averages over sites, so that each critic's gradient is its own, divided by S; Adam does not mind.
    """

    def __init__(self, count: int, dimension: int, width: int) -> None:
        super().__init__()
        sizes = (dimension, width, width, 1)
        self.weights = nn.ParameterList(
            nn.Parameter((torch.rand(count, a, b) * 2 - 1) / math.sqrt(a)) for a, b in zip(sizes, sizes[1:])
        )
        self.biases = nn.ParameterList(
            nn.Parameter((torch.rand(count, 1, b) * 2 - 1) / math.sqrt(a)) for a, b in zip(sizes, sizes[1:])
        )

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        h = x.transpose(0, 1)
        for W, b in zip(self.weights[:-1], self.biases[:-1]):
            h = torch.baddbmm(b, h, W).relu()
        return Answer(torch.baddbmm(self.biases[-1], h, self.weights[-1])[..., 0].T)


class Estimates(NamedTuple):
    """Estimates of a JSD: truth [M], estimate and its standard error [M, seeds], on samples D never saw."""

    truth: np.ndarray
    estimate: np.ndarray
    error: np.ndarray


class Record(NamedTuple):
    """By dimension, the estimates over SEPARATIONS; by width, those over steps of one hard pair; and the in-sample
    estimate with few samples: its truth, the steps, and the means in-sample and on fresh samples.
    """

    separate: dict[int, Estimates]
    widths: dict[int, Estimates]
    steps: np.ndarray
    in_sample: np.ndarray
    fresh: np.ndarray
    few_truth: float


def run(options: Options) -> Record:
    """All three parts; every bank holds 20 seeds."""
    separate = {}
    for dimension in DIMENSIONS:
        options.progress(f"140 critics in {dimension} dimensions")
        separate[dimension] = separated(dimension, options)
    widths = {}
    for width in WIDTHS:
        options.progress(f"20 critics of width {width}")
        widths[width] = narrow(width, options)
    options.progress("20 critics on 50 samples each")
    return Record(separate, widths, *memorised(options))


def normal_pair(shifts: Tensor, dimension: int) -> tuple:
    """Samplers (n, rng) -> [n, S, D] of N(0, I) and of N(shift_s e_1, I)."""
    offset = torch.zeros(len(shifts), dimension)
    offset[:, 0] = shifts

    def real(n: int, rng: torch.Generator) -> Tensor:
        return torch.randn(n, len(shifts), dimension, generator=rng)

    return real, lambda n, rng: real(n, rng) + offset


def separated(dimension: int, options: Options) -> Estimates:
    """20 seeds for each separation, trained at once on fresh samples and judged on others."""
    shifts = torch.tensor(SEPARATIONS).repeat_interleave(SEEDS)
    real, fake = normal_pair(shifts, dimension)
    torch.manual_seed(options.seed)
    D = Bank(len(shifts), dimension, WIDTH)
    rounds = options.steps(STEPS)
    for _ in train_critic(
        D, fresh_batches(real, rounds, options.seed), fake, rounds=rounds, rate=1e-2, seed=options.seed
    ):
        pass
    estimate, error = judged(D, real, fake, options.seed)
    truth = np.array([exact_jsd(normal(0.0), normal(s)) for s in SEPARATIONS])
    return Estimates(truth, estimate.reshape(-1, SEEDS), error.reshape(-1, SEEDS))


def narrow(width: int, options: Options) -> Estimates:
    """Two peaks against one Gaussian of the same mean and variance: the best logit rises and falls twice."""
    p = two_peaks()
    mean = float(p.weights @ p.means[:, 0])
    second = float(p.weights @ (p.means[:, 0].square() + p.roots[:, 0, 0].square()))
    q = normal(mean, math.sqrt(second - mean**2))

    def sampler(density: Density):
        return lambda n, rng: density.sample(n * SEEDS, rng).float().view(n, SEEDS, 1)

    torch.manual_seed(options.seed)
    D = Bank(SEEDS, 1, width)
    rounds = options.steps(2 * STEPS)
    moments, estimates, errors = milestones(rounds), [], []
    batches = fresh_batches(sampler(p), rounds, options.seed)
    for round_ in train_critic(D, batches, sampler(q), rounds=rounds, rate=1e-2, seed=options.seed):
        if round_.index + 1 in moments:
            estimate, error = judged(D, sampler(p), sampler(q), options.seed)
            estimates.append(estimate)
            errors.append(error)
    return Estimates(np.full(len(moments), exact_jsd(p, q)), np.stack(estimates), np.stack(errors))


def memorised(options: Options) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """50 samples a side in 10 dimensions, separation 1: what D says of them, and of others, as it learns them."""
    real, fake = normal_pair(torch.ones(SEEDS), 10)
    rng = Randomness(options.seed).stream("few")
    x, y = real(FEW, rng), fake(FEW, rng)
    others = real(PIECE, rng), fake(PIECE, rng)
    torch.manual_seed(options.seed)
    D = Bank(SEEDS, 10, WIDTH)
    rounds = options.steps(STEPS)
    moments, inside, outside = milestones(rounds), [], []
    for round_ in train_critic(D, iter([Batch(x)] * rounds), lambda n, rng: y[:n], rounds=rounds, rate=1e-2):
        if round_.index + 1 in moments:
            inside.append(float(estimates_of(*gains_of(D, x, y))[0].mean()))
            outside.append(float(estimates_of(*gains_of(D, *others))[0].mean()))
    return np.array(moments), np.array(inside), np.array(outside), exact_jsd(normal(0.0), normal(1.0))


def milestones(rounds: int) -> list[int]:
    """Some 12 moments, ever further apart, the last of which is the end."""
    return sorted({round(rounds ** (i / 11)) for i in range(12)})


def fresh_batches(real, rounds: int, seed: int) -> Iterator[Batch]:
    """Batches of samples that are never used twice."""
    rng = Randomness(seed).stream("data")
    return (Batch(real(BATCH, rng)) for _ in range(rounds))


def judged(D: nn.Module, real, fake, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The estimates [S] and their standard errors [S] on 32,000 samples a side that no training saw.

    Fewer would not do: far apart, D errs on one sample in a thousand, and the standard error is known no better than
    these are counted.
    """
    rng = Randomness(seed).stream("judge")
    gains = [gains_of(D, real(PIECE, rng), fake(PIECE, rng)) for _ in range(PIECES)]
    return estimates_of(*[torch.cat(side) for side in zip(*gains)])


@torch.no_grad()
def gains_of(D: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """log D(x) and log(1 - D(y)), each [N, S] float64."""
    return logsigmoid(D(x).logits.double()), logsigmoid(-D(y).logits.double())


def estimates_of(real: Tensor, fake: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """(mean log D(x) + mean log(1 - D(y)) + log 4) / 2, and its standard error: both [S]."""
    estimate = divergence_from_value(real.mean(0) + fake.mean(0))
    error = (real.var(0) / len(real) + fake.var(0) / len(fake)).sqrt() / 2
    return estimate.numpy(), error.numpy()


def normal(mean: float, sd: float = 1.0) -> Mixture:
    """N(mean, sd^2) on the line."""
    return Mixture(
        torch.ones(1), torch.full((1, 1), mean, dtype=torch.float64), torch.full((1,), sd, dtype=torch.float64)
    )


def exact_jsd(p: Mixture, q: Mixture) -> float:
    """JSD(p || q) on the line, to 1e-10; that of round Gaussians in any dimension is that of the axis between them."""
    return float(integrate(lambda x: jsd(p.log_density(x), q.log_density(x)), p.box.union(q.box)).value)


def table(record: Record) -> Table:
    """For each separation and dimension: the truth, the mean estimate, the gap, and the worst excess in errors."""
    rows = []
    for dimension, found in record.separate.items():
        for separation, truth, estimate, error in zip(SEPARATIONS, *found):
            excess = ((estimate - truth) / error).max()
            mean = (estimate.mean() - truth) / (error.mean() / math.sqrt(SEEDS))
            numbers = [f"{v:.4f}" for v in (truth, estimate.mean(), truth - estimate.mean())]
            rows.append((str(dimension), f"{separation:g}", *numbers, f"{excess:+.1f}", f"{mean:+.1f}"))
    head = ("dimensions", "separation", "JSD", "mean estimate", "gap", "highest of 20 (errors)", "mean (errors)")
    return Table(head, tuple(rows))


def draw(record: Record, folder: Path) -> list[Path]:
    """Three panels: the estimates against the truth; widths over steps, a line a seed; in-sample against fresh."""
    canvas, axes = figures.figure(1, 3)
    for (dimension, found), colour, marker in zip(record.separate.items(), (figures.DATA, figures.FAKE), "ox"):
        x = np.repeat(SEPARATIONS, SEEDS) + (-0.12 if dimension == 1 else 0.12)
        axes[0].plot(
            x, found.estimate.ravel(), marker, ms=3, color=colour, label=f"D, {dimension}-D, 20 seeds", alpha=0.6
        )
    axes[0].plot(SEPARATIONS, record.separate[1].truth, color=figures.INK, lw=1, label="JSD, by quadrature")
    figures.label(axes[0], "Estimated on samples D never saw", "separation of two Gaussians", "nats")
    for (width, found), colour, style in zip(record.widths.items(), figures.SERIES, figures.STYLES):
        steps = milestones_drawn(found)
        axes[1].plot(steps, found.estimate, color=colour, lw=0.5, alpha=0.35)
        axes[1].plot(steps, found.estimate.mean(1), color=colour, ls=style, lw=1.6, label=f"width {width}")
    axes[1].axhline(found.truth[0], color=figures.INK, lw=1, label="JSD")
    axes[1].set_xscale("log")
    axes[1].set_ylim(-0.02, found.truth[0] * 1.5)
    figures.label(axes[1], "Capacity and local optima bound it below", "steps of D")
    axes[2].plot(record.steps, record.in_sample, color=figures.FAKE, ls="--", label="on its 50 training samples")
    axes[2].plot(record.steps, record.fresh, color=figures.DATA, label="on fresh samples")
    axes[2].axhline(record.few_truth, color=figures.INK, lw=1, label="JSD")
    axes[2].axhline(math.log(2), color=figures.PALE, lw=1, ls=":", label="log 2")
    axes[2].set_xscale("log")
    axes[2].set_ylim(-1.0, 1.6)
    figures.label(axes[2], "In-sample, the bound breaks", "steps of D")
    figures.legend(axes[0], loc="lower right")
    figures.legend(axes[1], loc="upper left", ncols=2)
    figures.legend(axes[2], loc="upper left")
    return [figures.save(canvas, folder, "value")]


def milestones_drawn(found: Estimates) -> list[int]:
    """The steps at which the widths were judged."""
    return milestones(2 * STEPS)[: len(found.truth)]
