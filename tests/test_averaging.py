"""The average of a module's weights against its closed form."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from toys import DOUBLE, linear, normed, same

from saddlepoint.game.averaging import Average, averages_of


def moved(module: nn.Linear, weight: float) -> nn.Linear:
    with torch.no_grad():
        module.weight.fill_(weight)
    return module


def test_the_average_is_a_weighted_sum_of_all_that_it_saw() -> None:
    """a_T = sum over t of w_t (1 - b_t) prod over s > t of b_s, and a_0 prod of all b; b_t = 2^(-n_t / h_t)."""
    module = linear(1.0)
    average = Average(module, half_life=1000)
    weights = [3.0, -2.0, 0.5, 4.0, 4.5, -7.0]
    images = [64, 64, 32, 20_000, 64, 64]
    seen, decays = 0, []
    for weight, n in zip(weights, images):
        seen += n
        decays.append(0.5 ** (n / min(1000, seen / 20)))
        average.update(moved(module, weight), n, seen)
    closed = 1.0
    for weight, b in zip(weights, decays):
        closed = b * closed + (1 - b) * weight
    assert average.module.weight.item() == pytest.approx(closed, rel=1e-12)
    assert 0.5 < decays[-1] < 1, "the last steps are beyond the ramp"
    assert decays[0] == 0.5**20, "the first is within it"


def test_the_distance_halves_in_a_half_life_however_it_is_cut_into_rounds() -> None:
    for rounds in (1, 8, 50):
        module = linear(0.0)
        average = Average(module, half_life=1000)
        moved(module, 1.0)
        for _ in range(rounds):
            average.update(module, images=1000 // rounds, seen=10**9)
        assert average.module.weight.item() == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("seen", [64, 6_400, 19_999])
def test_early_on_the_memory_is_a_twentieth_of_what_was_seen(seen: int) -> None:
    module = linear(0.0)
    average = Average(module, half_life=1000)
    average.update(moved(module, 1.0), images=32, seen=seen)
    assert average.module.weight.item() == pytest.approx(1 - 0.5 ** (32 * 20 / seen), rel=1e-12)


def test_before_any_image_was_seen_the_average_is_the_module() -> None:
    module = linear(0.0)
    average = Average(module, half_life=1000)
    average.update(moved(module, 3.0), images=64, seen=0)
    assert average.module.weight.item() == 3.0


def test_a_module_that_does_not_move_is_its_own_average_bit_for_bit() -> None:
    module = normed(2, 3)
    average = Average(module, half_life=777.7)
    for seen in (64, 10_000, 10**7):
        average.update(module, images=64, seen=seen)
        assert all(
            torch.equal(a, b) for a, b in zip(average.module.state_dict().values(), module.state_dict().values())
        )


def test_buffers_are_copied_and_not_averaged() -> None:
    module = normed(2, 3)
    average = Average(module, half_life=10**9)
    module(torch.randn(16, 2, generator=torch.Generator().manual_seed(0), dtype=DOUBLE))
    assert not torch.equal(average.module[1].running_mean, module[1].running_mean)
    average.update(module, images=1, seen=10**6)
    assert same([*average.module.buffers()], [*module.buffers()])
    module[1].running_mean += 1
    assert not torch.equal(average.module[1].running_mean, module[1].running_mean), "a copy, not the same tensor"


def test_no_gradient_flows_into_or_through_an_average() -> None:
    module = linear(2.0)
    average = Average(module, half_life=100)
    average.update(module, images=64, seen=10_000)
    assert not any(p.requires_grad or p.grad_fn for p in average.module.parameters())
    assert all(p.requires_grad and p.grad is None for p in module.parameters())
    before = average.module.weight.clone()
    moved(module, 5.0)
    assert torch.equal(average.module.weight, before), "moving the module moves its average only at an update"


def test_several_averages_are_named_by_their_half_lives() -> None:
    module = linear(0.0)
    averages = averages_of(module, (100, 1000))
    moved(module, 1.0)
    for average in averages.values():
        average.update(module, images=100, seen=10**9)
    weights = {name: average.module.weight.squeeze() for name, average in averages.items()}
    expected = {"average-100": 0.5, "average-1000": 1 - 0.5**0.1}
    assert_close(weights, {name: torch.tensor(w, dtype=DOUBLE) for name, w in expected.items()})
