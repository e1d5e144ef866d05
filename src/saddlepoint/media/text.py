"""Text [N, T], as numbers of tokens: lines of it, and text files."""

from typing import TYPE_CHECKING

from torch import Tensor

from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import INK, PAPER
from saddlepoint.media.medium import Medium

if TYPE_CHECKING:
    from PIL.Image import Image

LINE, LONGEST = 18, 100  # pixels between lines; characters shown of each


def words(x: Tensor, about: About) -> str:
    """One example [T] as text; a token without a name as its number. Tokens of one letter stand close together."""
    names = [about.names[i] if i < len(about.names) else f"<{i}>" for i in x.tolist()]
    return ("" if all(len(name) == 1 for name in about.names) else " ").join(names)


def sheet(x: Tensor, about: About, columns: int | None = None, real: Tensor | None = None) -> "Image":
    """A line for each."""
    from PIL import Image, ImageDraw, ImageFont

    image, font = Image.new("RGB", (720, LINE * len(x) + 16), PAPER), ImageFont.load_default(13)
    for i, one in enumerate(x):
        ImageDraw.Draw(image).text((8, 8 + LINE * i), words(one, about)[:LONGEST], INK, font=font)
    return image


def encode(x: Tensor, about: About) -> bytes:
    return (words(x, about) + "\n").encode()


def unseen(x: Tensor, about: About) -> Tensor:
    raise SaddlepointError("there are no features for text yet", "judge", "it is judged only in nats")


def eyes(about: About) -> tuple[str, ...]:
    return ()


TEXT = Medium("texts", ("raw",), (8, 1), sheet, sheet, ".txt", encode, unseen, eyes)
