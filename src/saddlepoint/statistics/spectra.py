"""Eigenvalues and singular values that come, whatever the matrix.

The fast routines that torch calls (divide and conquer) give up on some matrices of low rank, as the covariance of few
examples in many features is. NumPy's LAPACK is another build and does not give up on the same ones.
"""

import numpy as np
import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError


def eigh(symmetric: Tensor) -> tuple[Tensor, Tensor]:
    """A = V diag(l) V^T of a symmetric matrix [n, n]: l [n] from the least to the largest, V [n, n] by columns."""
    try:
        values, vectors = torch.linalg.eigh(symmetric)
    except torch.linalg.LinAlgError:
        values, vectors = (torch.from_numpy(each).to(symmetric) for each in np.linalg.eigh(finite(symmetric)))
    return values, vectors


def eigenvalues_of(symmetric: Tensor) -> Tensor:
    """l of `eigh` alone, [n], in a part of the time."""
    try:
        return torch.linalg.eigvalsh(symmetric)
    except torch.linalg.LinAlgError:
        return torch.from_numpy(np.linalg.eigvalsh(finite(symmetric))).to(symmetric)


def singular_values(matrix: Tensor) -> Tensor:
    """Those of a matrix [m, n], from the largest on: [min(m, n)]."""
    try:
        return torch.linalg.svdvals(matrix)
    except torch.linalg.LinAlgError:
        return torch.from_numpy(np.linalg.svd(finite(matrix), compute_uv=False)).to(matrix)


def finite(matrix: Tensor) -> np.ndarray:
    """The same for NumPy; SaddlepointError where a number in it is none."""
    if not bool(torch.isfinite(matrix).all()):
        raise SaddlepointError("a matrix with numbers that are not finite", "statistics", "look at the data")
    return matrix.detach().cpu().numpy()
