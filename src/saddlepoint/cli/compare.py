"""saddlepoint compare RUN RUN: better, worse, or cannot tell."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say


def compare(
    a: Annotated[Path, Parameter(help="A run that was judged.")],
    b: Annotated[Path, Parameter(help="Another, judged in the same way.")],
    /,
    *,
    voice: Speaking = NORMAL,
) -> None:
    """Is the first run better than the second, or is it noise?

    Both must have been judged by the same protocol. Measures of different
    protocols are left out and named. Without the main measure, it is refused.

    Example: saddlepoint compare runs/a runs/b
    """
    from saddlepoint.court import kept
    from saddlepoint.judging.headline import leading, protocol

    ours, theirs = kept.kept(a), kept.kept(b)
    found = kept.compare(ours, theirs)
    if voice.json:
        say([json.dumps({c.name: {"a": c.a[:3], "b": c.b[:3], "verdict": c.verdict} for c in found})])
        return
    if voice.quiet:
        return
    rows = [(c.name, str(c.a), str(c.b), c.verdict) for c in found]
    say(columns(rows, titles=("measure", a.name, b.name, f"{a.name} is")))
    main = next(c for c in found if c.name == leading(c.name for c in found))
    words = {"cannot tell": "cannot be distinguished from", "better": "is better than", "worse": "is worse than"}
    by = ", ".join(filter(None, (main.a.card.metric, protocol(main.a.card))))
    say(["", *columns([(f"{a.name} {words[main.verdict]} {b.name}, by the {by}",)])])
    for why, names in kept.left_out(ours, theirs).items():
        say(columns([(f"not compared, because their cards differ ({why}): {names}",)]))
