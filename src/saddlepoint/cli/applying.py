"""What `saddlepoint apply` does. This module imports torch; its verb does so once the request is sound."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from saddlepoint.artefact.ability import CANNOT
from saddlepoint.artefact.artefact import Artefact
from saddlepoint.cli.display import bar
from saddlepoint.data import given
from saddlepoint.data.facts import About
from saddlepoint.data.fitting import Form
from saddlepoint.data.pictures import Header, colour_of
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import save
from saddlepoint.files import make_folder, write_atomic
from saddlepoint.formats import format_of


def applied(
    model: Artefact, places: Mapping[Path, Path], seed: int, silent: bool, perception: float | None = None
) -> tuple[list[Path], list[SaddlepointError]]:
    """Write what the model makes of each picture; those that failed are told, and stop nobody else."""
    if "apply" not in model.can:
        raise model.refuse(CANNOT["apply"])
    if model.given.kind != "pictures":
        raise SaddlepointError(
            f"this model is applied to {model.given.kind}", "apply", "pictures cannot be given to it"
        )
    written, faults = [], []
    for picture in bar(list(places), silent or len(places) == 1):
        try:
            x = read(picture, model)
            made = model.apply(x[None], seed, perception=perception).x[0]
            make_folder(places[picture].parent)
            written.append(left(made, model, places[picture]))
        except SaddlepointError as error:
            faults.append(error)
    return written, faults


def left(made: Tensor, model: Artefact, path: Path) -> Path:
    """The result in its file: as PNG with all it has, as another format with what that keeps."""
    content = model.medium.encode(whole(made, model.about), model.about)
    if model.medium.suffix != ".png" or format_of(path) == "PNG":
        write_atomic(path, content)
        return path
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        deep = image.mode.startswith("I")  # 16 bits a pixel, of which no other format keeps more than 8
        return save(Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)) if deep else image, path)


def read(path: Path, model: Artefact) -> Tensor:
    """A picture in the channels and the type that the model was trained on; in its own size where any will do."""
    about, to = model.given, model.model.apply
    channels, *size = about.shape

    def form(header: Header) -> Form:
        height, width = size if to is not None and to.step is None else (header.height, header.width)
        return Form(height, width, channels, about.dtype, "crop", colour_of("white"))

    x = given.picture(path, form, about)
    if to is not None and to.opacity and bool((2 * x[-1].float() >= about.low + about.high).all()):
        hint = "erase what is to be filled, and save it as PNG"
        raise SaddlepointError("nothing in it is transparent, so there is nothing to fill", str(path), hint)
    return x


def whole(x: Tensor, about: About) -> Tensor:
    """A picture of floating-point numbers in 16 bits, for which there is a file; others as they are."""
    if not x.is_floating_point():
        return x
    return ((x - about.low) / max(about.high - about.low, 1e-12) * 65535).round().clamp(0, 65535).to(torch.uint16)
