"""saddlepoint score RUN FILES: D's own opinion of pictures."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say
from saddlepoint.errors import SaddlepointError


def score(
    run: Annotated[Path, Parameter(help="A run's folder.")],
    /,
    *files: Annotated[Path, Parameter(help="Pictures.")],
    label: Annotated[str | None, Parameter(name="--class", metavar="NAME", help="Look at them as this class.")] = None,
    cond: Annotated[
        str | None, Parameter(metavar="TEXT", help="Look at them under this condition, as angle=30.")
    ] = None,
    voice: Speaking = NORMAL,
) -> None:
    """Ask a run's discriminator what it thinks of pictures, and what that is worth.

    Beside D(x) stands how often pictures of which D said the same were real,
    among held-out examples and as many samples. A D that reads classes or other
    conditions looks at them as what is asked for, else as what it likes best. Of
    what lies outside all of these nothing is known, and a word says so.

    Example: saddlepoint score runs/photos holiday.png
    """
    if not files:
        raise SaddlepointError("no pictures to score", "score", "saddlepoint score RUN FILE ...")
    from saddlepoint.running.opinions import score as opinions

    found = opinions(run, files, label, cond)
    if voice.json:
        say([json.dumps([opinion._asdict() for opinion in found])])
    elif not voice.quiet:
        rows = [
            (
                opinion.file,
                f"{opinion.d:.3f}",
                opinion.outside or "{:.0%} [{:.0%}, {:.0%}]".format(*opinion.calibrated),
                f"{opinion.real:.0%}",
                f"{opinion.fake:.0%}",
                opinion.label or "-",
            )
            for opinion in found
        ]
        say([*columns(rows, titles=("file", "D(x)", "such were real", "above real", "above fakes", "as")), ""])
        say(columns([(f"calibrated on {found[0].against} and as many samples",)]))
