"""Nothing that is not finite reaches weights, moments or buffers: the step is refused, counted, and said."""

import math
from collections.abc import Callable, Iterator
from itertools import count, islice

import pytest
import torch
from torch import Tensor
from toys import Critic, Generator, adam, belongings, normal, normed, points, same

from saddlepoint.game.algorithm import play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Game, Term
from saddlepoint.objectives import non_saturating
from saddlepoint.records import Batch, Round, Turn

ONE, THIRTY = (5,), tuple(range(5, 35))
faults = pytest.mark.parametrize("struck", [ONE, THIRTY], ids=["once", "thirty in a row"])


def game_with(*terms: Term, k: int = 1) -> Game:
    """Adam, batch normalisation and spectral normalisation on both sides: everything that could keep a NaN."""
    G, D = adam(Generator(normed(2, 2, seed=1))), adam(Critic(normed(2, 1, seed=2)))
    return Game(G=G, D=D, prior=normal, objective=non_saturating, k=k, terms=terms)


def untouched(player: Player) -> list[Tensor]:
    """All of a player that outlives a step: not its gradients, which the next one overwrites."""
    for p in player.parameters:
        p.grad = None
    return belongings(player)


def finite(player: Player) -> bool:
    return all(torch.isfinite(t).all() for t in untouched(player))


def spoilt(struck: tuple[int, ...], value: float, where: str = "x") -> Iterator[Batch]:
    """Batches of which those at the struck indices hold one such number."""
    for i, batch in enumerate(points()):
        x, c = batch.x.clone(), torch.zeros(8, 1).double()
        if i in struck:
            (x if where == "x" else c)[3, 0] = value
        yield Batch(x, c)


def played(game: Game, batches: Iterator[Batch], struck: tuple[int, ...], still: str) -> list[Round]:
    """Play, and see that in the struck rounds the players in `still` keep all they have, and that others move."""
    rounds, players = [], {"D": game.D, "G": game.G}
    before = {name: untouched(player) for name, player in players.items()}
    for round in islice(play(game, batches), struck[-1] + 4):
        after = {name: untouched(player) for name, player in players.items()}
        for name in players:
            stood = same(after[name], before[name])
            assert stood == (round.index in struck and name in still), f"{name} in round {round.index}"
        assert all(finite(player) for player in players.values())
        rounds.append(round)
        before = after
    return rounds


@faults
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30], ids=str)
def test_batches_with_such_numbers_are_passed_over(value: float, struck: tuple[int, ...]) -> None:
    """1e30 is finite, but not the variance of a batch that holds it."""
    rounds = played(game_with(), spoilt(struck, value), struck, still="DG")
    for round in rounds:
        assert round.skipped == round.unfit == (2 if round.index in struck else 0)
        assert math.isnan(round.gradients["D"]) == (round.index in struck)
        assert round.sound
    assert rounds[-1].images == 8 * len(rounds), "the source has moved on all the same"


def test_conditions_with_such_numbers_too() -> None:
    rounds = played(game_with(), spoilt(ONE, math.nan, where="c"), ONE, still="DG")
    assert sum(round.skipped for round in rounds) == 2


def test_tokens_and_labels_are_finite_whatever_they_are() -> None:
    """Integers beyond what a float tells apart."""
    batches = (Batch(batch.x, torch.full((8,), 2**40)) for batch in points())
    assert [round.skipped for round in islice(play(game_with(), batches), 3)] == [0, 0, 0]


def infinite_cost(f: Tensor) -> Tensor:
    return f * math.inf


def nan_cost(f: Tensor) -> Tensor:
    return f + math.nan


def nan_gradient(f: Tensor) -> Tensor:
    """Of value 0: the root's derivative at 0, infinite, times 0."""
    return (0 * f).square().sqrt()


@faults
@pytest.mark.parametrize("owner", ["D", "G"])
@pytest.mark.parametrize("cost", [infinite_cost, nan_cost, nan_gradient])
def test_a_cost_or_gradient_that_is_not_finite_stops_its_player_alone(
    cost: Callable[[Tensor], Tensor], owner: str, struck: tuple[int, ...]
) -> None:
    steps = count()

    def harm(turn: Turn) -> Tensor:
        logits = turn.verdict().f.logits
        return cost(logits) if next(steps) in struck else 0 * logits

    rounds = played(game_with(Term("harm", owner, harm)), points(), struck, still=owner)
    for round in rounds:
        assert (round.skipped, round.unfit) == (1 if round.index in struck else 0, 0)
        assert round.sound


def test_each_of_several_critic_steps_is_refused_by_itself() -> None:
    """Of k = 3 batches the second is spoilt: one step less. Of the next three the last: the generator's step too."""
    rounds = list(islice(play(game_with(k=3), spoilt((1, 5), math.nan)), 3))
    assert [round.skipped for round in rounds] == [1, 2, 0]
    assert finite_everywhere(rounds[2])
    assert all(math.isfinite(cost) for round in rounds for cost in round.losses.values())


def finite_everywhere(round: Round) -> bool:
    return all(map(math.isfinite, [*round.losses.values(), *round.gradients.values(), round.d_real, round.d_fake]))


@pytest.mark.parametrize("owner", ["D", "G"])
@pytest.mark.parametrize("place", ["weight", "moment"])
def test_a_player_spoilt_from_outside_is_told_in_every_round_from_then_on(owner: str, place: str) -> None:
    game = game_with()
    rounds = play(game, points())
    assert all(next(rounds).sound for _ in range(3))
    player = game.player(owner)
    weight = player.parameters[-1]
    with torch.no_grad():
        (weight if place == "weight" else player.optimiser.state[weight]["exp_avg"])[0] = math.nan
    assert not any(next(rounds).sound for _ in range(3))
