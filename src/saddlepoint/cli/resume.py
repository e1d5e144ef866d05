"""saddlepoint resume RUN: go on exactly where a run stopped."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.began import BEGUN
from saddlepoint.cli.display import screen
from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.offered import TRACK
from saddlepoint.durations import parse


def resume(
    run: Annotated[Path, Parameter(help="The run's folder.")],
    /,
    *,
    more: Annotated[str | None, Parameter(metavar="TIME", help="Train this much longer, including the report.")] = None,
    track: Annotated[str | None, Parameter(metavar="NAME", help=TRACK)] = None,
    voice: Speaking = NORMAL,
) -> None:
    """Continue a run where it stopped, as if it had never stopped.

    Weights, averages, moments, schedules, randomness and the place in the data
    come from its last checkpoint. --more adds a stage like the last one.

    Example: saddlepoint resume runs/digits-modern-1 --more 30m
    """
    seconds = None if more is None else parse(more, "--more")
    from saddlepoint import api
    from saddlepoint.tracking import tracked

    with screen(voice) as shown, tracked(track, shown) as watcher:
        api.resume(run, more=seconds, watcher=watcher, begun=BEGUN.get())
