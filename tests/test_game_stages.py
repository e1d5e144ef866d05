"""What the next stage's player takes over from the last one's: the moments of the parameters that both move."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from toys import DOUBLE, belongings, mlp, same

from saddlepoint.game.players import Player, carry, descend

X = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]], dtype=DOUBLE)
Rule = Callable[[list[nn.Parameter]], torch.optim.Optimizer]


def adam(parameters: list[nn.Parameter], rate: float = 1e-2) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=rate, betas=(0.5, 0.9))


RULES: dict[str, Rule] = {
    "Adam": adam,
    "AdamW": lambda parameters: torch.optim.AdamW(parameters, lr=1e-2),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=1e-2, momentum=0.9),
    "RMSprop": lambda parameters: torch.optim.RMSprop(parameters, lr=1e-2, momentum=0.5),
}


def player(net: nn.Module, rule: Rule, chosen: tuple[int, ...] = (0, 1, 2, 3)) -> Player:
    """The player that moves the chosen ones of the network's parameters: weight, bias, weight, bias."""
    parameters = list(net.parameters())
    return Player.of(net, rule([parameters[i] for i in chosen]))


def descended(player: Player, steps: int) -> list[Tensor]:
    """The weights after so many steps down the mean square of the player's own network."""
    (net,) = player.networks.values()
    for _ in range(steps):
        descend(net(X).square().mean(), player)
    return [p.detach().clone() for p in net.parameters()]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_player_that_moves_the_same_goes_on_as_if_it_had_never_been_another(rule: Rule) -> None:
    """Three steps and three more by another optimiser are six, bit for bit; without its moments they are not."""
    straight, first, fresh = (player(mlp(2, 1), rule) for _ in range(3))
    expected = descended(straight, 6)
    descended(first, 3)
    second = player(first.networks["net"], rule)
    carry(first, second)
    assert same(descended(second, 3), expected)
    assert same(belongings(second), belongings(straight))
    descended(fresh, 3)
    assert not same(descended(player(fresh.networks["net"], rule), 3), expected)


def test_moments_follow_the_parameters_that_the_later_player_moves_and_no_others() -> None:
    """Of a player of all four and one of the last two, in other places of their groups; the first two stand still."""
    straight, whole = (player(mlp(2, 1), adam) for _ in range(2))
    descended(straight, 3)
    frozen = {"params": list(straight.parameters[:2]), "lr": 0.0}
    straight.optimiser.param_groups[0]["params"] = list(straight.parameters[2:])
    straight.optimiser.add_param_group(frozen)
    expected = descended(straight, 1)
    descended(whole, 3)
    part = player(whole.networks["net"], adam, chosen=(3, 2))
    carry(whole, part)
    assert set(part.optimiser.state) == set(part.parameters)
    assert same(descended(part, 1), expected)


def test_a_parameter_that_is_new_starts_afresh_beside_those_that_go_on() -> None:
    """Of the last two and then all four: with the moments of two, the first step of the others is their first."""
    part, lone = (player(mlp(2, 1), adam, chosen=(2, 3)) for _ in range(2))
    descended(part, 3)
    descended(lone, 3)
    whole = player(part.networks["net"], adam)
    carry(part, whole)
    assert set(whole.optimiser.state) == set(part.parameters)
    new = player(lone.networks["net"], adam, chosen=(0, 1))
    (net,) = lone.networks.values()
    net.zero_grad()
    net(X).square().mean().backward()
    new.optimiser.step()
    lone.optimiser.step()
    assert same(descended(whole, 1), [p.detach() for p in net.parameters()])


def test_another_rule_starts_afresh() -> None:
    """AdamW is a kind of Adam in torch, and another rule all the same."""
    for before, after in ((adam, RULES["momentum"]), (RULES["momentum"], adam), (RULES["AdamW"], adam)):
        first, other = player(mlp(2, 1), before), player(mlp(2, 1), before)
        descended(first, 3)
        descended(other, 3)
        second = player(first.networks["net"], after)
        carry(first, second)
        assert not second.optimiser.state
        assert same(descended(second, 2), descended(player(other.networks["net"], after), 2))


def test_rates_are_the_later_players_own() -> None:
    first = player(mlp(2, 1), adam)
    descended(first, 3)
    second = player(first.networks["net"], lambda parameters: adam(parameters, rate=0.25))
    carry(first, second)
    assert [group["lr"] for group in second.optimiser.param_groups] == [0.25]
