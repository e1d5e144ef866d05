"""Fully connected networks: maxout, dropout, initialisation, and the papers' networks written out by hand."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.networks.blocks import Largest, Maxout
from saddlepoint.networks.conditions import Condition
from saddlepoint.networks.mlp import D_2014, Branches, Layers, MLPCritic, MLPGenerator

MNIST = (1, 28, 28)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def test_maxout_is_the_largest_of_its_linear_pieces():
    layer, v = Maxout(4, 3, 5).double(), draw(6, 4)
    W, b = layer.maps.weight.view(5, 3, 4), layer.maps.bias.view(5, 3)
    pieces = torch.stack([v @ W[p].T + b[p] for p in range(5)])
    assert_close(layer(v), pieces.max(0).values)


def test_the_gradient_of_maxout_flows_through_the_winner_alone():
    layer, v = Maxout(4, 3, 5).double(), draw(1, 4).requires_grad_()
    W = layer.maps.weight.view(5, 3, 4)
    winner = layer.maps(v).view(5, 3).argmax(0)
    for unit in range(3):
        slope, slopes = torch.autograd.grad(layer(v)[0, unit], [v, layer.maps.weight])
        expected = torch.zeros(5, 3, 4, dtype=DOUBLE)
        expected[winner[unit], unit] = v[0].detach()
        assert_close(slope[0], W[winner[unit], unit].detach())
        assert_close(slopes.view(5, 3, 4), expected)


@pytest.mark.parametrize("dtype", [DOUBLE, torch.bfloat16])
def test_the_largest_piece_is_amax_to_the_second_gradient_where_pieces_tie_too(dtype):
    """The oracle is `amax`, whose ties share the gradient: two equal pieces have half of it each, five a fifth."""
    a = draw(6, 5, 3).to(dtype)
    a[0, 1], a[1] = a[0, 0].clone(), 0.0
    a.requires_grad_()
    g = draw(6, 3, seed=1).to(dtype).requires_grad_()
    (ours,) = torch.autograd.grad(Largest.apply(a), a, g, create_graph=True)
    (theirs,) = torch.autograd.grad(a.amax(1), a, g, create_graph=True)
    assert torch.equal(Largest.apply(a), a.amax(1))
    assert_close(ours, theirs)
    assert_close(ours[1], (g[1] / 5).expand(5, 3))
    assert_close(*(torch.autograd.grad(slope.square().sum(), g)[0] for slope in (ours, theirs)))


def test_the_slope_of_maxout_is_differentiated_in_its_weights():
    """What R1 does: d/dW |dh/dv|^2 by finite differences, in float64."""
    a = draw(4, 5, 3).requires_grad_()
    assert torch.autograd.gradcheck(Largest.apply, a)
    assert torch.autograd.gradgradcheck(Largest.apply, a)


def test_goodfellow_2014():
    """G: z 100 -> ReLU 1200 -> ReLU 1200 -> sigmoid 784. D: maxout 240 x 5 twice -> logit. Written out by hand."""
    G, D = MLPGenerator(MNIST).double().eval(), MLPCritic(MNIST).double().eval()
    assert parameters(G) == 101 * 1200 + 1201 * 1200 + 1201 * 784
    assert parameters(D) == 785 * 1200 + 241 * 1200 + 241
    z = draw(3, 100)
    (W1, b1, W2, b2, W3, b3) = G.parameters()
    x = torch.sigmoid(((z @ W1.T + b1).relu() @ W2.T + b2).relu() @ W3.T + b3)
    assert_close(G(z).flatten(1), x)
    (V1, a1, V2, a2, w, a) = D.parameters()
    h = (x @ V1.T + a1).view(3, 5, 240).max(1).values
    h = (h @ V2.T + a2).view(3, 5, 240).max(1).values
    answer = D(G(z))
    assert_close(answer.logits, h @ w[0] + a)
    assert_close(answer.features[-1], h)
    assert len(answer.features) == 2


def test_conditional_gan_2014():
    """G: z -> 200, c -> 1000, joint 1200 -> 784. D: x -> maxout 240 x 5, c -> maxout 50 x 5, joint maxout 240 x 4."""
    c = torch.tensor([3, 0, 9])
    branches = Branches(Layers((200,)), Layers((1000,)))
    G = MLPGenerator(MNIST, 100, Layers((1200,)), branches=branches, condition=Condition("concat", 10)).double()
    branches = Branches(Layers((240,), "maxout"), Layers((50,), "maxout"))
    hidden = Layers((240,), "maxout", 4)
    D = MLPCritic(MNIST, hidden, branches=branches, condition=Condition("concat", 10)).double()
    assert parameters(G) == 101 * 200 + 11 * 1000 + 1201 * 1200 + 1201 * 784
    assert parameters(D) == 785 * 1200 + 11 * 250 + 291 * 960 + 241
    z, one_hot = draw(3, 100), nn.functional.one_hot(c, 10).to(DOUBLE)
    (W_z, b_z, W_c, b_c, W, b, V, a) = G.parameters()
    joint = torch.cat([(z @ W_z.T + b_z).relu(), (one_hot @ W_c.T + b_c).relu()], 1)
    x = torch.sigmoid((joint @ W.T + b).relu() @ V.T + a)
    assert_close(G(z, c).flatten(1), x)
    (U_x, d_x, U_c, d_c, U, d, w, e) = D.parameters()
    joint = torch.cat([(x @ U_x.T + d_x).view(3, 5, 240).amax(1), (one_hot @ U_c.T + d_c).view(3, 5, 50).amax(1)], 1)
    assert_close(D(G(z, c), c).logits, (joint @ U.T + d).view(3, 4, 240).amax(1) @ w[0] + e)


def test_networks_of_points():
    """PacGAN's: G 2 -> 400 -> 400 -> 2, D maxout 200 x 5 on two points at once."""
    G, D = MLPGenerator((2,), 2, Layers((400, 400)), output="identity"), MLPCritic((4,), Layers((200,), "maxout", 5))
    assert parameters(G) == 3 * 400 + 401 * 400 + 401 * 2
    assert parameters(D) == 5 * 1000 + 201
    assert D(G(torch.randn(6, 2)).view(3, 4)).logits.shape == (3,)


@pytest.mark.parametrize("irange", [0.05, 0.005])
def test_irange_is_uniform(irange):
    """|w| <= irange, almost reached; mean and variance irange^2 / 3 within 5 standard errors; biases 0."""
    torch.manual_seed(0)
    D = MLPCritic((50,), D_2014._replace(irange=irange))
    w = torch.cat([p.flatten() for p in D.parameters() if p.ndim > 1]).double() / irange
    assert w.abs().max() <= 1
    assert w.abs().max() > 1 - 20 / w.numel()
    assert abs(w.mean()) < 5 * math.sqrt(1 / 3 / w.numel())
    assert abs(w.square().mean() - 1 / 3) < 5 * math.sqrt(4 / 45 / w.numel())
    assert all((p == 0).all() for p in D.parameters() if p.ndim == 1)


@pytest.mark.parametrize("activation", ["relu", "leaky"])
def test_without_irange_the_signal_keeps_its_scale(activation):
    """E h^2 over depth 8 stays within a factor 2 (He et al. 2015); U(+-1/sqrt(fan-in)) would lose a factor 6^8."""
    torch.manual_seed(0)
    D = MLPCritic((400,), Layers((400,) * 8, activation))
    features = D(torch.randn(64, 400)).features
    squares = torch.stack([h.square().mean() for h in features])
    assert (squares / squares[0]).log2().abs().max() < 1


@pytest.mark.parametrize(("output", "low", "high"), [("sigmoid", 0, 1), ("tanh", -1, 1)])
def test_the_output_fills_its_range_and_no_more(output, low, high):
    torch.manual_seed(0)
    x = MLPGenerator((3, 5, 7), 8, Layers((16,)), output=output)(1e3 * torch.randn(64, 8))
    assert x.shape == (64, 3, 5, 7)
    assert x.min() >= low
    assert x.max() <= high
    assert x.min() < low + 1e-3
    assert x.max() > high - 1e-3


@pytest.mark.parametrize("output", ["identity", "sigmoid", "tanh"])
def test_the_output_bias_starts_at_the_data(output):
    """With no weights left, G(z) is the mean itself; means at the end of the range are kept `margin` off it."""
    G = MLPGenerator((2, 3), 4, Layers((5,)), output=output).double()
    mean = torch.tensor([[0.1, 0.5, 0.9], [0.25, 0.75, 1.0]], dtype=DOUBLE)
    G.start_at(mean, margin=1e-2)
    nn.init.zeros_(G.last.weight)
    expected = mean.clamp(max=0.99) if output != "identity" else mean
    assert_close(G(draw(2, 4)), expected.expand(2, 2, 3))


def test_dropout_keeps_what_it_says():
    """An input is kept with .8 and divided by it, a hidden unit with .5: counts within 5 standard errors."""
    n = 40_000
    D = MLPCritic((n,), Layers((1,), "leaky", dropout=0.5, input_dropout=0.2))
    inputs, hidden = (layer for layer in D.body.layers[0] if isinstance(layer, nn.Dropout))
    assert isinstance(D.body.layers[0][0], nn.Dropout)
    assert isinstance(D.body.layers[0][-1], nn.Dropout)
    torch.manual_seed(0)
    for dropout, keep in ((inputs, 0.8), (hidden, 0.5)):
        v = dropout(torch.ones(n))
        assert_close(v[v > 0], torch.full_like(v[v > 0], 1 / keep))
        assert abs((v > 0).float().mean() - keep) < 5 * math.sqrt(keep * (1 - keep) / n)


def test_dropout_only_while_training():
    D, x = MLPCritic((20,), D_2014), torch.randn(5, 20)
    assert not torch.equal(D(x).logits, D(x).logits)
    D.eval()
    assert_close(D(x).logits, D(x).logits, rtol=0, atol=0)


def test_input_dropout_stands_before_the_first_layer_alone():
    D = MLPCritic((20,), Layers((8, 8, 8), input_dropout=0.2))
    assert [sum(isinstance(m, nn.Dropout) for m in layer) for layer in D.body.layers] == [1, 0, 0]
