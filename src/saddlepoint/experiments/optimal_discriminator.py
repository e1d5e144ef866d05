"""Experiment: a trained D against D* = p_data / (p_data + p_g) in the plane, with and without Fourier features."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.data.densities import Density, Mixture
from saddlepoint.data.worlds import world
from saddlepoint.errors import SaddlepointError
from saddlepoint.experiments import figures
from saddlepoint.experiments.critics import FourierCritic, RawCritic, logits_of, points, prior_of, train_critic
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.randomness import Randomness
from saddlepoint.theory.optimal import optimal_discriminator

ROUNDS, BATCH, JUDGED, FRAMES = 1500, 1024, 20_000, 30
PIXELS = 72


class Curve(NamedTuple):
    """One critic's course: rounds played [S], its error then [S], and D over the window then [S, P, P]."""

    name: str
    rounds: np.ndarray
    error: np.ndarray
    window: np.ndarray


class Record(NamedTuple):
    """What was found.

    real, fake samples of p_data and of p_g [400, 2]
    window     left, right, bottom, top of the part of the plane that is drawn
    best       D* over the window [P, P]
    quantiles  of D* over the mixture of p_data and p_g: .05, .25, .5, .75, .95
    constant   the error of answering 1/2 everywhere
    curves     the critics
    """

    world: str
    real: np.ndarray
    fake: np.ndarray
    window: tuple[float, float, float, float]
    best: np.ndarray
    quantiles: tuple[float, ...]
    constant: float
    curves: tuple[Curve, ...]


def tilted(p: Density) -> Mixture:
    """A p_g that overlaps p_data: the same centres, standard deviations doubled, weights falling from 3 to 1."""
    if not isinstance(p, Mixture) or p.dimension != 2:
        raise SaddlepointError(
            "this experiment needs a mixture in the plane", hint="gaussian, ring8, grid25, moons ..."
        )
    return p.widened(2.0).weighted(torch.linspace(3, 1, len(p.weights), dtype=torch.float64))


def run(options: Options) -> Record:
    """Train both critics on p_data against the tilted p_g; the error is E_m |D - D*|, m = (p_data + p_g) / 2."""
    name = options.world or "ring8"
    p = world(name)
    q = tilted(p)
    rng = Randomness(options.seed).stream("judge")
    x = torch.cat([p.sample(JUDGED, rng), q.sample(JUDGED, rng)])
    best = optimal_discriminator(p.log_density(x), q.log_density(x))
    window = window_of(q)
    grid = lattice(window)
    curves = []
    for kind in ("Fourier features", "raw coordinates"):
        torch.manual_seed(options.seed)
        D = FourierCritic(2, 2 * p.box.scale) if kind == "Fourier features" else RawCritic(2)
        steps = []
        for rounds, judged, seen in course(D, p, q, (x, grid), options):
            steps.append((rounds, float((judged - best).abs().mean()), seen.reshape(PIXELS, PIXELS).numpy()))
            options.progress(f"{kind}: {rounds} rounds, mean |D - D*| = {steps[-1][1]:.4f}")
        curves.append(Curve(kind, *[np.array(column) for column in zip(*steps)]))
    levels = best.quantile(torch.tensor([0.05, 0.25, 0.5, 0.75, 0.95], dtype=torch.float64))
    drawn = optimal_discriminator(p.log_density(grid), q.log_density(grid)).reshape(PIXELS, PIXELS).numpy()
    samples = x[:400].numpy(), x[-400:].numpy()
    constant = float((best - 0.5).abs().mean())
    return Record(name, *samples, window, drawn, tuple(levels.tolist()), constant, tuple(curves))


def course(
    D: nn.Module, p: Density, q: Density, at: tuple[Tensor, Tensor], options: Options
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """(rounds played, D at the judged points, D over the window), at ever rarer moments: the film's frames."""
    total = options.steps(ROUNDS)
    moments = sorted({round(total ** (i / (FRAMES - 1))) for i in range(FRAMES)})
    batches = points(p, BATCH, total, options.seed)
    for round_ in train_critic(D, batches, prior_of(q), rounds=total, seed=options.seed):
        if round_.index + 1 in moments:
            yield round_.index + 1, logits_of(D, at[0]).sigmoid(), logits_of(D, at[1]).sigmoid()


def window_of(q: Mixture) -> tuple[float, float, float, float]:
    """Three standard deviations of p_g around its first component: in the whole plane a mode of ring-8 is one pixel."""
    x, y = q.means[0].tolist()
    reach = 3 * float(q.roots[0].diagonal().max())
    return x - reach, x + reach, y - reach, y + reach


def lattice(window: tuple[float, float, float, float]) -> Tensor:
    """The window's pixels, [P * P, 2], row by row from the bottom."""
    left, right, bottom, top = window
    x = torch.linspace(left, right, PIXELS, dtype=torch.float64)
    y = torch.linspace(bottom, top, PIXELS, dtype=torch.float64)
    Y, X = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([X.flatten(), Y.flatten()], 1)


def table(record: Record) -> Table:
    """The errors at the end, beside that of a constant; and how far D* itself spreads."""
    rows = [(curve.name, str(curve.rounds[-1]), f"{curve.error[-1]:.4f}") for curve in record.curves]
    spread = [
        (f"D*, quantile {level:g}", "", f"{value:.4f}")
        for level, value in zip((0.05, 0.25, 0.5, 0.75, 0.95), record.quantiles)
    ]
    constant = ("constant 1/2", "0", f"{record.constant:.4f}")
    return Table(("critic", "rounds", "mean |D - D*|"), (*rows, constant, *spread))


def draw(record: Record, folder: Path) -> list[Path]:
    """A figure (D*, both critics, their errors) and a film of both learning."""
    frames = [figures.frame(picture_at(record, i)) for i in range(len(record.curves[0].rounds))]
    still = figures.save(picture_at(record, len(frames) - 1), folder, "optimal-discriminator")
    return [still, figures.film(frames, folder, "optimal-discriminator", 180)]


def picture_at(record: Record, i: int) -> figures.Figure:
    """The figure at the i-th moment: D* beside both critics, then samples of both densities and the errors so far."""
    canvas, (*maps, samples, ax) = figures.five()
    samples.plot(*record.fake.T, "x", ms=3, mew=0.6, color=figures.FAKE, label="p_g")
    samples.plot(*record.real.T, ".", ms=2, color=figures.DATA, label="p_data")
    left, right, bottom, top = record.window
    samples.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color=figures.INK, lw=1)
    figures.label(samples, f"{record.world}, and the window")
    figures.legend(samples, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2)
    panels = [("D*", record.best)] + [(f"D, {curve.name}", curve.window[i]) for curve in record.curves]
    for place, (title, values) in zip(maps, panels):
        image = figures.picture(place, values, record.window, 0.0, 1.0)
        figures.label(place, title)
        place.set_xticks(record.window[:2], [f"{v:.2f}" for v in record.window[:2]])
        place.set_yticks(record.window[2:], [f"{v:.2f}" for v in record.window[2:]])
    for place in (*maps, samples):
        place.set_aspect("equal")
    figures.scale(canvas, image, maps, "probability that x is real")
    for curve, colour, style in zip(record.curves, (figures.DATA, figures.FAKE), ("-", "--")):
        ax.loglog(curve.rounds[: i + 1], curve.error[: i + 1], color=colour, ls=style, label=curve.name)
    ax.axhline(record.constant, color=figures.INK, lw=1, ls=":", label="constant 1/2")
    ax.set_xlim(1, record.curves[0].rounds[-1])
    ax.set_ylim(0.003, 0.5)
    figures.label(ax, "mean |D - D*|", f"rounds: {record.curves[0].rounds[i]}")
    figures.legend(ax, loc="lower left")
    return canvas
