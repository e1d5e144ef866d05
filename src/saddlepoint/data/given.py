"""A picture that is given by itself, as one of a set that is known: to be translated, or to be asked about."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from saddlepoint.data.facts import About
from saddlepoint.data.fitting import Form
from saddlepoint.data.folder import look_at
from saddlepoint.data.pictures import Header, decode, probe, strict
from saddlepoint.data.reading import Bad
from saddlepoint.errors import SaddlepointError

FLOATING = 32  # bits of each number of a picture


def picture(path: Path, form: Callable[[Header], Form], about: About | None = None) -> Tensor:
    """The picture in this file, [C, H, W], brought to the form that its header calls for.

    A file of whole numbers says by itself what is black and white. In a set of floating point, which is `about`, these
    are the set's, as they are where its samples become files; a file of floating point has the set's own numbers.
    """
    found = look_at(path, str(path), path.suffix.lower())
    if isinstance(found, Bad):
        raise SaddlepointError(found.reason if path.exists() else "no such file", str(path))
    with strict():
        header = probe(found)
        x = torch.from_numpy(decode(found, form(header)).copy())
    if about is None or not x.is_floating_point() or header.depth == FLOATING:
        return x
    return about.low + x * (about.high - about.low)
