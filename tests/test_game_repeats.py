"""Equal arguments play equal rounds, bit for bit, and a game taken up again goes on as if it had never stopped."""

import copy
from collections.abc import Iterator
from itertools import islice

import torch
from torch import Tensor, nn
from toys import Critic, Generator, adam, belongings, mlp, normal, points, same

from saddlepoint.game.algorithm import play
from saddlepoint.game.rules import Dials, Game, State, Term
from saddlepoint.objectives import non_saturating
from saddlepoint.penalties import gradient_penalty, r1
from saddlepoint.records import Batch, Round


def rounds(game: Game, batches: Iterator[Batch], n: int, **options) -> list[Round]:
    return list(islice(play(game, batches, **options), n))


def dropout_game(seed: int = 3) -> Game:
    G = Generator(nn.Sequential(nn.Dropout(0.3), *mlp(2, 2, seed=seed)))
    lazy = Term("r1", "D", r1, weight=0.5, every=4)
    return Game(
        G=adam(G), D=adam(Critic(mlp(2, 1, seed=seed + 1))), prior=normal, objective=non_saturating, k=2,
        terms=(lazy, Term("gp", "D", gradient_penalty)),
    )  # fmt: skip


def possessions(game: Game) -> list[Tensor]:
    return belongings(game.G) + belongings(game.D)


def test_the_same_seed_plays_the_same_rounds_bit_for_bit_and_another_seed_others() -> None:
    first, again, other = dropout_game(), dropout_game(), dropout_game()
    torch.manual_seed(1)
    told = rounds(first, points(), 10, seed=5)
    torch.manual_seed(2)
    assert rounds(again, points(), 10, seed=5) == told
    assert same(possessions(first), possessions(again))
    others = rounds(other, points(), 10, seed=6)
    assert not any(a.losses["G"] == b.losses["G"] for a, b in zip(told, others))


def test_ten_rounds_and_ten_more_are_twenty_bit_for_bit() -> None:
    """Though the second ten are played by another game, given the first one's weights, moments and place."""
    straight, before, after = dropout_game(), dropout_game(), dropout_game(seed=9)

    def warming(state: State) -> Dials:
        return Dials(rates={"D": 1e-5 * state.images, "G": 1e-3 / (1 + state.index)})

    told = rounds(straight, points(), 20, seed=5, dials=warming)
    first = rounds(before, points(), 10, seed=5, dials=warming)
    for old, new in ((before.G, after.G), (before.D, after.D)):
        new.networks["net"].load_state_dict(copy.deepcopy(old.networks["net"].state_dict()))
        new.optimiser.load_state_dict(copy.deepcopy(old.optimiser.state_dict()))
    second = rounds(
        after, points(start=20), 10, seed=5, dials=warming, state=State(first[-1].index + 1, first[-1].images)
    )
    assert first + second == told
    assert same(possessions(straight), possessions(after))
