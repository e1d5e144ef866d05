"""Experiment: proposition 2. In function space, with D optimal at every step, p_g reaches p_data; else it need not."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from saddlepoint.experiments import figures
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.randomness import Randomness
from saddlepoint.theory.convergence import coarse_mirror_step, improving_step, mirror_step, total_variation
from saddlepoint.theory.divergences import jsd

STARTS, SUPPORT = 100, 16
POSITIONS = torch.linspace(-4, 4, 41, dtype=torch.float64)


class Record(NamedTuple):
    """Total variation to p_data over steps, by the name of the way to descend: [steps + 1, starts]; the last two break
    an assumption. The one-parameter family: its parameter [M], JSD along it, p_data and the trapped p_g [41], and the
    total variations from a start in the good basin [steps, 1].
    """

    paths: dict[str, np.ndarray]
    parameter: np.ndarray
    landscape: np.ndarray
    target: np.ndarray
    trapped: np.ndarray
    lucky: np.ndarray


def run(options: Options) -> Record:
    """100 starts on 16 points, 20 of them without half of the support; and a family p_g(theta) on a lattice."""
    rng = Randomness(options.seed).stream("starts")
    p = torch.randn(SUPPORT, generator=rng, dtype=torch.float64).softmax(0)
    q = (2 * torch.randn(STARTS, SUPPORT, generator=rng, dtype=torch.float64)).softmax(1)
    q[:20, ::2] = 0
    q = q / q.sum(1, keepdim=True)
    cells = torch.arange(SUPPORT) // 2
    paths = {
        "mirror steps of rate 1: q becomes (p + q) / 2": path(p, q, mirror_step, 30),
        "mirror steps of rate 0.3": path(p, q[20:], lambda p, q: mirror_step(p, q, 0.3), 150),
        "projected gradient steps, halved until they improve": path(p, q, lambda p, q: improving_step(p, q, 0.1), 250),
        "D sees pairs of points only": path(p, q[20:], lambda p, q: coarse_mirror_step(p, q, cells), 150),
    }
    target = two_bumps(torch.tensor(2.0))
    landscape = torch.stack([jsd(target.log(), two_bumps(theta).log()).sum() for theta in SLIDES])
    trapped, paths["p_g has one parameter, from t = -2.5"] = follow(target, -2.5)
    lucky = follow(target, 2.5)[1]
    shown = [t.numpy() for t in (SLIDES, landscape, target, trapped)]
    return Record(paths, *shown, lucky=lucky)


def path(p: Tensor, q: Tensor, step: Callable[[Tensor, Tensor], Tensor], steps: int) -> np.ndarray:
    """Total variation to p before and after each step, [steps + 1, starts]."""
    distances = [total_variation(p, q)]
    for _ in range(steps):
        q = step(p, q)
        distances.append(total_variation(p, q))
    return torch.stack(distances).numpy()


SLIDES = torch.linspace(-3.5, 3.5, 141, dtype=torch.float64)


def gaussian_at(theta: Tensor) -> Tensor:
    """A bump of width 0.5 at theta on the lattice, [41]."""
    return (-((POSITIONS - theta) / 0.5).square() / 2).log_softmax(0).exp() * (1 - 1e-9) + 1e-9 / len(POSITIONS)


def two_bumps(theta: Tensor) -> Tensor:
    """p_g(theta): a quarter of the mass at -theta, the rest at theta, [41]. p_data is p_g(2).

    At theta = -2 the same places have the other's masses: JSD has a local minimum there, at a total variation of 1/2.
    """
    return 0.25 * gaussian_at(-theta) + 0.75 * gaussian_at(theta)


def follow(target: Tensor, start: float) -> tuple[Tensor, np.ndarray]:
    """Descend L in theta, D optimal at every step: p_g where it ends, and the total variations on the way."""
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    distances = []
    for _ in range(400):
        q = two_bumps(theta)
        distances.append(float(total_variation(target, q.detach())))
        (slope,) = torch.autograd.grad(jsd(target.log(), q.log()).sum(), theta)
        theta = (theta - 0.2 * slope).detach().requires_grad_(True)
    return two_bumps(theta.detach()), np.array(distances)[:, None]


def table(record: Record) -> Table:
    """The worst start at the end, and how often total variation came below 1e-6."""
    rows = [
        (name, str(len(d) - 1), f"{d[-1].max():.1e}", f"{(d[-1] <= 1e-6).sum()} of {d.shape[1]}")
        for name, d in (*record.paths.items(), ("p_g has one parameter, from t = 2.5", record.lucky))
    ]
    return Table(("descent", "steps", "largest total variation", "at most 1e-6"), tuple(rows))


def draw(record: Record, folder: Path) -> list[Path]:
    """Total variation over steps, its median over the starts: with the assumptions kept, in the band of all starts, and
    broken, a line a start; the landscape of the trapped family.
    """
    canvas, axes = figures.figure(1, 3)
    looks = list(zip((figures.DATA, figures.CRITIC, figures.OTHER, figures.FAKE, figures.INK), figures.STYLES))
    for (name, d), (colour, style) in zip(record.paths.items(), looks):
        ax = axes[0] if len(d) in (31, 151, 251) and "pairs" not in name else axes[1]
        steps = np.arange(len(d))
        if ax is axes[0]:
            ax.fill_between(steps + 1, d.min(1), d.max(1), color=colour, lw=0, alpha=0.2)
        else:
            ax.plot(steps + 1, d, color=colour, lw=0.4, alpha=0.15)
        ax.plot(steps + 1, np.median(d, 1), color=colour, ls=style, lw=1.8, label=name)
    steps = np.arange(len(record.lucky)) + 1
    axes[1].plot(steps, record.lucky, color=figures.INK, lw=0.8, label="the same, from t = 2.5")
    for ax, title in zip(axes, ("D optimal: p_g reaches p_data", "An assumption broken: it need not")):
        ax.set_xscale("log")
        figures.label(ax, title, "step", "total variation")
    axes[0].set_yscale("log")
    axes[0].set_ylim(1e-15, 3)
    axes[1].set_ylim(0, 1.2)
    axes[1].set_yticks([0, 0.25, 0.5, 0.75, 1])
    figures.legend(axes[0], loc="lower left")
    figures.legend(axes[1], loc="upper right")
    axes[2].plot(POSITIONS, record.target, color=figures.DATA, label="p_data")
    axes[2].plot(POSITIONS, record.trapped, color=figures.FAKE, ls="--", label="p_g, where it stays")
    axes[2].plot(record.parameter, record.landscape / 4, color=figures.INK, ls=":", label="JSD / 4 of p_g(t)")
    figures.label(axes[2], "One parameter: a local minimum", "x, and t")
    figures.legend(axes[2], loc="upper left")
    axes[2].set_ylim(0, 0.3)
    return [figures.save(canvas, folder, "convergence")]
