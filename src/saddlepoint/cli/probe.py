"""saddlepoint probe RUN: what its features are worth where few labels are known."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say
from saddlepoint.errors import SaddlepointError


def probe(
    run: Annotated[Path, Parameter(help="A run's folder.")],
    /,
    *,
    labels: Annotated[int, Parameter(metavar="N", help="Labelled examples that the classifier learns from.")] = 100,
    draws: Annotated[int, Parameter(metavar="N", help="How often they are drawn, for the interval.")] = 10,
    seed: Annotated[int, Parameter(metavar="N", help="Seed of these draws.")] = 0,
    tune: Annotated[bool, Parameter(help="Fine-tune all layers of its encoder with the labels.", negative="")] = False,
    voice: Speaking = NORMAL,
) -> None:
    """Classify with a linear classifier on what a run has learned.

    For a model that encodes it uses the code; for a GAN, all layers of its
    critic. It does the same with the untrained network and with the pixels. It
    prints the error on held-out examples, as a mean over draws of the labels, and
    how far the others are from the first in the same draws.

    With --tune all layers of an encoder learn from the labels too, and so does
    an untrained one: this shows what the training was worth as a start.

    Example: saddlepoint probe runs/digits --labels 1000
    """
    if not run.is_dir():
        raise SaddlepointError("no such folder", str(run), "`saddlepoint runs` lists them")
    from saddlepoint.running.probing import probe_run

    found = probe_run(run, labels, draws, seed, tune=tune)
    if voice.json:
        by_name = {name: one._asdict() for name, one in found.by_name.items()}
        say([json.dumps({"held_out": found.held_out, "notes": found.notes, "by_name": by_name})])
    elif not voice.quiet:
        rows = [
            (
                name,
                f"{one.features:,}",
                "{:.1f} % [{:.1f}, {:.1f}]".format(*one.error.scaled(100)),
                "-" if one.apart is None else "{:+.1f} [{:+.1f}, {:+.1f}]".format(*one.apart.scaled(100)),
            )
            for name, one in found.by_name.items()
        ]
        say([*columns(rows, titles=("tuned" if tune else "linear, on", "numbers", "error", "points worse")), ""])
        about = f"{labels:,} labels, {draws} draws, on {found.held_out:,} held-out examples"
        say(columns([(text,) for text in (about, *found.notes)]))
