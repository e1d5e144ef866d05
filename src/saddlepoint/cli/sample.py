"""saddlepoint sample RUN: a sheet, a folder of pictures, arrays, or a walk through the latent space."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from saddlepoint.artefact import ability
from saddlepoint.cli.flags import NORMAL, Flat, Speaking
from saddlepoint.cli.tables import say, shorten
from saddlepoint.errors import SaddlepointError


@dataclass(frozen=True)
class Draw:
    """Which samples."""

    n: Annotated[int | None, Parameter(name="-n", metavar="N", help="How many; unset: 64.")] = None
    label: Annotated[str | None, Parameter(name="--class", metavar="NAME", help="Of this class alone.")] = None
    cond: Annotated[str | None, Parameter(metavar="TEXT", help="Under this condition, as angle=30,kind=cat.")] = None
    seed: Annotated[int, Parameter(metavar="N", help="Of the noise: the same seed, the same samples.")] = 0


@dataclass(frozen=True)
class Target:
    """Where they go."""

    grid: Annotated[Path | None, Parameter(metavar="FILE", help="One picture of all; unset: samples.png.")] = None
    to: Annotated[Path | None, Parameter(metavar="PATH", help="A folder, for a PNG each; or a .npz file.")] = None
    force: Annotated[bool, Parameter(negative=(), help="Also into a folder or .npz that is there already.")] = False


@dataclass(frozen=True)
class Walk:
    """A way through the latent space."""

    walk: Annotated[int | None, Parameter(metavar="N", help="Go from one to the next of N random z.")] = None
    steps: Annotated[int, Parameter(metavar="N", help="Steps between two of them.")] = 8
    how: Annotated[Literal["slerp", "lerp"], Parameter(help="Along the sphere, or straight.")] = "slerp"
    out: Annotated[Path | None, Parameter(metavar="FILE", help="The picture of the walk; unset: walk.png.")] = None


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
        out = walk.out or Path("walk.png")
        written = drawing.walk(model, out, points=walk.walk, steps=walk.steps, how=walk.how, wanted=wanted)
    elif target.to is None:
        written = drawing.sheet(model, target.grid or Path("samples.png"), wanted)
    elif target.to.suffix == ".npz":
        written = drawing.arrays(model, target.to, wanted, silent=voice.quiet)
    else:
        written = drawing.folder(model, target.to, wanted, silent=voice.quiet)
    if voice.json:
        say([json.dumps({"written": str(written), "n": n, "class": draw.label, "seed": draw.seed})])
    elif not voice.quiet:
        say([shorten(written)])


def check(run: Path, draw: Draw, target: Target, walk: Walk) -> None:
    """Refuse what cannot be, before anything is loaded."""
    if not run.is_dir():
        raise SaddlepointError("no such folder", str(run), "`saddlepoint runs` lists them")
    if draw.n is not None and draw.n < 1:
        raise SaddlepointError(f"must be at least 1, not {draw.n}", "-n")
    if walk.out is not None and walk.walk is None:
        raise SaddlepointError("goes with --walk", "--out", "--grid FILE is for a sheet of samples, --to for files")
    if walk.walk is not None:
        for flag, given in {"-n": draw.n, "--grid": target.grid, "--to": target.to}.items():
            if given is not None:
                raise SaddlepointError("a walk is one picture, which goes to --out", flag, "leave it out")
        if walk.walk < 2 or walk.steps < 1:
            raise SaddlepointError("needs two points and one step at least", "--walk")
    if target.grid and target.to:
        raise SaddlepointError("goes elsewhere than --to", "--grid", "give one of them")
    if target.to and not target.force and occupied(target.to):
        raise SaddlepointError("there is something here already", str(target.to), "add --force, or write elsewhere")


def occupied(place: Path) -> bool:
    """Whether writing there could overwrite something."""
    return any(place.iterdir()) if place.is_dir() else place.exists()
