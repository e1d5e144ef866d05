"""Experiment: what gradient steps do near the equilibrium of the two smallest games, and why R1 makes them converge."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from saddlepoint.experiments import figures
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.theory.dynamics import Field, alternating, bilinear_field, dirac_field, orbit, radius, simultaneous

RATE, STEPS, GAMMA, FRAMES = 0.2, 400, 0.3, 40
GAMMAS = np.linspace(0, 2, 41)


class Record(NamedTuple):
    """Orbits (theta, psi) [STEPS + 1, 2] by name, the radius of each one's step at the equilibrium, the predicted one;
    and over R1's weight, the radii of both kinds of step in the Dirac GAN.
    """

    orbits: dict[str, np.ndarray]
    radii: dict[str, float]
    predicted: dict[str, float]
    simultaneous: np.ndarray
    alternating: np.ndarray


def run(options: Options) -> Record:
    """Six orbits from (1, 0.5) and their Jacobians' eigenvalues."""
    cases = {
        "bilinear, simultaneous": together(bilinear_field),
        "bilinear, alternating": in_turn(bilinear_field),
        "Dirac, simultaneous": together(dirac_field),
        "Dirac, alternating": in_turn(dirac_field),
        "Dirac + R1, simultaneous": together(penalised(GAMMA)),
        "Dirac + R1, alternating": in_turn(penalised(GAMMA)),
    }
    start = torch.tensor([1.0, 0.5], dtype=torch.float64)
    predicted = {
        "bilinear, simultaneous": math.hypot(1, RATE),
        "bilinear, alternating": 1.0,
        "Dirac, simultaneous": math.hypot(1, RATE / 2),
        "Dirac, alternating": 1.0,
        "Dirac + R1, simultaneous": math.hypot(1 - RATE * GAMMA / 2, RATE * math.sqrt(1 - GAMMA**2) / 2),
        "Dirac + R1, alternating": math.sqrt(1 - RATE * GAMMA),
    }
    return Record(
        {name: orbit(step, start, STEPS).numpy() for name, step in cases.items()},
        {name: radius(step) for name, step in cases.items()},
        predicted,
        np.array([radius(together(penalised(g))) for g in GAMMAS]),
        np.array([radius(in_turn(penalised(g))) for g in GAMMAS]),
    )


def penalised(gamma: float) -> Field:
    """The Dirac GAN's field with R1 of this weight."""
    return lambda point: dirac_field(point, gamma)


def together(field: Field) -> Field:
    """One simultaneous step."""
    return lambda point: simultaneous(field, point, RATE)


def in_turn(field: Field) -> Field:
    """One round of Algorithm 1, k = 1."""
    return lambda point: alternating(field, point, RATE)


def table(record: Record) -> Table:
    """The largest |eigenvalue| of each step at the equilibrium, as computed and as predicted; where the orbit ends."""
    rows = [
        (name, f"{record.radii[name]:.6f}", f"{record.predicted[name]:.6f}", f"{np.hypot(*points[-1]):.3g}")
        for name, points in record.orbits.items()
    ]
    return Table(
        ("game and steps", "largest |eigenvalue|", "closed form", f"distance after {STEPS} steps"), tuple(rows)
    )


def draw(record: Record, folder: Path) -> list[Path]:
    """The orbits, and the radius over R1's weight; a film of the orbits."""
    moments = [round(STEPS * (i / FRAMES) ** 1.5) for i in range(2, FRAMES + 1)]
    frames = [figures.frame(picture_at(record, n)) for n in moments]
    still = figures.save(picture_at(record, STEPS), folder, "dynamics")
    return [still, figures.film(frames, folder, "dynamics", 100)]


def picture_at(record: Record, n: int) -> figures.Figure:
    """The figure after n steps."""
    canvas, axes = figures.figure(1, 4, width=2.7, height=2.6)
    titles = ("Bilinear game V = theta psi", "Dirac GAN", f"Dirac GAN with R1, {GAMMA:g}")
    for ax, title, family in zip(axes, titles, ("bilinear, ", "Dirac, ", "Dirac + R1, ")):
        for kind, colour, style in (("simultaneous", figures.FAKE, "--"), ("alternating", figures.DATA, "-")):
            points = record.orbits[family + kind][: n + 1]
            ax.plot(*points.T, color=colour, ls=style, lw=0.9, label=f"{kind}: {record.radii[family + kind]:.4f}")
            ax.plot(*points[-1], "o", color=colour, ms=4)
        ax.plot(0, 0, "+", color=figures.INK, ms=8)
        ax.set_xlim(-3, 3)
        ax.set_ylim(-3, 3.9)
        figures.label(ax, title, "theta (G)", "psi (D)" if ax is axes[0] else "")
        figures.legend(ax, loc="upper left")
    axes[3].plot(GAMMAS, record.simultaneous, color=figures.FAKE, ls="--", label="simultaneous")
    axes[3].plot(GAMMAS, record.alternating, color=figures.DATA, label="alternating")
    axes[3].axhline(1, color=figures.INK, lw=0.8, ls=":")
    axes[3].text(0.1, 1.001, "above 1 it leaves, below 1 it converges", fontsize=7, color=figures.INK)
    figures.label(axes[3], "Largest |eigenvalue|", "weight of R1")
    figures.legend(axes[3], loc="lower right")
    return canvas
