"""What the film strip shows of a model: three ways to look, of which a system chooses one."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from saddlepoint import figures
from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import source_of, target_of
from saddlepoint.data.scaling import stored, to_uint8
from saddlepoint.media.catalog import medium_of
from saddlepoint.randomness import Randomness
from saddlepoint.systems.parts import in_turn
from saddlepoint.systems.system import Model, View

if TYPE_CHECKING:
    from PIL.Image import Image

PAIRS = 8


class NotFiniteError(Exception):
    """What a model makes is not finite: its weights have grown too large for its own arithmetic."""


def samples(view: View) -> "Image":
    """Samples, always of the same z, each condition's side by side; points over real ones."""
    about = view.facts["x"]
    medium = medium_of(about)
    n, columns = medium.drawn
    x, _ = drawn(view.model, view.facts, n, view.seed, columns)
    return medium.frame(stored(finite(x), view.config.range, about), about, columns, view.real)


def drawn(model: Model, facts: Facts, n: int, seed: int, of_each: int = 1) -> tuple[Tensor, Tensor | None]:
    """(x, c): n samples, always of the same z, in the model's range; each condition gets `of_each` of them in a row."""
    c = in_turn(facts, n, of_each)
    if model.latent is not None:
        return model.latent.decode(model.latent.prior(n, Randomness(seed).stream("snapshot")), c), c
    if model.sample is None:
        raise ValueError("a model that draws no samples")
    return model.sample(n, seed, c), c


def translated(view: View, n: int = PAIRS) -> dict[str, Tensor]:
    """Of the first n examples, in the model's range: what goes in, what comes out, and what it should have been; where
    that is not known, what becomes of it on the way back, if there is one.
    """
    if view.model.apply is None:
        raise ValueError("a model that translates nothing")
    given = source_of(view.some)[:n]
    out = finite(view.model.apply.call(given, view.seed))
    rows = {"given": given.cpu(), "made of it": out}
    if isinstance(view.some.x, Tensor):
        return rows | {"wanted": target_of(view.some)[:n].cpu()}
    return rows if view.model.back is None else rows | {"and back": finite(view.model.back.call(out, view.seed))}


def before_and_after(view: View) -> "Image":
    """Rows: what goes in, what comes out, what it should have been; or what it is again on the way back."""
    rows = [as_large(t, view) for t in translated(view).values()]
    return figures.grid(torch.cat(rows), len(rows[0]))


def as_large(t: Tensor, view: View) -> Tensor:
    """Pictures as bytes, of x's size and channels: a smaller one in larger squares, a grey one beside coloured ones.
    Of one with more channels, such as its opacity, the first are shown.
    """
    channels, *size = view.facts["x"].shape
    x = to_uint8(t, view.config.range)
    if list(x.shape[2:]) != size:
        x = torch.nn.functional.interpolate(x, tuple(size), mode="nearest")
    return x[:, :channels] if x.shape[1] > channels else x.expand(-1, channels, -1, -1)


def finite(x: Tensor) -> Tensor:
    if not x.isfinite().all():
        raise NotFiniteError
    return x
