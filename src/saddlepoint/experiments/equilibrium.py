"""Experiment: at p_g = p_data and D = 1/2 neither player gains alone; it is a saddle; a trained D says 1/2."""

from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softmax

from saddlepoint.data.densities import Mixture
from saddlepoint.data.worlds import world
from saddlepoint.experiments import figures
from saddlepoint.experiments.critics import FourierCritic, logits_of, points, prior_of, train_critic
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.randomness import Randomness
from saddlepoint.theory.equilibrium import EQUILIBRIUM_VALUE, value, value_of_logits

SUPPORT, DEVIATIONS, ROUNDS, BATCH = 12, 1000, 3000, 1024


class Record(NamedTuple):
    """What was found.

    sizes        of the deviations, in logits [1000]
    critic       V after D's deviations, minus -log 4 [1000]; generator: after G's
    eigenvalues  of V's Hessian at the equilibrium, in both players' logits [2 * 12], ascending
    surface      V over (logit of D, logit of G) of a two-point game, over `axis` twice
    error        mean |D - 1/2| and the greatest, of a D trained on two samples of one world
    """

    sizes: np.ndarray
    critic: np.ndarray
    generator: np.ndarray
    eigenvalues: np.ndarray
    axis: np.ndarray
    surface: np.ndarray
    world: str
    error: tuple[float, float]


def run(options: Options) -> Record:
    """Exactly, on a random distribution on 12 points; then by training."""
    rng = Randomness(options.seed).stream("deviations")
    p = softmax(torch.randn(SUPPORT, generator=rng, dtype=torch.float64), 0)
    sizes = torch.logspace(-2, 1, DEVIATIONS, dtype=torch.float64)
    directions = torch.randn(2, DEVIATIONS, SUPPORT, generator=rng, dtype=torch.float64)
    D_moves, G_moves = directions / directions.norm(dim=-1, keepdim=True) * sizes[:, None]
    still = torch.zeros(SUPPORT, dtype=torch.float64)
    critic = torch.stack([value(p, p, move) for move in D_moves]) - EQUILIBRIUM_VALUE
    generator = torch.stack([value_of_logits(p, still, p.log() + move) for move in G_moves]) - EQUILIBRIUM_VALUE
    point = torch.cat([still, p.log()])
    hessian = torch.autograd.functional.hessian(lambda v: value_of_logits(p, v[:SUPPORT], v[SUPPORT:]), point)
    eigenvalues = torch.linalg.eigvalsh(torch.as_tensor(hessian))
    axis = torch.linspace(-2, 2, 81, dtype=torch.float64)
    name = options.world or "ring8-wide"
    return Record(
        sizes=sizes.numpy(),
        critic=critic.numpy(),
        generator=generator.numpy(),
        eigenvalues=eigenvalues.numpy(),
        axis=axis.numpy(),
        surface=two_point_surface(axis).numpy(),
        world=name,
        error=trained_half(name, options),
    )


def two_point_surface(axis: torch.Tensor) -> torch.Tensor:
    """V [G, D] where p_data = (1/2, 1/2), D's logits are (d, -d) and p_g's are (g, -g) / 2."""
    half = torch.full((2,), 0.5, dtype=torch.float64)
    signs = torch.tensor([1.0, -1.0], dtype=torch.float64)
    return torch.stack([torch.stack([value_of_logits(half, d * signs, g * signs / 2) for d in axis]) for g in axis])


def trained_half(name: str, options: Options) -> tuple[float, float]:
    """Train D to tell a world from itself, from where it takes everything for real, D = .88; mean and greatest
    |D - 1/2| on 20,000 fresh samples.
    """
    p = world(name)
    torch.manual_seed(options.seed)
    scale = p.means.std(0).norm() if isinstance(p, Mixture) and len(p.means) > 1 else torch.tensor(1.0)
    D = FourierCritic(p.dimension, float(scale), features=32, widths=(64, 64))
    nn.init.constant_(cast(nn.Linear, D.raw.layers[-1]).bias, 2.0)
    rounds = options.steps(ROUNDS)
    options.progress(f"training D on {name} against itself, {rounds} rounds")
    batches = points(p, BATCH, rounds, options.seed)
    for _ in train_critic(D, batches, prior_of(p), rounds=rounds, rate=1e-2, seed=options.seed):
        pass
    judged = logits_of(D, p.sample(20_000, Randomness(options.seed).stream("judge"))).sigmoid()
    return float((judged - 0.5).abs().mean()), float((judged - 0.5).abs().max())


def table(record: Record) -> Table:
    """The largest gains, the signs of curvature, the trained D."""
    signs = record.eigenvalues
    rows = (
        ("largest gain of D in 1000 deviations", f"{record.critic.max():.2e}"),
        ("largest gain of G in 1000 deviations", f"{-record.generator.min():.2e}"),
        ("V at the equilibrium", f"{EQUILIBRIUM_VALUE:.6f}"),
        (
            "negative, zero, positive curvatures",
            f"{(signs < -1e-9).sum()} {(abs(signs) < 1e-9).sum()} {(signs > 1e-9).sum()}",
        ),
        (f"trained D on {record.world}: mean |D - 1/2|", f"{record.error[0]:.4f}"),
        (f"trained D on {record.world}: max |D - 1/2|", f"{record.error[1]:.4f}"),
    )
    return Table(("quantity", "value"), rows)


def draw(record: Record, folder: Path) -> list[Path]:
    """The deviations, the saddle with both best replies, the eigenvalues."""
    canvas, axes = figures.figure(1, 3)
    axes[0].loglog(record.sizes, -record.critic, ".", ms=2, color=figures.CRITIC, label="D deviates: V falls by")
    floor = np.maximum(np.abs(record.generator), 1e-17)
    axes[0].loglog(record.sizes, floor, "x", ms=2, color=figures.FAKE, label="G deviates: V moves by (rounding)")
    axes[0].set_ylim(1e-18, 1e3)
    figures.label(axes[0], "1,000 deviations of each player", "size, in logits", "|V + log 4|")
    figures.legend(axes[0], loc="upper left")
    lines = axes[1].contour(record.axis, record.axis, record.surface, levels=16, cmap="cividis", linewidths=0.9)
    axes[1].clabel(lines, lines.levels[::3], fontsize=6, fmt="%.2f")
    share = 1 / (1 + np.exp(-record.axis))
    axes[1].plot(
        np.log((1.5 - share) / (0.5 + share)), record.axis, color=figures.CRITIC, lw=1.6, label="D's best reply"
    )
    axes[1].plot([0, 0], [-2, 2], color=figures.FAKE, ls="--", lw=1.6, label="D = 1/2: G earns the same")
    axes[1].plot(0, 0, "o", color=figures.INK, ms=4)
    figures.label(axes[1], "V of a two-point game: a saddle", "logit of D", "log odds of p_g")
    figures.legend(axes[1], loc="lower left")
    colours = [figures.FAKE if v > 1e-9 else figures.CRITIC if v < -1e-9 else figures.INK for v in record.eigenvalues]
    axes[2].bar(range(len(colours)), record.eigenvalues, color=colours)
    axes[2].axhline(0, color=figures.PALE, lw=0.8)
    axes[2].text(
        1, record.eigenvalues.min() * 0.95, "D climbs down from here", fontsize=7, color=figures.CRITIC, va="bottom"
    )
    axes[2].text(12, record.eigenvalues.max() * 1.08, "up: joint directions", fontsize=7, color=figures.FAKE)
    axes[2].set_ylim(record.eigenvalues.min() * 1.1, record.eigenvalues.max() * 1.3)
    figures.label(axes[2], "Curvatures of V at the equilibrium", "eigenvalue, ascending")
    axes[2].set_xticks([])
    return [figures.save(canvas, folder, "equilibrium")]
