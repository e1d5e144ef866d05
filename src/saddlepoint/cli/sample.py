"""saddlepoint sample RUN: a sheet, a folder of pictures, arrays, a table, or a walk through the latent space."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from saddlepoint.artefact import ability
from saddlepoint.cli.flags import NORMAL, Flat, Speaking, without_effect
from saddlepoint.cli.tables import say, shorten
from saddlepoint.errors import SaddlepointError
from saddlepoint.formats import FORMATS, format_of

STEPS = 8  # of a walk, between two points


@dataclass(frozen=True)
class Draw:
    """Which samples."""

    n: Annotated[int | None, Parameter(name="-n", metavar="N", help="How many; unset: 64.")] = None
    label: Annotated[str | None, Parameter(name="--class", metavar="NAME", help="Samples of this class only.")] = None
    cond: Annotated[
        str | None, Parameter(metavar="TEXT", help="Samples under this condition, such as angle=30,kind=cat.")
    ] = None
    seed: Annotated[int, Parameter(metavar="N", help="Seed of the noise: the same seed gives the same samples.")] = 0


@dataclass(frozen=True)
class Target:
    """Where they go."""

    grid: Annotated[Path | None, Parameter(metavar="FILE", help="One picture of all samples; unset: samples.png.")] = (
        None
    )
    to: Annotated[
        Path | None, Parameter(metavar="PATH", help="A folder, for one PNG each; or a .npz file; for points, a .csv.")
    ] = None
    force: Annotated[bool, Parameter(negative=(), help="Write even into a folder or file that exists.")] = False


@dataclass(frozen=True)
class Walk:
    """A way through the latent space."""

    walk: Annotated[int | None, Parameter(metavar="N", help="Walk through N random z, from one to the next.")] = None
    steps: Annotated[int | None, Parameter(metavar="N", help="Steps between two of them; unset: 8.")] = None
    how: Annotated[
        Literal["slerp", "lerp"] | None,
        Parameter(help="Along the sphere, or straight; unset: what suits the noise."),
    ] = None
    out: Annotated[
        Path | None, Parameter(metavar="FILE", help="The file of the walk; a .gif moves; unset: walk.png.")
    ] = None


def sample(
    run: Annotated[Path, Parameter(help="A run's folder, or a generator's.")],
    /,
    *,
    draw: Annotated[Draw, Flat] = Draw(),
    target: Annotated[Target, Flat] = Target(),
    walk: Annotated[Walk, Flat, Parameter(group=Group("A walk instead", sort_key=2))] = Walk(),
    device: Annotated[str, Parameter(metavar="NAME", help="Where: auto, cpu, cuda, mps.")] = "cpu",
    voice: Speaking = NORMAL,
) -> None:
    """Draw samples from a trained model; without --class, of each class in turn.

    Example: saddlepoint sample runs/try2 -n 64 --class 7 --grid sevens.png
    Example: saddlepoint sample runs/try2 -n 50000 --to samples/
    Example: saddlepoint sample runs/table -n 1000 --to rows.csv
    Example: saddlepoint sample runs/try2 --walk 9 --out walk.png
    """
    check(run, draw, target, walk)
    ability.check(run, "sample" if walk.walk is None else "walk")
    from saddlepoint.artefact import folder as artefacts
    from saddlepoint.cli import drawing
    from saddlepoint.engine import choose_device

    model = artefacts.load(run, str(choose_device(device)))
    n = 64 if draw.n is None else draw.n
    wanted = drawing.Drawing(n, draw.seed, draw.label, draw.cond)
    if walk.walk is not None:
        way = drawing.Way(walk.walk, walk.steps or STEPS, walk.how)
        n = (way.points - 1) * way.steps + 1
        written = drawing.walk(model, walk.out or Path("walk.png"), way, wanted)
    elif target.to is None:
        written = drawing.sheet(model, target.grid or Path("samples.png"), wanted)
    elif target.to.suffix.lower() == ".csv":
        written = drawing.rows(model, target.to, wanted, silent=voice.quiet)
    elif target.to.suffix.lower() == ".npz":
        written = drawing.arrays(model, target.to, wanted, silent=voice.quiet)
    else:
        written = drawing.folder(model, target.to, wanted, silent=voice.quiet)
    if not voice.quiet:
        for note in model.notes(draw.cond):
            print(note, file=sys.stderr)
    if voice.json:
        about = {"n": n, "class": draw.label, "cond": draw.cond, "seed": draw.seed}
        say([json.dumps({"written": str(written)} | about)])
    elif not voice.quiet:
        say([shorten(written)])


def check(run: Path, draw: Draw, target: Target, walk: Walk) -> None:
    """Refuse what cannot be, before anything is loaded."""
    if not run.is_dir():
        raise SaddlepointError("no such folder", str(run), "`saddlepoint runs` lists them")
    if draw.n is not None and draw.n < 1:
        raise SaddlepointError(f"must be at least 1, not {draw.n}", "-n")
    if walk.walk is None:
        idle = {"--steps": walk.steps, "--how": walk.how, "--out": walk.out}
        without_effect(idle, "on samples", "it goes with --walk; samples go to --grid or --to")
    else:
        idle = {"-n": draw.n, "--grid": target.grid, "--to": target.to, "--force": target.force}
        without_effect(idle, "on a walk, which is one picture and goes to --out")
        if walk.walk < 2 or (walk.steps is not None and walk.steps < 1):
            raise SaddlepointError("needs at least two points and one step", "--walk")
    for picture in filter(None, (target.grid, walk.out)):
        format_of(picture)
    if target.to and target.to.suffix and target.to.suffix.lower() in FORMATS:
        what = "is the name of one picture; --to writes each sample to a folder, or all to .npz or .csv"
        raise SaddlepointError(what, f"--to {target.to}", f"for one sheet of all: --grid {target.to}")
    if target.grid and target.to:
        raise SaddlepointError("writes to another place than --to", "--grid", "give one of them")
    if not target.to:
        without_effect({"--force": target.force}, "on a sheet, which is always overwritten", "it goes with --to")
    elif not target.force and occupied(target.to):
        raise SaddlepointError("it exists already", str(target.to), "add --force, or write elsewhere")


def occupied(place: Path) -> bool:
    """Whether writing there could overwrite something."""
    return any(place.iterdir()) if place.is_dir() else place.exists()
