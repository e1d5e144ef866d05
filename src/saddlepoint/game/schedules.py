"""Other ways to play a round than Algorithm 1: values of the same type, `Schedule`, chosen from outside.

    for round in play(game, batches, schedule=critic_only): ...

Both use the game's own steps, so that a player moved here moves exactly as it does in Algorithm 1.
"""

from collections.abc import Iterator

from saddlepoint.game.algorithm import critic_step, generator_step, size, summary
from saddlepoint.game.rules import Dials, Game, State
from saddlepoint.game.turns import Moment
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Round


def critic_only(
    game: Game, state: State, batches: Iterator[Batch], rng: Randomness, dials: Dials
) -> tuple[State, Round]:
    """k steps of the critic, each on a fresh batch, and none of the generator: training D to the end for a fixed G."""
    seen, moves = 0, []
    for i in range(game.k):
        batch = next(batches)
        seen += size(batch)
        moves.append(critic_step(game, batch, Moment(rng, state.index, i, dials)))
    state = state.after(seen)
    return state, summary(state, moves, None)


def generator_only(
    game: Game, state: State, batches: Iterator[Batch], rng: Randomness, dials: Dials
) -> tuple[State, Round]:
    """One step of the generator against a critic that stays as it is. No D(x) is computed for the journal."""
    batch = next(batches)
    move = generator_step(game, batch, Moment(rng, state.index, game.k, dials))
    state = state.after(size(batch))
    return state, summary(state, [], move)
