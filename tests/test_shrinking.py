"""Smaller and larger pictures against MATLAB's imresize written out in numpy, torch's own, and closed forms."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.shrinking import cubic, enlarge, shrink

FACTORS = [2, 3, 4, 8]


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def imresize(x: np.ndarray, scale: float, length: int) -> np.ndarray:
    """MATLAB's: along the first axis of x, as `contributions` and `resizeAlongDim` of imresize.m have it."""

    def h(t):
        a, b, c = np.abs(t), np.abs(t) ** 2, np.abs(t) ** 3
        return (1.5 * c - 2.5 * b + 1) * (a <= 1) + (-0.5 * c + 2.5 * b - 4 * a + 2) * ((a > 1) & (a <= 2))

    n, width = len(x), 4 / min(scale, 1)
    u = np.arange(1, length + 1) / scale + 0.5 * (1 - 1 / scale)  # from 1, as MATLAB counts
    left = np.floor(u - width / 2)
    indices = (left[:, None] + np.arange(int(np.ceil(width)) + 2)).astype(int)
    weights = scale * h(scale * (u[:, None] - indices)) if scale < 1 else h(u[:, None] - indices)
    weights /= weights.sum(1, keepdims=True)
    return np.einsum("ok,ok...->o...", weights, x[np.clip(indices, 1, n) - 1])


def both_ways(x: torch.Tensor, scale: float) -> torch.Tensor:
    height, width = (int(np.ceil(side * scale - 1e-9)) for side in x.shape[2:])
    rows = imresize(np.moveaxis(x.numpy(), 2, 0), scale, height)
    columns = imresize(np.moveaxis(rows, 3, 0), scale, width)
    return torch.from_numpy(np.ascontiguousarray(columns.transpose(2, 3, 1, 0)))


@pytest.mark.parametrize("factor", [1, *FACTORS, 5])
@pytest.mark.parametrize("size", [(40, 24), (41, 27), (7, 3), (1, 2)])
def test_both_are_matlabs(factor, size):
    """Also where the factor does not divide the sides, and where the kernel is wider than the picture."""
    x = draw(2, 3, *size)
    assert_close(shrink(x, factor), both_ways(x, 1 / factor), rtol=0, atol=1e-12)
    assert_close(enlarge(x, factor), both_ways(x, factor), rtol=0, atol=1e-12)


@pytest.mark.parametrize("factor", FACTORS)
def test_within_the_border_shrinking_is_torchs_antialiased(factor):
    x = draw(1, 2, 20 * factor, 16 * factor)
    size = [side // factor for side in x.shape[2:]]
    theirs = F.interpolate(x, size, mode="bicubic", antialias=True)
    mine, inner = shrink(x, factor), (..., slice(2, -2), slice(2, -2))
    assert_close(mine[inner], theirs[inner], rtol=0, atol=1e-12)
    assert (mine - theirs)[0, :, 0].abs().max() > 1e-3  # but not at it


def test_the_kernel_is_that_of_keys():
    """1 at 0 and 0 at the other whole numbers; smooth; its shifts sum to 1 and have their centre at 0 everywhere."""
    t = torch.linspace(-3, 3, 601, dtype=torch.float64, requires_grad=True)
    assert_close(cubic(torch.arange(-3.0, 4)), torch.tensor([0.0, 0, 0, 1, 0, 0, 0]))
    assert_close(cubic(torch.tensor([0.5, 1.5])), torch.tensor([9 / 16, -1 / 16]))
    (slope,) = torch.autograd.grad(cubic(t).sum(), t)
    assert slope.diff().abs().max() < 0.06  # the second derivative is 5 at most, the steps 1/100
    shifts = t.detach()[:, None] - torch.arange(-6, 7)
    assert_close(cubic(shifts).sum(1), torch.ones(601, dtype=torch.float64))
    assert_close((cubic(shifts) * shifts).sum(1), torch.zeros(601, dtype=torch.float64))


@pytest.mark.parametrize("factor", FACTORS)
def test_constants_and_straight_lines_are_kept(factor):
    constant = torch.full((1, 1, 3 * factor, 2 * factor), 0.7, dtype=torch.float64)
    for resize in (shrink, enlarge):
        assert_close(resize(constant, factor), resize(constant, factor) * 0 + 0.7)
    line = torch.arange(12.0 * factor, dtype=torch.float64).expand(1, 1, factor, -1)
    small = shrink(line, factor)[0, 0, 0]
    assert_close(small[2:-2], torch.arange(2, 10, dtype=torch.float64) * factor + (factor - 1) / 2)
    large = enlarge(line, factor)[0, 0, 0]
    places = torch.arange(12 * factor**2, dtype=torch.float64)
    inner = slice(2 * factor, -2 * factor)
    assert_close(large[inner], ((places + 0.5) / factor - 0.5)[inner])


@pytest.mark.parametrize("resize", [shrink, enlarge])
@pytest.mark.parametrize("factor", FACTORS)
def test_mirror_images_and_transposes_are_carried_along(resize, factor):
    """Nothing is shifted by half a pixel."""
    x = draw(1, 1, 4 * factor, 3 * factor)
    assert_close(resize(x.flip(2, 3), factor), resize(x, factor).flip(2, 3))
    assert_close(resize(x.transpose(2, 3), factor), resize(x, factor).transpose(2, 3))


@pytest.mark.parametrize("resize", [shrink, enlarge])
def test_derivatives_and_other_types(resize):
    x = draw(1, 2, 5, 4)
    assert torch.autograd.gradcheck(lambda x: resize(x, 2), x.clone().requires_grad_())
    single = resize(x.float(), 2)
    assert single.dtype == torch.float32
    assert_close(single, resize(x, 2).float())
    channels_last = x.to(memory_format=torch.channels_last)
    assert_close(resize(channels_last, 2), resize(x, 2))


def test_what_is_no_picture_is_refused():
    for x in (torch.zeros(3, 8, 8), torch.zeros(1, 3, 8, 8, dtype=torch.uint8), torch.zeros(1, 1, 0, 4)):
        with pytest.raises(SaddlepointError, match=r"bicubic: x has shape .*floating point"):
            shrink(x, 2)
    for factor in (0, -1, 1.5):
        with pytest.raises(SaddlepointError, match="give a whole one"):
            enlarge(torch.zeros(1, 1, 8, 8), factor)
