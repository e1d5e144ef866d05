"""saddlepoint theory: the theorems as experiments."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.help import rows
from saddlepoint.cli.tables import say
from saddlepoint.complaints import did_you_mean
from saddlepoint.errors import SaddlepointError
from saddlepoint.experiments.catalog import EXPERIMENTS, run_experiment


def theory(
    name: Annotated[str | None, Parameter(help="The experiment; unset: list them.")] = None,
    /,
    *,
    world: Annotated[str, Parameter(metavar="NAME", help="The distribution it is about; unset: its own.")] = "",
    seed: Annotated[int, Parameter(metavar="N", help="Of everything random.")] = 0,
    out: Annotated[Path, Parameter(metavar="FOLDER", help="Where its figures and table go.")] = Path("theory"),
    voice: Speaking = NORMAL,
) -> None:
    """See a theorem happen: an experiment that leaves figures and a table.

    Example: saddlepoint theory optimal-discriminator --world ring8
    """
    if name is None:
        titles = {name: experiment.title for name, experiment in EXPERIMENTS.items()}
        say([json.dumps(titles)] if voice.json else rows(titles.items()))
        return
    if name not in EXPERIMENTS:
        hint = did_you_mean(name, EXPERIMENTS) or f"there are {', '.join(EXPERIMENTS)}"
        raise SaddlepointError("no such experiment", name, hint)
    progress = silence if voice.quiet else tell
    files, table = run_experiment(name, world=world, seed=seed, folder=out, progress=progress)
    if voice.json:
        values = {"header": table.header, "rows": table.rows, "files": [str(file) for file in files]}
        say([json.dumps(values)])
    elif not voice.quiet:
        say([table.text(), "", *(f"  {file}" for file in files)])


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def silence(line: str) -> None: ...
