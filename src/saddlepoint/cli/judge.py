"""saddlepoint judge RUN, or FOLDER FOLDER: every measure that applies, with its error bar."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Flat, Speaking
from saddlepoint.cli.tables import columns, say
from saddlepoint.errors import SaddlepointError


@dataclass(frozen=True)
class Looking:
    """What samples are compared by."""

    features: Annotated[
        Literal["auto", "pixels", "digits", "efficientnet", "inception", "learned"],
        Parameter(help="What to compare by; auto: as the run did while it was trained."),
    ] = "auto"
    weights: Annotated[Path | None, Parameter(metavar="FILE", help="The weights of these features.")] = None


def judge(
    generated: Annotated[Path, Parameter(help="A run, or a folder of pictures.")],
    real: Annotated[Path | None, Parameter(help="With a folder: the real pictures to compare with.")] = None,
    /,
    *,
    looking: Annotated[Looking, Flat] = Looking(),
    n: Annotated[int, Parameter(name="-n", metavar="N", help="Samples to draw from a run.")] = 1_000,
    seed: Annotated[int, Parameter(metavar="N", help="Of these samples.")] = 0,
    size: Annotated[str | None, Parameter(metavar="TEXT", help="Of the folders' pictures, as 64 or 48x64.")] = None,
    voice: Speaking = NORMAL,
) -> None:
    """Judge a run's samples against held-out data, or one folder against another.

    Each number stands with its 95 % interval; --json adds the protocol it was
    measured by. A run keeps them in measures.json, for `compare`.

    Example: saddlepoint judge runs/photos
    Example: saddlepoint judge generated/ real/ --features efficientnet
    """
    for folder in (generated, real):
        if folder is not None and not folder.exists():
            raise SaddlepointError("nothing at that path", str(folder), "`saddlepoint runs` lists runs")
    if n < 1:
        raise SaddlepointError(f"must be at least 1, not {n}", "-n")
    from saddlepoint.config import Judge
    from saddlepoint.running import assess

    wish = Judge(features=looking.features, weights=None if looking.weights is None else str(looking.weights))
    if real is None:
        found, note = assess.judge_run(generated, wish, n, seed), ""
    else:
        found, note = assess.judge_folders(str(generated), str(real), wish, size)
    if voice.json:
        say([json.dumps({name: measure.to_json() for name, measure in found.items()})])
    elif not voice.quiet:
        card = next(iter(found.values())).card
        say([*columns(assess.shown(found)), ""])
        say([f"  {card.n_fake:,} samples, seen by {card.extractor}, against {card.reference}"])
        say([f"  {note}"] if note else [])
