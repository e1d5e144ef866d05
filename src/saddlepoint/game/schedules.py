"""Other ways to play a round than Algorithm 1: values of the same type, `Schedule`, chosen from outside.

    for round in play(game, batches, schedule=critic_only): ...

Both use the game's own steps, so that a player moved here moves exactly as it does in Algorithm 1.
"""

import math
from collections.abc import Iterator

from saddlepoint.game.algorithm import average, critic_step, generator_step, size
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
    names = dict.fromkeys(name for move in moves for name in move.costs)
    return State(state.index + 1, state.images + seen), Round(
        index=state.index,
        images=state.images + seen,
        losses={name: average([move.costs[name] for move in moves if name in move.costs]) for name in names},
        d_real=average([move.d_real for move in moves]),
        d_fake=average([move.d_fake for move in moves]),
        gradients={"D": average([move.step.gradient for move in moves])},
        skipped=sum(not move.step.taken for move in moves),
        sound=all(move.step.sound for move in moves),
    )


def generator_only(
    game: Game, state: State, batches: Iterator[Batch], rng: Randomness, dials: Dials
) -> tuple[State, Round]:
    """One step of the generator against a critic that stays as it is. No D(x) is computed for the journal."""
    batch = next(batches)
    move = generator_step(game, batch, Moment(rng, state.index, game.k, dials))
    state = State(state.index + 1, state.images + size(batch))
    return state, Round(
        index=state.index - 1,
        images=state.images,
        losses=move.costs,
        d_real=math.nan,
        d_fake=move.d_fake,
        gradients={"G": move.step.gradient},
        skipped=int(not move.step.taken),
        sound=move.step.sound,
    )
