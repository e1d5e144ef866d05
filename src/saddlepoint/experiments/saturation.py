"""Experiment: the generator's cost and its gradient as functions of D(G(z)), for every objective of the project."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from saddlepoint.experiments import figures
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.objectives import hinge, least_squares, minimax, non_saturating, relativistic, wasserstein
from saddlepoint.theory.saturation import generator_slope

OBJECTIVES = (minimax, non_saturating, least_squares, hinge, wasserstein, relativistic)


class Record(NamedTuple):
    """The logits f [N], and by objective the generator's cost [N] and slope dJ/df [N] there; r = 0 where it is read."""

    logits: np.ndarray
    costs: dict[str, np.ndarray]
    slopes: dict[str, np.ndarray]


def run(options: Options) -> Record:
    """By differentiation, at logits from -12 to 12."""
    f = torch.linspace(-12, 12, 481, dtype=torch.float64)
    r = torch.zeros_like(f)
    costs = {o.name: o.generator(r, f).numpy() for o in OBJECTIVES}
    slopes = {o.name: generator_slope(o.generator, f).numpy() for o in OBJECTIVES}
    return Record(f.numpy(), costs, slopes)


def table(record: Record) -> Table:
    """The slopes where D is sure of the fakes, undecided, and fooled."""
    places = (-10.0, -5.0, 0.0, 5.0, 10.0)
    at = [int(np.argmin(np.abs(record.logits - place))) for place in places]
    rows = [(name, *[f"{slopes[i]:.5g}" for i in at]) for name, slopes in record.slopes.items()]
    return Table(("dJ(G)/df", *[f"f = {place:g}" for place in places]), tuple(rows))


def draw(record: Record, folder: Path) -> list[Path]:
    """The lecture's plot (costs against D), and the gradients against the logit on a logarithmic scale."""
    canvas, axes = figures.figure(1, 3)
    D = 1 / (1 + np.exp(-record.logits))
    for name, colour, style in (("minimax", figures.FAKE, "--"), ("non-saturating", figures.DATA, "-")):
        axes[0].plot(D, record.costs[name], color=colour, ls=style, label=name)
        axes[1].plot(D, np.abs(record.slopes[name]), color=colour, ls=style, label=name)
    axes[0].set_ylim(-6, 6)
    axes[0].axhline(0, color=figures.PALE, lw=0.8)
    figures.label(axes[0], "The generator's cost", "D(G(z))", "J(G)")
    figures.label(axes[1], "Its gradient in the logit", "D(G(z))", "|dJ(G)/df|")
    for ax in axes[:2]:
        ax.axvspan(0, 0.08, color=figures.PALE, alpha=0.35, lw=0)
        figures.legend(ax)
    axes[0].text(0.1, -5.4, "early training: D rejects the fakes", fontsize=7, color=figures.INK)
    looks = zip((figures.FAKE, figures.DATA, figures.CRITIC, figures.INK), ("--", "-", "-.", ":"))
    for (names, slopes), (colour, style) in zip(alike(record.slopes), looks):
        axes[2].semilogy(record.logits, np.maximum(np.abs(slopes), 1e-6), color=colour, ls=style, label=names)
    axes[2].set_ylim(1e-5, 1e5)
    figures.label(axes[2], "All objectives, over D's logit", "logit f (r = 0)", "|dJ(G)/df|")
    figures.legend(axes[2], loc="upper center")
    return [figures.save(canvas, folder, "saturation")]


def alike(slopes: dict[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
    """Objectives with the same slopes share a line and a name."""
    groups: list[tuple[str, np.ndarray]] = []
    for name, values in slopes.items():
        for i, (names, others) in enumerate(groups):
            if np.allclose(values, others):
                groups[i] = (f"{names}, {name}", others)
                break
        else:
            groups.append((name, values))
    return groups
