"""saddlepoint doctor RUN: what is wrong, by which figures, what to change."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say


def doctor(run: Annotated[Path, Parameter(help="A run's folder.")], /, *, voice: Speaking = NORMAL) -> None:
    """Say what is wrong with a run, by which figures, and the one thing to change.

    It reads the journal and the settings, and the last judgement where there was
    none on the way: also of runs that were stopped, or that go on. Of several
    verdicts the first is the one to act on.

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
