"""A critic that is shown earlier fakes again: in its own step alone, and a refused step leaves its memory unmoved."""

import math
from collections.abc import Callable, Iterator
from itertools import count, islice

import pytest
import torch
from torch import Tensor, nn
from toys import DOUBLE, Critic, Generator, adam, belongings, constant, linear, mlp, normal, points, same, sgd

from saddlepoint.game.algorithm import Schedule, algorithm_1, play, simultaneous
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Game, State, Term
from saddlepoint.networks.pool import Pool
from saddlepoint.objectives import non_saturating, wasserstein
from saddlepoint.penalties import r2
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Round, Turn

both_schedules = pytest.mark.parametrize("schedule", [algorithm_1, simultaneous], ids=["algorithm 1", "simultaneous"])


class Before(nn.Module):
    """Gives out what came one step earlier, zeros at first; draws a number in each call, and writes it down."""

    kept: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(8, 2, dtype=DOUBLE))
        self.given: list[Tensor] = []
        self.draws: list[float] = []

    def forward(self, fake: Tensor, rng: torch.Generator) -> Tensor:
        out = self.kept.clone()
        self.kept.copy_(fake)
        self.given.append(fake.detach().clone())
        self.draws.append(torch.rand((), generator=rng).item())
        return out


class Same(nn.Module):
    """Recalls nothing, and draws from its stream all the same."""

    def forward(self, fake: Tensor, rng: torch.Generator) -> Tensor:
        torch.rand(99, generator=rng)
        return fake


def look(seen: list[tuple[str, Turn]], owner: str) -> Term:
    return Term("look", owner, lambda turn: seen.append((owner, turn)) or turn.verdict().f.logits, weight=0.0)


def game_of(recall: nn.Module | None, *terms: Term, k: int = 1, seed: int = 1) -> Game:
    G = Generator(nn.Sequential(nn.Dropout(0.3), *mlp(2, 2, seed=seed)))
    parts = {} if recall is None else {"recall": {"net": recall}}
    return Game(
        G=adam(G), D=adam(Critic(mlp(2, 1, seed=seed + 1))), prior=normal, objective=non_saturating, terms=terms, k=k,
        **parts,
    )  # fmt: skip


def rounds(game: Game, n: int, batches: Callable[..., Iterator[Batch]] = points, **options) -> list[Round]:
    return list(islice(play(game, batches(), seed=5, **options), n))


def possessions(game: Game) -> list[Tensor]:
    return belongings(game.G) + belongings(game.D) + [b.clone() for m in game.recall.values() for b in m.buffers()]


@both_schedules
def test_ds_steps_take_what_is_recalled_for_fakes_and_gs_steps_never_do(schedule: Schedule) -> None:
    """The memory gives D the fakes of its step before, moves once in each of D's steps, and is no part of G's."""
    seen, memory = [], Before()
    k = 1 if schedule is simultaneous else 2
    rounds(game_of(memory, look(seen, "D"), look(seen, "G"), k=k), 4, schedule=schedule)
    of_d, of_g = ([turn for who, turn in seen if who == owner] for owner in "DG")
    assert (len(of_d), len(of_g), len(memory.given)) == (4 * k, 4, 4 * k)
    assert same(memory.given, [turn.fake for turn in of_d]), "it is given D's fresh fakes, and no others"
    shown = [turn.verdict().fake for turn in of_d]
    assert same(shown, [torch.zeros(8, 2, dtype=DOUBLE), *memory.given[:-1]])
    assert all(turn.verdict().fake is turn.fake and turn.fake.requires_grad for turn in of_g)


def test_the_critics_cost_penalties_and_reading_are_of_what_is_recalled() -> None:
    """D(x) = w.x, G = (1, 2), and the memory gives m = (3, 5): D's step is w <- w - eta (m - E x + gamma w)."""
    eta, gamma, memory = 0.1, 0.7, Before()
    memory.kept.copy_(torch.tensor([3.0, 5.0], dtype=DOUBLE).expand(8, 2))
    game = Game(
        G=sgd(Generator(constant(1.0, 2.0)), rate=0.0), D=sgd(Critic(linear(0.5, -0.25)), rate=eta), prior=normal,
        objective=wasserstein, terms=(Term("r2", "D", r2, weight=gamma),), recall={"net": memory},
    )  # fmt: skip
    batch = next(points())
    (round,) = rounds(game, 1, lambda: iter([batch]))
    w, m = torch.tensor([[0.5, -0.25], [3.0, 5.0]], dtype=DOUBLE)
    after = w - eta * (m - batch.x.mean(0) + gamma * w)
    torch.testing.assert_close(game.D.networks["net"].net.weight.data[0], after, rtol=1e-13, atol=1e-13)
    assert round.d_fake == pytest.approx((w @ m).item(), rel=1e-13)
    assert round.losses["G"] == pytest.approx(-(after @ torch.tensor([1.0, 2.0], dtype=DOUBLE)).item(), rel=1e-13)


def test_a_memory_that_recalls_nothing_changes_nothing_bit_for_bit() -> None:
    """Its draws are of a stream of its own: neither z nor dropout nor a penalty's noise is moved by them."""
    plain, idle = game_of(None, k=2), game_of(Same(), k=2)
    assert rounds(plain, 6) == rounds(idle, 6)
    assert same(possessions(plain), possessions(idle))


def test_its_chance_is_the_streams_at_its_step() -> None:
    """(seed, recall, round, step) for two critic steps in each of three rounds, whatever else is drawn."""
    memory = Before()
    rounds(game_of(memory, k=2), 3)
    expected = [torch.rand((), generator=Randomness(5).stream("recall", i, step)) for i in range(3) for step in (0, 1)]
    assert memory.draws == [number.item() for number in expected]
    assert len(set(memory.draws)) == 6


def test_ten_rounds_and_ten_more_are_twenty_where_the_pool_is_taken_along() -> None:
    """Its buffers are all of its memory. Without them the second ten are others."""
    pools = [Pool(20, (2,)).double() for _ in range(4)]
    straight, before, after, forgetful = (game_of(pool, seed=seed) for pool, seed in zip(pools, (1, 1, 9, 9)))
    told, first = rounds(straight, 20), rounds(before, 10)
    for game in (after, forgetful):
        for old, new in ((before.G, game.G), (before.D, game.D)):
            new.networks["net"].load_state_dict(old.networks["net"].state_dict())
            new.optimiser.load_state_dict(old.optimiser.state_dict())
    pools[2].load_state_dict(pools[1].state_dict())
    later = {"batches": lambda: points(start=10), "state": State(first[-1].index + 1, first[-1].images)}
    assert first + rounds(after, 10, **later) == told
    assert same(possessions(after), possessions(straight))
    assert pools[0].seen.item() == 20 * 8
    assert rounds(forgetful, 10, **later) != told[10:]


def spoilt(struck: int) -> Iterator[Batch]:
    for i, batch in enumerate(points()):
        yield Batch(batch.x * math.nan) if i == struck else batch


@both_schedules
@pytest.mark.parametrize("fault", ["batch", "cost"])
def test_a_refused_step_leaves_the_memory_as_it_was(schedule: Schedule, fault: str) -> None:
    """In round 5 the batch, or D's cost, is not finite: all of the memory stays; before and after it moves."""
    steps, pool = count(), Pool(100, (2,)).double()
    harm = Term("harm", "D", lambda turn: turn.verdict().f.logits * (math.nan if next(steps) == 5 else 0))
    game = game_of(pool, *([harm] if fault == "cost" else []))
    kept, seen = [], []
    batches = spoilt(5) if fault == "batch" else points()
    for round in islice(play(game, batches, seed=5, schedule=schedule), 8):
        kept.append(pool.kept.clone())
        seen.append(pool.seen.item())
        assert (round.skipped > 0) == (round.index == 5)
    assert seen == [8, 16, 24, 32, 40, 40, 48, 56]
    assert [torch.equal(a, b) for a, b in zip(kept, kept[1:])] == [False] * 4 + [True] + [False] * 2


def test_a_fake_that_is_not_finite_is_in_no_memory_and_the_game_goes_on() -> None:
    """G's fakes of one step are spoilt while the pool is full. It exchanges none of them: D's step is refused once."""
    pool, steps = Pool(4, (2,)).double(), count()

    def forge(generators, batch: Batch, z: Tensor, rng: torch.Generator) -> Tensor:
        return generators["net"](z, None) * (math.nan if next(steps) == 10 else 1.0)

    game = Game(
        G=adam(Generator(mlp(2, 2))), D=adam(Critic(mlp(2, 1))), prior=normal, objective=non_saturating, forge=forge,
        recall={"net": pool},
    )  # fmt: skip
    assert [round.skipped for round in rounds(game, 30)] == [int(i == 5) for i in range(30)]
    assert pool.kept.isfinite().all()


def test_each_critic_recalls_its_own_kind_after_pairing() -> None:
    """Of two kinds a and b, the memory of the critic of b is given b's fakes; the critic of a has none."""
    seen, memory = [], Before()

    def forge(generators, batch: Batch, z: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        return {kind: generators[kind](z, None) for kind in "ab"}

    def two(make: Callable[[str], nn.Module]) -> Player:
        networks = {kind: make(kind) for kind in "ab"}
        return Player(networks, torch.optim.Adam([p for n in networks.values() for p in n.parameters()], lr=1e-2))

    game = Game(
        G=two(lambda kind: Generator(mlp(2, 2, seed=ord(kind)))), D=two(lambda kind: Critic(mlp(2, 1, seed=ord(kind)))),
        prior=normal, objective=non_saturating, forge=forge, recall={"b": memory},
        terms=(Term("look", "D", lambda turn: seen.append(turn) or turn.fake["a"], weight=0.0),),
        pairings={kind: lambda x, fake, kind=kind: (x, fake[kind]) for kind in "ab"},
    )  # fmt: skip
    rounds(game, 3)
    assert same(memory.given, [turn.fake["b"] for turn in seen])
    assert same([turn.verdict("b").fake for turn in seen[1:]], memory.given[:-1])
    assert all(turn.verdict("a").fake is turn.fake["a"] for turn in seen)
