"""Experiment: Algorithm 1 of Goodfellow et al. (2014) as it is printed, and which rates let it learn.

k steps of D and one of G a round, both by gradient with momentum, the minimax cost, no penalty: the data are a ring of
8 Gaussians in the plane. What is varied is G's rate over D's, and k.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.data.worlds import ring
from saddlepoint.experiments import figures
from saddlepoint.experiments.banks import Critics, Generators
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.game.algorithm import algorithm_1, play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Dials, Game, State
from saddlepoint.objectives import minimax
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.statistics.sliced import directions, squared_on_lines

RATIOS, D_RATE, G_RATE = (0.2, 1.0, 2.0, 5.0, 10.0), 0.02, 0.1
MOMENTUM, LAST = 0.5, 0.05  # both rates fall to a twentieth, geometrically
GAMES, ROUNDS, BATCH = 8, 1000, 64
WIDTH, PIECES = 64, 3
SAMPLES, LINES = 2500, 64  # that a generator is judged by, and directions of the sliced distance
REACH = 0.15  # of a peak: neighbours are .77 apart, and 38 % of the circle is this near to one
LOST = 1.5  # no distance is drawn higher: the data reach 1 from the origin
LOOKS = 30  # moments at which D's answers are noted


class Cell(NamedTuple):
    """How a set of games is played: the two rates at the start, and D's steps a round."""

    d_rate: float
    g_rate: float
    k: int = 1

    @property
    def ratio(self) -> float:
        """G's rate over D's."""
        return self.g_rate / self.d_rate


class Outcome(NamedTuple):
    """Of the games of a cell: the sliced Wasserstein distance to the data and the peaks found, [games]; D(x) and
    D(G(z)) over the rounds, means over the games [looks]; and samples of each game [games, SAMPLES, 2].
    """

    distance: np.ndarray
    peaks: np.ndarray
    real: np.ndarray
    fake: np.ndarray
    samples: np.ndarray


class Record(NamedTuple):
    """What became of each cell; the distance of two samples of the data; that of the generators before they moved."""

    cells: dict[Cell, Outcome]
    floor: float
    start: float


def run(options: Options) -> Record:
    """k = 1 and D's rate as it is, for each ratio."""
    return played([Cell(D_RATE, ratio * D_RATE) for ratio in RATIOS], options)


def played(cells: list[Cell], options: Options) -> Record:
    """Each cell's games, from the same networks and on the same data."""
    found = {}
    for cell in cells:
        options.progress(f"G's rate {cell.ratio:g} times D's {cell.d_rate:g}, k = {cell.k}: {GAMES} games")
        found[cell] = outcome(cell, options)
    rng = Randomness(options.seed).stream("judge")
    floor = distances(ring().sample(GAMES * SAMPLES, rng).view(SAMPLES, GAMES, 2), options.seed).mean()
    before = samples_of(networks(options.seed)[0], options.seed)
    return Record(found, float(floor), float(distances(before, options.seed).mean()))


def networks(seed: int) -> tuple[Generators, Critics]:
    """The players of GAMES games, as they begin."""
    torch.manual_seed(seed)
    return Generators(GAMES, (2, WIDTH, WIDTH, 2)), Critics(GAMES, (2, WIDTH, WIDTH, 1), PIECES)


def prior(n: int, rng: torch.Generator) -> Tensor:
    """z uniform on [-1, 1]^2, of each game its own: [n, GAMES, 2]."""
    return torch.rand(n, GAMES, 2, generator=rng) * 2 - 1


def game_of(G: nn.Module, D: nn.Module, cell: Cell) -> Game:
    """Algorithm 1's: minimax, momentum, k; no terms."""
    return Game(
        G=Player.of(G, torch.optim.SGD(G.parameters(), cell.g_rate, momentum=MOMENTUM)),
        D=Player.of(D, torch.optim.SGD(D.parameters(), cell.d_rate, momentum=MOMENTUM)),
        prior=prior,
        objective=minimax,
        k=cell.k,
    )


def batches(count: int, seed: int) -> Iterator[Batch]:
    """`count` fresh batches of the ring, of each game its own: x [BATCH, GAMES, 2]."""
    rng, world = Randomness(seed).stream("data"), ring()
    for _ in range(count):
        yield Batch(world.sample(BATCH * GAMES, rng).float().view(BATCH, GAMES, 2))


def pace(cell: Cell, rounds: int) -> Callable[[State], Dials]:
    """The rates of each round. The game takes the mean over the games side by side, so that each one's gradient is its
    own divided by their number: both rates are multiplied by it.
    """

    def dials(state: State) -> Dials:
        left = GAMES * LAST ** (state.index / rounds)
        return Dials(rates={"G": left * cell.g_rate, "D": left * cell.d_rate})

    return dials


def outcome(cell: Cell, options: Options) -> Outcome:
    """Play the cell's games, and look at their samples."""
    G, D = networks(options.seed)
    rounds, answers = options.steps(ROUNDS), []
    data = batches(rounds * cell.k, options.seed)
    for round_ in play(game_of(G, D, cell), data, seed=options.seed, schedule=algorithm_1, dials=pace(cell, rounds)):
        answers.append((round_.d_real, round_.d_fake))
    real, fake = (
        np.array([part.mean() for part in np.array_split(side, LOOKS) if len(part)]) for side in zip(*answers)
    )
    samples = samples_of(G, options.seed)
    return Outcome(distances(samples, options.seed), peaks(samples), real, fake, samples.transpose(0, 1).numpy())


@torch.no_grad()
def samples_of(G: nn.Module, seed: int) -> Tensor:
    """[SAMPLES, GAMES, 2] float64."""
    return G(prior(SAMPLES, Randomness(seed).stream("samples"))).double()


def distances(samples: Tensor, seed: int) -> np.ndarray:
    """The sliced Wasserstein distance of each game's samples to as many points of the ring, [games]."""
    rng = Randomness(seed).stream("ring")
    real, lines = ring().sample(SAMPLES, rng), directions(2, LINES, rng)
    shadow = (real @ lines).sort(0).values
    squares = [squared_on_lines(shadow, (y @ lines).sort(0).values).mean() for y in samples.unbind(1)]
    return torch.stack(squares).sqrt().numpy()


def peaks(samples: Tensor) -> np.ndarray:
    """How many of the 8 peaks have half of their share of the samples within REACH, [games].

    Of points spread evenly on the circle none would: each peak has 38 % of its share so near to it.
    """
    near = torch.cdist(samples.transpose(0, 1), ring().means) < REACH
    return (near.double().mean(1) >= 1 / 16).sum(1).numpy()


def spread(values: np.ndarray, digits: int = 3) -> str:
    """Mean +- standard deviation; of what grows beyond all bounds it would mean nothing."""
    if values.max() > 100:
        return f"{(values > 100).sum()} of {len(values)} run away"
    return f"{values.mean():.{digits}f} +- {values.std(ddof=1):.{digits}f}"


def table(record: Record) -> Table:
    """For each cell: distance and peaks over its games, and D's answers in the last tenth of the rounds."""
    rows = []
    for cell, found in record.cells.items():
        end = slice(-max(1, len(found.fake) // 10), None)
        numbers = [f"{found.real[end].mean():.2f}", f"{found.fake[end].mean():.2f}"]
        rates = (f"{cell.ratio:g}", f"{cell.d_rate:g}", f"{cell.g_rate:g}", str(cell.k))
        rows.append((*rates, spread(found.distance), spread(found.peaks, 1), *numbers))
    beside = (("before the first round", record.start), ("two samples of the data", record.floor))
    rows += [(name, "", "", "", f"{value:.3f}", "", "", "") for name, value in beside]
    return Table(("G's rate / D's", "D's", "G's", "k", "sliced distance", "peaks of 8", "D(x)", "D(G(z))"), tuple(rows))


def draw(record: Record, folder: Path) -> list[Path]:
    """Distance and peaks over the ratio; D(G(z)) over the rounds; samples at equal rates, and where most is learned."""
    canvas, axes = figures.five()
    lines(axes[:2], record)
    plain = {cell: found for cell, found in record.cells.items() if cell.k == 1 and cell.d_rate == D_RATE}
    for (cell, found), colour, style in zip(plain.items(), figures.SERIES, figures.STYLES):
        share = (np.arange(len(found.fake)) + 0.5) / len(found.fake)
        axes[4].plot(share, found.fake, color=colour, ls=style, label=f"ratio {cell.ratio:g}")
    figures.label(axes[4], "D(G(z)): G's slope, k = 1", "share of the rounds", "mean over the games")
    figures.legend(axes[4], ncols=2)
    best = min(plain, key=lambda cell: float(plain[cell].distance.mean()))
    for ax, cell in zip(axes[2:4], (Cell(D_RATE, D_RATE), best)):
        ax.plot(*plain[cell].samples[0].T, ".", ms=1.2, color=figures.FAKE)
        ax.plot(*ring().means.T.numpy(), "+", ms=7, color=figures.DATA)
        ax.set_xlim(-1.6, 1.6)
        ax.set_ylim(-1.6, 1.6)
        ax.set_aspect("equal")
        figures.label(ax, f"Samples, ratio {cell.ratio:g}, k = 1")
    return [figures.save(canvas, folder, "algorithm-1")]


def lines(axes: list[figures.Axes], record: Record) -> None:
    """Means over the games and their standard deviations, over the ratio: a line for each k, and one of G's rate."""
    kinds: dict[str, list[Cell]] = {}
    for cell in record.cells:
        if cell.d_rate == D_RATE:
            kinds.setdefault(f"D's rate {D_RATE:g}, k = {cell.k}", []).append(cell)
        if cell.g_rate == G_RATE and cell.k == 1 and len(record.cells) > len(RATIOS):
            kinds.setdefault(f"G's rate {G_RATE:g}, k = 1", []).append(cell)
    for i, (name, cells) in enumerate(kinds.items()):
        cells = sorted(cells, key=lambda cell: cell.ratio)
        x = np.array([cell.ratio for cell in cells]) * 1.04 ** (i - len(kinds) / 2)
        for ax, values in zip(
            axes, ([np.minimum(record.cells[c].distance, LOST) for c in cells], [record.cells[c].peaks for c in cells])
        ):
            mean, sd = np.mean(values, 1), np.std(values, 1, ddof=1)
            ax.errorbar(x, mean, sd, color=figures.SERIES[i], ls=figures.STYLES[i], capsize=2, lw=1.2, label=name)
    for ax in axes:
        ax.set_xscale("log")
        ax.set_xticks(RATIOS, [f"{ratio:g}" for ratio in RATIOS])
        ax.minorticks_off()
    axes[0].axhline(record.start, color=figures.PALE, lw=1, ls=":", label="before")
    axes[0].axhline(record.floor, color=figures.INK, lw=1, label="two samples of the data")
    figures.label(axes[0], f"Distance to the data; {LOST:g} and more: lost", "G's rate over D's", "sliced Wasserstein")
    figures.label(axes[1], "Peaks found, of 8", "G's rate over D's")
    figures.legend(axes[0], loc="upper left")
    axes[0].set_ylim(0, 2.4 * LOST)
    axes[1].set_ylim(0, 8)
