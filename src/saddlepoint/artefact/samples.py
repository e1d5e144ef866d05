"""What was generated: examples as data is stored, and what can be done with them at once."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from saddlepoint.data.facts import About
from saddlepoint.data.scaling import as_bytes
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import png, save
from saddlepoint.files import make_folder, write_atomic
from saddlepoint.media.catalog import medium_of

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, eq=False)
class Samples:
    """Generated examples: x as data is stored (uint8 pictures, float32 points), and their labels [n], or the codes
    [n, E] of their conditions, if there are any. As a sequence, these are the examples. `classes` are what the labels
    mean.
    """

    x: Tensor
    labels: Tensor | None
    about: About
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.x)

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.x)

    def __getitem__(self, i: int | slice) -> Tensor:
        return self.x[i]

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.about.shape))
        return f"<Samples: {len(self):,} {medium_of(self.about).noun} of {size}, {self.about.dtype}>"

    def numpy(self) -> np.ndarray:
        """The examples as an array, [n, C, H, W] of pictures, [n, D] of points."""
        return self.x.numpy()

    def pil(self) -> "list[Image]":
        """Each picture by itself, 8 bits a channel; of more than four channels the first three."""
        from PIL import Image

        if self.about.kind != "pictures":
            what = f"{medium_of(self.about).noun} are no pictures"
            raise SaddlepointError(what, "pil", "`picture()` draws all of them, `numpy()` has their numbers")
        x = as_bytes(self.x, self.about)
        rows = (x if x.shape[1] <= 4 else x[:, :3]).permute(0, 2, 3, 1).numpy()
        return [Image.fromarray(one.squeeze(2) if one.shape[2] == 1 else one) for one in rows]

    def save(self, path: str | Path) -> Path:
        """A sheet of all of them for a picture's name, arrays for `.npz`; whole or not at all."""
        path = Path(path)
        make_folder(path.parent)
        if path.suffix.lower() == ".npz":
            write_atomic(path, self.arrays())
        else:
            save(self.picture(), path)
        return path

    def arrays(self) -> bytes:
        """A .npz file, as a source reads it: x [n, ...]; labels [n] and the names of the classes, or codes c [n, E]."""
        found = {"x": self.x.numpy()}
        if self.labels is not None:
            found["labels" if self.labels.ndim == 1 else "c"] = self.labels.numpy()
        if self.classes:
            found["classes"] = np.array(self.classes)
        packed = io.BytesIO()
        np.savez_compressed(packed, **found)  # pyright: ignore[reportArgumentType]
        return packed.getvalue()

    def picture(self, columns: int | None = None) -> "Image":
        """A sheet of pictures, as square as can be, or a scatter plot of points."""
        return medium_of(self.about).sheet(self.x, self.about, columns, None)

    def _repr_png_(self) -> bytes | None:
        """The sheet, in a notebook."""
        return png(self.picture()) if len(self) else None
