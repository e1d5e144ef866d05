"""Networks of binary x whose logit i reads only what comes before i: fully visible belief nets, MADE and NADE.

    p(x) = prod_i p(x_i | x_1 .. x_(i-1)),   p(x_i = 1 | ...) = sigmoid(logit_i)

x       [B, *shape] of 0 and 1; as numbers 1..D, D the product of the shape, in the order of reading unless it is said
logits  [B, *shape]
u       [n, *shape] uniform in [0, 1): what a sample is drawn from, x_i = 1 where u_i < sigmoid(logit_i)
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from saddlepoint.networks.blocks import Shape
from saddlepoint.networks.staircase import Runs, product, runs_of
from saddlepoint.networks.standard import Standard

MARGIN = 1e-3  # how far off 0 and 1 the first probabilities are kept, where a logit is infinite
BLOCK = 28  # pixels whose hidden units NADE computes at once


class Mask(NamedTuple):
    """Which weights of a layer are there, and how far its rows reach."""

    there: Tensor
    runs: Runs


class Masks(NamedTuple):
    """What they follow from; of the hidden layers, from the last of them to the logits, from x to the logits."""

    order: Tensor
    mean: Tensor
    inner: list[Mask]
    last: Mask
    direct: Mask


class Masked(nn.Module):
    """MADE: a network with those weights alone that keep logit i from all x_j with j >= i (Germain et al. 2015).

    Every unit k has a degree m(k); x_i and logit i have i. A weight from k' to k is there where m(k) >= m(k') (equation
    8), to a logit i where i > m(k') (equation 9), and from x straight to the logits where i > j (section 4.2's direct
    connections). Degrees of hidden units are 1 .. D - 1, as often as `spread` has it. Without hidden layers this is a
    fully visible sigmoid belief net, D logistic regressions (Frey et al. 1998, Does the wake-sleep algorithm produce
    good density estimators?).

    widths  units of each hidden layer, with ReLU
    orders  permutations of x that are trained in turn (section 4.3), the first the order of reading. Each is a density
            of its own, by the same weights

    The weights see x as `standard` has it, by the mean of the data once `start_at` was told it.
    """

    order: Tensor

    def __init__(self, shape: Shape, widths: Sequence[int] = (), orders: int = 1) -> None:
        super().__init__()
        self.shape, self.orders, d = shape, orders, prod(shape)
        self.layers = nn.ModuleList(nn.Linear(below, units) for below, units in zip((d, *widths), widths))
        self.last = nn.Linear(widths[-1], d, bias=False) if widths else None
        self.direct = nn.Linear(d, d)
        nn.init.zeros_(self.direct.weight)
        nn.init.zeros_(self.direct.bias)
        others = [torch.randperm(d) + 1 for _ in range(orders - 1)]
        self.register_buffer("order", torch.stack([torch.arange(1, d + 1), *others]))
        self.standard = Standard(d)
        self.known: dict[int, Masks] = {}  # of orders that were asked for

    def start_at(self, mean: Tensor) -> None:
        """Begin with the mean x [*shape] of the data as each pixel's probability, as if it knew of no other."""
        with torch.no_grad():
            self.standard.start_at(mean)
            self.direct.bias.copy_(torch.logit(mean.flatten(), eps=MARGIN))

    def masks(self, order: int) -> "Masks":
        """They follow from the order and the mean, and are part of no state: found again where others were loaded.
        Those of one order are held as numbers, by which to multiply is four times as fast, of several as bits.
        """
        own, mean = self.order[order], self.standard.mean
        known, degrees = self.known.get(order), own
        alike = known is not None and (known.mean.device, known.mean.dtype) == (mean.device, mean.dtype)
        if known is None or not (alike and known.order.equal(own) and known.mean.equal(mean)):
            masks = []
            for layer in self.layers:
                mine = spread(len(layer.weight), mean[own.argsort()])  # pyright: ignore[reportArgumentType]
                masks.append(mine[:, None] >= degrees)
                degrees = mine
            masks += [own[:, None] > degrees, own[:, None] > own]
            each = [Mask(mask.to(mean) if self.orders == 1 else mask, runs_of(mask)) for mask in masks]
            self.known[order] = known = Masks(own.clone(), mean.clone(), each[:-2], *each[-2:])
        return known

    def weights(self, order: int) -> tuple[list[Tensor], Tensor | None, Tensor]:
        """The weights of the same layers, 0 where they are masked."""
        masks = self.masks(order)
        inner = [layer.weight * mask.there for layer, mask in zip(self.layers, masks.inner)]  # pyright: ignore
        last = None if self.last is None else self.last.weight * masks.last.there
        return inner, last, self.direct.weight * masks.direct.there

    def forward(self, x: Tensor, order: int = 0) -> Tensor:
        h = v = self.standard(x.flatten(1))
        masks = self.masks(order)
        for layer, mask in zip(self.layers, masks.inner):
            h = (product(h, layer.weight, *mask) + layer.bias).relu()  # pyright: ignore
        logits = product(v, self.direct.weight, *masks.direct) + self.direct.bias
        if self.last is not None:
            logits = logits + product(h, self.last.weight, *masks.last)
        return logits.unflatten(1, self.shape)

    @torch.no_grad()
    def draw(self, u: Tensor, order: int = 0) -> Tensor:
        u, x, sweep = u.flatten(1), torch.zeros_like(u.flatten(1)), Sweep(self, len(u), order)
        for i in self.order[order].argsort().tolist():
            x[:, i] = (u[:, i] < sweep.logit(i, x).sigmoid()).to(u)
            sweep.see(i, x)
        return x.unflatten(1, self.shape)


class Sweep:
    """The logits of a `Masked`, one after another in one of its orders, while n examples are being drawn: x_i changes
    the first hidden layer by one column, so that with one hidden layer or none no product is repeated.

    x [n, D]  as far as it is drawn, 0 beyond
    """

    def __init__(self, network: Masked, n: int, order: int = 0) -> None:
        inner, self.last, direct = network.weights(order)
        mean, std = network.standard.mean, network.standard.std
        self.biases: list[Tensor] = [layer.bias for layer in network.layers]  # pyright: ignore[reportAttributeAccessIssue]
        self.direct, self.above = direct / std, inner[1:]
        self.first = network.direct.bias - self.direct @ mean
        self.below = inner[0] / std if inner else None
        self.a = None if self.below is None else (self.biases[0] - self.below @ mean).repeat(n, 1)

    def logit(self, i: int, x: Tensor) -> Tensor:
        """Of x_i [n], once all before it were seen."""
        logit = x @ self.direct[i] + self.first[i]
        if self.a is not None and self.last is not None:
            h = self.a.relu()
            for weight, bias in zip(self.above, self.biases[1:]):
                h = linear(h, weight, bias).relu()
            logit = logit + h @ self.last[i]
        return logit

    def see(self, i: int, x: Tensor) -> None:
        """x_i is drawn."""
        if self.a is not None and self.below is not None:
            self.a += x[:, i : i + 1] * self.below[:, i]


def spread(units: int, mean: Tensor) -> Tensor:
    """Degrees of hidden units, 1 .. D - 1 from the first unit to the last, of `mean` [D] in the order of the degrees.

    A stretch of pixels has units as it has entropy, each pixel's by itself: where all pictures are black there is
    nothing to know. Where no mean is known, or there is no entropy, every degree is as often as any other.
    """
    d, own = len(mean), -(torch.xlogy(mean, mean) + torch.xlogy(1 - mean, 1 - mean))
    total = own.sum()
    if not total > 0:
        return 1 + torch.arange(units, device=mean.device) * max(1, d - 1) // units
    places = (torch.arange(units, device=mean.device) + 0.5) / units
    return (1 + torch.searchsorted(own.double().cumsum(0) / total, places.double())).clamp(1, max(1, d - 1))


class Nade(nn.Module):
    """The neural autoregressive distribution estimator (Larochelle & Murray 2011, equations 7 to 10):

        p(x_i = 1 | ...) = sigmoid(b_i + V_i . h_i),   h_i = sigmoid(a_i),   a_i = c + sum_(j < i) W_j x_j

    a_(i+1) = a_i + W_i x_i, so that all of them take O(H D), not O(H D^2).
    """

    def __init__(self, shape: Shape, hidden: int) -> None:
        super().__init__()
        self.shape, self.orders, d = shape, 1, prod(shape)
        self.W, self.V = nn.Linear(d, hidden), nn.Linear(hidden, d)

    def start_at(self, mean: Tensor) -> None:
        """As that of `Masked`."""
        with torch.no_grad():
            self.V.bias.copy_(torch.logit(mean.flatten(), eps=MARGIN))

    def forward(self, x: Tensor, order: int = 0) -> Tensor:
        """Some pixels at once: sums within a block are a product with a triangle of ones, between blocks carried on."""
        v, W = x.flatten(1), self.W.weight
        a, logits = self.W.bias.expand(len(v), -1), []
        for start in range(0, v.shape[1], BLOCK):
            part = slice(start, start + BLOCK)
            some = v[:, part]
            before = some[:, None] * torch.ones(some.shape[1], some.shape[1], dtype=v.dtype, device=v.device).tril(-1)
            h = (a[:, None] + before @ W[:, part].T).sigmoid()
            logits.append((h * self.V.weight[part]).sum(2) + self.V.bias[part])
            a = a + some @ W[:, part].T
        return torch.cat(logits, 1).unflatten(1, self.shape)

    @torch.no_grad()
    def draw(self, u: Tensor, order: int = 0) -> Tensor:
        """One sweep: as dear as one pass of `forward`."""
        u, x = u.flatten(1), torch.zeros_like(u.flatten(1))
        a = self.W.bias.repeat(len(u), 1)
        for i in range(u.shape[1]):
            logit = a.sigmoid() @ self.V.weight[i] + self.V.bias[i]
            x[:, i] = (u[:, i] < logit.sigmoid()).to(u)
            a += x[:, i : i + 1] * self.W.weight[:, i]
        return x.unflatten(1, self.shape)
