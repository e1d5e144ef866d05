"""Every objective against its literal formula, its derivatives by hand, and what is known where D can do no better."""

import math

import pytest
import torch
from torch import Tensor, sigmoid
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint import objectives
from saddlepoint.errors import SaddlepointError
from saddlepoint.objectives import (
    Objective,
    hinge,
    least_squares,
    minimax,
    non_saturating,
    read,
    relativistic,
    wasserstein,
)

OBJECTIVES = [minimax, non_saturating, least_squares, hinge, wasserstein, relativistic]
every_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: o.name)

# By the formulas of the papers, where D = sigmoid of a logit: the critic's cost, the generator's cost.
LITERAL = {
    "minimax": (
        lambda r, f: -torch.log(sigmoid(r)) - torch.log(1 - sigmoid(f)),
        lambda r, f: torch.log(1 - sigmoid(f)),
    ),
    "non-saturating": (
        lambda r, f: -torch.log(sigmoid(r)) - torch.log(1 - sigmoid(f)),
        lambda r, f: -torch.log(sigmoid(f)),
    ),
    "least-squares": (lambda r, f: ((r - 1) ** 2 + f**2) / 2, lambda r, f: (f - 1) ** 2 / 2),
    "hinge": (lambda r, f: torch.clip(1 - r, min=0) + torch.clip(1 + f, min=0), lambda r, f: -f),
    "wasserstein": (lambda r, f: f - r, lambda r, f: -f),
    "relativistic": (lambda r, f: -torch.log(sigmoid(r - f)), lambda r, f: -torch.log(sigmoid(f - r))),
}


def one(t: Tensor) -> Tensor:
    return torch.ones_like(t)


# By hand: dJ(D)/dr, dJ(D)/df, dJ(G)/dr, dJ(G)/df.
SLOPES = {
    "minimax": lambda r, f: (-sigmoid(-r), sigmoid(f), 0 * r, -sigmoid(f)),
    "non-saturating": lambda r, f: (-sigmoid(-r), sigmoid(f), 0 * r, -sigmoid(-f)),
    "least-squares": lambda r, f: (r - 1, f, 0 * r, f - 1),
    "hinge": lambda r, f: (-(r < 1).to(r), (f > -1).to(f), 0 * r, -one(f)),
    "wasserstein": lambda r, f: (-one(r), one(f), 0 * r, -one(f)),
    "relativistic": lambda r, f: (-sigmoid(f - r), sigmoid(f - r), sigmoid(r - f), -sigmoid(r - f)),
}


def pairs(*logits: float) -> tuple[Tensor, Tensor]:
    """Every pair (r, f) of these logits."""
    r, f = torch.cartesian_prod(*[torch.tensor(logits, dtype=DOUBLE)] * 2).unbind(1)
    return r.contiguous(), f.contiguous()


MODERATE = pairs(-6.0, -2.5, -1.1, -0.3, 0.0, 0.2, 1.3, 3.0, 6.0)
EXTREME = pairs(-1e4, -700.0, -40.5, -30.0, -20.5, -10.0, 0.0, 10.0, 20.5, 30.0, 40.5, 700.0, 1e4)


def slopes(objective: Objective, r: Tensor, f: Tensor) -> tuple[Tensor, ...]:
    """The four derivatives, by automatic differentiation."""
    r, f = r.clone().requires_grad_(), f.clone().requires_grad_()
    costs = [objective.critic(r, f), objective.generator(r, f)]
    return tuple(slope for cost in costs for slope in torch.autograd.grad(cost.sum(), (r, f), materialize_grads=True))


def cross_entropy(logits: Tensor, label: float) -> Tensor:
    """torch's own binary cross-entropy, as the oracle."""
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, label), reduction="none")


def equal(a: Tensor, b: Tensor) -> None:
    assert_close(a, b, rtol=1e-12, atol=1e-12)


@every_objective
def test_values_are_the_literal_formulas(objective: Objective) -> None:
    for cost, literal in zip((objective.critic, objective.generator), LITERAL[objective.name]):
        equal(cost(*MODERATE), literal(*MODERATE))


@every_objective
@pytest.mark.parametrize("logits", [MODERATE, EXTREME], ids=["moderate", "extreme"])
def test_derivatives_are_those_by_hand(objective: Objective, logits: tuple[Tensor, Tensor]) -> None:
    for automatic, by_hand in zip(slopes(objective, *logits), SLOPES[objective.name](*logits), strict=True):
        equal(automatic, by_hand)


@every_objective
@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE])
def test_values_and_derivatives_are_finite_at_logits_of_ten_thousand(objective: Objective, dtype: torch.dtype) -> None:
    r, f = (t.to(dtype) for t in EXTREME)
    for t in (objective.critic(r, f), objective.generator(r, f), *slopes(objective, r, f)):
        assert t.dtype == dtype
        assert torch.isfinite(t).all()


@every_objective
def test_costs_are_elementwise(objective: Objective) -> None:
    order = torch.randperm(len(MODERATE[0]), generator=torch.Generator().manual_seed(0))
    r, f = MODERATE
    for cost in (objective.critic, objective.generator):
        assert torch.equal(cost(r[order], f[order]), cost(r, f)[order])
        across = torch.autograd.functional.jacobian(lambda f, cost=cost: cost(r, f), f)
        assert torch.equal(across, across.diag().diag())
        sites = cost(r.view(3, 3, 9), f.view(3, 3, 9))
        assert torch.equal(sites, cost(r, f).view(3, 3, 9))


@every_objective
def test_only_a_paired_generator_cost_reads_the_logits_on_reals(objective: Objective) -> None:
    r, f = MODERATE
    reads = slopes(objective, r, f)[2].abs().max() > 0
    assert bool(reads) == objective.paired
    if not objective.paired:
        assert torch.equal(objective.generator(None, f), objective.generator(r, f))


@pytest.mark.parametrize("logits", [MODERATE, EXTREME], ids=["moderate", "extreme"])
def test_minus_v_is_the_cost_of_a_binary_classifier(logits: tuple[Tensor, Tensor]) -> None:
    r, f = logits
    equal(objectives.cross_entropy(r, f), cross_entropy(r, 1) + cross_entropy(f, 0))
    equal(objectives.value(r, f), -(cross_entropy(r, 1) + cross_entropy(f, 0)).mean())
    equal(objectives.value(r, f), -minimax.critic(r, f).mean())


@pytest.mark.parametrize("logits", [MODERATE, EXTREME], ids=["moderate", "extreme"])
def test_non_saturating_cost_labels_fakes_as_positives(logits: tuple[Tensor, Tensor]) -> None:
    equal(non_saturating.generator(*logits), cross_entropy(logits[1], 1))


@pytest.mark.parametrize("logits", [MODERATE, EXTREME], ids=["moderate", "extreme"])
def test_minimax_costs_sum_to_zero_but_for_what_the_generator_cannot_influence(logits: tuple[Tensor, Tensor]) -> None:
    r, f = logits
    equal(minimax.critic(r, f) + minimax.generator(r, f), cross_entropy(r, 1))
    _, critic_in_f, _, generator_in_f = slopes(minimax, r, f)
    assert torch.equal(critic_in_f, -generator_in_f)


def test_minimax_saturates_where_the_critic_is_sure_and_the_other_does_not() -> None:
    """At a logit of -10, D(G(z)) = 4.5e-5: the lecture's plot of both costs, in two numbers."""
    f = torch.tensor([-10.0], dtype=DOUBLE)
    assert slopes(minimax, f, f)[3].item() == pytest.approx(-4.5397868702e-5, rel=1e-9)
    assert slopes(non_saturating, f, f)[3].item() == pytest.approx(-0.9999546021, rel=1e-9)
    assert slopes(minimax, -f, -f)[3].item() == pytest.approx(-0.9999546021, rel=1e-9)


def test_relativistic_costs_know_only_differences() -> None:
    r, f = MODERATE
    for cost in (relativistic.critic, relativistic.generator):
        equal(cost(r + 17.0, f + 17.0), cost(r, f))
    in_r, in_f, generator_in_r, generator_in_f = slopes(relativistic, *EXTREME)
    assert torch.equal(in_r, -in_f)
    assert torch.equal(generator_in_r, -generator_in_f)


# Where p_g = p_data a critic cannot tell r from f. Its best constant answer, and its cost there.
@pytest.mark.parametrize(
    ("objective", "answer", "cost"),
    [
        (minimax, 0.0, 2 * math.log(2)),
        (non_saturating, 0.0, 2 * math.log(2)),
        (least_squares, 0.5, 0.25),
        (hinge, 0.3, 2.0),
        (wasserstein, 5.0, 0.0),
        (relativistic, 5.0, math.log(2)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_cost_where_the_critic_can_do_no_better(objective: Objective, answer: float, cost: float) -> None:
    t = torch.tensor([answer], dtype=DOUBLE, requires_grad=True)
    at_optimum = objective.critic(t, t)
    assert at_optimum.item() == pytest.approx(cost, abs=1e-12)
    (slope,) = torch.autograd.grad(at_optimum.sum(), t)
    assert slope.item() == pytest.approx(0, abs=1e-12)
    elsewhere = torch.linspace(-8, 8, 161, dtype=DOUBLE)
    assert (objective.critic(elsewhere, elsewhere) >= cost - 1e-12).all()


def test_value_at_the_equilibrium_is_minus_log_four() -> None:
    undecided = torch.zeros(8, dtype=DOUBLE)
    assert objectives.value(undecided, undecided).item() == pytest.approx(-math.log(4), abs=1e-12)


@every_objective
def test_d_is_read_as_a_probability_where_it_classifies_by_pairs_where_it_compares_and_else_as_it_is(
    objective: Objective,
) -> None:
    """What a cost does not depend on is not shown: a number added to all logits leaves a comparison as it is."""
    r, f = MODERATE[0], MODERATE[0].flip(0) - 0.3
    probability, comparison = (sigmoid(r), sigmoid(f)), (sigmoid(r - f), sigmoid(f - r))
    wanted = {"relativistic": comparison} | dict.fromkeys(("minimax", "non-saturating"), probability)
    real, fake = read(objective.reads, r, f)
    assert torch.equal(real, wanted.get(objective.name, (r, f))[0])
    assert torch.equal(fake, wanted.get(objective.name, (r, f))[1])
    moved = read(objective.reads, r + 5, f + 5)
    unmoved = objective.critic(r + 5, f + 5).allclose(objective.critic(r, f), rtol=1e-12)
    assert unmoved == (objective.name in ("relativistic", "wasserstein"))
    assert torch.allclose(moved[0], real, rtol=1e-12) == (objective.reads == "comparison")
    assert read(objective.reads, None, f)[0] is None


def test_there_are_three_ways_to_read_d() -> None:
    assert read("comparison", None, MODERATE[0]) == (None, None)
    with pytest.raises(SaddlepointError, match="cannot read D as 'logit'"):
        read("logit", None, MODERATE[0])  # pyright: ignore
