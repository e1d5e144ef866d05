"""What each of several critics is told, and what it is reported to say."""

import math
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
import torch
from torch import Tensor, nn
from toys import DOUBLE, Critic, Generator, adam, constant, linear, mlp, normal, points, sgd

from saddlepoint.game.algorithm import Schedule, algorithm_1, play, simultaneous
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Game, Term
from saddlepoint.game.schedules import critic_only, generator_only
from saddlepoint.objectives import Objective, non_saturating, relativistic, wasserstein
from saddlepoint.penalties import r1
from saddlepoint.records import Answer, Batch, Reading, Round

LABELS = torch.arange(8)
PAIRED = wasserstein._replace(generator=lambda r, f: r - f, paired=True)


class Told(nn.Module):
    """D(x, c) = w.x; each c that it is called with is written down."""

    def __init__(self) -> None:
        super().__init__()
        self.net = linear(1.0, -1.0)
        self.conditions: list[Tensor | None] = []

    def forward(self, x: Tensor, c: Tensor | None) -> Answer:
        self.conditions.append(c)
        return Answer(self.net(x).squeeze(1))


def labelled() -> Iterator[Batch]:
    return (Batch(batch.x, LABELS) for batch in points())


def rounds(game: Game, n: int = 1, batches: Callable[[], Iterator[Batch]] = points, **options) -> list[Round]:
    return list(islice(play(game, batches(), **options), n))


@pytest.mark.parametrize("augment", [None, lambda x, rng, strength: x], ids=["plain", "augmented"])
def test_an_unconditional_critic_is_never_told_c_and_the_other_and_g_always_are(augment: Callable | None) -> None:
    """In both players' steps, on x and on fakes, and where a penalty asks it again. The turn has c all the same."""
    blind, sighted, turns, of_g = Told(), Told(), [], []

    class Conditional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = mlp(2, 2)

        def forward(self, z: Tensor, c: Tensor | None) -> Tensor:
            of_g.append(c)
            return self.net(z)

    game = Game(
        G=adam(Conditional()),
        D=Player({"blind": blind, "sighted": sighted}, torch.optim.SGD([*blind.parameters(), *sighted.parameters()])),
        prior=normal, objective=relativistic, augment=augment, unconditional=frozenset({"blind"}),
        terms=(
            Term("r1", "D", lambda turn: r1(turn._replace(verdicts={"blind": turn.verdict("blind")}))),
            Term("look", "G", lambda turn: turns.append(turn) or turn.fake),
        ),
    )  # fmt: skip
    rounds(game, 3, labelled)
    assert blind.conditions == [None] * 3 * 5, "D's step, R1, G's step: 2 + 1 + 2 calls a round"
    assert len(sighted.conditions) == 3 * 4
    assert all(c is LABELS for c in [*sighted.conditions, *of_g, *(turn.c for turn in turns)])


def still(objective: Objective, k: int = 1) -> Game:
    """Nobody moves: G = (1, 2), a: f = 3, and on x = (s, 0): r = s; b: f = -2, r = 0."""
    a, b = Critic(linear(1.0, 1.0)), Critic(linear(0.0, -1.0))
    return Game(
        G=sgd(Generator(constant(1.0, 2.0)), rate=0.0),
        D=Player({"a": a, "b": b}, torch.optim.SGD([*a.parameters(), *b.parameters()], lr=0.0)),
        prior=normal, objective=objective, k=k,
    )  # fmt: skip


def batches_of(*sizes: float) -> Callable[[], Iterator[Batch]]:
    return lambda: (Batch(torch.tensor([[s, 0.0]], dtype=DOUBLE).expand(4, 2)) for s in sizes)


def test_readings_are_told_by_critic_as_means_over_its_steps() -> None:
    (round,) = rounds(still(wasserstein, k=3), 1, batches_of(1.0, 2.0, 6.0))
    assert round.readings == {"a": Reading(3.0, 3.0, "score"), "b": Reading(0.0, -2.0, "score")}
    assert (round.d_real, round.d_fake) == (1.5, 0.5)


def test_readings_are_probabilities_where_the_critics_classify() -> None:
    (round,) = rounds(still(non_saturating, k=2), 1, batches_of(1.0, -3.0))

    def D(*logits: float) -> float:
        return torch.tensor(logits, dtype=DOUBLE).sigmoid().mean().item()

    assert round.readings["a"][:2] == pytest.approx((D(1.0, -3.0), D(3.0)), rel=1e-14)
    assert round.readings["b"][:2] == pytest.approx((0.5, D(-2.0)), rel=1e-14)
    assert round.reads == round.readings["b"].reads == "probability"
    assert round.d_real == pytest.approx((D(1.0, -3.0) + 0.5) / 2, rel=1e-14)
    assert round.d_fake == pytest.approx((D(3.0) + D(-2.0)) / 2, rel=1e-14)


def test_a_step_on_a_spoilt_batch_has_no_reading_and_does_not_spoil_the_others() -> None:
    some, none = rounds(still(wasserstein, k=2), 2, batches_of(2.0, math.nan, math.nan, math.nan))
    assert some.readings == {"a": Reading(2.0, 3.0, "score"), "b": Reading(0.0, -2.0, "score")}
    assert (some.d_real, some.d_fake, some.skipped) == (1.0, 0.5, 2), "G's step reads the last batch"
    assert some.gradients["D"] == pytest.approx(math.sqrt(10)), "of f - r, twice (1, 2) - (2, 0)"
    assert (none.readings, none.skipped) == ({}, 3)
    assert math.isnan(none.d_real)
    assert math.isnan(none.d_fake)


@pytest.mark.parametrize("schedule", [algorithm_1, simultaneous, critic_only], ids=lambda s: s.__name__)
def test_readings_are_those_of_the_critics_steps_whatever_g_reads(schedule: Schedule) -> None:
    """G's step asks for D(x) too, but by then, at rate 1, D has moved: under Algorithm 1 its answers are others."""
    game = still(PAIRED)
    if schedule is algorithm_1:
        game.D.optimiser.param_groups[0]["lr"] = 1.0
    (round,) = rounds(game, 1, batches_of(4.0), schedule=schedule)
    assert round.readings == {"a": Reading(4.0, 3.0, "score"), "b": Reading(0.0, -2.0, "score")}
    assert set(round.losses) == set(round.gradients) == ({"D"} if schedule is critic_only else {"D", "G"})


@pytest.mark.parametrize("objective", [wasserstein, PAIRED], ids=["alone", "paired"])
def test_where_g_alone_steps_d_of_fakes_is_told_and_d_of_x_is_not(objective: Objective) -> None:
    (round,) = rounds(still(objective), 1, batches_of(5.0), schedule=generator_only)
    assert {name: reading.fake for name, reading in round.readings.items()} == {"a": 3.0, "b": -2.0}
    assert all(math.isnan(reading.real) for reading in round.readings.values())
    assert math.isnan(round.d_real)
    assert (round.d_fake, set(round.losses), set(round.gradients)) == (0.5, {"G"}, {"G"})
    assert (round.index, round.images, round.skipped, round.sound) == (0, 4, 0, True)


def test_without_critic_there_are_no_readings() -> None:
    square = Term("square", "G", lambda turn: turn.fake.square())
    (round,) = rounds(Game(G=adam(Generator(mlp(2, 2))), prior=normal, k=0, terms=(square,)))
    assert round.readings == {}
    assert math.isnan(round.d_real)
    assert math.isnan(round.d_fake)
