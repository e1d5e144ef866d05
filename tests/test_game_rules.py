"""Terms, dials, augmentation, forward passes in bfloat16, and what a round reports."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import pytest
import torch
from torch import Tensor, nn
from toys import DOUBLE, Critic, Generator, adam, linear, mlp, normal, points, sgd

from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import algorithm_1, play, simultaneous
from saddlepoint.game.rules import Dials, Game, State, Term
from saddlepoint.objectives import non_saturating, wasserstein
from saddlepoint.records import Answer, Batch, Round


class Number(nn.Module):
    """G() = theta for each example: what a step adds to theta is its cost's slope, times -rate."""

    def __init__(self, start: float = 0.0) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(start, dtype=DOUBLE))

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        return self.theta.expand(4, 1)


class Product(nn.Module):
    """D(x) = psi x."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.tensor(start, dtype=DOUBLE))

    def forward(self, x: Tensor, c: Tensor | None) -> Answer:
        return Answer(self.psi * x.squeeze(1))


def ones() -> Iterator[Batch]:
    while True:
        yield Batch(torch.ones(4, 1, dtype=DOUBLE))


def rounds(game: Game, n: int, batches: Callable[[], Iterator[Batch]] = ones, **options) -> list[Round]:
    return list(islice(play(game, batches(), **options), n))


def total(turn) -> Tensor:
    """mean = theta, slope 1."""
    return turn.fake.squeeze(1)


def alone(*terms: Term) -> Game:
    return Game(G=sgd(Number(), rate=1.0), k=0, terms=terms)


def theta(game: Game) -> float:
    return game.G.networks["net"].theta.item()


def test_a_terms_weight_multiplies_its_mean_and_the_journal_shows_it_unweighted() -> None:
    game = alone(Term("a", "G", total, weight=0.25), Term("b", "G", lambda turn: 2 * total(turn) + 5, weight=3.0))
    (round,) = rounds(game, 1)
    assert theta(game) == -(0.25 + 3 * 2)
    assert round.losses == {"G/a": 0.0, "G/b": 5.0}


def test_a_lazy_term_weighs_as_much_as_it_is_rare() -> None:
    """In rounds 0 and 3 it steps by 3 times its weight: after six rounds as far as a term of every round."""
    game = alone(Term("base", "G", lambda turn: 0 * total(turn)), Term("lazy", "G", total, weight=0.5, every=3))
    places = []
    for round in islice(play(game, ones()), 7):
        places.append(theta(game))
        assert ("G/lazy" in round.losses) == (round.index % 3 == 0)
    assert places == [-1.5, -1.5, -1.5, -3.0, -3.0, -3.0, -4.5]


def test_a_term_belongs_to_its_owner_only() -> None:
    """Each term knows both players' parameters, and moves one's."""

    def both(turn) -> Tensor:
        return 10 * turn.verdict().critic(turn.generators["net"](None, None)).logits

    for owner in ("D", "G"):
        players = sgd(Number(2.0), rate=1.0), sgd(Product(2.0), rate=1.0)
        still = wasserstein._replace(critic=lambda r, f: 0 * (f - r), generator=lambda r, f: 0 * f)
        game = Game(G=players[0], D=players[1], objective=still, terms=(Term("both", owner, both),))
        (round,) = rounds(game, 1)
        assert set(round.losses) == {"D", "G", f"{owner}/both"}
        psi = game.D.networks["net"].psi.item()
        assert (theta(game), psi) == ((2.0, 2.0 - 20) if owner == "D" else (2.0 - 20, 2.0))


def test_one_name_may_be_used_by_a_term_of_each_player() -> None:
    game = Game(
        G=adam(Generator(mlp(2, 2))), D=adam(Critic(linear(1.0, 1.0))), prior=normal, objective=wasserstein,
        terms=(Term("a", "D", lambda turn: turn.verdict().f.logits), Term("a", "G", lambda turn: turn.fake)),
    )  # fmt: skip
    (round,) = rounds(game, 1, points)
    assert set(round.losses) == {"D", "D/a", "G", "G/a"}


def test_costs_are_means_over_sites_then_over_the_batch() -> None:
    sites = Term("sites", "G", lambda turn: turn.fake[:, :, None] * torch.tensor([[1.0, 2.0, 6.0]], dtype=DOUBLE))
    game = alone(sites)
    rounds(game, 1)
    assert theta(game) == -3.0


def test_dials_set_rates_momenta_and_weights_round_by_round() -> None:
    game = alone(Term("a", "G", total, weight=100.0))
    game.G.optimiser.param_groups[0]["momentum"] = 0.0

    def turned(state: State) -> Dials:
        return Dials(rates={"G": 2.0**-state.index}, momenta={"G": 0.5}, weights={"a": 1.0 + state.images})

    rounds(game, 3, dials=turned)
    # v <- v / 2 + gradient, theta <- theta - rate v, with gradients 1, 5, 9 and rates 1, 1/2, 1/4.
    v1, v2, v3 = 1.0, 0.5 + 5, 2.75 + 9
    assert theta(game) == -(v1 + v2 / 2 + v3 / 4)


def test_each_player_has_its_own_rate() -> None:
    game = Game(G=sgd(Number(1.0), rate=1.0), D=sgd(Product(1.0), rate=1.0), objective=wasserstein)
    batches = partial(map, lambda i: Batch(torch.full((4, 1), 3.0, dtype=DOUBLE)), range(9))
    rounds(game, 1, batches, dials=lambda state: Dials(rates={"D": 0.5, "G": 0.125}))
    psi = 1 - 0.5 * (1.0 - 3.0)
    assert game.D.networks["net"].psi.item() == psi
    assert theta(game) == 1 + 0.125 * psi


def test_the_critic_sees_augmented_examples_real_and_fake_and_the_generator_learns_through_them() -> None:
    """T(x) = s a x doubles every slope: psi by s a (E f - E r), theta by s a psi."""
    seen = []

    def augment(x: Tensor, rng: torch.Generator, strength: float) -> Tensor:
        seen.append((x.detach()[0].item(), torch.rand((), generator=rng).item()))
        return strength * 4 * x

    game = Game(G=sgd(Number(3.0), rate=1.0), D=sgd(Product(1.0), rate=1.0), objective=wasserstein, augment=augment)
    (round,) = rounds(game, 1, dials=lambda state: Dials(augment=0.5))
    psi = 1 - 2 * (3.0 - 1.0)
    assert game.D.networks["net"].psi.item() == psi
    assert theta(game) == 3 + 2 * psi
    assert (round.d_real, round.d_fake) == (2.0, 6.0)
    assert [x for x, _ in seen] == [1.0, 3.0, 3.0]
    assert len({noise for _, noise in seen}) == 3, "other noise for the real, the fake, and the next step"
    again = seen.copy()
    seen.clear()
    rounds(Game(G=sgd(Number(3.0), 1.0), D=sgd(Product(1.0), 1.0), objective=wasserstein, augment=augment), 1)
    assert seen == again


def test_fast_passes_are_bfloat16_and_all_that_is_made_of_them_float32() -> None:
    passes, terms = [], []

    def told(module: nn.Module, given: tuple, out: Tensor) -> None:
        passes.append(out.dtype)

    def precise(turn) -> Tensor:
        verdict = turn.verdict()
        terms.extend([turn.fake.dtype, verdict.f.logits.dtype, verdict.critic(verdict.fake).logits.dtype])
        return verdict.critic(verdict.real).logits.square()

    def drawn(n: int, rng: torch.Generator) -> Tensor:
        return torch.randn(n, 2, generator=rng)

    nets = [mlp(2, 2, dtype=torch.float32), mlp(2, 1, dtype=torch.float32)]
    for net in nets:
        net[-1].register_forward_hook(told)
    game = Game(
        G=adam(Generator(nets[0])), D=adam(Critic(nets[1])), prior=drawn, objective=non_saturating,
        terms=(Term("precise", "D", precise),),
        fast=lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    )  # fmt: skip
    rounds(game, 1, lambda: (Batch(batch.x.float()) for batch in points()))
    bf16, f32 = torch.bfloat16, torch.float32
    assert passes == [bf16, bf16, bf16, f32, f32, bf16, bf16], "G, D, D; the term's two; G, D"
    assert terms == [f32] * 3
    assert all(p.dtype == f32 for p in game.G.parameters + game.D.parameters)


def test_answers_of_a_class_head_are_widened_too() -> None:
    class TwoHeads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Linear(2, 4)

        def forward(self, x: Tensor, c: Tensor | None) -> Answer:
            out = self.net(x)
            return Answer(out[:, 0], classes=out[:, 1:], features=(out,))

    dtypes = []

    def look(turn) -> Tensor:
        f = turn.verdict().f
        dtypes.extend([f.logits.dtype, f.classes.dtype, f.features[0].dtype])
        return f.logits

    game = Game(
        G=adam(Generator(nn.Linear(2, 2))), D=adam(TwoHeads()), objective=wasserstein,
        prior=lambda n, rng: torch.randn(n, 2, generator=rng), terms=(Term("look", "D", look),),
        fast=lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    )  # fmt: skip
    rounds(game, 1, lambda: (Batch(batch.x.float()) for batch in points()))
    assert dtypes == [torch.float32, torch.float32, torch.bfloat16], "features stay: whoever matches them chooses"


def test_rounds_report_means_over_the_critics_steps() -> None:
    """The critic stands still: its cost on batches of 1, 2, 6 is psi (theta - x)."""
    game = Game(G=sgd(Number(3.0), 0.0), D=sgd(Product(2.0), 0.0), objective=wasserstein, k=3)
    batches = (Batch(torch.full((4, 1), x, dtype=DOUBLE)) for x in (1.0, 2.0, 6.0))
    (round,) = rounds(game, 1, lambda: batches)
    assert round.losses == {"D": 2 * (3.0 - 3.0), "G": -6.0}
    assert (round.d_real, round.d_fake) == (6.0, 6.0)
    assert round.gradients == {"D": pytest.approx((2.0 + 1.0 + 3.0) / 3), "G": 2.0}
    assert (round.index, round.images, round.skipped, round.sound) == (0, 12, 0, True)


def test_d_is_shown_as_a_probability_where_the_critic_classifies() -> None:
    game = Game(G=sgd(Number(-1.0), 0.0), D=sgd(Product(2.0), 0.0), objective=non_saturating)
    (round,) = rounds(game, 1)
    assert round.d_real == pytest.approx(torch.sigmoid(torch.tensor(2.0)).item())
    assert round.d_fake == pytest.approx(torch.sigmoid(torch.tensor(-2.0)).item())


def test_play_ends_with_the_batches_and_another_schedule_may_play_the_rounds() -> None:
    game = Game(G=sgd(Number(), 1.0), D=sgd(Product(1.0), 1.0), objective=wasserstein, k=2)
    assert len(rounds(game, 99, lambda: islice(ones(), 5))) == 2

    def twice(game, state, batches, rng, dials):
        state, _ = algorithm_1(game, state, batches, rng, dials)
        return algorithm_1(game, state, batches, rng, dials)

    assert [r.index for r in rounds(game, 3, schedule=twice)] == [1, 3, 5]


def test_a_schedule_decides_who_sees_whose_step() -> None:
    """V = psi (1 - theta): dpsi = 1 - theta, dtheta = psi, each taken where both stand, or psi's first."""
    for schedule, sees in ((simultaneous, False), (algorithm_1, True)):
        game = Game(G=sgd(Number(0.5), 0.25), D=sgd(Product(2.0), 0.5), objective=wasserstein)
        theta_, psi = 0.5, 2.0
        for round in islice(play(game, ones(), schedule=schedule), 5):
            after = psi + 0.5 * (1 - theta_)
            theta_, psi = theta_ + 0.25 * (after if sees else psi), after
            assert (theta(game), game.D.networks["net"].psi.item()) == pytest.approx((theta_, psi), rel=1e-14)
            assert (round.index, round.images) == (round.index, 4 * (round.index + 1))


def test_a_penalty_on_fakes_sees_those_that_both_players_share() -> None:
    """R2 = psi^2 / 2 for D(x) = psi x: its step leaves G's alone, and D's is that of its cost and R2 together."""
    seen = []

    def half_square(turn):
        seen.append(turn.fake)
        (slope,) = torch.autograd.grad(
            turn.verdict().critic(x := turn.fake.requires_grad_()).logits.sum(), x, create_graph=True
        )
        return slope.square().sum(1) / 2

    r2 = Term("r2", "D", half_square)
    game = Game(G=sgd(Number(0.5), 0.25), D=sgd(Product(2.0), 0.5), objective=wasserstein, terms=(r2,))
    rounds(game, 1, schedule=simultaneous)
    assert theta(game) == 0.5 + 0.25 * 2
    assert game.D.networks["net"].psi.item() == 2 + 0.5 * (1 - 0.5 - 2)
    assert torch.equal(seen[0], torch.full((4, 1), 0.5, dtype=DOUBLE))


def test_simultaneous_steps_are_one_of_each() -> None:
    game = Game(G=sgd(Number(), 1.0), D=sgd(Product(1.0), 1.0), objective=wasserstein, k=2)
    with pytest.raises(SaddlepointError, match="k = 2"):
        rounds(game, 1, schedule=simultaneous)


def test_what_is_not_finite_moves_neither_player() -> None:
    def broken() -> Iterator[Batch]:
        yield Batch(torch.full((4, 1), torch.nan, dtype=DOUBLE))

    game = Game(G=sgd(Number(0.5), 1.0), D=sgd(Product(1.0), 1.0), objective=wasserstein)
    (round,) = rounds(game, 1, broken, schedule=simultaneous)
    assert (theta(game), game.D.networks["net"].psi.item(), round.skipped) == (0.5, 1.0, 2)
