"""The settings of networks that several systems are made of. No torch is imported here."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import Frozen, Pace, Positive, Units

ConditionMode = Literal["none", "concat", "embedding", "add", "projection"]


class Mlp(Frozen):
    """Fully-connected layers, on points or on flattened pictures."""

    kind: Literal["mlp"] = "mlp"
    hidden: Units = (256, 256)
    """Units of each hidden layer."""
    activation: Literal["relu", "leaky", "tanh", "maxout"] = "leaky"
    """The function after each hidden layer."""
    pieces: Annotated[int, Field(ge=2, le=1_000)] = 5
    """Linear pieces of a maxout unit."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability that a hidden unit is dropped."""
    input_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability that an input is dropped."""
    irange: Annotated[float, Field(gt=0)] | None = None
    """Initial weights uniform in [-irange, irange]; unset: a normal distribution that keeps the signal's scale."""
    branches: tuple[Positive, Positive] | None = None
    """Units of a separate layer for each of (z or x, c), before they are joined."""
    branch_pieces: Annotated[int, Field(ge=2, le=1_000)] = 5
    """Linear pieces of a maxout unit in these layers."""
    condition: ConditionMode = "concat"
    """How c enters."""


class Dcgan(Frozen):
    """Strided convolutions down, fractionally-strided ones up (Radford et al. 2015)."""

    kind: Literal["dcgan"] = "dcgan"
    width: Positive = 64
    """Channels next to the picture; doubled at each halving."""
    kernel: Annotated[int, Field(ge=3, le=7)] = 5
    """Side of the convolutions."""
    normalise: bool = True
    """Batch normalisation, except at G's output and D's input."""
    condition: ConditionMode = "embedding"
    """How c enters."""


class Residual(Frozen):
    """Residual blocks without any normalisation layer."""

    kind: Literal["residual"] = "residual"
    width: Positive = 32
    """Channels next to the picture; doubled at each halving."""
    blocks: Annotated[int, Field(ge=0, le=64)] = 1
    """Residual blocks at each size; 0 leaves a plain chain of convolutions."""
    branch: Literal["plain", "bottleneck"] = "bottleneck"
    """Two 3 x 3 convolutions in a block, or 1 x 1, 3 x 3, 1 x 1 at half the channels."""
    limit: Positive = 4
    """The largest factor on `width`."""
    condition: ConditionMode = "embedding"
    """How c enters."""


Network = Annotated[Mlp | Dcgan | Residual, Field(discriminator="kind")]


class PatchPace(Pace):
    """A PatchGAN critic: its size, and how it is updated."""

    width: Positive = 32
    """Channels next to the picture; doubled at each layer, up to a factor of 8."""
    layers: Annotated[int, Field(ge=0, le=5)] = 3
    """Strided convolutions: a logit sees 1, 16, 34, 70, 142 or 286 pixels."""
