"""saddlepoint theory: the theorems as experiments."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking, without_effect
from saddlepoint.cli.help import rows
from saddlepoint.cli.tables import say, tell
from saddlepoint.errors import SaddlepointError
from saddlepoint.experiments.catalog import EXPERIMENTS, run_experiment
from saddlepoint.settings.complaints import did_you_mean


def theory(
    name: Annotated[str | None, Parameter(help="The experiment; unset: list them.")] = None,
    /,
    *,
    world: Annotated[
        str | None, Parameter(metavar="NAME", help="The distribution; unset: the experiment's own.")
    ] = None,
    seed: Annotated[int | None, Parameter(metavar="N", help="Seed of everything random; unset: 0.")] = None,
    out: Annotated[Path | None, Parameter(metavar="FOLDER", help="For its figures and table; unset: theory.")] = None,
    voice: Speaking = NORMAL,
) -> None:
    """Run an experiment on a theorem. It writes figures and a table.

    Example: saddlepoint theory optimal-discriminator --world ring8
    """
    if name is None:
        without_effect({"--world": world, "--seed": seed, "--out": out}, "on the list of experiments")
        titles = {name: experiment.title for name, experiment in EXPERIMENTS.items()}
        if voice.json or not voice.quiet:
            say([json.dumps(titles)] if voice.json else rows(titles.items()))
        return
    if name not in EXPERIMENTS:
        hint = did_you_mean(name, EXPERIMENTS) or f"there are {', '.join(EXPERIMENTS)}"
        raise SaddlepointError("no such experiment", name, hint)
    progress = silence if voice.quiet else tell
    place = Path("theory") if out is None else out
    files, table = run_experiment(name, world=world or "", seed=seed or 0, folder=place, progress=progress)
    if voice.json:
        values = {"header": table.header, "rows": table.rows, "files": [str(file) for file in files]}
        say([json.dumps(values)])
    elif not voice.quiet:
        say([*table.text().splitlines(), "", *(f"  {file}" for file in files)])


def silence(line: str) -> None: ...
