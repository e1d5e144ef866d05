"""saddlepoint apply RUN PICTURES: what a model makes of what it is given."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.artefact import ability
from saddlepoint.cli.flags import NORMAL, Flat, Speaking, without_effect
from saddlepoint.cli.tables import say, shorten, tell
from saddlepoint.errors import SaddlepointError
from saddlepoint.formats import format_of


@dataclass(frozen=True)
class Result:
    """Where results go."""

    out: Annotated[
        Path | None,
        Parameter(name=("-o", "--out"), metavar="PATH", help="A file for one picture, a folder for several."),
    ] = None
    force: Annotated[bool, Parameter(negative=(), help="Overwrite what exists.")] = False


@dataclass(frozen=True)
class Way:
    """How the model is applied."""

    back: Annotated[bool, Parameter(negative=(), help="Translate back, with a model trained both ways.")] = False
    perception: Annotated[
        float | None,
        Parameter(metavar="X", help="With two stages: from 0, least error, to 1, the critic's; unset: 1."),
    ] = None
    eight: Annotated[
        bool,
        Parameter(negative=(), help="Average over the picture turned and mirrored: less error, 8 x the time."),
    ] = False


def apply(
    run: Annotated[Path, Parameter(help="A run's folder, or a generator's.")],
    /,
    *pictures: Annotated[Path, Parameter(help="Pictures, of any size where the model allows that.")],
    result: Annotated[Result, Flat] = Result(),
    seed: Annotated[
        int | None, Parameter(metavar="N", help="Seed of what is random, if anything is; unset: 0.")
    ] = None,
    way: Annotated[Way, Flat] = Way(),
    device: Annotated[str, Parameter(metavar="NAME", help="Where: auto, cpu, cuda, mps.")] = "cpu",
    voice: Speaking = NORMAL,
) -> None:
    """Give pictures to a model that translates, enlarges, repairs or rebuilds them.

    A large picture is processed in tiles. Results go to `applied/`, or where
    --out says. A picture that cannot be read is named; the others are processed.

    Example: saddlepoint apply runs/maps photo.png -o map.png
    """
    if not run.is_dir():
        raise SaddlepointError("no such folder", str(run), "`saddlepoint runs` lists them")
    ability.check(run, "apply")
    if not pictures:
        raise SaddlepointError("no pictures to apply it to", "apply", "saddlepoint apply RUN FILE ...")
    if len(pictures) > 1 and result.out is not None and result.out.suffix:
        raise SaddlepointError("is one file, for several pictures", "--out", "give a folder")
    places = targets(pictures, result.out)
    for place in places:
        format_of(place)
        if place.exists() and not result.force:
            raise SaddlepointError("it exists already", str(place), "add --force, or write elsewhere")
    from saddlepoint.artefact import folder as artefacts
    from saddlepoint.cli.applying import applied
    from saddlepoint.engine import choose_device

    model = artefacts.load(run, str(choose_device(device)))
    model = model.turned() if way.back else model
    model = model.eight_ways() if way.eight else model
    if model.model.apply is not None and not model.model.apply.chance:
        without_effect({"--seed": seed}, "on this model, in which nothing is random")
    model.translate(way.perception)
    silent = voice.quiet or voice.json
    written, faults = applied(model, dict(zip(pictures, places)), seed or 0, silent, way.perception)
    if voice.json:
        say([json.dumps({"written": [str(path) for path in written], "seed": seed or 0})])
    elif not voice.quiet:
        say([shorten(path) for path in written])
    complain(faults)


def complain(faults: list[SaddlepointError]) -> None:
    """Name each picture that failed, a line each, once all others are done."""
    for fault in faults[:-1]:
        tell(str(fault))
    if faults:
        raise SaddlepointError(faults[-1].what, faults[-1].where, faults[-1].hint, code=1)


def targets(pictures: tuple[Path, ...], out: Path | None) -> list[Path]:
    """Where the result of each picture goes."""
    if out is not None and out.suffix:
        return [out]
    folder = out or Path("applied")
    found = [folder / f"{picture.stem}.png" for picture in pictures]
    if len(set(found)) < len(found):
        twice = next(path for path in found if found.count(path) > 1)
        raise SaddlepointError("two pictures have the same name", twice.stem, "apply it to one folder at a time")
    return found
