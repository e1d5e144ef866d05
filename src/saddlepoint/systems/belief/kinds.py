"""The kinds of network that a fully visible belief net can be, and their settings. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import Frozen, Positive


class Masked(Frozen):
    """MADE: fully-connected layers without the weights from later pixels (Germain et al. 2015)."""

    kind: Literal["masked"] = "masked"
    widths: Annotated[tuple[Positive, ...], Field(max_length=8)] = ()
    """Units of each hidden layer; none: a logistic regression for each pixel."""
    orders: Annotated[int, Field(ge=1, le=64)] = 1
    """Orders of the pixels, trained in turn; log p is that of their mixture."""


class Nade(Frozen):
    """One hidden layer whose weights all pixels share (Larochelle & Murray 2011)."""

    kind: Literal["nade"] = "nade"
    hidden: Positive = 200
    """Units of the hidden layer."""


class Gated(Frozen):
    """Convolutions that see what is above and to the left, in two stacks (van den Oord et al. 2016)."""

    kind: Literal["gated"] = "gated"
    width: Positive = 16
    """Channels of each stack."""
    levels: Annotated[int, Field(ge=0, le=64)] = 5
    """Levels with kernels of 3 x 3, after one of 7 x 7."""
    dilated: bool = False
    """Use pixels 1, 2, 4, 2 apart in these kernels, level by level: they reach further."""
    beside: Annotated[int, Field(ge=0, le=2**16)] = 0
    """Units of a masked layer beside the convolutions, which sees all earlier pixels and where they are; 0: none."""
