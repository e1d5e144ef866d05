"""A medium: what differs between pictures, points, sound and text once they are examples. One file each."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from saddlepoint.data.facts import About
from saddlepoint.data.scaling import Scale

if TYPE_CHECKING:
    from PIL.Image import Image


Draw = Callable[[Tensor, About, int | None, Tensor | None], "Image"]


class Medium(NamedTuple):
    """What is done with examples of one kind, as they are stored, [N, ...].

    noun     what several of them are called
    ranges   in which networks may see them, the usual one first
    drawn    how many a frame of the film strip shows, and how many stand side by side
    sheet    (x, columns, real) -> one picture of them all; `real` are examples to show behind or beside, or None
    frame    the same for the film strip, in which there are many
    suffix   of the file of one example; empty where each has none
    encode   one example to the bytes of such a file
    seen     (x, about) -> what feature extractors are shown
    eyes     (about) -> the features that suit them, the best first
    layout   in which memory format networks on them are fastest
    copies   whether near-copies among samples mean something
    """

    noun: str
    ranges: tuple[Scale, ...]
    drawn: tuple[int, int]
    sheet: Draw
    frame: Draw
    suffix: str
    encode: Callable[[Tensor, About], bytes]
    seen: Callable[[Tensor, About], Tensor]
    eyes: Callable[[About], tuple[str, ...]]
    layout: torch.memory_format = torch.preserve_format
    copies: bool = False
