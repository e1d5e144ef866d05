"""PatchGAN: the paper's layers and fields, the condition by concatenation, and answers about patches alone."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.patch import PatchCritic, field


def layers_of(network: nn.Module, kind) -> list:
    return [layer for layer in network.modules() if isinstance(layer, kind)]


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def critic(inputs: int = 1, conditions: int = 0, **options) -> PatchCritic:
    torch.manual_seed(0)
    return PatchCritic(inputs, conditions, **{"width": 2, **options}).to(DOUBLE)


def test_the_layers_of_the_paper():
    """Appendix 6.1.2: C64-C128-C256-C512 for 70 x 70; C64-C128 for 16 x 16; C64-C128-C256-C512-C512-C512 for 286 x 286;
    C64-C128 of 1 x 1 for the PixelGAN; then a convolution to the logit. The first is not normalised."""
    for layers, outputs in {
        3: [64, 128, 256, 512],
        1: [64, 128],
        5: [64, 128, 256, 512, 512, 512],
        0: [64, 128],
    }.items():
        D = PatchCritic(3, 2, layers=layers)
        convs = layers_of(D, nn.Conv2d)
        assert convs[0].in_channels == 5
        assert [conv.out_channels for conv in convs] == [*outputs, 1]
        assert [conv.kernel_size for conv in convs] == [(4, 4) if layers else (1, 1)] * len(convs)
        assert [conv.stride for conv in convs] == [(2, 2)] * layers + [(1, 1)] * (len(convs) - layers)
        assert [conv.bias is None for conv in convs] == [False, *[True] * (len(convs) - 2), False]
        assert [norm.num_features for norm in layers_of(D, nn.BatchNorm2d)] == outputs[1:]
    assert PatchCritic(1)(torch.zeros(2, 1, 256, 256)).logits.shape == (2, 30, 30)


def test_the_fields_of_the_paper():
    assert [field(layers) for layers in range(6)] == [1, 16, 34, 70, 142, 286]


@pytest.mark.parametrize("layers", range(6))
def test_a_logit_sees_its_field_and_no_more(layers):
    """The gradient of one logit in the middle is nonzero on field x field pixels. Leaky units are never dead."""
    D = critic(width=1, layers=layers).eval()
    x = draw(1, 1, *[14 * 2**layers] * 2).requires_grad_()
    logits = D(x).logits
    middle = logits.shape[1] // 2
    (slope,) = torch.autograd.grad(logits[0, middle, middle], x)
    rows, columns = (slope[0, 0] != 0).nonzero().T
    assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == (field(layers),) * 2
    assert len(rows) == field(layers) ** 2
    if layers:  # neighbours see patches 2^layers further on
        (next_,) = torch.autograd.grad(D(x).logits[0, middle + 1, middle], x)
        assert next_[0, 0].nonzero()[:, 0].min() - rows.min() == 2**layers


def test_two_layers_written_out():
    D, x, c = critic(2, 1, layers=1, normalise=False), draw(3, 2, 9, 11), draw(3, 1, 9, 11, seed=1)
    p = dict(D.named_parameters())
    a = F.leaky_relu(F.conv2d(torch.cat([x, c], 1), p["rungs.0.0.weight"], p["rungs.0.0.bias"], 2, 1), 0.2)
    b = F.leaky_relu(F.conv2d(a, p["rungs.1.0.weight"], p["rungs.1.0.bias"], 1, 1), 0.2)
    answer = D(x, c)
    assert_close(answer.logits, F.conv2d(b, p["logit.weight"], p["logit.bias"], 1, 1)[:, 0])
    assert_close(answer.features, (a, b))
    assert answer.classes is None


def test_the_condition_is_read_where_it_was_announced_and_else_not():
    x, c = draw(2, 1, 12, 12), draw(2, 3, 12, 12, seed=1)
    with_c, without = critic(1, 3, layers=2), critic(1, layers=2)
    assert not torch.allclose(with_c(x, c).logits, with_c(x, c + 1).logits)
    assert torch.equal(without(x, c).logits, without(x).logits)
    assert torch.equal(without(x, torch.tensor([0, 1])).logits, without(x).logits)


def test_patches_do_not_know_their_place():
    """A picture moved by 2^layers moves the logits by one; the border, where zeros are seen, aside."""
    D, x = critic(layers=2).eval(), draw(1, 1, 64, 64)
    first, moved = D(x).logits, D(x.roll((4, 4), (2, 3))).logits
    edge = field(2) // 4
    assert_close(moved[0, edge + 1 : -edge, edge + 1 : -edge], first[0, edge : -edge - 1, edge : -edge - 1])


def test_without_normalisation_an_answer_is_about_its_own_picture():
    x = draw(4, 1, 16, 16)
    for normalise in (False, True):
        D = critic(layers=1, normalise=normalise)
        assert torch.allclose(D(x).logits[:2], D(x[:2]).logits, atol=1e-12) != normalise


def test_without_normalisation_the_logits_are_of_order_one():
    torch.manual_seed(0)
    assert 0.1 < PatchCritic(3, width=16, normalise=False)(torch.randn(4, 3, 64, 64)).logits.std() < 5


def test_spectral_normalisation_of_every_matrix():
    """In evaluation mode the iteration stands still: after many passes each sigma is 1."""
    D = critic(layers=1, normalise=False, spectral=True, width=3)
    for _ in range(200):
        D(draw(1, 1, 8, 8))
    for conv in layers_of(D.eval(), nn.Conv2d):
        assert torch.linalg.matrix_norm(conv.weight.flatten(1), 2).item() == pytest.approx(1, rel=1e-6)


def test_derivatives_are_finite_differences():
    D = critic(layers=1).eval()
    assert torch.autograd.gradcheck(lambda x: D(x).logits, draw(1, 1, 6, 7).requires_grad_())
    assert torch.autograd.gradgradcheck(lambda x: D(x).logits.tanh(), draw(1, 1, 6, 7).requires_grad_())


def test_the_smallest_pictures_and_those_below_them():
    for layers in (0, 1, 2, 3):
        least = 3 * 2**layers if layers else 1
        assert critic(layers=layers)(draw(2, 1, least, least + 1)).logits.shape[1] == 1
        with pytest.raises(SaddlepointError, match=f"PatchGAN: .*at least {least} x {least} .*fewer layers"):
            critic(layers=layers)(draw(2, 1, least - 1, 2 * least))


def test_conditions_of_another_form_are_refused():
    D, x = critic(1, 2, layers=1), draw(2, 1, 8, 8)
    for c in (None, torch.tensor([0, 1]), draw(2, 1, 8, 8), draw(2, 2, 8, 9), draw(1, 2, 8, 8)):
        with pytest.raises(SaddlepointError, match=r"PatchGAN: .*c.*\(give pictures of shape \(2, 2, 8, 8\)"):
            D(x, c)
    with pytest.raises(SaddlepointError, match="PatchGAN: x has shape"):
        D(draw(2, 3, 8, 8), draw(2, 2, 8, 8))
    with pytest.raises(SaddlepointError, match="0 or more"):
        PatchCritic(1, layers=-1)
