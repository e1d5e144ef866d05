"""The game, as Algorithm 1 of Goodfellow et al. (2014) has it:

    repeat
        k times: a fresh batch of x, fresh z, and one step of the critic down its cost
        fresh z, and one step of the generator down its cost

Nothing here knows of networks, data, files or screens: a game is made of modules and callables, receives an iterator of
batches, and yields one `Round` after another. Whoever iterates logs, draws and saves.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.game.plain import BatchesOverError, Given, batches_of
from saddlepoint.game.players import Step, frozen_buffers, keep_buffers, tune
from saddlepoint.game.rules import Dials, Game, State
from saddlepoint.game.turns import Forged, Moment, copied, forge, see, tensors
from saddlepoint.objectives import read
from saddlepoint.randomness import Randomness
from saddlepoint.readings import Reads
from saddlepoint.records import Batch, Reading, Round, Turn, Verdict, average

Schedule = Callable[[Game, State, Iterator[Batch], Randomness, Dials], tuple[State, Round]]


class Move(NamedTuple):
    """What is known of a step once it is over: what became of it, the costs it saw, and each critic's reading."""

    step: Step
    costs: dict[str, float]
    readings: dict[str, Reading]


REFUSED = Move(Step(gradient=math.nan, taken=False, sound=True), {}, {})


def algorithm_1(
    game: Game, state: State, batches: Iterator[Batch], rng: Randomness, dials: Dials
) -> tuple[State, Round]:
    """One round: k times a fresh batch and a step of the critic, then a step of the generator; z is fresh in each.

    The generator's step reads x and c, where it reads them, from the last batch (from a fresh one where k = 0).
    """
    seen, critic_moves = 0, []
    for i in range(game.k):
        batch = next(batches)
        seen += size(batch)
        critic_moves.append(critic_step(game, batch, Moment(rng, state.index, i, dials)))
    if game.k == 0:
        batch = next(batches)
        seen += size(batch)
    generator_move = generator_step(game, batch, Moment(rng, state.index, game.k, dials))
    state = state.after(seen)
    return state, summary(state, critic_moves, generator_move)


def simultaneous(
    game: Game, state: State, batches: Iterator[Batch], rng: Randomness, dials: Dials
) -> tuple[State, Round]:
    """One round in which both step from where both stand, on one batch and one z, as in the code of the 2014 paper.

    G moves first, against D as it is; D then moves on the fakes that G made before: neither has seen the other's step.
    """
    if game.k != 1:
        raise SaddlepointError(f"simultaneous steps with k = {game.k}", hint="they need k = 1")
    batch, moment = next(batches), Moment(rng, state.index, 0, dials)
    generator_move = critic_move = REFUSED
    if finite(batch):
        restore = keep_buffers(game.G)
        with moment.seeded():
            z, fake = forge(game, batch, moment)
        before = copied(fake)
        generator_move = generator_step(game, batch, moment, (z, fake))
        if not generator_move.step.taken:
            restore()
        critic_move = critic_step(game, batch, moment, (z, before))
    state = state.after(size(batch))
    return state, summary(state, [critic_move], generator_move)


def critic_step(game: Game, batch: Batch, moment: Moment, forged: Forged | None = None) -> Move:
    """One step of D down  mean L_D(D(x, c), D(G(z), c)) + its terms, for fresh z or as forged; nothing of G's moves."""
    if not finite(batch):
        return REFUSED
    with frozen_buffers(game.G), moment.seeded():
        restore = keep_buffers(game.D, *game.recall.values())
        with torch.no_grad():
            z, fake = forged or forge(game, batch, moment)
        turn = see(game, batch, z, fake, moment, real=True, recall=True)
        costs = [mean(game.objective.critic(v.r.logits, v.f.logits)) for v in turn.verdicts.values()]
        return move(game, "D", costs, turn, moment, restore)


def generator_step(game: Game, batch: Batch, moment: Moment, forged: Forged | None = None) -> Move:
    """One step of G down  mean L_G(D(x, c), D(G(z), c)) + its terms, for fresh z or as forged; nothing of D's moves."""
    if not finite(batch):
        return REFUSED
    with frozen_buffers(game.D), moment.seeded():
        restore = keep_buffers(game.G)
        z, fake = forged or forge(game, batch, moment)
        turn = see(game, batch, z, fake, moment, real=game.generator_reads_real)
        costs = [mean(game.objective.generator(v.r and v.r.logits, v.f.logits)) for v in turn.verdicts.values()]
        return move(game, "G", costs, turn, moment, restore)


def move(game: Game, owner: str, costs: list[Tensor], turn: Turn, moment: Moment, restore: Callable[[], None]) -> Move:
    """Descend the sum of the costs and of the owner's weighted terms; a refused step leaves its own buffers unmoved."""
    player = game.player(owner)
    tune(player, moment.dials.rates.get(owner), moment.dials.momenta.get(owner))
    total = torch.stack(costs).sum() if costs else torch.zeros(())
    seen = {owner: number(total)} if costs else {}
    for term in game.terms:
        if term.owner == owner and moment.index % term.every == 0:
            cost = mean(term.of(turn))
            total = total + moment.dials.weights.get(term.name, term.weight) * term.every * cost
            seen[f"{owner}/{term.name}"] = number(cost)
    step = game.descend(total, player)
    if not step.taken:
        restore()
    return Move(step, seen, {name: shown(game.objective.reads, v) for name, v in turn.verdicts.items()})


def shown(reads: Reads, verdict: Verdict) -> Reading:
    """The means of what the journal shows of a verdict; not a number where there is none."""
    answers = read(reads, verdict.r and verdict.r.logits, verdict.f.logits)
    real, fake = (math.nan if answer is None else number(answer.mean()) for answer in answers)
    return Reading(real, fake, reads)


def play(
    game: Game,
    batches: Iterable[Given],
    *,
    seed: int = 0,
    state: State | None = None,
    schedule: Schedule = algorithm_1,
    dials: Callable[[State], Dials] = lambda state: Dials(),
) -> Iterator[Round]:
    """Play rounds for as long as there are batches: x, (x, c) or `Batch`. Equal arguments yield equal rounds, bit for
    bit.

    `state` continues where an earlier game, restored with its modules and optimisers, stood; `dials` gives the numbers
    of each round; `schedule` is how a round is played. Of a last round with too few batches the critic's steps are
    taken, and no `Round` is yielded.
    """
    state, rng, batches = state or State(), Randomness(seed), batches_of(batches)
    while True:
        try:
            state, round = schedule(game, state, batches, rng, dials(state))
        except BatchesOverError:
            return
        yield round


def mean(costs: Tensor) -> Tensor:
    """Mean over each example's sites, then over the batch."""
    if not isinstance(costs, Tensor):
        what = f"a cost is a {type(costs).__name__}, no tensor"
        raise SaddlepointError(what, "play", "let objectives and terms return one number for each example")
    return (costs.flatten(1).mean(1) if costs.ndim > 1 else costs).mean()


def number(scalar: Tensor) -> float:
    """The value of a scalar, without its graph."""
    return scalar.detach().item()


def size(batch: Batch) -> int:
    """B, the number of real examples in a batch."""
    return tensors(batch.x)[0].shape[0]


def finite(batch: Batch) -> bool:
    """Whether x and c and their squares are finite: else a variance in a buffer is not, even where the cost is."""
    given = tensors(batch.x) if batch.c is None else [*tensors(batch.x), batch.c]
    return all(math.isfinite(torch.linalg.vector_norm(t.float())) for t in given)


def summary(state: State, critic_moves: list[Move], generator_move: Move | None) -> Round:
    """The round that led to this state, in numbers: costs and readings are means over the critic's steps.

    Where it took none, D(G(z)) is as G's step saw it, and D(x) is not a number.
    """
    moves = critic_moves if generator_move is None else [*critic_moves, generator_move]
    costs = means([m.costs for m in critic_moves])
    real = means([{name: reading.real for name, reading in m.readings.items()} for m in critic_moves])
    fake = means([{name: reading.fake for name, reading in m.readings.items()} for m in critic_moves or moves])
    reads: dict[str, Reads] = {name: reading.reads for m in moves for name, reading in m.readings.items()}
    gradients = {"D": average(m.step.gradient for m in critic_moves)} if critic_moves else {}
    if generator_move is not None:
        costs |= generator_move.costs
        gradients["G"] = generator_move.step.gradient
    return Round(
        index=state.index - 1,
        images=state.images,
        losses=costs,
        readings={name: Reading(real.get(name, math.nan), fake[name], reads[name]) for name in fake},
        gradients=gradients,
        skipped=sum(not m.step.taken for m in moves),
        sound=all(m.step.sound for m in moves),
        unfit=sum(m is REFUSED for m in moves),
    )


def means(found: list[dict[str, float]]) -> dict[str, float]:
    """By name, the average over those that have it."""
    names = dict.fromkeys(name for one in found for name in one)
    return {name: average(one[name] for one in found if name in one) for name in names}
