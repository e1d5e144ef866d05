"""Points [N, D] of any number of dimensions: scatter plots, and no files of single ones."""

from typing import TYPE_CHECKING

from torch import Tensor

from saddlepoint import figures
from saddlepoint.data.axes import standardised
from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.media.medium import Medium

if TYPE_CHECKING:
    from PIL.Image import Image


def sheet(x: Tensor, about: About, columns: int | None = None, real: Tensor | None = None) -> "Image":
    """A scatter plot, over real ones where they are given."""
    return figures.scatter(x, real)


def encode(x: Tensor, about: About) -> bytes:
    raise SaddlepointError("a point is no file of its own", "--to", "write a .npz file")


def seen(x: Tensor, about: About) -> Tensor:
    """Each column on its own scale, so that no unit weighs more than another."""
    return standardised(x, about.axes)


def eyes(about: About) -> tuple[str, ...]:
    """The coordinates themselves."""
    return ("pixels",)


POINTS = Medium("points", ("standard", "raw"), (2000, 1), sheet, "", encode, seen, eyes)
