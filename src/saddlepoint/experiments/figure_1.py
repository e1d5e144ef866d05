"""Experiment: figure 1 of Goodfellow et al. (2014), live. p_data dotted, p_g solid, D dashed, and z -> x as arrows."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.data.densities import Density
from saddlepoint.data.worlds import world
from saddlepoint.experiments import figures
from saddlepoint.experiments.critics import FourierCritic, logits_of, points
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.game.algorithm import play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Dials, Game, State, Term
from saddlepoint.objectives import non_saturating
from saddlepoint.penalties import r1
from saddlepoint.theory.divergences import total_variation
from saddlepoint.theory.optimal import optimal_discriminator

ROUNDS, BATCH, FRAMES, GRID = 3000, 256, 44, 4001
LOW, HIGH, BINS = -4.0, 4.0, 160
CEILING, STRETCH = 1.4, 3  # what is drawn of p_g, and how much wider than x the line of z is


class Snapshot(NamedTuple):
    """After so many rounds: p_g and D over the bins' centres [BINS], G at GRID values of z, TV(p_data, p_g)."""

    rounds: int
    p_g: np.ndarray
    D: np.ndarray
    best: np.ndarray
    x: np.ndarray
    distance: float


class Record(NamedTuple):
    """The bins' centres, p_data over them, z, and the snapshots in order."""

    centres: np.ndarray
    p_data: np.ndarray
    z: np.ndarray
    snapshots: tuple[Snapshot, ...]


class LineGenerator(nn.Module):
    """G(z): z uniform on [-1, 1] -> the line, [B, 1]; two tanh layers."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return self.layers(z)


def run(options: Options) -> Record:
    """Play the game and look at it at moments that grow ever further apart."""
    p = world(options.world or "two-peaks")
    torch.manual_seed(options.seed)
    G, D = LineGenerator(), FourierCritic(1, 0.7, features=16, widths=(64, 64))
    rounds = options.steps(ROUNDS)
    moments = sorted({0, *(round(rounds ** (i / (FRAMES - 1))) for i in range(FRAMES))})
    edges = torch.linspace(LOW, HIGH, BINS + 1, dtype=torch.float64)
    centres = (edges[1:] + edges[:-1]) / 2
    snapshots = [look(0, G, D, p, edges)]
    for index in course(G, D, p, rounds, options.seed):
        if index + 1 in moments:
            snapshots.append(look(index + 1, G, D, p, edges))
            options.progress(f"{index + 1} rounds, total variation {snapshots[-1].distance:.3f}")
    p_data = p.log_density(centres[:, None]).exp().numpy()
    return Record(centres.numpy(), p_data, uniform_grid()[:, 0].numpy(), tuple(snapshots))


def course(G: nn.Module, D: nn.Module, p: Density, rounds: int, seed: int) -> Iterator[int]:
    """The indices of the rounds of the non-saturating game with a little R1, as they are played."""

    def dials(state: State) -> Dials:
        fall = min(1.0, 2 * (1 - state.index / rounds)) + 0.01
        return Dials(rates={"D": 4e-3 * fall, "G": 5e-4 * fall})

    game = Game(
        G=Player.of(G, torch.optim.Adam(G.parameters(), betas=(0.5, 0.99))),
        D=Player.of(D, torch.optim.Adam(D.parameters(), betas=(0.5, 0.99))),
        prior=lambda n, rng: torch.rand(n, 1, generator=rng) * 2 - 1,
        objective=non_saturating,
        terms=(Term("r1", "D", r1, 0.05),),
    )
    for round_ in play(game, points(p, BATCH, rounds, seed), seed=seed, dials=dials):
        yield round_.index


def uniform_grid() -> Tensor:
    """z, evenly over [-1, 1], [GRID, 1]."""
    return torch.linspace(-1, 1, GRID)[:, None]


@torch.no_grad()
def look(rounds: int, G: nn.Module, D: nn.Module, p: Density, edges: Tensor) -> Snapshot:
    """p_g by change of variables: each interval of z spreads its mass evenly between its ends' images."""
    x = G(uniform_grid())[:, 0].double()
    left, right = torch.minimum(x[1:], x[:-1]), torch.maximum(x[1:], x[:-1]) + 1e-9
    below = ((edges[:, None] - left) / (right - left)).clamp(0, 1).mean(1)
    mass = below.diff()
    p_g = mass / edges.diff()
    centres = ((edges[1:] + edges[:-1]) / 2)[:, None]
    log_p = p.log_density(centres)
    distance = float(total_variation(log_p, p_g.log()).mul(edges.diff()).sum())
    best = optimal_discriminator(log_p, p_g.log())
    return Snapshot(rounds, p_g.numpy(), logits_of(D, centres).sigmoid().numpy(), best.numpy(), x.numpy(), distance)


def moments(record: Record) -> tuple[int, ...]:
    """The four snapshots that are shown: the first, two on the way, the last."""
    last = len(record.snapshots) - 1
    return (0, last // 2, 3 * last // 4, last)


def table(record: Record) -> Table:
    """Total variation and D's distance from 1/2 at four moments."""
    chosen = [record.snapshots[i] for i in moments(record)]
    rows = [
        (str(s.rounds), f"{s.distance:.3f}", f"{(np.abs(s.D - 0.5) * record.p_data).sum() / record.p_data.sum():.3f}")
        for s in chosen
    ]
    return Table(("rounds", "TV(p_data, p_g)", "E_data |D - 1/2|"), tuple(rows))


def draw(record: Record, folder: Path) -> list[Path]:
    """Four moments side by side, as in the paper, and the film."""
    canvas, axes = figures.figure(1, 4, width=2.6, height=3.0)
    for ax, i in zip(axes, moments(record)):
        panel(ax, record, record.snapshots[i])
    figures.legend(axes[0], loc="upper left")
    frames = []
    for snapshot in record.snapshots:
        alone, (ax,) = figures.figure(1, 1, width=4.6, height=4.0)
        panel(ax, record, snapshot)
        figures.legend(ax, loc="upper left")
        frames.append(figures.frame(alone))
    return [figures.save(canvas, folder, "figure-1"), figures.film(frames, folder, "figure-1", 160)]


def panel(ax: figures.Axes, record: Record, snapshot: Snapshot) -> None:
    """The densities and D above; below, the line of z, the line of x and the arrows of G between them.

    z is drawn three times as wide as x, and p_g up to 1.4; where it goes higher, the height is written there.
    """
    ax.plot(record.centres, record.p_data, color=figures.DATA, ls=":", lw=2, label="p_data")
    ax.plot(record.centres, np.minimum(snapshot.p_g, CEILING), color=figures.FAKE, lw=1.4, label="p_g")
    ax.plot(record.centres, snapshot.D, color=figures.CRITIC, ls="--", lw=1.2, label="D")
    ax.plot(record.centres, snapshot.best, color=figures.PALE, ls="-.", lw=0.9, label="D*", zorder=0)
    if snapshot.p_g.max() > CEILING:
        peak = float(record.centres[snapshot.p_g.argmax()])
        ax.text(peak, CEILING + 0.04, f"up to {snapshot.p_g.max():.1f}", fontsize=7, color=figures.FAKE, ha="center")
    x_line, z_line = -0.12, -0.7
    for line, name in ((x_line, "x"), (z_line, f"{STRETCH} z")):
        ax.plot([LOW, HIGH], [line, line], color=figures.INK, lw=0.8)
        ax.text(HIGH + 0.15, line, name, fontsize=8, va="center")
    chosen = np.linspace(0, len(record.z) - 1, 25).round().astype(int)
    for start, end in zip(record.z[chosen] * STRETCH, snapshot.x[chosen]):
        ax.annotate(
            "", (end, x_line), (start, z_line), arrowprops={"arrowstyle": "->", "lw": 0.5, "color": figures.INK}
        )
    ax.set_xlim(LOW, HIGH)
    ax.set_ylim(-0.8, 1.6)
    ax.set_yticks([0, 0.5, 1])
    figures.label(ax, f"{snapshot.rounds} rounds, TV {snapshot.distance:.2f}")
