"""What convolutional networks share: ladders of sizes, strided convolutions and their adjoints, initial scales."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.blocks import (
    constrain,
    fractionally_strided,
    geometry,
    initialise_he,
    ladder,
    picture_shape,
    strided,
    to_map,
    widths,
)

sides = st.integers(4, 300)
kernels = st.integers(3, 7)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((28, 28), [(28, 28), (14, 14), (7, 7), (4, 4)]),
        ((64, 64), [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]),
        ((33, 47), [(33, 47), (17, 24), (9, 12), (5, 6)]),
        ((5, 7), [(5, 7), (5, 4)]),
        ((4, 16), [(4, 16), (4, 8), (4, 4)]),
        ((4, 4), [(4, 4), (4, 4)]),
    ],
)
def test_ladders(size, sizes):
    assert ladder(*size) == sizes


@given(sides, sides)
@settings(max_examples=60, deadline=None)
def test_a_ladder_halves_rounding_up_until_about_four(height, width):
    sizes = ladder(height, width)
    assert sizes[0] == (height, width)
    assert all(4 <= side <= 6 for side in sizes[-1])
    for above, below in zip(sizes, sizes[1:]):
        assert all(b in (a, math.ceil(a / 2)) for a, b in zip(above, below))


@given(sides, kernels, st.booleans())
@settings(max_examples=200, deadline=None)
def test_both_convolutions_reach_exactly_the_size_asked_for(above, kernel, halved):
    """PyTorch's formulas: down floor((a + 2p - k) / s) + 1, up (b - 1) s - 2p + k + o with o < s."""
    below = math.ceil(above / 2) if halved else above
    k, s, p, o = geometry(above, below, kernel)
    assert (above + 2 * p - k) // s + 1 == below
    assert (below - 1) * s - 2 * p + k + o == above
    assert p >= 0
    assert 0 <= o < s
    assert k == kernel or not halved


@pytest.mark.parametrize("sizes", [[(28, 28), (14, 14)], [(33, 47), (17, 24)], [(7, 5), (4, 5)]])
@pytest.mark.parametrize("kernel", [3, 4, 5])
def test_the_fractionally_strided_convolution_is_the_adjoint(sizes, kernel):
    """<strided(x), y> = <x, fractionally_strided(y)> for equal weights."""
    down = strided(3, 2, sizes, kernel, bias=False).double()
    up = fractionally_strided(2, 3, sizes, kernel, bias=False).double()
    up.weight.data.copy_(down.weight.data)
    x, y = draw(2, 3, *sizes[0]), draw(2, 2, *sizes[1], seed=1)
    assert_close((down(x) * y).sum(), (x * up(y)).sum())


def test_widths_double_up_to_the_limit():
    assert widths(64, 4) == [64, 128, 256, 512]
    assert widths(32, 5, limit=4) == [32, 64, 128, 128, 128]


def test_a_vector_becomes_a_map_with_its_channels_last():
    v = draw(2, 3 * 4 * 5)
    h = to_map(v, (3, 4))
    assert h.shape == (2, 5, 3, 4)
    assert h.is_contiguous(memory_format=torch.channels_last)
    assert_close(h[1, 2, 1, 3], v[1, (1 * 4 + 3) * 5 + 2])


@pytest.mark.parametrize("shape", [(3, 3, 8), (1, 8, 3), (0, 8, 8), (8, 8), (2,)])
def test_pictures_too_small_and_points_are_refused(shape):
    with pytest.raises(SaddlepointError, match="MLP"):
        picture_shape(shape)


@pytest.mark.parametrize("slope", [0.0, 0.2])
@pytest.mark.parametrize(
    ("layer", "fan_in"),
    [
        (nn.Linear(300, 200), 300),
        (nn.Conv2d(64, 64, 3), 64 * 9),
        (nn.ConvTranspose2d(64, 32, 4, stride=2), 64 * 16 / 4),
    ],
    ids=["linear", "conv", "transposed"],
)
def test_he_scale(layer, fan_in, slope):
    torch.manual_seed(0)
    initialise_he(layer, slope)
    w, variance = layer.weight.double().flatten(), 2 / (1 + slope**2) / fan_in
    assert abs(w.mean()) < 5 * math.sqrt(variance / w.numel())
    assert abs(w.var() / variance - 1) < 5 * math.sqrt(2 / w.numel())
    assert (layer.bias == 0).all()


@pytest.mark.parametrize("up", [True, False])
def test_he_scale_keeps_the_signal_through_strided_layers(up):
    """E y^2 = 2 E x^2 away from the border, in either direction: what ReLU halves, the weights double.

    Over 64 output channels of 576 or more weights the ratio has a relative deviation of about 1 %.
    """
    torch.manual_seed(0)
    sizes = [(64, 64), (32, 32)]
    layer = fractionally_strided(64, 64, sizes, 4) if up else strided(64, 64, sizes, 4)
    initialise_he(layer, 0.0)
    x = torch.randn(4, 64, *sizes[1 if up else 0])
    y = layer(x)[..., 2:-2, 2:-2].detach()
    assert float(y.square().mean() / x.square().mean()) == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("layer", [nn.Linear(9, 6), nn.Conv2d(2, 6, 3), nn.Embedding(9, 6)], ids=["L", "C", "E"])
def test_spectral_normalisation_leaves_singular_value_one(layer):
    """The effective weight is W / sigma_1(W), W as [out, the rest], by a singular value decomposition."""
    torch.manual_seed(0)
    W = layer.weight.detach().clone()
    constrain(layer, True)
    for _ in range(300):
        effective = layer.weight.detach()
    sigma = torch.linalg.svdvals(W.flatten(1))[0]
    assert_close(torch.linalg.svdvals(effective.flatten(1))[0], torch.tensor(1.0), atol=1e-3, rtol=0)
    assert_close(effective, W / sigma, atol=1e-3, rtol=1e-3)
    assert sum(1 for _ in layer.buffers()) == 2


def test_without_spectral_normalisation_nothing_changes():
    layer = nn.Linear(3, 4)
    constrain(layer, False)
    assert type(layer) is nn.Linear
    assert not list(layer.buffers())
