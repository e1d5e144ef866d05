"""Whoever forges has a stream of their own: equal on repeats, other draws in every step, and nobody else's."""

from collections.abc import Callable, Mapping
from itertools import islice

import torch
from torch import Tensor, nn
from toys import DOUBLE, Critic, Generator, adam, belongings, mlp, normal, points, same

from saddlepoint.game.algorithm import Schedule, algorithm_1, play, simultaneous
from saddlepoint.game.rules import Forge, Game
from saddlepoint.objectives import non_saturating
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Round


def corrupted(drawn: list[Tensor], weight: float = 0.1) -> Forge:
    """G(z) + weight e, with e ~ N(0, I) of the forge's stream, written down."""

    def forge(generators: Mapping[str, nn.Module], batch: Batch, z: Tensor | None, rng: torch.Generator) -> Tensor:
        e = torch.randn(batch.x.shape, generator=rng, dtype=DOUBLE)
        drawn.append(e)
        return generators["net"](z, batch.c) + weight * e

    return forge


def game(forge: Callable | None = None, dropout: float = 0.3, k: int = 2) -> Game:
    G = Generator(nn.Sequential(nn.Dropout(dropout), *mlp(2, 2, seed=1)))
    parts = {} if forge is None else {"forge": forge}
    return Game(G=adam(G), D=adam(Critic(mlp(2, 1, seed=2))), prior=normal, objective=non_saturating, k=k, **parts)


def rounds(game: Game, n: int = 5, seed: int = 3, schedule: Schedule = algorithm_1) -> list[Round]:
    return list(islice(play(game, points(), seed=seed, schedule=schedule), n))


def test_a_forges_noise_is_the_streams_at_its_step_and_comes_again_with_the_seed() -> None:
    """In five rounds of two critic steps and one of G, the forge's e are those of (seed, forge, round, step)."""
    drawn, again, other = [], [], []
    told = rounds(game(corrupted(drawn)))
    expected = [Randomness(3).stream("forge", index, step) for index in range(5) for step in range(3)]
    assert same(drawn, [torch.randn(8, 2, generator=rng, dtype=DOUBLE) for rng in expected])
    assert len(torch.cat(drawn).unique(dim=0)) == 15 * 8, "another e in every step, and for every example"
    assert rounds(game(corrupted(again))) == told
    assert same(again, drawn)
    rounds(game(corrupted(other)), seed=4)
    assert not any(torch.equal(a, b) for a, b in zip(other, drawn))


def test_simultaneous_steps_share_one_draw_a_round() -> None:
    drawn = []
    rounds(game(corrupted(drawn), k=1), schedule=simultaneous)
    assert same(drawn, [normal(8, Randomness(3).stream("forge", index, 0)) for index in range(5)])


def test_what_a_forge_draws_moves_no_other_number_and_is_moved_by_none() -> None:
    """Noise of weight 0 leaves z, dropout, weights and moments as they are bit for bit; nor does e know of dropout."""
    drawn, dry = [], []
    plain, noisy = game(), game(corrupted(drawn, weight=0.0))
    assert rounds(plain) == rounds(noisy)
    assert same(belongings(plain.G) + belongings(plain.D), belongings(noisy.G) + belongings(noisy.D))
    rounds(game(corrupted(dry), dropout=0.0))
    assert same(drawn, dry)
