"""saddlepoint report RUN: write the report, the sheets and the generator again."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.display import screen
from saddlepoint.cli.flags import NORMAL, Speaking


def report(
    run: Annotated[Path, Parameter(help="The run's folder.")],
    /,
    *,
    voice: Speaking = NORMAL,
) -> None:
    """Write a run's results from its newest checkpoint, without further training.

    It writes the report, sample sheets, film strip, figures and the generator.
    It works also for a run that was stopped, or that lost these files.

    Example: saddlepoint report runs/digits-modern-1
    """
    from saddlepoint import api

    with screen(voice) as watcher:
        api.report(run, watcher=watcher)
