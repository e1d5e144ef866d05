"""Experiment: how far G may move against a fixed D, and how well D must be trained, before the JSD rises.

Everything is Gaussian: p_data = N(0, 1), G(z) = a + b z, and D's logit is a quadratic, which contains D* for every G.
Batches are the quantiles of their distributions instead of samples, so that nothing here is left to chance.
"""

import copy
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.experiments import figures
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.game.algorithm import algorithm_1, play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Game
from saddlepoint.game.schedules import critic_only, generator_only
from saddlepoint.objectives import minimax
from saddlepoint.records import Answer, Batch
from saddlepoint.theory.quadrature import Box, rule

F64 = torch.float64
START = (2.0, 0.6)  # G0: mean and standard deviation
DEPTHS = {"k = 1": 1, "k = 5": 5, "k = 20": 20, "converged": 3000}
SLOWEST, FASTEST, RATES = -2, 0.7, 28  # powers of ten, and how many step sizes between them
STEPS, ROUNDS, QUANTILES = 50, 100, 256
ROUNDING = 1e-16  # what quadrature leaves of a JSD of 0; nothing smaller is drawn


class Affine(nn.Module):
    """G(z) = a + b z, [B, 1]."""

    def __init__(self, a: float, b: float) -> None:
        super().__init__()
        self.a, self.b = nn.Parameter(torch.tensor(a, dtype=F64)), nn.Parameter(torch.tensor(b, dtype=F64))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return self.a + self.b * z


class Quadratic(nn.Module):
    """logit D(x) = w_0 + w_1 x + w_2 x^2; D is 1/2 everywhere to begin with."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(3, dtype=F64))

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        return Answer((torch.cat([torch.ones_like(x), x, x.square()], 1) * self.w).sum(1))


class Record(NamedTuple):
    """JSD(G0); by D's training, JSD(G_n) - JSD(G0) [rates, n]; and by k, JSD over the rounds of Algorithm 1."""

    start: float
    rates: np.ndarray
    change: dict[str, np.ndarray]
    alternating: dict[str, np.ndarray]


def run(options: Options) -> Record:
    """Four discriminators of G0; for each, 28 step sizes of up to 50 steps; then Algorithm 1 with k = 1, 5, 20, 100."""
    start = float(jsd_of(torch.tensor([START], dtype=F64)))
    rates = torch.logspace(SLOWEST, FASTEST, max(2, options.steps(RATES)), dtype=F64)
    change, alternating = {}, {}
    for name, depth in DEPTHS.items():
        options.progress(f"G moves against D, {name}")
        D = trained(depth)
        change[name] = np.stack([moved(D, float(rate)) - start for rate in rates])
        alternating[name] = alternated(min(depth, 100), options.steps(ROUNDS))
    return Record(start, rates.numpy(), change, alternating)


@cache
def quantiles() -> Tensor:
    """The midpoint quantiles of N(0, 1), [256, 1]: a batch that is its own expectation."""
    levels = (torch.arange(QUANTILES, dtype=F64) + 0.5) / QUANTILES
    return torch.special.ndtri(levels)[:, None]


def game_of(G: Affine, D: Quadratic, rate: float, k: int = 1) -> Game:
    """The minimax game: plain gradient steps for G, Adam for D."""
    return Game(
        G=Player.of(G, torch.optim.SGD(G.parameters(), rate)),
        D=Player.of(D, torch.optim.Adam(D.parameters(), 0.05)),
        prior=lambda n, rng: quantiles(),
        objective=minimax,
        k=k,
    )


def batches(count: int) -> Iterator[Batch]:
    """The same batch of quantiles, `count` times."""
    return iter([Batch(quantiles())] * count)


@cache
def trained(depth: int) -> Quadratic:
    """D after `depth` steps against G0: always the same, and nobody moves it any further."""
    D = Quadratic()
    for _ in play(game_of(Affine(*START), D, 0.0), batches(depth), schedule=critic_only):
        pass
    return D


def moved(D: Quadratic, rate: float) -> np.ndarray:
    """JSD(G_n), n = 1..50, as G0 descends V against the D given."""
    G, course = Affine(*START), []
    for _ in play(game_of(G, copy.deepcopy(D), rate), batches(STEPS), schedule=generator_only):
        course.append((G.a.item(), G.b.item()))
    return jsd_of(torch.tensor(course, dtype=F64)).numpy()


def alternated(k: int, rounds: int = ROUNDS) -> np.ndarray:
    """JSD(G) over the rounds of Algorithm 1 from G0, with G's rate 0.5."""
    G, course = Affine(*START), [START]
    for _ in play(game_of(G, Quadratic(), 0.5, k), batches(rounds * k), schedule=algorithm_1):
        course.append((G.a.item(), G.b.item()))
    return jsd_of(torch.tensor(course, dtype=F64)).numpy()


def jsd_of(courses: Tensor) -> Tensor:
    """JSD(N(0, 1) || N(a, b^2)) for each row (a, b), [M]: either half is an integral over the half's own z."""
    nodes, weights = rule(Box((-9.0,), (9.0,), 0.01))
    z, mass = nodes[:, 0], weights * (-nodes[:, 0].square() / 2).exp() / math.sqrt(2 * math.pi)
    a, b = courses[:, :1], courses[:, 1:].abs().clamp_min(0.01)

    def half(x: Tensor, own: Tensor, other: Tensor) -> Tensor:
        return ((own - torch.logaddexp(own, other) + math.log(2)) * mass).sum(1) / 2

    def log_q(x: Tensor) -> Tensor:
        return -((x - a) / b).square() / 2 - b.log()

    x, y = z.expand(len(a), -1), a + b * z
    return half(x, -x.square() / 2, log_q(x)) + half(y, log_q(y), -y.square() / 2)


def table(record: Record) -> Table:
    """For four step sizes: after how many generator steps the JSD is above where it began."""
    rows = []
    for name, change in record.change.items():
        for target in (0.1, 0.5, 2.0, 5.0):
            i = int(np.abs(record.rates - target).argmin())
            risen = np.flatnonzero(change[i] > 0)
            flips = str(risen[0] + 1) if len(risen) else "never"
            rows.append((name, f"{record.rates[i]:.2f}", f"{change[i].min():+.4f}", flips))
    return Table(("D", "G's step size", "best change of JSD", "JSD above its start from step"), tuple(rows))


def draw(record: Record, folder: Path) -> list[Path]:
    """A map of the change for each D, its zero line drawn, and Algorithm 1 over rounds."""
    canvas, axes = figures.five()
    bound = 0.5
    for ax, (name, change) in zip(axes, record.change.items()):
        n, rates = np.arange(1, STEPS + 1), record.rates
        image = ax.pcolormesh(n, rates, change, cmap=figures.DIVERGING, vmin=-bound, vmax=bound, shading="nearest")
        if (change > 0).any() and (change < 0).any():
            ax.contourf(n, rates, change, levels=[0, math.inf], colors="none", hatches=["////"])  # for a print in grey
            ax.contour(n, rates, change, levels=[0], colors=figures.INK, linewidths=1.2)
        ax.set_xscale("log")
        ax.set_yscale("log")
        figures.label(ax, f"D: {name}", "steps of G", "step size" if ax in (axes[0], axes[3]) else "")
    figures.scale(canvas, image, axes[:4], "change of the JSD; hatched: up")
    for (name, course), colour, style in zip(record.alternating.items(), figures.SERIES, figures.STYLES):
        label = "k = 100" if name == "converged" else name
        axes[4].semilogy(np.maximum(course, ROUNDING), color=colour, ls=style, label=label)
    axes[4].set_ylim(ROUNDING / 5, 5)
    note, where = f"{ROUNDING:.0e}: rounding", axes[4].get_yaxis_transform()
    axes[4].text(0.76, 2 * ROUNDING, note, fontsize=7, color=figures.INK, transform=where)
    figures.label(axes[4], "Algorithm 1, step size 0.5", "round", "JSD")
    figures.legend(axes[4], loc="lower left")
    return [figures.save(canvas, folder, "alternation")]
