"""Experiment: L(G) = max_D V(D, G) is differentiated with its maximiser held fixed, as a maxout unit is."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from saddlepoint.experiments import figures
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.randomness import Randomness
from saddlepoint.theory.equilibrium import best_value, gradient_of_maximum, value
from saddlepoint.theory.optimal import optimal_logit

SUPPORT, DIRECTIONS = 10, 200
STEPS = tuple(10.0**e for e in np.arange(-7, -0.9, 0.5))


class Record(NamedTuple):
    """What was found.

    steps    h of the finite differences; errors: the worst of 200 directions, of order h^2 and of order h^4 [len, 2]
    axis     G's parameter t; envelope: L(t); pieces: V(D_i, t) with D_i the maximiser at a few t_i [len(at), T]
    tie      with two critics only: t, both values [2, T], and the slopes of their maximum left and right of the tie
    """

    steps: np.ndarray
    errors: np.ndarray
    at: tuple[float, ...]
    axis: np.ndarray
    envelope: np.ndarray
    pieces: np.ndarray
    tie: np.ndarray
    slopes: tuple[float, float]


def run(options: Options) -> Record:
    """Finite differences of L against log(1 - D*), in float64; the envelope; the tie."""
    rng = Randomness(options.seed).stream("points")
    p, q = (torch.randn(2, SUPPORT, generator=rng, dtype=torch.float64)).softmax(1)
    v = torch.randn(DIRECTIONS, SUPPORT, generator=rng, dtype=torch.float64)
    v = v - v.mean(1, keepdim=True)
    v = v / v.abs().amax(1, keepdim=True) * q.min()
    exact = v @ gradient_of_maximum(p, q)
    errors = np.array([[float((d - exact).abs().max()) for d in differences(p, q, v, h)] for h in STEPS])
    axis = torch.linspace(-3, 3, 121, dtype=torch.float64)
    half, at = torch.full((2,), 0.5, dtype=torch.float64), (-2.0, -1.0, 1.0, 2.0)
    envelope = torch.stack([best_value(half, two(t)) for t in axis])
    pieces = torch.stack([
        torch.stack([value(half, two(t), optimal_logit(half.log(), two(torch.tensor(t_i)).log())) for t in axis])
        for t_i in at
    ])  # fmt: skip
    critics = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=torch.float64)
    tie = torch.stack([torch.stack([value(half, two(t), logits) for t in axis]) for logits in critics])
    h = torch.tensor(1e-6, dtype=torch.float64)
    maximum = [float(torch.stack([value(half, two(t), logits) for logits in critics]).max()) for t in (-h, 0 * h, h)]
    slopes = (maximum[1] - maximum[0]) / 1e-6, (maximum[2] - maximum[1]) / 1e-6
    return Record(
        steps=np.array(STEPS),
        errors=errors,
        at=at,
        axis=axis.numpy(),
        envelope=envelope.numpy(),
        pieces=pieces.numpy(),
        tie=tie.numpy(),
        slopes=slopes,
    )


def two(t: Tensor) -> Tensor:
    """p_g = (sigmoid(t), sigmoid(-t)) on two points."""
    return torch.stack([t.double().sigmoid(), (-t.double()).sigmoid()])


def differences(p: Tensor, q: Tensor, v: Tensor, h: float) -> tuple[Tensor, Tensor]:
    """Central differences of L at q along each v [M, N], of order h^2 and h^4: both [M]."""
    L = {j: torch.stack([best_value(p, q + j * h * row) for row in v]) for j in (-2, -1, 1, 2)}
    return (L[1] - L[-1]) / (2 * h), (8 * (L[1] - L[-1]) - (L[2] - L[-2])) / (12 * h)


def table(record: Record) -> Table:
    """The smallest error, and the slopes at the tie."""
    best = record.errors.min(0)
    rows = (
        ("finite differences of order 2 against log(1 - D*), worst of 200 directions", f"{best[0]:.1e}"),
        ("the same of order 4", f"{best[1]:.1e}"),
        ("slope of the maximum of two critics left of their tie", f"{record.slopes[0]:+.4f}"),
        ("right of it", f"{record.slopes[1]:+.4f}"),
    )
    return Table(("quantity", "value"), rows)


def draw(record: Record, folder: Path) -> list[Path]:
    """The envelope with the values it touches; the errors; the tie."""
    canvas, axes = figures.figure(1, 3)
    for t, values, colour, style in zip(record.at, record.pieces, figures.SERIES[1:], figures.STYLES[1:]):
        axes[0].plot(record.axis, values, color=colour, ls=style, lw=1, label=f"D fixed, best at {t:g}")
        axes[0].plot(t, np.interp(t, record.axis, record.envelope), "o", ms=4, color=colour)
    axes[0].plot(record.axis, record.envelope, color=figures.INK, lw=2, label="L = max over D")
    axes[0].set_ylim(-1.65, -0.55)
    figures.label(axes[0], "Each fixed D touches L, with its slope", "G's parameter t", "V")
    figures.legend(axes[0], loc="upper center")
    for order, colour, style in ((0, figures.FAKE, "--"), (1, figures.DATA, "-")):
        axes[1].loglog(
            record.steps,
            record.errors[:, order],
            color=colour,
            ls=style,
            marker="o",
            ms=3,
            label=f"order h^{2 + 2 * order}",
        )
    axes[1].axhline(1e-8, color=figures.PALE, lw=1)
    axes[1].text(record.steps[0], 1.3e-8, "1e-8", fontsize=7, color=figures.INK)
    figures.label(axes[1], "dL/dG against finite differences", "h", "worst of 200 directions")
    figures.legend(axes[1], loc="upper center")
    for values, colour, style, name in zip(record.tie, (figures.DATA, figures.FAKE), ("-.", "--"), "12"):
        axes[2].plot(record.axis, values, color=colour, ls=style, lw=1, label=f"V with D{name}")
    axes[2].plot(record.axis, record.tie.max(0), color=figures.INK, lw=2, label="the larger")
    axes[2].set_ylim(None, -0.9)
    axes[2].plot(0, record.tie[0, len(record.axis) // 2], "o", color=figures.INK, ms=4)
    figures.label(axes[2], f"A tie: slopes {record.slopes[0]:+.2f} and {record.slopes[1]:+.2f}", "G's parameter t", "V")
    figures.legend(axes[2], loc="upper center")
    return [figures.save(canvas, folder, "gradient-of-maximum")]
