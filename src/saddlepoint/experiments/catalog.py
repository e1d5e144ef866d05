"""The experiments by name, and the one function that carries one out. Nothing heavy is imported before that.

An experiment is a module of this package that offers
    run(options) -> record      numbers, in a frozen record
    table(record) -> Table      the few of them that one reads
    draw(record, folder)        figures and films of them, [paths]
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from saddlepoint.errors import SaddlepointError
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.files import make_folder, write_atomic


class Experiment(NamedTuple):
    """What it shows, in one line; the module that does it; the worlds it can be asked about, its own first."""

    title: str
    module: str
    worlds: tuple[str, ...] = ()


PLANE = ("ring8", "grid25", "ring8-wide", "gaussian", "moons", "swiss-roll")

EXPERIMENTS: dict[str, Experiment] = {
    "optimal-discriminator": Experiment(
        "a trained D against D* = p_data / (p_data + p_g)",
        "saddlepoint.experiments.optimal_discriminator",
        PLANE,
    ),
    "value": Experiment(
        "the JSD from samples, by training D: a lower bound",
        "saddlepoint.experiments.value_estimate",
    ),
    "equilibrium": Experiment(
        "neither player gains alone at p_g = p_data: a saddle",
        "saddlepoint.experiments.equilibrium",
        ("ring8-wide", "gaussian", "two-peaks", "moons"),
    ),
    "gradient-of-maximum": Experiment(
        "max_D V, differentiated at its maximiser; a tie",
        "saddlepoint.experiments.gradient_of_maximum",
    ),
    "convergence": Experiment(
        "p_g reaches p_data if D is optimal; and when not",
        "saddlepoint.experiments.convergence",
    ),
    "alternation": Experiment(
        "how far G may move before the JSD rises",
        "saddlepoint.experiments.alternation",
    ),
    "algorithm-1": Experiment(
        "Algorithm 1 as printed, and the rates it learns at",
        "saddlepoint.experiments.algorithm_1",
    ),
    "saturation": Experiment(
        "G's gradient over D(G(z)), for every objective",
        "saddlepoint.experiments.saturation",
    ),
    "maximum-likelihood": Experiment(
        "maximum likelihood is minimum KL: EM and gradient",
        "saddlepoint.experiments.maximum_likelihood",
    ),
    "dynamics": Experiment(
        "why plain steps circle and R1 converges",
        "saddlepoint.experiments.dynamics",
    ),
    "figure-1": Experiment(
        "figure 1 of the 2014 paper, live",
        "saddlepoint.experiments.figure_1",
    ),
}


def run_experiment(
    name: str,
    world: str = "",
    seed: int = 0,
    folder: str | Path = "theory",
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[list[Path], Table]:
    """Carry the experiment out; write its figures and its table into folder/name, and return both."""
    from saddlepoint.experiments import figures

    if name not in EXPERIMENTS:
        raise SaddlepointError(f"no experiment is called '{name}'", hint="there are " + ", ".join(EXPERIMENTS))
    experiment = EXPERIMENTS[name]
    if world and world not in experiment.worlds:
        choice = ", ".join(experiment.worlds)
        raise SaddlepointError(
            f"'{name}' cannot run on the world '{world}'",
            hint=f"its worlds are {choice}" if choice else "it has a world of its own: leave --world out",
        )
    figures.require()
    place = Path(folder) / name
    if file := next((part for part in (place, *place.parents) if part.exists() and not part.is_dir()), None):
        raise SaddlepointError("is not a folder", str(file), "give --out a folder, or the name of one to be made")
    make_folder(place)
    module = import_module(experiment.module)
    record = module.run(Options(world=world, seed=seed, progress=progress))
    table = module.table(record)
    written = place / "table.csv"
    write_atomic(written, table.csv().encode())
    return [*module.draw(record, place), written], table
