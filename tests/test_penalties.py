"""Penalties: exact on critics whose slope is known, example by example, and their derivatives by finite differences."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close
from toys import DOUBLE, mlp, turn_of

from saddlepoint.errors import SaddlepointError
from saddlepoint.penalties import class_cost_on_fake, class_cost_on_real, gradient_penalty, moments, r1, r2, slope
from saddlepoint.records import Answer, Turn

W = torch.tensor([3.0, -4.0], dtype=DOUBLE)
A = torch.tensor([[2.0, 0.5], [0.5, -1.0]], dtype=DOUBLE)
every_penalty = pytest.mark.parametrize("penalty", [r1, r2, gradient_penalty])


def batch(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


REAL, FAKE = batch(5, 2, seed=1), batch(5, 2, seed=2)


def linear(x: Tensor) -> Tensor:
    return x @ W


def quadratic(x: Tensor) -> Tensor:
    """D(x) = 1/2 x'Ax, of slope Ax."""
    return 0.5 * torch.einsum("bi,ij,bj->b", x, A, x)


def equal(a: Tensor, b: Tensor) -> None:
    assert_close(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("penalty", "value"), [(r1, 12.5), (r2, 12.5), (gradient_penalty, 16.0)])
def test_linear_critic_has_the_same_slope_everywhere(penalty: Callable[[Turn], Tensor], value: float) -> None:
    """|w| = 5: half its square, and (5 - 1)^2, for each example."""
    equal(penalty(turn_of(linear, REAL, FAKE)), torch.full((5,), value, dtype=DOUBLE))


def test_quadratic_critic_is_penalised_example_by_example() -> None:
    turn = turn_of(quadratic, REAL, FAKE)
    equal(r1(turn), 0.5 * (REAL @ A).square().sum(1))
    equal(r2(turn), 0.5 * (FAKE @ A).square().sum(1))
    e = torch.rand(5, generator=torch.Generator().manual_seed(0)).to(DOUBLE)[:, None]
    u = e * REAL + (1 - e) * FAKE
    equal(gradient_penalty(turn), ((u @ A).norm(dim=1) - 1).square())


def test_gradient_penalty_draws_one_place_between_for_each_example() -> None:
    """Where all pairs are equal, places along the line differ, and so do the penalties."""
    costs = gradient_penalty(turn_of(quadratic, REAL[:1].expand(6, 2), FAKE[:1].expand(6, 2)))
    assert len(costs.unique()) == 6
    again = gradient_penalty(turn_of(quadratic, REAL[:1].expand(6, 2), FAKE[:1].expand(6, 2), seed=1))
    assert not torch.equal(costs, again)


@every_penalty
def test_derivatives_in_the_critics_parameters_are_finite_differences(penalty: Callable[[Turn], Tensor]) -> None:
    critic = mlp(2, 1, width=4)

    def cost() -> Tensor:
        return penalty(turn_of(lambda x: critic(x).squeeze(1), REAL, FAKE)).mean()

    gradients = torch.autograd.grad(cost(), tuple(critic.parameters()), materialize_grads=True)
    assert sum(g.abs().sum() for g in gradients) > 0.05
    h = 1e-5
    for parameter, gradient in zip(critic.parameters(), gradients):
        entries = parameter.data.view(-1)
        for i in range(len(entries)):
            entries[i] += h
            above = cost().item()
            entries[i] -= 2 * h
            below = cost().item()
            entries[i] += h
            assert (above - below) / (2 * h) == pytest.approx(gradient.view(-1)[i].item(), abs=1e-8)


def test_gradient_penalty_of_a_critic_without_slope_has_a_finite_gradient() -> None:
    """The root's own derivative at 0 is infinite."""
    scale = torch.zeros((), dtype=DOUBLE, requires_grad=True)
    cost = gradient_penalty(turn_of(lambda x: scale * x.sum(1), REAL, FAKE))
    assert_close(cost, torch.ones(5, dtype=DOUBLE), rtol=0, atol=3e-6)
    (gradient,) = torch.autograd.grad(cost.sum(), scale)
    assert torch.isfinite(gradient)


@every_penalty
def test_penalties_teach_the_critic_and_never_the_fake(penalty: Callable[[Turn], Tensor]) -> None:
    theta = torch.ones(2, dtype=DOUBLE, requires_grad=True)
    weight = torch.ones((), dtype=DOUBLE, requires_grad=True)
    cost = penalty(turn_of(lambda x: weight * quadratic(x), REAL, FAKE * theta)).sum()
    to_fake, to_critic = torch.autograd.grad(cost, (theta, weight), materialize_grads=True)
    assert torch.equal(to_fake, torch.zeros(2, dtype=DOUBLE))
    assert to_critic.abs() > 0.1


@pytest.mark.parametrize("shape", [(5, 1), (5, 2), (5, 3, 7), (5, 1, 4, 6), (5, 2, 2, 3, 2)])
def test_examples_may_have_any_number_of_dimensions(shape: tuple[int, ...]) -> None:
    """D(x) = 1/2 |x|^2 has slope x."""
    real, fake = batch(*shape, seed=3), batch(*shape, seed=4)
    turn = turn_of(lambda x: 0.5 * x.reshape(5, -1).square().sum(1), real, fake)
    equal(r1(turn), 0.5 * real.reshape(5, -1).square().sum(1))
    equal(r2(turn), 0.5 * fake.reshape(5, -1).square().sum(1))
    e = torch.rand(5, generator=torch.Generator().manual_seed(0)).to(DOUBLE).view(5, *[1] * (len(shape) - 1))
    u = (e * real + (1 - e) * fake).reshape(5, -1)
    equal(gradient_penalty(turn), (u.norm(dim=1) - 1).square())


def test_a_patch_critics_slope_is_that_of_the_mean_over_its_sites() -> None:
    pictures = batch(3, 1, 4, 4, seed=5)
    sites = nn.AvgPool2d(2)
    got = slope(lambda x: Answer(sites(x).squeeze(1)), pictures)
    equal(got, torch.full_like(pictures, 1 / 16))
    equal(r1(turn_of(lambda x: sites(x).squeeze(1), pictures, pictures)), torch.full((3,), 0.5 / 16, dtype=DOUBLE))


def answered(real_classes: Tensor | None, fake_classes: Tensor | None, c: Tensor | None) -> Turn:
    """A turn with these logits of the auxiliary classifier."""
    turn = turn_of(linear, REAL, FAKE)
    verdict = turn.verdict()
    verdict = verdict._replace(r=verdict.r._replace(classes=real_classes), f=verdict.f._replace(classes=fake_classes))
    return turn._replace(c=c, verdicts={"D": verdict})


def test_class_costs_are_cross_entropies_of_the_real_and_of_the_fake() -> None:
    on_real, on_fake = batch(5, 3, seed=6) * 4, batch(5, 3, seed=7) * 4
    c = torch.tensor([0, 2, 1, 1, 0])
    turn = answered(on_real, on_fake, c)
    for cost, logits in ((class_cost_on_real, on_real), (class_cost_on_fake, on_fake)):
        equal(cost(turn), -torch.log_softmax(logits, 1)[torch.arange(5), c])
    assert not torch.equal(class_cost_on_real(turn), class_cost_on_fake(turn))
    extreme = answered(on_real * 1e4, on_fake * 1e4, c)
    assert torch.isfinite(class_cost_on_real(extreme)).all()


@pytest.mark.parametrize("missing", ["answer", "classes", "c"])
def test_class_costs_without_classes_are_refused(missing: str) -> None:
    classes = batch(5, 3, seed=6)
    turn = answered(
        None if missing == "classes" else classes, classes, None if missing == "c" else torch.zeros(5).long()
    )
    if missing == "answer":
        turn = turn._replace(verdicts={"D": turn.verdict()._replace(r=None)})
    with pytest.raises(SaddlepointError, match="class cost without classes"):
        class_cost_on_real(turn)


def test_a_turn_knows_the_only_verdict_and_the_named_one() -> None:
    turn = turn_of(linear, REAL, FAKE)
    assert turn.verdict() is turn.verdict("D") is turn.verdicts["D"]
    with pytest.raises(ValueError, match="too many"):
        turn._replace(verdicts={"A": turn.verdict(), "B": turn.verdict()}).verdict()


# Moments.


def matched(x: Tensor, y: Tensor, c: Tensor | None) -> Tensor:
    """The cost of fakes y beside real x, both of classes c."""
    return moments(turn_of(lambda t: t.sum(1), x, y)._replace(c=c)).mean()


def test_moments_are_the_quadratic_kernel_s_discrepancy_by_the_definition() -> None:
    """Up to what G does not move: sums over pairs by hand; a unit of all numbers changes nothing."""
    x, y, c = batch(6, 3, seed=1), batch(6, 3, seed=2) + 0.5, torch.tensor([0, 1, 0, 2, 1, 0])
    m = float(x.square().mean())

    def k(u: Tensor, v: Tensor, same: bool) -> float:
        s = float(u @ v) / m + same
        return s + s * s

    own = [k(y[i], y[j], bool(c[i] == c[j])) for i in range(6) for j in range(6) if i != j]
    cross = [k(y[i], x[j], bool(c[i] == c[j])) for i in range(6) for j in range(6)]
    wanted = torch.tensor(sum(own) / 30 - 2 * sum(cross) / 36, dtype=DOUBLE)
    equal(matched(x, y, c), wanted)
    equal(matched(50 * x, 50 * y, c), wanted)


def test_moments_are_least_in_the_mean_where_those_of_the_data_are() -> None:
    """Fakes s x + t of the same law, over 400 batches of 16: the derivatives in s and t vanish at 1 and 0, within four
    standard errors, and not at .9 or .1: an estimate with the pairs of an example with itself would shrink s.
    """

    def slopes(scale: float, shift: float) -> tuple[Tensor, Tensor]:
        found = []
        for seed in range(400):
            s = torch.tensor([scale, shift], dtype=DOUBLE, requires_grad=True)
            cost = matched(batch(16, 2, seed=2 * seed), s[0] * batch(16, 2, seed=2 * seed + 1) + s[1], None)
            found.append(torch.autograd.grad(cost, s)[0])
        slope = torch.stack(found)
        return slope.mean(0), slope.std(0) / 20

    mean, error = slopes(1.0, 0.0)
    assert bool((mean.abs() < 4 * error).all())
    mean, error = slopes(0.9, 0.1)
    assert float(mean[0]) < -4 * float(error[0])
    assert float(mean[1]) > 4 * float(error[1])


def test_moments_tell_classes_whose_means_are_exchanged() -> None:
    c = torch.arange(64) % 2
    x, y = (0.1 * batch(64, 2, seed=seed) + c[:, None] for seed in (1, 2))
    assert matched(x, y, c) < matched(x, y.flip(0), c) - 0.1
    equal(matched(x, y, None), matched(x, y.flip(0), None))


def test_of_several_critics_each_is_penalised_where_it_looks() -> None:
    """Their sum; each critic has its own real examples and fakes."""
    one, other = turn_of(linear, REAL, FAKE), turn_of(quadratic, FAKE, REAL)
    both = one._replace(verdicts={"D": one.verdict(), "D_hole": other.verdict()})
    equal(r1(both), r1(one) + r1(other))
    equal(r2(both), r2(one) + r2(other))
    equal(r1(both), 12.5 + 0.5 * (FAKE @ A).square().sum(1))
