"""Before a run: how fast this machine plays the game, hence how many images a budget of time buys; disk and memory."""

import gc
import time
from typing import NamedTuple

import torch

from saddlepoint.config import Config
from saddlepoint.data.batches import Batches
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.game.averaging import averages_of
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.running.build import Facts, game, networks, players
from saddlepoint.running.engine import Engine

WARM_UP = 3  # rounds that are not timed
SECONDS = 2.5  # that the rest of the measurement may take
SMALLEST_BATCH = 4
OVERHEAD = 0.05  # of a budget, for frames, checkpoints and the report; judging has its own share
BYTES = 4


class Measurement(NamedTuple):
    """What a few rounds on throwaway copies showed: images a second, weights in all, and the batch that fitted."""

    rate: float
    weights: int
    batch: int


def measure(conf: Config, source: Source, engine: Engine) -> Measurement:
    """Play a few rounds on copies with randomness of their own, as the run will play them; then throw them away.

    Where memory runs out the batch is halved, down to 4, until it does not.
    """
    batch = conf.batch
    while (timing := within_memory(conf.model_copy(update={"batch": batch}), source, engine)) is None:
        gc.collect()  # the error is forgotten by now, and with it the frames that held on to the networks
        if batch // 2 < SMALLEST_BATCH:
            what = f"memory runs out even with a batch of {batch}"
            raise SaddlepointError(what, source.name, "choose smaller networks or pictures", code=1)
        batch //= 2
    return Measurement(*timing, batch)


def within_memory(conf: Config, source: Source, engine: Engine) -> tuple[float, int] | None:
    """What `timed` finds; None where memory runs out."""
    try:
        return timed(conf, source, engine)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        return None


def timed(conf: Config, source: Source, engine: Engine) -> tuple[float, int]:
    """(images a second, number of weights) over a few seconds, at least one round that computes every penalty."""
    conf = conf.model_copy(update={"seed": seed_of(conf.seed, "measurement")})
    nets = networks(conf, Facts.of(source), engine)
    G, D = players(conf, nets)
    stage, averages = conf.stages[-1], averages_of(nets.G, conf.averages)
    batches = Batches(source, conf.batch, Randomness(conf.seed), conf.range, engine.device)
    least = WARM_UP + max(stage.penalty_every, 4)
    start, first = 0.0, 0
    for round in play(game(conf, stage, G, D, engine, bool(source.classes)), batches.from_(0), seed=conf.seed):
        for average in averages.values():
            average.update(nets.G, conf.batch, round.images)
        if round.index == WARM_UP:
            start, first = time.monotonic(), round.images
        # whole periods of a lazy penalty, so that its share of the time is the run's
        whole = (round.index - WARM_UP) % stage.penalty_every == 0
        if round.index > least and whole and time.monotonic() - start > SECONDS:
            seconds = time.monotonic() - start
            return (round.images - first) / seconds, sum(p.numel() for net in nets for p in net.parameters())
    raise SaddlepointError("no examples to measure with", source.name)


def out_of_memory(error: Exception) -> bool:
    """Whether this is how torch, on the processor or on an accelerator, says that memory ran out."""
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or "can't allocate memory" in str(error) or "out of memory" in str(error)


def images_for(seconds: float, rate: float, conf: Config) -> int:
    """Real examples that a budget of seconds buys: whole rounds, at least one."""
    per_round = conf.batch * conf.stages[-1].k
    return max(1, int(seconds * (1 - OVERHEAD - conf.judge.share) * rate / per_round)) * per_round


def disk_bytes(conf: Config, weights: int) -> int:
    """What the folder will take: two checkpoints and one being written, each of weights, two moments and averages."""
    copies = 3 + len(conf.averages)
    return 3 * copies * weights * BYTES + 2_000_000


def memory_bytes(conf: Config, weights: int, source: Source) -> int:
    """A rough estimate: the data, unless they lie in a mapped file, weights, gradients, moments, averages, torch."""
    copies = 4 + len(conf.averages)
    activations = conf.batch * source.x[0].numel() * 64 * BYTES * 4
    data = 0 if source.mapped else source.x.nbytes
    return data + copies * weights * BYTES + activations + 300_000_000
