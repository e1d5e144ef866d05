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
    return plots.sheet(x, real, called(about), not about.axes)


def frame(x: Tensor, about: About, columns: int | None = None, real: Tensor | None = None) -> "Image":
    """The same in one panel where there are two columns, over the real points."""
    return plots.sheet(x, real, called(about), not about.axes, over=True)


def called(about: About) -> list[str]:
    """What the columns are called."""
    return [axis.name for axis in about.axes] or [f"x{number}" for number in range(1, about.shape[0] + 1)]


def encode(x: Tensor, about: About) -> bytes:
    raise SaddlepointError("a point is no file of its own", "--to", "write a .csv or a .npz file")


def seen(x: Tensor, about: About) -> Tensor:
    """Each column on its own scale, so that no unit weighs more than another."""
    return standardised(x, about.axes)


def eyes(about: About) -> tuple[str, ...]:
    """The coordinates themselves."""
    return ("pixels",)


POINTS = Medium("points", ("standard", "raw"), (2000, 1), sheet, frame, "", encode, seen, eyes)
