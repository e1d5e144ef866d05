"""saddlepoint judge RUN, or FOLDER FOLDER: every measure that applies, with its error bar."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Flat, Speaking, without_effect
from saddlepoint.cli.tables import columns, say, tell
from saddlepoint.data.reading import Reading, sides
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.begin import one_condition

if TYPE_CHECKING:
    from saddlepoint.court.bench import Measures


@dataclass(frozen=True)
class Looking:
    """The features that samples are compared by."""

    features: Annotated[
        Literal["auto", "pixels", "digits", "efficientnet", "inception", "learned"],
        Parameter(help="What to compare by; auto: as the run did in training."),
    ] = "auto"
    weights: Annotated[
        str | None, Parameter(metavar="FILE", help="The weights of these features, a file or its https address.")
    ] = None
    lpips: Annotated[
        Path | None, Parameter(metavar="FILE", help="For pairs: also LPIPS, with VGG16 and its heads from this file.")
    ] = None


@dataclass(frozen=True)
class Draw:
    """Which samples of a run."""

    n: Annotated[int | None, Parameter(name="-n", metavar="N", help="Samples to draw from a run; unset: 1000.")] = None
    seed: Annotated[int | None, Parameter(metavar="N", help="Seed of these samples; unset: 0.")] = None


@dataclass(frozen=True)
class Pictures:
    """How the pictures of two folders are read."""

    size: Annotated[
        str | None, Parameter(metavar="TEXT", help="Size of the folders' pictures, such as 64 or 48x64.")
    ] = None
    bad: Annotated[
        float | None, Parameter(metavar="X", help="The share of unreadable pictures that is accepted; unset: 0.05.")
    ] = None
    cond: Annotated[str | None, Parameter(metavar="TEXT", help="What their classes are, as for `train`.")] = None
    unconditional: Annotated[bool, Parameter(negative=(), help="Ignore the labels.")] = False


def judge(
    generated: Annotated[Path, Parameter(help="A run, or a folder of pictures.")],
    real: Annotated[Path | None, Parameter(help="With a folder: the real pictures to compare with.")] = None,
    /,
    *,
    looking: Annotated[Looking, Flat] = Looking(),
    draw: Annotated[Draw, Flat] = Draw(),
    pictures: Annotated[Pictures, Flat] = Pictures(),
    voice: Speaking = NORMAL,
) -> None:
    """Judge a run's samples against held-out data, or one folder against another.

    Each number has an interval of two standard errors. --json adds the protocol
    of each measurement. Notes go to standard error. A run keeps its numbers in
    measures.json, for `compare`.

    Example: saddlepoint judge runs/photos
    Example: saddlepoint judge generated/ real/ --features efficientnet
    """
    check(generated, real, draw, pictures)
    if real is not None:
        without_effect({"--lpips": looking.lpips}, "on folders, which are not pairs")
    reading = read(pictures)
    from saddlepoint.court.folders import judge_folders
    from saddlepoint.judging.headline import choosing
    from saddlepoint.running.asked import judge_run
    from saddlepoint.settings.run import Judge

    wish = Judge(features=looking.features, weights=looking.weights)
    if real is None:
        found, notes = judge_run(generated, wish, draw.n, draw.seed, lpips=looking.lpips)
    else:
        for folder in (generated, real):
            if not folder.exists():
                raise SaddlepointError("nothing at that path", str(folder), "is it spelt right?")
        found, notes = judge_folders(str(generated), str(real), wish, reading)
    if voice.json:
        say([json.dumps({name: measure.to_json() for name, measure in found.items()})])
        tell(*notes)
    elif not voice.quiet:
        card = found[choosing(found)].card
        seen = "" if card.extractor == "none" else f"{card.n_fake:,} samples, seen by {card.extractor}, "
        about = f"{seen}against {card.reference}"
        say([*columns(shown(found)), ""])
        say(columns([(text,) for text in (about, *notes)]))


def check(generated: Path, real: Path | None, draw: Draw, pictures: Pictures) -> None:
    """Refuse what cannot be, before anything is loaded."""
    if real is None:
        idle = {"--size": pictures.size, "--bad": pictures.bad, "--cond": pictures.cond}
        idle |= {"--unconditional": pictures.unconditional}
        without_effect(idle, "on a run: its data are read as in training")
        if generated.exists() and not (generated / "config.json").exists():
            raise SaddlepointError("no run here", str(generated), "samples need a second folder, of real examples")
    else:
        without_effect({"-n": draw.n, "--seed": draw.seed}, "on folders, of which every picture is judged")
    if draw.n is not None and draw.n < 1:
        raise SaddlepointError(f"must be at least 1, not {draw.n}", "-n")


def read(pictures: Pictures) -> Reading:
    """How both folders are read."""
    bad = Reading("").bad if pictures.bad is None else pictures.bad
    if not 0 <= bad <= 1:
        raise SaddlepointError(f"must be from 0 to 1, not {bad:g}", "--bad")
    one_condition(pictures.cond, pictures.unconditional)
    size = None if pictures.size is None else sides(pictures.size)
    return Reading("", size=size, bad=bad, cond=pictures.cond, unconditional=pictures.unconditional)


def shown(measures: "Measures") -> list[tuple[str, str, str]]:
    """(name, value with interval, what it is) of each measure."""
    return [(name, str(measure), measure.card.metric) for name, measure in measures.items()]
