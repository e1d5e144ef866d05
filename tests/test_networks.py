"""What every pair of networks must do: any picture size, live and finite gradients, conditions that matter."""

import copy

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from saddlepoint.networks.conditions import UNCONDITIONAL, Condition
from saddlepoint.networks.dcgan import DCGANCritic, DCGANGenerator
from saddlepoint.networks.mlp import Layers, MLPCritic, MLPGenerator
from saddlepoint.networks.residual import ResidualCritic, ResidualGenerator, Tower

Z, K, E, B = 6, 4, 3, 8
SHAPES = [(1, 28, 28), (3, 33, 47), (2, 5, 7), (1, 4, 4), (5, 4, 17)]
KINDS = ["mlp", "dcgan", "dcgan-bare", "residual", "bottleneck"]
LABELS = torch.arange(B) % K
every_kind = pytest.mark.parametrize("kind", KINDS)
every_mode = pytest.mark.parametrize("mode", ["concat", "embedding", "add", "projection"])


def pair(kind: str, shape=(2, 9, 10), c: Condition = UNCONDITIONAL, auxiliary=False, spectral=False):
    """(G, D), small, moved off the start of their branches; G takes a projection's label as an embedding."""
    torch.manual_seed(0)
    g = c._replace(mode="embedding") if c.mode == "projection" else c
    d = {"condition": c, "auxiliary": auxiliary, "spectral": spectral}
    match kind:
        case "mlp":
            G = MLPGenerator(shape, Z, Layers((16, 16)), output="tanh", condition=g)
            D = MLPCritic(shape, Layers((12, 12), "maxout", 3, dropout=0.5), **d)
        case "dcgan" | "dcgan-bare":
            normalise = kind == "dcgan"
            G = DCGANGenerator(shape, Z, width=4, normalise=normalise, condition=g)
            D = DCGANCritic(shape, width=4, normalise=normalise, **d)
        case _:
            tower = Tower(4, 1, "plain" if kind == "residual" else "bottleneck")
            G, D = ResidualGenerator(shape, Z, tower=tower, condition=g), ResidualCritic(shape, tower=tower, **d)
    with torch.no_grad():
        for name, p in [*G.named_parameters(), *D.named_parameters()]:
            if ".branch." in name:
                p.add_(0.1 * torch.randn_like(p))
    return G, D


def vectors(n: int = B) -> torch.Tensor:
    return torch.randn(n, E, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@every_kind
def test_any_picture_size_and_live_finite_gradients_everywhere(kind, shape):
    G, D = pair(kind, shape, Condition("projection", K), auxiliary=True)
    x = G(torch.randn(B, Z), LABELS)
    assert x.shape == (B, *shape)
    assert x.abs().max() <= 1
    answer = D(x, LABELS)
    assert answer.logits.shape == (B,)
    assert answer.classes.shape == (B, K)
    (nn.functional.softplus(-answer.logits).mean() + nn.functional.cross_entropy(answer.classes, LABELS)).backward()
    for network in (G, D):
        for name, p in network.named_parameters():
            assert p.grad.isfinite().all(), name
            assert p.grad.any(), name


@every_kind
@every_mode
def test_the_class_changes_pictures_and_answers(kind, mode):
    G, D = (network.eval() for network in pair(kind, c=Condition(mode, K, width=5)))
    z, x, other = torch.randn(B, Z), torch.randn(B, 2, 9, 10), (LABELS + 1) % K
    with torch.no_grad():
        assert ((G(z, LABELS) - G(z, other)).flatten(1).abs().amax(1) > 1e-4).all()
        assert ((D(x, LABELS).logits - D(x, other).logits).abs() > 1e-6).all()


@every_kind
@every_mode
def test_vectors_as_conditions(kind, mode):
    """With c -> 2c - c' the answer moves; one that is learned linearly moves with a live gradient in c."""
    G, D = (network.eval() for network in pair(kind, c=Condition(mode, size=E, width=5)))
    c = vectors().requires_grad_()
    x = G(torch.randn(B, Z), c)
    (through_G,) = torch.autograd.grad(x.square().sum(), c)
    (through_D,) = torch.autograd.grad(D(x.detach(), c).logits.sum(), c)
    assert (through_G.abs().amax(1) > 0).all()
    assert (through_D.abs().amax(1) > 0).all()


@every_kind
def test_an_unconditional_network_reads_no_condition(kind):
    G, D = (network.eval() for network in pair(kind, c=Condition("none", K), auxiliary=True))
    z, x = torch.randn(B, Z), torch.randn(B, 2, 9, 10)
    assert_close(G(z, LABELS), G(z, None), rtol=0, atol=0)
    assert_close(D(x, LABELS), D(x, None), rtol=0, atol=0)


@every_kind
def test_examples_keep_their_places(kind):
    """G(z, c) and D(x, c) commute with permutations of the batch."""
    G, D = (network.eval() for network in pair(kind, c=Condition("concat", K)))
    z, order = torch.randn(B, Z), torch.randperm(B)
    x = G(z, LABELS)
    assert_close(G(z[order], LABELS[order]), x[order])
    assert_close(D(x[order], LABELS[order]).logits, D(x, LABELS).logits[order])
    assert (D(x, LABELS).logits - D(x, LABELS).logits[order])[order != torch.arange(B)].abs().min() > 0


@every_kind
def test_equal_seeds_give_equal_weights_and_evaluation_is_a_function(kind):
    first, second = pair(kind, c=Condition("projection", K)), pair(kind, c=Condition("projection", K))
    z, x = torch.randn(B, Z), torch.randn(B, 2, 9, 10)
    for one, other in zip(first, second):
        assert_close(one.state_dict(), other.state_dict(), rtol=0, atol=0)
        given = z if one is first[0] else x
        assert_close(one.eval()(given, LABELS), one(given, LABELS), rtol=0, atol=0)


@every_kind
@pytest.mark.parametrize("spectral", [False, True])
def test_weights_survive_saving_and_copying(kind, spectral):
    G, D = pair(kind, c=Condition("projection", K), spectral=spectral)
    z, x = torch.randn(B, Z), torch.randn(B, 2, 9, 10)
    G(z, LABELS), D(x, LABELS)  # moves buffers
    others = copy.deepcopy((G, D))
    for network, other, given in zip((G, D), others, (z, x)):
        state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        for p in other.parameters():
            p.data.normal_()
        other.load_state_dict(state)
        assert_close(other.eval()(given, LABELS), network.eval()(given, LABELS), rtol=0, atol=0)


@every_kind
def test_spectral_normalisation_reaches_every_weight_of_the_critic(kind):
    """After some forward passes each effective matrix has its largest singular value at 1, by a decomposition."""
    D = pair(kind, c=Condition("projection", K), auxiliary=True, spectral=True)[1]
    layers = [m for m in D.modules() if isinstance(m, nn.Linear | nn.Conv2d | nn.Embedding)]
    assert len(layers) >= 4
    for layer in layers:
        for _ in range(300):
            effective = layer.weight.detach()
        sigma = torch.linalg.svdvals(effective.flatten(1))[0]
        assert_close(sigma, torch.tensor(1.0), atol=1e-3, rtol=0)


@every_kind
def test_bfloat16_follows_float32(kind):
    """bfloat16 keeps 8 bits: 2^-8 = .4 % a rounding, and the errors of a few layers add up."""
    G, D = (network.eval() for network in pair(kind, (1, 28, 28), Condition("projection", K)))
    z = torch.randn(B, Z)
    with torch.no_grad():
        x, r = G(z, LABELS), D(G(z, LABELS), LABELS).logits
        with torch.autocast("cpu", torch.bfloat16):
            x_, r_ = G(z, LABELS).float(), D(x, LABELS).logits.float()
    assert (x_ - x).norm() < 0.03 * x.norm()
    assert (r_ - r).norm() < 0.05 * r.norm()
