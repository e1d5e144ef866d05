"""What the models draw: a row of samples each, since figures alone do not say what a picture looks like."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import interpolate

from saddlepoint.artefact import folder as artefacts
from saddlepoint.data.scaling import as_bytes
from saddlepoint.figures import grid

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS = 12


def sheet(runs: list[tuple[str, Path]]) -> "Image | None":
    """A row for each run whose model draws samples, under it the name that it goes by; None where none does. A sample
    that is a probability for each pixel is shown as grey. Rows are as large as the first: a budget may have chosen
    another size for a slower model.
    """
    names, rows = [], []
    for name, run in runs:
        model = artefacts.load(run)
        if "sample" in model.can:
            found = model.sample(COLUMNS)
            x = as_bytes(found.x, found.about)
            rows.append(interpolate(x, rows[0].shape[2:]) if rows else x)
            names += [name, *[""] * (COLUMNS - 1)]
    return grid(torch.cat(rows), COLUMNS, captions=names) if rows else None
