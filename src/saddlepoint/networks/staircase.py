"""Products with matrices that are 0 right of a staircase, which are a good third less work than others of their size.

x     [B, I]
W     [O, I], of which the entries where mask [O, I] is 0 have no part
runs  (first row, row after the last, columns) of blocks of rows of W, no entry of which lies beyond these columns
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

BLOCKS = 4  # with more of them the products get too small to be fast

Runs = tuple[tuple[int, int, int], ...]


def runs_of(mask: Tensor) -> Runs:
    """The mask's rows in blocks, as even as can be, and how far each of them reaches."""
    rows, columns = len(mask), torch.arange(1, mask.shape[1] + 1, device=mask.device)
    cuts = [rows * block // BLOCKS for block in range(BLOCKS + 1)]
    return tuple((a, b, int((mask[a:b] * columns).max())) for a, b in zip(cuts, cuts[1:]) if a < b)


def product(x: Tensor, W: Tensor, mask: Tensor, runs: Runs) -> Tensor:
    """x (W * mask)^T, [B, O]: block by block of rows, each with the columns that it reads."""
    return Product.apply(x, W, mask, runs)


class Product(torch.autograd.Function):
    """y = x V^T with V = W * mask: of the gradient g of y,  g V  is that of x, and  mask * g^T x  that of W."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, W: Tensor, mask: Tensor, runs: Runs) -> Tensor:
        V = W * mask
        ctx.save_for_backward(x, V, mask)
        ctx.runs = runs  # pyright: ignore[reportAttributeAccessIssue]
        return torch.cat([x[:, :n] @ V[a:b, :n].T for a, b, n in runs], 1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, Tensor, None, None]:
        x, V, mask = ctx.saved_tensors
        g = g.to(V)  # of a product that was made in half precision
        of_x, of_W = torch.zeros_like(x) if ctx.needs_input_grad[0] else None, torch.zeros_like(V)
        for a, b, n in ctx.runs:
            of_W[a:b, :n] = g[:, a:b].T @ x[:, :n]
            if of_x is not None:
                of_x[:, :n] += g[:, a:b] @ V[a:b, :n]
        return of_x, of_W.mul_(mask), None, None
