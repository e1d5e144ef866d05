"""A source: all examples of a data set, in the type they are stored in, with what is known about them."""

import hashlib
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.axes import Axis
from saddlepoint.data.reading import Field, shown


class Source(NamedTuple):
    """N examples and their conditions, in storage types.

    x        [N, C, H, W] uint8, uint16, float32 for pictures; [N, D] float32 or float64 for points; [N, C, T] for sound
    c        None, [N] labels (int64), or [N, E] float32 vectors
    classes  the names of the labels 0..K-1
    licence  what the data may be used for, as its origin states it
    fields   what the columns of c mean, where c is vectors
    notes    what was decided and left out when the data were read, a line each
    known    the digest, where it has been computed before
    mapped   whether x lies in a file and takes no memory of its own
    low      the stored number that is black, and
    high     the one that is white, where pictures are floating point; integers have their type's 0 and largest
    eye      the features that were made for these data, where there are such
    axes     the columns of points that were read, in units of somebody's own; of points that are drawn here, none
    label    what the labels are called, where that is known
    origin   where examples are patches, the number of the picture each was cut out of, [N]
    """

    name: str
    x: Tensor
    c: Tensor | None = None
    classes: tuple[str, ...] = ()
    licence: str = "unstated"
    fields: tuple[Field, ...] = ()
    notes: tuple[str, ...] = ()
    known: str | None = None
    mapped: bool = False
    low: float = 0.0
    high: float = 1.0
    eye: str = ""
    axes: tuple[Axis, ...] = ()
    label: str = ""
    origin: Tensor | None = None

    def __repr__(self) -> str:
        classes = f", {len(self.classes)} classes" if self.classes else ""
        shape, kind = " x ".join(map(str, self.x.shape)), str(self.x.dtype).removeprefix("torch.")
        return f"<Source {shown(self.name)}: {shape}, {kind}{classes}>"

    @property
    def size(self) -> int:
        """N, the number of examples."""
        return self.x.shape[0]

    def take(self, indices: Tensor) -> "Source":
        """The source restricted to these examples, in this order."""
        c, origin = (None if t is None else t[indices] for t in (self.c, self.origin))
        return self._replace(x=self.x[indices], c=c, origin=origin, known=None, mapped=False)

    def digest(self) -> str:
        """SHA-256 of the types, shapes and bytes of x and c: what makes two runs' data the same data."""
        if self.known is not None:
            return self.known
        digest = hashlib.sha256()
        for tensor in (self.x, self.c):
            if tensor is not None:
                digest.update(f"{tensor.dtype} {tuple(tensor.shape)}".encode())
                digest.update(tensor.contiguous().view(torch.uint8).numpy().data)
        return digest.hexdigest()
