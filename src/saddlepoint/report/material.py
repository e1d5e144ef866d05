"""What a report shows beyond the run folder's own words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from saddlepoint.figures import Frame
from saddlepoint.judging.card import Measure

if TYPE_CHECKING:
    from PIL.Image import Image


class Pairs(NamedTuple):
    """Generated pictures and the training picture nearest to each.

    pictures, training  uint8 [M, C, H, W]
    distances           [M], as `judge.nearest` measures them
    held_out            the median distance from held-out real pictures to their nearest training picture: what is
                        usual between pictures that are no copies
    others              uint8 [M, C, H, W], by name: the nearest by other measures; by L1, the sum of absolute
                        differences, it is the nearest of the 100 nearest
    """

    pictures: Tensor
    training: Tensor
    distances: Tensor
    held_out: float | None = None
    others: Mapping[str, Tensor] = MappingProxyType({})


class Material(NamedTuple):
    """What a page shows beyond the run folder's own words. Whatever is missing is left out of the page.

    samples     uint8 [K, n, C, H, W], n generated pictures of each of K classes (K = 1 without)
    real        the same of the training data
    pairs       generated pictures beside their nearest training pictures
    frames      the film strip's: (images seen, uint8 [R, C, H, W] or a drawn image), the same z in each
    measures    of the samples, by name; the first three stand at the top of the page
    tables      further figures: (name, value, note)
    copies      near-copies beside the training pictures that they are like, the closest first
    translated  rows by name, each uint8 [M, C, H, W]: what a model was given and had not seen, what it made of it, what
                that should have been, or what it is again on the way back
    sheet       samples drawn in one picture, where they are no pictures
    """

    samples: Tensor | None = None
    real: Tensor | None = None
    pairs: Pairs | None = None
    frames: Sequence[Frame] = ()
    measures: Mapping[str, Measure] = MappingProxyType({})
    tables: Sequence[tuple[str, str, str]] = ()
    copies: Pairs | None = None
    translated: Mapping[str, Tensor] = MappingProxyType({})
    sheet: "Image | None" = None
