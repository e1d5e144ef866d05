"""The DCGAN pair against the paper: its layers, its initial weights, and where it normalises."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.networks.conditions import Condition
from saddlepoint.networks.dcgan import DCGANCritic, DCGANGenerator

CONVOLUTIONS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def layers(network: nn.Module, kind) -> list:
    return [layer for layer in network.modules() if isinstance(layer, kind)]


def pair(**sizes):
    torch.manual_seed(0)
    return DCGANGenerator((3, 64, 64), 100, **sizes), DCGANCritic((3, 64, 64), **sizes)


def test_the_layers_of_the_paper():
    """Figure 1: 100 -> 4x4x1024 -> 8x8x512 -> 16x16x256 -> 32x32x128 -> 64x64x3, by 5 x 5 filters of stride 2."""
    G, D = DCGANGenerator((3, 64, 64), 100, width=128), DCGANCritic((3, 64, 64), width=128)
    ups, downs = layers(G, nn.ConvTranspose2d), layers(D, nn.Conv2d)
    assert [(up.in_channels, up.out_channels) for up in ups] == [(1024, 512), (512, 256), (256, 128), (128, 3)]
    assert [(down.in_channels, down.out_channels) for down in downs] == [(3, 128), (128, 256), (256, 512), (512, 1024)]
    assert all(layer.kernel_size == (5, 5) and layer.stride == (2, 2) for layer in ups + downs)
    assert (G.first.in_features, G.first.out_features) == (100, 1024 * 16)
    assert D.head.logit.in_features == 1024 * 16
    assert all(layer.negative_slope == 0.2 for layer in layers(D, nn.LeakyReLU))
    assert not layers(G, nn.LeakyReLU)


def test_normalisation_everywhere_but_at_the_output_and_the_input():
    G, D = pair(width=4)
    assert [norm.num_features for norm in layers(G, nn.BatchNorm2d)] == [32, 16, 8, 4]
    assert [norm.num_features for norm in layers(D, nn.BatchNorm2d)] == [8, 16, 32]
    assert not layers(D.rungs[0], nn.BatchNorm2d)
    assert [layer.bias is None for layer in layers(G, CONVOLUTIONS)] == [True] * 4 + [False]
    bare = pair(width=4, normalise=False)
    assert not [norm for network in bare for norm in layers(network, nn.BatchNorm2d)]
    assert all(layer.bias is not None for network in bare for layer in layers(network, CONVOLUTIONS))


def test_initial_weights_are_normal_with_deviation_one_fiftieth():
    """Mean 0 within 5 s / sqrt(n), variance s^2 within 5 s^2 sqrt(2 / n), s = .02; gains around 1; biases 0."""
    for network in pair(width=16):
        weights = torch.cat([layer.weight.flatten() for layer in layers(network, CONVOLUTIONS)]) / 0.02
        gains = (torch.cat([layer.weight for layer in layers(network, nn.BatchNorm2d)]) - 1) / 0.02
        for w in (weights.double(), gains.double()):
            assert abs(w.mean()) < 5 / math.sqrt(w.numel())
            assert abs(w.square().mean() - 1) < 5 * math.sqrt(2 / w.numel())
            assert abs(w.pow(4).mean() - 3) < 5 * math.sqrt(96 / w.numel())  # the fourth moment of a normal: 3
        biases = [layer.bias for layer in layers(network, (*CONVOLUTIONS, nn.BatchNorm2d)) if layer.bias is not None]
        assert all((bias == 0).all() for bias in biases)


def test_without_normalisation_the_signal_reaches_both_ends():
    """N(0, .02) would leave pictures of deviation 1e-3 and logits of 1e-3; He's scale leaves both of order one."""
    G, D = pair(width=16, normalise=False)
    x = G(torch.randn(32, 100))
    assert 0.2 < x.std() < 0.95
    assert 0.1 < D(torch.randn(32, 3, 64, 64)).logits.std() < 10


def test_pictures_fill_their_range_and_no_more():
    G, _ = pair(width=4, normalise=False)
    x = G(1e3 * torch.randn(8, 100))
    assert x.abs().max() <= 1
    assert x.min() < -0.99
    assert x.max() > 0.99


def test_the_pair_written_out():
    """Two rungs, 9 x 16 -> 5 x 8 -> 5 x 4, the class as planes; in G by concatenation to z."""
    torch.manual_seed(0)
    sizes = {"width": 3, "kernel": 4, "normalise": False, "condition": Condition("concat", 2)}
    G, D = DCGANGenerator((1, 9, 16), 5, **sizes).double(), DCGANCritic((1, 9, 16), **sizes).double()
    z, c = torch.randn(7, 5, dtype=DOUBLE), torch.tensor([0, 1, 1, 0, 1, 0, 0])
    one_hot = nn.functional.one_hot(c, 2).to(DOUBLE)
    W, b, W2, b2, W1, b1 = G.parameters()
    h = (torch.cat([z, one_hot], 1) @ W.T + b).relu().view(7, 5, 4, 6).permute(0, 3, 1, 2)
    up = nn.functional.conv_transpose2d
    h = up(h, W2, b2, stride=(1, 2), padding=1).relu()
    x = up(h, W1, b1, stride=2, padding=(2, 1), output_padding=(1, 0)).tanh()
    assert_close(G(z, c), x)
    leaky, down = nn.functional.leaky_relu, nn.functional.conv2d
    W1, b1, W2, b2, w, b = D.parameters()
    h1 = torch.cat([x, one_hot[:, :, None, None].expand(-1, -1, 9, 16)], 1)
    h1 = leaky(down(h1, W1, b1, stride=2, padding=(2, 1)), 0.2)
    h2 = leaky(down(h1, W2, b2, stride=(1, 2), padding=1), 0.2)
    answer = D(x, c)
    assert_close(answer.features, (h1, h2))
    assert_close(answer.logits, h2.flatten(1) @ w[0] + b)


@pytest.mark.parametrize("normalise", [True, False])
def test_examples_depend_on_each_other_only_through_normalisation(normalise):
    G, D = pair(width=4, normalise=normalise)
    x = G(torch.randn(6, 100)).detach()
    alone, together = D(x[:3]).logits, D(x).logits[:3]
    assert torch.allclose(alone, together, atol=1e-5) != normalise
