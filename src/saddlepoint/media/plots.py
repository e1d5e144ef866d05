"""Points on paper with axes: two columns as clouds, more as a histogram each, and the pairs that depend most.

Both sides are drawn in one window, the data's own: what is generated outside of it is counted, not shown.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from saddlepoint.figures import FAKE, INK, PAPER, REAL, clouds, font_of

if TYPE_CHECKING:
    from PIL.Image import Image

SIZE, SMALL = 400, 220  # pixels of a cloud that has the sheet to itself, of one of several panels
LEFT, BELOW, ABOVE, GAP = 64, 40, 22, 17  # pixels for the numbers beside a panel, those below and its name, its title
BINS, ACROSS = 32, 4
HISTOGRAMS, PAIRS = 12, 4  # at most: of the first columns, of those that are correlated most


class Window(NamedTuple):
    """What of one axis is shown: its name, and from where to where."""

    name: str
    low: float
    high: float


def windows(x: Tensor, names: Sequence[str], equal: bool) -> list[Window]:
    """The window of each column of x [N, D]: its numbers and a tenth of their range more, without the outermost of a
    column with heavy tails; `equal` gives all the width of the widest.
    """
    found = []
    for name, column in zip(names, x.double().T, strict=True):
        known = column[column.isfinite()]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        if len(known) > 100:
            inner = [float(known.quantile(q)) for q in (0.01, 0.99)]
            if high - low > 4 * (inner[1] - inner[0]) > 0:
                low, high = inner
        margin = max(0.1 * (high - low), 1e-9 * max(1.0, abs(low)))
        found.append(Window(name, low - margin, high + margin))
    if not equal:
        return found
    half = max(each.high - each.low for each in found) / 2
    return [Window(n, (low + high) / 2 - half, (low + high) / 2 + half) for n, low, high in found]


def ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Three to seven round numbers in this window, each with as many digits as tell them apart."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    places = [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    largest = max((abs(place) for place in places), default=1.0)
    if largest >= 1e7 or step < 1e-5:
        digits = max(1, 1 + math.ceil(math.log10(max(largest, step) / step)))
        return [(place, f"{place:.{digits}g}") for place in places]
    return [(place, f"{place:,.{max(0, -math.floor(math.log10(step * 1.0001)))}f}") for place in places]


def framed(inner: "Image", x: Window, y: Window | None, title: str) -> "Image":
    """The drawing inside its axes: numbers and names along them; without y there are none at the side."""
    from PIL import Image, ImageDraw

    width, height = inner.size
    paper = Image.new("RGB", (LEFT + width + GAP, ABOVE + height + BELOW), PAPER)
    paper.paste(inner, (LEFT, ABOVE))
    pen, small = ImageDraw.Draw(paper), font_of(["0"], width, 11)
    pen.rectangle((LEFT, ABOVE, LEFT + width - 1, ABOVE + height - 1), outline=INK)
    for place, words in ticks(x.low, x.high)[:: 1 if width >= SIZE else 2]:
        at = LEFT + (place - x.low) / (x.high - x.low) * width
        pen.line((at, ABOVE + height, at, ABOVE + height + 4), fill=INK)
        pen.text((at, ABOVE + height + 6), words, INK, font=small, anchor="mt")
    for place, words in ticks(y.low, y.high) if y else ():
        at = ABOVE + (y.high - place) / (y.high - y.low) * height
        pen.line((LEFT - 4, at, LEFT, at), fill=INK)
        pen.text((LEFT - 6, at), words, INK, font=small, anchor="rm")
    pen.text((LEFT + width / 2, ABOVE + height + 22), shortened(x.name, width), INK, font=small, anchor="mt")
    if y:
        pen.text((4, 4), shortened(y.name, width // 2 if title else width), INK, font=small, anchor="lt")
    pen.text((LEFT + width, 4), title, INK, font=small, anchor="rt")
    return paper


def shortened(name: str, width: int) -> str:
    """A name of at most as many characters as fit into these pixels."""
    most = max(6, width // 7)
    return name if len(name) <= most else name[: most - 3] + "..."


def cloud(points: Tensor, real: Tensor | None, at: tuple[Window, Window], size: int, title: str) -> "Image":
    """A panel of two columns [N, 2]."""
    low, high = (torch.tensor([getattr(each, end) for each in at], dtype=torch.float64) for end in ("low", "high"))
    inner = clouds(points, real, (low + high) / 2, ((high - low) / 2).clamp_min(1e-300), size)
    return framed(inner, *at, title)


def histogram(points: Tensor, real: Tensor | None, at: Window, size: int, title: str = "") -> "Image":
    """A panel of one column [N]: shares of the real ones filled, of the generated ones a line."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (2 * size, 2 * size), PAPER)
    pen = ImageDraw.Draw(image, "RGBA")
    shares = [None if each is None or not len(each) else share(each, at) for each in (real, points)]
    highest = 1.1 * max((float(each.max()) for each in shares if each is not None), default=1.0) or 1.0
    edges = [2 * size * k / BINS for k in range(BINS + 1)]
    if shares[0] is not None:
        for k, value in enumerate(shares[0].tolist()):
            pen.rectangle((edges[k], 2 * size * (1 - value / highest), edges[k + 1], 2 * size), fill=(*REAL, 110))
    if shares[1] is not None:
        heights = [2 * size * (1 - value / highest) for value in shares[1].tolist()]
        steps = [(edges[k + side], h) for k, h in enumerate(heights) for side in (0, 1)]
        pen.line([(0.0, 2.0 * size), *steps, (2.0 * size, 2.0 * size)], fill=(*FAKE, 255), width=4)
    return framed(image.reduce(2), at, None, title)


def share(column: Tensor, at: Window) -> Tensor:
    """The share of the column [N] in each of the window's bins, [BINS]."""
    known = column.double()
    return torch.histc(known[known.isfinite()], BINS, at.low, at.high) / max(1, len(column))


def dependent(x: Tensor) -> list[tuple[int, int]]:
    """The pairs of columns of x [N, D] that are correlated most, at most PAIRS."""
    d = x.shape[1]
    corr = torch.corrcoef(x.double().T).nan_to_num().abs().triu(1)
    return [divmod(int(place), d) for place in corr.flatten().argsort(descending=True, stable=True)[:PAIRS]]


def sheet(x: Tensor, real: Tensor | None, names: Sequence[str], equal: bool, over: bool = False) -> "Image":
    """Points [N, D] and real ones: of two columns the real ones beside the generated ones, on the same axes, or below
    them; of more, or of one, a histogram for each, and the pairs that depend most on each other.
    """
    known = x if real is None or not len(real) else real
    at = windows(known, names, equal and x.shape[1] == 2)
    if x.shape[1] == 2:
        pair = (at[0], at[1])
        if over or real is None:
            return cloud(x, real, pair, SIZE, f"{len(x):,} points")
        panels = [cloud(real[:0], real, pair, SIZE, f"{len(real):,} of the data")]
        return mounted([*panels, cloud(x, None, pair, SIZE, f"{len(x):,} points")], 2)
    columns = range(min(HISTOGRAMS, x.shape[1]))
    of = [None if real is None else real[:, i] for i in columns]
    words = ["" if real is None or i else "blue: data; orange: generated" for i in columns]
    panels = [histogram(x[:, i], of[i], at[i], SMALL, words[i]) for i in columns]
    if x.shape[1] > 2:
        for i, j in dependent(known):
            both = None if real is None else real[:, [i, j]]
            panels.append(cloud(x[:, [i, j]], both, (at[i], at[j]), SMALL, ""))
    return mounted(panels, ACROSS)


def mounted(panels: Sequence["Image"], across: int) -> "Image":
    """Panels of one size, row by row."""
    from PIL import Image

    width, height = panels[0].size
    across = min(across, len(panels))
    paper = Image.new("RGB", (across * width, -(-len(panels) // across) * height), PAPER)
    for i, panel in enumerate(panels):
        paper.paste(panel, (i % across * width, i // across * height))
    return paper
