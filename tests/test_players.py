"""A player's step: down its own loss, in its own parameters, or not at all."""

import copy
import math

import pytest
import torch
from torch import Tensor, nn
from toys import DOUBLE, adam, belongings, linear, normed, same, sgd

from saddlepoint.errors import SaddlepointError
from saddlepoint.game.players import Player, descend, frozen_buffers, keep_buffers, norm, tune

X = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=DOUBLE)


def test_one_step_of_gradient_descent() -> None:
    """L = mean w . x has the gradient mean x = (2, 1/2) in w and 1 in b, of norm sqrt(5.25)."""
    player = sgd(linear(1.0, -1.0), rate=0.1)
    net = player.networks["net"]
    step = descend(net(X).mean(), player)
    assert net.weight.tolist() == [[1 - 0.1 * 2, -1 - 0.1 * 0.5]]
    assert net.bias.tolist() == [-0.1]
    assert step.gradient == pytest.approx(math.sqrt(5.25), rel=1e-12)
    assert (step.taken, step.sound) == (True, True)


def test_gradients_do_not_add_up_over_steps() -> None:
    player = sgd(linear(0.0, 0.0), rate=1.0)
    for _ in range(3):
        descend(player.networks["net"](X).mean(), player)
    assert player.networks["net"].weight.tolist() == [[-6.0, -1.5]]


def test_a_step_moves_nothing_that_the_player_does_not_own() -> None:
    mine, other = adam(linear(1.0, 1.0)), adam(linear(2.0, 2.0))
    other.networks["net"](X).mean().backward()
    descend(other.networks["net"](X).mean(), other)
    before = belongings(other)
    descend((mine.networks["net"](X) * other.networks["net"](X)).mean(), mine)
    assert same(belongings(other), before)


def test_a_parameter_that_the_loss_does_not_know_stays() -> None:
    used, unused = linear(1.0), linear(1.0)
    player = Player({"a": used, "b": unused}, torch.optim.SGD([*used.parameters(), *unused.parameters()], lr=1.0))
    step = descend(used(X[:, :1]).mean(), player)
    assert step.taken
    assert unused.weight.item() == 1.0
    assert used.weight.item() == 1.0 - 2.0


def infinite_loss(net: nn.Module) -> Tensor:
    return net(X).mean() * math.inf


def nan_loss(net: nn.Module) -> Tensor:
    return net(X).mean() + math.nan


def nan_gradient(net: nn.Module) -> Tensor:
    """Of value 0; the root's derivative at 0 times 0."""
    return (net(X).mean() * 0).square().sqrt()


@pytest.mark.parametrize("loss", [infinite_loss, nan_loss, nan_gradient])
def test_a_loss_or_gradient_that_is_not_finite_moves_neither_weights_nor_moments(loss) -> None:
    player = adam(linear(1.0, -1.0))
    net = player.networks["net"]
    descend(net(X).mean(), player)
    weights, moments = copy.deepcopy(net.state_dict()), copy.deepcopy(player.optimiser.state_dict())
    step = descend(loss(net), player)
    assert not step.taken
    assert step.sound
    assert all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), weights.values()))
    for index, state in player.optimiser.state_dict()["state"].items():
        assert all(torch.equal(t, moments["state"][index][name]) for name, t in state.items())
    assert descend(net(X).mean(), player).taken, "and the next step is taken"


def test_weights_that_are_not_finite_are_told_whether_the_step_is_taken_or_not() -> None:
    player = adam(linear(1.0, -1.0))
    net = player.networks["net"]
    descend(net(X).mean(), player)
    player.optimiser.state[net.bias]["exp_avg"].fill_(math.nan)
    step = descend(net(X).mean(), player)
    assert (step.taken, step.sound) == (True, False), "a spoilt moment spoils the weight it moves"
    step = descend(net(X).mean(), player)
    assert (step.taken, step.sound) == (False, False), "whose loss is refused from then on"


def test_norm_is_that_of_all_entries_together() -> None:
    tensors = [torch.tensor([[3.0, 0.0]]), torch.tensor(4.0), torch.tensor([12.0])]
    assert norm(tensors) == 13.0
    assert norm([]) == 0.0
    assert not math.isfinite(norm([torch.ones(2), torch.tensor([math.nan])]))
    assert norm([torch.ones(2), torch.tensor([math.inf])]) == math.inf


def test_frozen_buffers_are_bit_for_bit_what_they_were_even_after_an_error() -> None:
    player = adam(normed(2, 1))
    net = player.networks["net"]
    before = [b.clone() for b in player.buffers]
    assert len(before) == 5, "three of batch normalisation, two of spectral normalisation"
    with frozen_buffers(player):
        net(X)
        assert not same(player.buffers, before)
    assert same(player.buffers, before)
    with pytest.raises(RuntimeError, match="shapes"), frozen_buffers(player):
        net(X) @ X
    assert same(player.buffers, before)
    with frozen_buffers(None):
        pass


def test_buffers_may_be_restored_while_a_backward_pass_still_holds_them() -> None:
    player = adam(normed(2, 1))
    net = player.networks["net"]
    net(X).square().mean().backward()
    expected = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    fresh = adam(normed(2, 1))
    with frozen_buffers(fresh):
        loss = fresh.networks["net"](X).square().mean()
    loss.backward()
    assert same([p.grad for p in fresh.networks["net"].parameters()], expected)


def test_kept_buffers_are_restored_on_demand_only() -> None:
    player = adam(normed(2, 1))
    before = [b.clone() for b in player.buffers]
    restore = keep_buffers(player)
    player.networks["net"](X)
    assert not same(player.buffers, before)
    restore()
    assert same(player.buffers, before)


def test_a_units_weights_are_scaled_back_to_the_bound_and_no_further() -> None:
    """Rows (3, 4) and (.3, .4) with bound 1: the first becomes (.6, .8), the second and the biases stay. Rate 0."""
    network = nn.Linear(2, 2).double()
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[3.0, 4.0], [0.3, 0.4]]))
        network.bias.fill_(7.0)
    player = Player.of(network, torch.optim.SGD(network.parameters(), lr=0.0), max_norm=1.0)
    descend(network(X).sum(), player)
    torch.testing.assert_close(network.weight.data, torch.tensor([[0.6, 0.8], [0.3, 0.4]]).double(), atol=1e-7, rtol=0)
    assert network.bias.tolist() == [7.0, 7.0]


def test_transposed_filters_are_scaled_back_by_what_they_give_and_embeddings_stay() -> None:
    """[in = 4, out = 2 x 2 groups]: each output of a group sees two inputs; with bound 1 and weights of 3, 1 pixel."""
    up = nn.ConvTranspose2d(4, 4, 1, groups=2).double()
    network = nn.ModuleDict({"up": up, "code": nn.Embedding(3, 2).double(), "bag": nn.EmbeddingBag(3, 2).double()})
    with torch.no_grad():
        for weight in network.parameters():
            weight.fill_(3.0)
        up.weight[2:, 1] = 0.5  # of the last output: its two weights have length .71
    player = Player.of(network, torch.optim.SGD(network.parameters(), lr=0.0), max_norm=1.0)
    descend(
        up(torch.ones(1, 4, 1, 1).double()).sum() + network["code"].weight.sum() + network["bag"].weight.sum(), player
    )
    half = 1 / math.sqrt(2)
    wanted = torch.tensor([[half, half], [half, half], [half, 0.5], [half, 0.5]]).double()
    torch.testing.assert_close(up.weight.data[..., 0, 0], wanted, atol=1e-6, rtol=0)
    assert (network["code"].weight == 3).all()
    assert (network["bag"].weight == 3).all()


def test_tune_sets_what_is_given_and_leaves_the_rest() -> None:
    player = sgd(linear(1.0), rate=0.1, momentum=0.5)
    (group,) = player.optimiser.param_groups
    tune(player, 0.02, None)
    assert (group["lr"], group["momentum"]) == (0.02, 0.5)
    tune(player, None, 0.9)
    assert (group["lr"], group["momentum"]) == (0.02, 0.9)
    with pytest.raises(SaddlepointError, match="no momentum"):
        tune(adam(linear(1.0)), None, 0.9)
