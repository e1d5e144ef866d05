"""Multinomial logistic regression: the linear classifier that representations are compared by.

x  [N, D] float64, examples;  y [N] int64, their classes 0..K-1
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.spectra import eigh

STEPS = 500


class Logistic(NamedTuple):
    """p(y = k | x) proportional to e^(w_k x + b_k): W [K, D], b [K]."""

    W: Tensor
    b: Tensor

    def classes(self, x: Tensor) -> Tensor:
        """The likeliest class of each example, [N]."""
        return (x @ self.W.T + self.b).argmax(1)

    def error(self, x: Tensor, y: Tensor) -> float:
        """Share of the examples whose likeliest class is not theirs."""
        return float((self.classes(x) != y).double().mean())


def fit(x: Tensor, y: Tensor, classes: int, penalty: float, slope: float = 1e-7) -> Logistic:
    """The only minimum of  mean -log p(y | x) + penalty/2 |W|^2,  by L-BFGS (b, which is free, up to a constant), to
    where no derivative is larger than `slope`.

    W is a combination of the examples (the representer theorem): of fewer examples than numbers in each it is looked
    for among these combinations alone, in coordinates in which |W| is the same.
    """
    if len(x) < 1 or penalty <= 0:
        raise SaddlepointError(f"{len(x)} examples, a penalty of {penalty:g}", "logistic regression", "give more")
    axes = span(x) if len(x) < x.shape[1] else None
    seen = x if axes is None else x @ axes
    W = torch.zeros(classes, seen.shape[1], dtype=x.dtype, requires_grad=True)
    b = torch.zeros(classes, dtype=x.dtype, requires_grad=True)
    rule = torch.optim.LBFGS(
        [W, b], max_iter=STEPS, tolerance_grad=slope, tolerance_change=0.0, line_search_fn="strong_wolfe"
    )

    def cost() -> Tensor:
        rule.zero_grad()
        value = cross_entropy(seen @ W.T + b, y) + penalty / 2 * W.square().sum()
        value.backward()
        return value

    rule.step(cost)  # pyright: ignore[reportArgumentType]
    found = W.detach()
    return Logistic(found if axes is None else found @ axes.T, b.detach())


def span(x: Tensor) -> Tensor:
    """Orthonormal directions that the rows of x lie in, [D, R], R <= N: from the small matrix x x^T."""
    values, U = eigh(x @ x.T)
    there = values > values.max().clamp_min(1e-300) * 1e-12
    return x.T @ (U[:, there] / values[there].sqrt())
