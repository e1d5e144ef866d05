"""saddlepoint demo: the digits in this package, with the default recipe."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.began import BEGUN
from saddlepoint.cli.display import screen
from saddlepoint.cli.flags import NORMAL, Root, Speaking, Time
from saddlepoint.durations import parse
from saddlepoint.planning.begin import configure


def demo(
    *,
    budget: Annotated[str, Time] = "2m",
    device: Annotated[str, Parameter(metavar="NAME", help="Where: auto, cpu, cuda, mps.")] = "auto",
    root: Root = Path("runs"),
    voice: Speaking = NORMAL,
) -> None:
    """Train a class-conditional GAN on handwritten digits for two minutes.

    The digits (10,000 of MNIST's training pictures) are inside the package.
    The results are in runs/: samples, a film strip, a report.

    Example: saddlepoint demo --budget 30s
    """
    seconds = parse(budget)
    settings = configure(None, None, {"device": device})
    from saddlepoint import api

    with screen(voice) as watcher:
        api.start("digits", settings, budget=seconds, root=root, watcher=watcher, begun=BEGUN.get())
