"""Points [N, D] of any number of dimensions: plots with axes, and no files of single ones."""

from typing import TYPE_CHECKING

from torch import Tensor

from saddlepoint.data.axes import standardised
from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.media import plots
from saddlepoint.media.medium import Medium

if TYPE_CHECKING:
    from PIL.Image import Image


def sheet(x: Tensor, about: About, columns: int | None = None, real: Tensor | None = None) -> "Image":
    """Axes with the columns' names, real points beside or behind; without units of their own, axes of equal scale."""
    names = [axis.name for axis in about.axes] or [f"x{number}" for number in range(1, x.shape[1] + 1)]
    return plots.sheet(x, real, names, not about.axes)


def encode(x: Tensor, about: About) -> bytes:
    raise SaddlepointError("a point is no file of its own", "--to", "write a .csv or a .npz file")


def seen(x: Tensor, about: About) -> Tensor:
    """Each column on its own scale, so that no unit weighs more than another."""
    return standardised(x, about.axes)


def eyes(about: About) -> tuple[str, ...]:
    """The coordinates themselves."""
    return ("pixels",)


POINTS = Medium("points", ("standard", "raw"), (2000, 1), sheet, "", encode, seen, eyes)
