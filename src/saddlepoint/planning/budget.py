"""Before a run: how fast this machine plays the game, hence how many images a budget of time buys; disk and memory."""

import gc
import math
import time
from typing import NamedTuple

import torch

from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import seed_of
from saddlepoint.record import RunRecord
from saddlepoint.running.live import Live, Sources
from saddlepoint.settings.run import Run

WARM_UP = 3  # rounds that are not timed
SECONDS = 2.5  # that the rest of the measurement may take
SHARE = 1 / 40  # of a length of time, if that is less: a run looks again how fast it goes
SMALLEST_BATCH = 4
OVERHEAD = 0.05  # of a budget, for frames, checkpoints and the report; judging has its own share
BYTES = 4


class Measurement(NamedTuple):
    """What a few rounds on throwaway copies showed: images a second over all stages, weights in all, real examples in
    a round of the last stage, the batch that fitted, images a second of each stage; and how much of the time that its
    threads might have had on their cores they had: less than 1 where other work is there, or much is for one alone.
    """

    rate: float
    weights: int
    round: int
    batch: int
    rates: tuple[float, ...] = ()
    share: float = 1.0


def measure(record: RunRecord, sources: Sources, engine: Engine) -> Measurement:
    """Play a few rounds on copies with randomness of their own, as the run will play them; then throw them away.

    Where memory runs out the batch is halved, down to 4, until it does not.
    """
    batch = record.config.batch
    while (found := within_memory(with_config(record, batch=batch), sources, engine)) is None:
        gc.collect()  # the error is forgotten by now, and with it the frames that held on to the networks
        if batch // 2 < SMALLEST_BATCH:
            what = f"memory runs out even with a batch of {batch}"
            raise SaddlepointError(what, record.data.name, "choose smaller networks or pictures", code=1)
        batch //= 2
    return found


def with_config(record: RunRecord, **settings: int) -> RunRecord:
    """The record with some settings changed."""
    return record.model_copy(update={"config": record.config.model_copy(update=settings)})


def within_memory(record: RunRecord, sources: Sources, engine: Engine) -> Measurement | None:
    """What `timed` finds; None where memory runs out."""
    try:
        return timed(record, sources, engine)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        return None


def timed(record: RunRecord, sources: Sources, engine: Engine) -> Measurement:
    """A few seconds of a run from its first stage to its last: each has its share of the images, and its own speed."""
    live = Live(with_config(record, seed=seed_of(record.config.seed, "measurement")), sources, engine)
    stages, kinds = live.config.stages, {}
    for place, stage in enumerate(stages):
        kinds.setdefault(stage.model_copy(update={"images": 1, "inherit": "all"}).model_dump_json(), []).append(place)
    rates: dict[int, float] = {}
    longest = min(SECONDS, SHARE * (record.choices.planned_seconds or math.inf))
    wall, own = time.monotonic(), time.process_time()
    for places in kinds.values():
        rates |= dict.fromkeys(places, speed(live, places[-1], longest / len(kinds)))
    share = (time.process_time() - own) / max(time.monotonic() - wall, 1e-6) / engine.threads
    seconds = sum(stages[place].images / rate for place, rate in rates.items())
    weights = sum(p.numel() for network in live.networks.values() for p in network.parameters())
    each = tuple(rates[place] for place in sorted(rates))
    return Measurement(live.total / seconds, weights, last_round(live), live.config.batch, each, share)


def last_round(live: Live) -> int:
    """Real examples in a round of the last stage."""
    last = live.enter(len(live.config.stages) - 1)
    return live.config.batch * max(1, last.game.k)


def speed(live: Live, stage: int, longest: float) -> float:
    """Images a second of one stage, over at least one round that computes every penalty."""
    live.progress.stage, live.progress.index, live.progress.images = stage, 0, 0
    live.scene = live.enter(stage)
    every = math.lcm(*(term.every for term in live.scene.game.terms), 1)
    least = WARM_UP + max(every, 4)
    start, first = 0.0, 0
    for round in live.rounds(live.config.stages[stage]):
        live.absorb(round)
        if round.index == WARM_UP:
            start, first = time.monotonic(), round.images
        # whole periods of a lazy penalty, so that its share of the time is the run's
        whole = (round.index - WARM_UP) % every == 0
        if round.index > least and whole and time.monotonic() - start > longest:
            return (round.images - first) / (time.monotonic() - start)
    raise SaddlepointError("no examples to measure with", live.record.data.name)


def out_of_memory(error: Exception) -> bool:
    """Whether this is how torch, on the processor or on an accelerator, says that memory ran out."""
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or "can't allocate memory" in str(error) or "out of memory" in str(error)


def images_for(seconds: float, rate: float, round: int, share: float) -> int:
    """Real examples that a budget of seconds buys beside a share for judging: whole rounds of so many, at least one."""
    return max(1, int(seconds * (1 - OVERHEAD - share) * rate / round)) * round


def seconds_of(images: int, rate: float, share: float) -> float:
    """What so many real examples take of a budget, with what goes to judging, frames and files beside them."""
    return images / (rate * (1 - OVERHEAD - share))


def disk_bytes(conf: Run, weights: int) -> int:
    """What the folder will take: two checkpoints and one being written, each of weights, two moments and averages."""
    copies = 3 + len(conf.averages)
    return 3 * copies * weights * BYTES + 2_000_000


def memory_bytes(conf: Run, weights: int, source: Source) -> int:
    """A rough estimate: the data, unless they lie in a mapped file, weights, gradients, moments, averages, torch."""
    copies = 4 + len(conf.averages)
    activations = conf.batch * source.x[0].numel() * 64 * BYTES * 4
    data = 0 if source.mapped else source.x.nbytes
    return data + copies * weights * BYTES + activations + 300_000_000
