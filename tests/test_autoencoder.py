"""The encoder's distribution, bounded without a kink; the stack's layers there and back, one by one and together."""

import math

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.networks.autoencoder import LOG_VAR_LIMIT, Encoder, Stack
from saddlepoint.networks.mlp import Layers


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def encoder(**options) -> Encoder:
    torch.manual_seed(0)
    return Encoder((1, 2, 3), 4, Layers((8, 5), "tanh", **options)).to(DOUBLE)


def test_the_encoder_written_out():
    E, x = encoder(irange=0.5), draw(7, 1, 2, 3)
    p = dict(E.named_parameters())
    h = x.flatten(1)
    for i in range(2):
        h = (h @ p[f"layers.{i}.0.weight"].T + p[f"layers.{i}.0.bias"]).tanh()
    mu, log_var = E(x)
    assert_close(mu, h @ p["mu.weight"].T + p["mu.bias"])
    s = h @ p["log_var.weight"].T + p["log_var.bias"]
    assert_close(log_var, 12 * (s / 12).tanh())
    assert max(w.abs().max() for w in (E.mu.weight, E.log_var.weight)) <= 0.5


def test_the_log_variance_is_itself_near_zero_and_bounded_far_off():
    """The slope is 1 at 0 and falls; at 1e4, and where a hidden layer has run away, nothing overflows in value or
    gradient."""
    E = encoder()
    for b in (-1e4, -2.0, -0.1, 0.1, 2.0, 1e4):
        torch.nn.init.zeros_(E.log_var.weight)
        torch.nn.init.constant_(E.log_var.bias, b)
        _, log_var = E(draw(3, 1, 2, 3))
        assert log_var.abs().max() <= LOG_VAR_LIMIT
        assert abs(log_var[0, 0] - b) < 0.03 or abs(b) == 1e4
        (slope,) = torch.autograd.grad(log_var.exp().sum(), E.log_var.bias)
        assert slope.isfinite().all()
        assert (slope[0] > 0) == (abs(b) < 1e4)
    E = Encoder((6,), 4, Layers((5,)))
    mu, log_var = E(1e30 * torch.ones(2, 6))
    assert mu.isfinite().all()
    assert (log_var.exp().sum() < 8 * math.exp(12.001)) & log_var.isfinite().all()


def test_at_the_start_the_encoder_is_of_order_one():
    torch.manual_seed(0)
    mu, log_var = Encoder((1, 28, 28), 20, Layers((256, 256)))(torch.randn(64, 1, 28, 28))
    assert 0.3 < mu.std() < 3
    assert 0.3 < log_var.std() < 3


def test_the_encoders_derivatives_are_finite_differences():
    assert torch.autograd.gradcheck(encoder(), draw(2, 1, 2, 3).requires_grad_())


def stack(*widths: int, inputs: int = 6) -> Stack:
    torch.manual_seed(0)
    return Stack(inputs, widths).to(DOUBLE)


def test_the_stack_written_out():
    S, x = stack(5, 3), draw(4, 6).sigmoid()
    a, b = S.layers

    def sigmoid(v: Tensor) -> Tensor:
        return 1 / (1 + (-v).exp())

    first = sigmoid(x @ a.down.weight.T + a.down.bias)
    second = sigmoid(first @ b.down.weight.T + b.down.bias)
    back = sigmoid(second @ b.up.weight.T + b.up.bias)
    again = sigmoid(back @ a.up.weight.T + a.up.bias)
    assert_close(S.down(x), second)
    assert_close(S.down(x, S.layers[:1]), first)
    assert_close(S.up(second, S.layers[1:]), back)
    assert_close(S.up(second), again)
    assert_close(S.up(S.down(first, [b]), [b]), back)
    assert S.down(x, []) is S.up(x, []) is x


def test_the_gradient_stays_within_the_layers_that_were_passed():
    S, x = stack(5, 4, 3), draw(2, 6).sigmoid()
    S.up(S.down(S.down(x, S.layers[:1]).detach(), S.layers[1:2]), S.layers[1:2]).sum().backward()
    touched = [all(p.grad is not None and p.grad.abs().max() > 0 for p in layer.parameters()) for layer in S.layers]
    assert touched == [False, True, False]
    assert all(p.grad is None for layer in (S.layers[0], S.layers[2]) for p in layer.parameters())


def test_the_stacks_derivatives_are_finite_differences_and_finite_at_extremes():
    S = stack(4, 3)
    assert torch.autograd.gradcheck(lambda x: S.up(S.down(x)), draw(2, 6).requires_grad_())
    x = (1e4 * draw(2, 6)).requires_grad_()
    again = S.up(S.down(x))
    again.sum().backward()
    assert again.isfinite().all()
    assert x.grad.isfinite().all()


def test_the_start_is_glorots():
    """Uniform on (-g, g): the extremes near g, the variance g^2 / 3; biases 0."""
    layer = stack(200, inputs=300).layers[0]
    for linear in (layer.down, layer.up):
        g = 4 * (6 / 500) ** 0.5
        assert 0.999 * g < linear.weight.abs().max() <= g
        assert linear.weight.square().mean().item() == pytest.approx(g * g / 3, rel=0.02)
        assert (linear.bias == 0).all()


def test_greedy_training_from_the_bottom_learns_to_repeat_the_data():
    """x in [0, 1]^12 that two numbers decide. Each layer learns to repeat what the one below says, others resting; the
    whole then repeats x far better than the mean does, without ever having been trained as a whole."""
    angle, rng = torch.arange(12) / 2, torch.Generator().manual_seed(0)

    def data(n: int) -> Tensor:
        u = torch.rand(n, 2, generator=rng) * 4 - 2
        return (u[:, :1] * angle.sin() + u[:, 1:] * angle.cos()).sigmoid()

    torch.manual_seed(0)
    S = Stack(12, (8, 4))
    for i in range(2):
        here = S.layers[i : i + 1]
        rule = torch.optim.Adam(here.parameters(), 1e-2)
        for _ in range(400):
            h = S.down(data(32), S.layers[:i]).detach()
            rule.zero_grad()
            (S.up(S.down(h, here), here) - h).square().mean().backward()
            rule.step()
    x = data(500)
    assert (S.up(S.down(x)) - x).square().mean() < 0.1 * x.var(0).mean()
