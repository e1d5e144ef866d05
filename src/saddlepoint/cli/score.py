"""saddlepoint score RUN FILES: D's own opinion of pictures."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say
from saddlepoint.errors import SaddlepointError
from saddlepoint.readings import WORDS


def score(
    run: Annotated[Path, Parameter(help="A run's folder.")],
    /,
    *files: Annotated[Path, Parameter(help="Pictures.")],
    label: Annotated[str | None, Parameter(name="--class", metavar="NAME", help="Judge them as this class.")] = None,
    cond: Annotated[
        str | None, Parameter(metavar="TEXT", help="Judge them under this condition, such as angle=30.")
    ] = None,
    voice: Speaking = NORMAL,
) -> None:
    """Ask a run's discriminator what it thinks of pictures, and what that is worth.

    Next to D(x), or to D's score, it prints how often pictures with the same
    answer were real, among held-out examples and as many samples. If D reads
    classes or other conditions, it uses the one you ask for, or else the one it
    rates highest. For a picture unlike all of these nothing is known, and the
    output says so.

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
        say(
            [
                *columns(
                    rows,
                    titles=("file", WORDS[found[0].reads].real, "such were real", "above real", "above fakes", "as"),
                ),
                "",
            ]
        )
        say(columns([(f"calibrated on {found[0].against} and as many samples",)]))
