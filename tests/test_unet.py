"""The U-Net: the paper's layers, what a pixel sees, a start without checkerboards, dropout as the only chance."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.unet import UNet, margin


def layers(network: nn.Module, kind) -> list:
    return [layer for layer in network.modules() if isinstance(layer, kind)]


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def unet(halvings: int, width: int = 2, **options) -> UNet:
    torch.manual_seed(0)
    return UNet(1, 1, width=width, halvings=halvings, **options).to(DOUBLE)


@pytest.mark.slow
def test_the_layers_of_the_paper():
    """C64-C128-C256-C512-C512-C512-C512-C512 down; CD512-CD1024-CD1024-C1024-C1024-C512-C256-C128 up, which counts what
    meets in a map: as inputs of the next layer."""
    G = UNet(3, 2, width=64, halvings=8)
    downs, ups = layers(G, nn.Conv2d), layers(G, nn.ConvTranspose2d)
    assert [down.out_channels for down in downs] == [64, 128, 256, 512, 512, 512, 512, 512]
    assert [up.in_channels for up in ups] == [512, 1024, 1024, 1024, 1024, 512, 256, 128]
    assert [up.out_channels for up in ups] == [512, 512, 512, 512, 256, 128, 64, 2]
    assert all((a.kernel_size, a.stride, a.padding) == ((4, 4), (2, 2), (1, 1)) for a in downs + ups)
    assert [len(layers(down, nn.BatchNorm2d)) for down in G.downs] == [0, 1, 1, 1, 1, 1, 1, 0]
    assert [len(layers(up, nn.BatchNorm2d)) for up in [*G.ups, G.last]] == [1] * 7 + [0]
    assert [len(layers(up, nn.Dropout)) for up in [*G.ups, G.last]] == [1] * 3 + [0] * 5
    assert [a.bias is None for a in downs + ups] == [False, *[True] * 6, False, *[True] * 7, False]
    weights = torch.cat([a.weight.flatten() for a in downs[4:] + ups[:4]]).double() / 0.02
    assert abs(weights.mean()) < 5 / math.sqrt(weights.numel() / 4)
    assert abs(weights.square().mean() - 1) < 5 * math.sqrt(2 / (weights.numel() / 4))


def test_three_halvings_written_out():
    G, c = unet(3, normalise=False, dropout=0.0), draw(2, 1, 16, 24)
    p = dict(G.named_parameters())

    def down(h: torch.Tensor, i: int) -> torch.Tensor:
        a = F.conv2d(h, p[f"downs.{i}.0.weight"], p[f"downs.{i}.0.bias"], 2, 1)
        return torch.where(a > 0, a, 0.2 * a)

    def up(h: torch.Tensor, name: str) -> torch.Tensor:
        return F.conv_transpose2d(h, p[f"{name}.0.weight"], p[f"{name}.0.bias"], 2, 1)

    a = down(c, 0)
    b = down(a, 1)
    h = up(down(b, 2), "ups.0").relu()
    h = up(torch.cat([h, b], 1), "ups.1").relu()
    assert_close(G(None, c), up(torch.cat([h, a], 1), "last").tanh())


@pytest.mark.parametrize("halvings", [1, 2, 3, 4])
def test_a_pixel_sees_as_far_as_the_margin_and_no_further(halvings):
    """All weights, and c, are made positive, so that no unit is dead: the gradient is then nonzero on all that reaches
    the pixel. Of all places in the grid the furthest is the margin, along both sides."""
    G = unet(halvings, width=1, output="identity").eval()
    for weight in G.parameters():
        weight.data.abs_()
    step, seen = G.step, G.margin
    assert (step, seen) == (2**halvings, margin(halvings))
    middle = step * -(-seen // step)
    c = draw(1, 1, 2 * middle + step, 2 * middle + step).abs().requires_grad_()
    x, reach = G(None, c), []
    for place in range(step):
        y, across = middle + place, middle + (3 * place + 1) % step
        (slope,) = torch.autograd.grad(x[0, 0, y, across], c, retain_graph=True)
        rows, columns = (slope[0, 0] != 0).nonzero().T
        reach += [y - rows.min(), rows.max() - y, across - columns.min(), columns.max() - across]
    assert max(reach) == seen


def test_the_margin_of_one_and_of_two_halvings_by_hand():
    """One: pixel 0 reads -1..0 of the half map, these -3..2 of c: 3. Two: pixel 2 reads 0..1 of the half map, these
    -1..1 of the quarter, which read -3..4 of the half and -7..10 of c: 9 and 8; the others no more, as pixel 0: -1..0,
    -1..0, -3..2, -7..6."""
    assert (margin(1), margin(2)) == (3, 9)


def test_beyond_the_margin_nothing_changes_a_pixel_once_training_is_over():
    """With dead units, random weights and moved averages: changing c beyond the margin leaves the pixel as it was."""
    G = unet(2, width=4)
    for seed in range(3):
        G(None, 2 * draw(2, 1, 32, 32, seed=seed) + 1)
    G.eval()
    c, y = draw(1, 1, 44, 44), 22
    other = draw(1, 1, 44, 44, seed=1)
    kept = slice(y - G.margin, y + G.margin + 1)
    other[..., kept, kept] = c[..., kept, kept]
    assert torch.equal(G(None, c)[..., y, y], G(None, other)[..., y, y])
    other[..., y, y] += 1
    assert not torch.equal(G(None, c)[..., y, y], G(None, other)[..., y, y])


def test_a_constant_map_is_doubled_to_a_constant_one_at_the_start():
    """No checkerboard: within the border, all pixels of a channel are alike."""
    for up in layers(unet(3, width=4), nn.ConvTranspose2d):
        h = draw(1, up.in_channels, 1, 1).expand(-1, -1, 6, 6)
        inner = up(h)[0, :, 2:-2, 2:-2].flatten(1)
        assert inner.std(1).max() < 1e-12 < 1e-4 < inner.abs().min()


def test_without_normalisation_the_signal_reaches_the_picture():
    x = unet(6, width=16, normalise=False, dropout=0.0)(None, draw(4, 1, 64, 64))
    assert 0.2 < x.std() < 0.95


def test_dropout_is_the_only_chance():
    G, c = unet(3, width=4), draw(2, 1, 16, 16)
    assert not torch.equal(G(None, c), G(None, c))
    assert torch.equal(G.eval()(None, c), G(draw(2, 5), c))
    sure = unet(3, width=4, dropout=0.0)
    assert torch.equal(sure(None, c), sure(None, c))


def test_derivatives_are_finite_differences():
    G = unet(2, normalise=True).eval()
    assert torch.autograd.gradcheck(lambda c: G(None, c), draw(1, 1, 4, 8).requires_grad_())


def test_one_picture_of_one_step_can_be_trained_on():
    """The innermost map is a single site then, which could not be normalised."""
    G = unet(3)
    G(None, draw(1, 1, 8, 8)).sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in G.parameters())


@pytest.mark.parametrize("shape", [(1, 1, 12, 16), (1, 1, 16, 4), (1, 1, 0, 8)])
def test_sides_that_cannot_be_halved_are_refused(shape):
    with pytest.raises(SaddlepointError, match=r"U-Net: pictures of .* cannot be halved 3 times .*multiples of 8"):
        unet(3)(None, torch.zeros(*shape, dtype=DOUBLE))


def test_other_conditions_are_refused():
    for c, what in ((None, "no condition"), (torch.zeros(2, 3, 8, 8), r"\(2, 3, 8, 8\)"), (torch.zeros(8), r"\(8,\)")):
        with pytest.raises(SaddlepointError, match=what):
            unet(3)(None, c)
    with pytest.raises(SaddlepointError, match="1 or more"):
        UNet(1, 1, halvings=0)
