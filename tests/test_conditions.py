"""How c enters: each way against the formula it stands for, in float64."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.conditions import Code, Condition, Head, entrance, refuse_projection

K, F, B = 5, 7, 11
C = torch.arange(B) % K


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def one_hot(c: torch.Tensor) -> torch.Tensor:
    return nn.functional.one_hot(c, K).to(DOUBLE)


def test_concatenation_is_a_row_of_weights_for_each_class():
    """A linear layer on [v; one-hot(c)] is W_v v + W_c one-hot(c): column c of W_c, added."""
    join = entrance(Condition("concat", K), F).double()
    layer = nn.Linear(join.size, 3, bias=False, dtype=DOUBLE)
    v = draw(B, F)
    W_v, W_c = layer.weight[:, :F], layer.weight[:, F:]
    assert_close(layer(join(v, C)), v @ W_v.T + one_hot(C) @ W_c.T)
    assert_close(layer(join(v, C)) - v @ W_v.T, W_c.T[C])


def test_concatenation_over_a_picture_is_constant_planes():
    join = entrance(Condition("concat", K), 2).double()
    x = draw(B, 2, 3, 4)
    joined = join(x, C)
    assert_close(joined[:, :2], x)
    for i in range(B):
        for k in range(K):
            assert_close(joined[i, 2 + k], torch.full((3, 4), float(C[i] == k), dtype=DOUBLE))


def test_vectors_are_concatenated_as_they_are():
    join = entrance(Condition("concat", size=3), F).double()
    v, c = draw(B, F), draw(B, 3, seed=1)
    assert_close(join(v, c), torch.cat([v, c], 1))


def test_embedding_appends_and_add_adds_the_learned_row():
    v, x = draw(B, F), draw(B, F, 2, 3)
    appended, added = (entrance(Condition(mode, K, width=4), F).double() for mode in ("embedding", "add"))
    assert_close(appended(v, C), torch.cat([v, appended.path.map.weight[C]], 1))
    assert_close(added(v, C), v + added.path.map.weight[C])
    assert_close(added(x, C), x + added.path.map.weight[C][:, :, None, None])


@pytest.mark.parametrize("mode", ["embedding", "add"])
def test_one_hot_vectors_and_labels_are_the_same_condition(mode):
    labels, vectors = (entrance(c, F).double() for c in (Condition(mode, K, width=4), Condition(mode, size=K, width=4)))
    vectors.path.map.weight.data.copy_(labels.path.map.weight.T)
    v = draw(B, F)
    assert_close(vectors(v, one_hot(C)), labels(v, C))


def test_projection_adds_the_inner_product():
    """logit_i = w . phi_i + b + sum_j e[c_i, j] phi_ij, and d logit / d e_k sums phi over the examples of class k."""
    head = Head(Condition("projection", K), F).double()
    phi = draw(B, F)
    e, w, b = head.embed.map.weight, head.logit.weight[0], head.logit.bias[0]
    by_hand = [sum((w[j] + e[C[i], j]) * phi[i, j] for j in range(F)) + b for i in range(B)]
    answer = head(phi, C)
    assert answer.logits.shape == (B,)
    assert_close(answer.logits, torch.stack(by_hand))
    (slope,) = torch.autograd.grad(answer.logits.sum(), [e])
    assert_close(slope, one_hot(C).T @ phi)


def test_projection_of_vectors():
    head = Head(Condition("projection", size=3), F).double()
    phi, c = draw(B, F), draw(B, 3, seed=1)
    by_hand = torch.einsum("if,fe,ie->i", phi, head.embed.map.weight, c)
    assert_close(head(phi, c).logits - head.logit(phi)[:, 0], by_hand)


def test_projection_starts_on_the_scale_of_the_unconditional_part():
    """Rows U(+-1/sqrt(F)): the variance of <e_c, phi> for |phi|^2 = F is 1/3."""
    torch.manual_seed(0)
    head = Head(Condition("projection", 50), 400)
    e = head.embed.map.weight
    assert e.abs().max() <= 1 / 20
    assert abs(e.var() * 400 - 1 / 3) < 5 * (4 / 45 / e.numel()) ** 0.5


def test_the_auxiliary_head_reads_x_alone():
    head = Head(Condition("projection", K), F, auxiliary=True).double()
    phi = draw(B, F)
    answer = head(phi, C, (phi,))
    assert_close(answer.classes, phi @ head.classes.weight.T + head.classes.bias)
    assert_close(head(phi, (C + 1) % K).classes, answer.classes)
    assert not torch.allclose(head(phi, (C + 1) % K).logits, answer.logits)
    assert answer.features[0] is phi
    assert Head(Condition("none", K), F)(phi.float(), None).classes is None


def test_none_reads_no_condition():
    v = draw(B, F)
    assert entrance(Condition("none", K), F)(v, None) is v


@pytest.mark.parametrize(
    ("condition", "c"),
    [
        (Condition("concat", K), None),
        (Condition("concat", K), torch.zeros(B, K)),
        (Condition("concat", K), torch.zeros(B)),
        (Condition("concat", size=3), C),
        (Condition("concat", size=3), torch.zeros(B, 4)),
    ],
)
def test_a_condition_of_another_form_is_refused(condition, c):
    with pytest.raises(SaddlepointError, match="condition"):
        Code(condition)(c)


@pytest.mark.parametrize(
    "make",
    [
        lambda: entrance(Condition("concat"), F),
        lambda: entrance(Condition("concat", K, 3), F),
        lambda: entrance(Condition("embedding", 0), F),
        lambda: Head(Condition("none"), F, auxiliary=True),
        lambda: refuse_projection(Condition("projection", K)),
    ],
)
def test_contradictions_are_refused(make):
    with pytest.raises(SaddlepointError):
        make()
