"""The residual pair: identity at the start, Fixup's scale, resizing, and answers that depend on one example alone."""

import copy
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.networks.blocks import SLOPE
from saddlepoint.networks.conditions import Condition
from saddlepoint.networks.residual import PIXELS, Residual, ResidualCritic, ResidualGenerator, Subpixel, Tower, Up

BRANCHES = ["plain", "bottleneck"]
both = pytest.mark.parametrize("branch", BRANCHES)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def blocks(network: nn.Module) -> list[Residual]:
    return [module for module in network.modules() if isinstance(module, Residual)]


def shaken(network: nn.Module) -> nn.Module:
    """The network with every weight moved off its start, so that the branches are alive."""
    torch.manual_seed(1)
    with torch.no_grad():
        for p in network.parameters():
            p.add_(0.1 * torch.randn_like(p))
    return network


@both
def test_every_block_is_the_identity_at_the_start(branch):
    D = ResidualCritic((3, 28, 28), tower=Tower(8, 2, branch))
    G = ResidualGenerator((3, 28, 28), 16, tower=Tower(8, 2, branch))
    assert len(blocks(D)) == len(blocks(G)) == 6
    for block in blocks(D) + blocks(G):
        channels = block.branch[-1].out_channels
        h = torch.randn(2, channels, 5, 6)
        assert_close(block(h), h, rtol=0, atol=0)
        block.branch[-1].weight.data.normal_()
        assert not torch.allclose(block(h), h)


@both
def test_at_the_start_the_blocks_might_as_well_be_missing(branch):
    """The network equals the one without blocks that has its other weights."""
    z, x = torch.randn(4, 16), torch.randn(4, 1, 33, 47)
    D, bare_D = (ResidualCritic((1, 33, 47), tower=Tower(4, n, branch)) for n in (2, 0))
    G, bare_G = (ResidualGenerator((1, 33, 47), 16, tower=Tower(4, n, branch)) for n in (2, 0))
    for network, bare in ((D, bare_D), (G, bare_G)):
        rest = [p for name, p in network.named_parameters() if ".branch." not in name]
        for mine, theirs in zip(bare.parameters(), rest, strict=True):
            mine.data.copy_(theirs)
    assert_close(bare_D(x).logits, D(x).logits, rtol=0, atol=0)
    assert_close(bare_G(z), G(z), rtol=0, atol=0)


def test_the_signal_reaches_both_ends():
    """At the start the pictures are neither flat nor saturated, and the logits of order one."""
    torch.manual_seed(0)
    G, D = ResidualGenerator((1, 28, 28), 64), ResidualCritic((1, 28, 28))
    assert 0.2 < G(torch.randn(64, 64)).std() < 0.8
    assert 0.1 < D(torch.randn(64, 1, 28, 28)).logits.std() < 5


@both
def test_with_spectral_normalisation_no_weight_starts_at_zero(branch):
    """W / sigma(W) of a zero matrix is not a number."""
    D = ResidualCritic((1, 12, 12), tower=Tower(4, 1, branch), spectral=True)
    assert D(torch.randn(2, 1, 12, 12)).logits.isfinite().all()
    assert all(block.branch[-1].weight.any() for block in blocks(D))


@both
def test_a_block_written_out(branch):
    block = blocks(shaken(ResidualCritic((1, 8, 8), tower=Tower(4, 1, branch))).double())[0]
    h = draw(2, 4, 4, 4)
    expected = h
    for conv in (layer for layer in block.branch if isinstance(layer, nn.Conv2d)):
        expected = F.conv2d(F.leaky_relu(expected, 0.2), conv.weight, conv.bias, padding=conv.kernel_size[0] // 2)
    assert_close(block(h), h + expected)


@pytest.mark.parametrize(("branch", "exponent"), [("plain", -1 / 2), ("bottleneck", -1 / 4)])
def test_fixup_scale(branch, exponent):
    """First convolutions: variance He's times L^(2 exponent), L branches, within 5 standard errors; the last zero."""
    torch.manual_seed(0)
    D = ResidualCritic((1, 32, 32), tower=Tower(32, 3, branch))
    assert len(blocks(D)) == 9
    for block in blocks(D):
        *convs, last = (layer for layer in block.branch if isinstance(layer, nn.Conv2d))
        assert not last.weight.any()
        for conv in convs:
            variance = 2 / (1 + SLOPE**2) / conv.weight[0].numel() * 9 ** (2 * exponent)
            assert abs(conv.weight.mean()) < 5 * math.sqrt(variance / conv.weight.numel())
            assert abs(conv.weight.var() / variance - 1) < 5 * math.sqrt(2 / conv.weight.numel())


@both
def test_gradients_at_the_start_reach_the_last_convolutions_alone(branch):
    """dF/dW of an inner convolution goes through the last one, which is zero; after a step all are alive."""
    D = ResidualCritic((1, 16, 16), tower=Tower(4, 1, branch))
    for alive in (False, True):
        D.zero_grad()
        D(torch.randn(3, 1, 16, 16)).logits.sum().backward()
        for block in blocks(D):
            *inner, last = (layer for layer in block.branch if isinstance(layer, nn.Conv2d))
            assert last.weight.grad.any()
            assert all(bool(conv.weight.grad.any()) == alive for conv in inner)
        torch.optim.SGD(D.parameters(), 0.1).step()


def test_subpixel_convolution():
    """Four channels a pixel: PyTorch's own pixel shuffle, cut to odd sides."""
    layer, h = Subpixel(3, 2, [(9, 8), (5, 4)]).double(), draw(2, 3, 5, 4)
    shuffled = F.pixel_shuffle(layer.conv(h), 2)
    assert_close(layer(h), shuffled[:, :, :9])
    same = Subpixel(3, 2, [(5, 8), (5, 4)]).double()
    x = same(h)
    assert x.shape == (2, 2, 5, 8)
    assert_close(x[:, 1, :, 1::2], same.conv(h)[:, 3])


@pytest.mark.parametrize("resize", ["nearest", "bilinear"])
def test_up_keeps_constants_and_reaches_the_size(resize):
    layer = Up(2, 3, (9, 13), resize).double()
    h = torch.tensor([1.0, -2.0], dtype=DOUBLE)[None, :, None, None].expand(1, 2, 5, 7)
    expected = layer.mix.weight[:, :, 0, 0] @ torch.tensor([1.0, -2.0], dtype=DOUBLE) + layer.mix.bias
    assert_close(layer(h), expected[None, :, None, None].expand(1, 3, 9, 13))


def period_two(x: torch.Tensor) -> torch.Tensor:
    """How far the four places of 2 x 2 cells differ in their mean over all pictures, away from the borders."""
    inner = x[:, :, 4:-4, 4:-4]
    means = torch.stack([inner[:, :, i::2, j::2].mean((2, 3)) for i in (0, 1) for j in (0, 1)])
    return means.std(0).mean()


def test_smooth_pixels_are_made_alike_at_every_place():
    """Of a map without places, flat but for its channels, cells make a pattern of period 2; smooth pixels are all the
    same. Of any map, each is the convolution of the resized one, written out.
    """
    torch.manual_seed(0)
    made = {last: ResidualGenerator((3, 32, 27), 8, tower=Tower(8), last=last).double().last for last in PIXELS}
    flat = draw(6, 8, 1, 1).expand(6, 8, 16, 14)
    assert period_two(made["smooth"](flat)) < 1e-12
    assert period_two(made["cells"](flat)) > 0.1
    up, _, conv = made["smooth"][1:4]
    assert (up.mix.out_channels, conv.out_channels, conv.kernel_size) == (4, 3, (3, 3))
    h = draw(2, 8, 16, 14)
    large = F.interpolate(up.mix(F.leaky_relu(h, 0.2)), size=(32, 27), mode="bilinear", align_corners=False)
    expected = F.conv2d(F.leaky_relu(large, 0.2), conv.weight, conv.bias, padding=1).tanh()
    assert_close(made["smooth"](h), expected)


@pytest.mark.parametrize("last", PIXELS)
def test_g_begins_around_the_colour_it_is_told(last):
    """With no weights in the last layer each pixel is the mean of its channel; one at an end is kept off it."""
    G = ResidualGenerator((3, 9, 12), 4, tower=Tower(4, 1), last=last).double()
    mean = torch.stack([torch.full((9, 12), v, dtype=DOUBLE) for v in (-0.7, 0.2, 1.0)])
    mean[0, :, ::2] = -0.5
    G.start_at(mean, margin=0.01)
    *_, conv = (layer for layer in G.last.modules() if isinstance(layer, nn.Conv2d))
    nn.init.zeros_(conv.weight)
    colour = torch.tensor([-0.6, 0.2, 0.99], dtype=DOUBLE)
    assert_close(G(draw(2, 4)), colour[:, None, None].expand(2, 3, 9, 12))


@both
def test_an_answer_depends_on_its_own_example(branch):
    """Unlike with batch normalisation, a penalty on each example's gradient means what it says."""
    D = shaken(ResidualCritic((1, 12, 12), tower=Tower(4, 1, branch))).double()
    x = draw(5, 1, 12, 12).requires_grad_()
    (slope,) = torch.autograd.grad(D(x).logits[2], x)
    others = slope[[0, 1, 3, 4]]
    assert slope[2].any()
    assert not others.any()


@both
def test_second_derivatives_exist(branch):
    """R1 differentiates |grad D|^2: backward's own derivative against finite differences."""
    D = shaken(ResidualCritic((1, 5, 7), tower=Tower(2, 1, branch), condition=Condition("projection", 3))).double()
    x, c = draw(2, 1, 5, 7).requires_grad_(), torch.tensor([0, 2])
    conv = blocks(D)[0].branch[1]

    def squared_slope(weight: torch.Tensor) -> torch.Tensor:
        D_ = copy.deepcopy(D)
        answer = torch.func.functional_call(D_, {name_of(D, conv): weight}, (x, c)).logits
        (slope,) = torch.autograd.grad(answer.sum(), x, create_graph=True)
        return slope.square().sum()

    assert torch.autograd.gradcheck(squared_slope, conv.weight.detach().clone().requires_grad_())


def name_of(network: nn.Module, layer: nn.Module) -> str:
    return next(name for name, module in network.named_modules() if module is layer) + ".weight"


def test_maps_keep_their_channels_last():
    D = ResidualCritic((3, 28, 28), tower=Tower(8)).to(memory_format=torch.channels_last)
    G = ResidualGenerator((3, 28, 28), 16, tower=Tower(8)).to(memory_format=torch.channels_last)
    x = torch.randn(2, 3, 28, 28).contiguous(memory_format=torch.channels_last)
    assert all(h.is_contiguous(memory_format=torch.channels_last) for h in D(x).features)
    maps = []
    for rung in G.rungs:
        rung.register_forward_hook(lambda module, inputs, h: maps.append(h))
    G(torch.randn(2, 16))
    assert len(maps) == 7
    assert all(h.is_contiguous(memory_format=torch.channels_last) for h in maps)
