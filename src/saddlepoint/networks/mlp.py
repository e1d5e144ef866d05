"""Fully connected networks (Goodfellow et al. 2014; Mirza & Osindero 2014), for points and for pictures as points.

x   [B, *shape]; pictures are flattened on the way in and shaped on the way out
z   [B, latent];  c  None, [B] labels or [B, E] vectors
"""

from math import prod
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.networks.blocks import (
    SLOPE,
    Maxout,
    Output,
    Shape,
    constrain,
    initialise_he,
    initialise_uniform,
    leaky,
    squash,
)
from saddlepoint.networks.conditions import (
    UNCONDITIONAL,
    Code,
    Concat,
    Condition,
    Head,
    entrance,
    refuse_projection,
)
from saddlepoint.records import Answer

Activation = Literal["relu", "leaky", "tanh", "maxout"]


class Layers(NamedTuple):
    """A stack of hidden layers, each v -> dropout(activation(W v + b)).

    widths         units of each layer
    activation     relu, leaky (slope .2), tanh, or maxout over `pieces` linear maps
    dropout        probability that a hidden unit is dropped; `input_dropout` the same for what enters the stack
    irange         weights start U(-irange, irange); None: normal, at the scale that keeps the signal's; biases at 0
    normalise      batch normalisation before the activation (Ioffe & Szegedy 2015)
    """

    widths: tuple[int, ...]
    activation: Activation = "relu"
    pieces: int = 5
    dropout: float = 0.0
    input_dropout: float = 0.0
    irange: float | None = None
    normalise: bool = False


class Branches(NamedTuple):
    """Separate first layers for z or x, and for the code of c, before the joint ones (Mirza & Osindero 2014)."""

    own: Layers
    condition: Layers


G_2014 = Layers((1200, 1200), irange=0.05)
D_2014 = Layers((240, 240), "maxout", dropout=0.5, input_dropout=0.2, irange=0.005)


class MLPGenerator(nn.Module):
    """G(z, c) = output(W h + b), h the last hidden layer on z joined with c.

    hidden     the (joint) hidden layers; their irange holds for W too
    output     identity for points, sigmoid for x in [0, 1], tanh for x in [-1, 1]
    branches   layers of their own for z and for c, ahead of `hidden`; c then enters there, not by `condition.mode`
    """

    def __init__(
        self,
        shape: Shape,
        latent: int = 100,
        hidden: Layers = G_2014,
        *,
        output: Output = "sigmoid",
        branches: Branches | None = None,
        condition: Condition = UNCONDITIONAL,
    ) -> None:
        super().__init__()
        refuse_projection(condition)
        self.shape, self.output = shape, output
        self.body = Body(latent, hidden, branches, condition)
        self.last = nn.Linear(self.body.size, prod(shape))
        self.squash = squash(output)
        initialise(self.last, hidden.irange)

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return self.squash(self.last(self.body(z, c)[-1])).unflatten(1, self.shape)

    def start_at(self, mean: Tensor, margin: float = 1e-3) -> None:
        """Set the output's bias to output^-1(mean), so that G starts around the mean x [*shape] of the data.

        The 2014 code does so with each pixel's marginal. The mean is kept `margin` off the ends of the range, where the
        inverse is infinite.
        """
        match self.output:
            case "sigmoid":
                bias = torch.logit(mean, eps=margin)
            case "tanh":
                bias = torch.atanh(mean.clamp(margin - 1, 1 - margin))
            case _:
                bias = mean
        with torch.no_grad():
            self.last.bias.copy_(bias.flatten())


class MLPCritic(nn.Module):
    """D(x, c): logit = w . h + b, h the last hidden layer on the flattened x joined with c; `features` are the layers.

    hidden     the (joint) hidden layers; their irange holds for w too
    branches   layers of their own for x and for c, ahead of `hidden`; c then enters there, not by `condition.mode`
    auxiliary  a second head that classifies x: `classes` of the answer
    spectral   spectral normalisation of every weight matrix
    """

    def __init__(
        self,
        shape: Shape,
        hidden: Layers = D_2014,
        *,
        branches: Branches | None = None,
        condition: Condition = UNCONDITIONAL,
        auxiliary: bool = False,
        spectral: bool = False,
    ) -> None:
        super().__init__()
        self.body = Body(prod(shape), hidden, branches, condition)
        self.head = Head(condition, self.body.size, auxiliary)
        initialise(self.head, hidden.irange)
        constrain(self, spectral)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        features = self.body(x.flatten(1), c)
        return self.head(features[-1], c, features)


class Body(nn.Module):
    """(v [B, size], c) -> the outputs of the layers after the two have met, each [B, units]."""

    def __init__(self, size: int, hidden: Layers, branches: Branches | None, condition: Condition) -> None:
        super().__init__()
        self.own = nn.Sequential()
        self.join = entrance(condition, size)
        if branches is not None:
            self.own = stack(size, branches.own)
            path = nn.Sequential(Code(condition), *stack(condition.length, branches.condition))
            self.join = Concat(branches.own.widths[-1], path, branches.condition.widths[-1])
        self.layers = stack(self.join.size, hidden)
        self.size = hidden.widths[-1]

    def forward(self, v: Tensor, c: Tensor | None) -> tuple[Tensor, ...]:
        h, outputs = self.join(self.own(v), c), []
        for layer in self.layers:
            h = layer(h)
            outputs.append(h)
        return tuple(outputs)


def stack(inputs: int, layers: Layers) -> nn.Sequential:
    """One module per hidden layer."""
    modules, sizes = nn.Sequential(), (inputs, *layers.widths)
    for index, (size, units) in enumerate(zip(sizes, layers.widths)):
        maxout = layers.activation == "maxout"
        layer = nn.Sequential(Maxout(size, units, layers.pieces) if maxout else nn.Linear(size, units))
        if layers.normalise:
            layer.append(nn.BatchNorm1d(units))
        if not maxout:
            layer.append({"relu": nn.ReLU, "leaky": leaky, "tanh": nn.Tanh}[layers.activation]())
        if layers.dropout:
            layer.append(nn.Dropout(layers.dropout))
        if index == 0 and layers.input_dropout:
            layer.insert(0, nn.Dropout(layers.input_dropout))
        modules.append(layer)
    initialise(modules, layers.irange, SLOPES[layers.activation])
    return modules


# The slope on negative inputs that He's scale is computed with; 1 stands for a layer that is linear near zero.
SLOPES = {"relu": 0.0, "leaky": SLOPE, "tanh": 1.0, "maxout": 1.0}


def initialise(layers: nn.Module, irange: float | None, slope: float = 1.0) -> None:
    if irange is None:
        initialise_he(layers, slope)
    else:
        initialise_uniform(layers, irange)
