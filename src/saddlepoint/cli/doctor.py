"""saddlepoint doctor RUN: what is wrong, by which figures, what to change."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say


def doctor(run: Annotated[Path, Parameter(help="A run's folder.")], /, *, voice: Speaking = NORMAL) -> None:
    """Say what is wrong with a run, which figures show it, and what to change.

    It reads the journal, the settings and, if nothing was judged during the run,
    the last judgement. It works also for runs that were stopped or still go on.
    If there are several verdicts, act on the first.

    Example: saddlepoint doctor runs/photos
    """
    from saddlepoint.court.kept import examine
    from saddlepoint.judging.doctor import in_turn
    from saddlepoint.record import read_record

    verdicts = examine(run, read_record(run).config)
    if voice.json:
        say([json.dumps([verdict._asdict() for verdict in verdicts])])
    elif not voice.quiet:
        for verdict, change in in_turn(verdicts):
            say([verdict.name, *columns([("because", verdict.evidence), ("change", change)])])
