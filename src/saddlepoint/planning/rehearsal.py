"""How long the last page of a run will take: found out by writing it before the first round, of fewer samples."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.digits import judge_digits
from saddlepoint.planning.judgements import with_features
from saddlepoint.record import RunRecord
from saddlepoint.running.finish import OTHER, WHOLE, Effort, as_digits, finish
from saddlepoint.running.judging import SAMPLES, court_of
from saddlepoint.running.live import Live, Sources
from saddlepoint.running.watcher import Nobody
from saddlepoint.running.work import Worker

SMALL, MANY = 100, 500  # samples that are judged: in the rehearsal, and to see how long one takes where that is quick
QUICK = 1.0  # second that the small number may take there
SHARE = 0.25  # of a length of time, at most, is for the last page: it is judged by as many samples as that allows
SIZES = (SAMPLES, 500, 250, SMALL)


class Closing(NamedTuple):
    """What the last page will take, in seconds; of how many samples it is judged; seconds for one sample more."""

    seconds: float
    samples: int
    each: float


NO_PAGE = Closing(0.0, 0, 0.0)
"""Of a run whose time is for playing alone."""


def closing(record: RunRecord, sources: Sources, engine: Engine, budget: float) -> Closing:
    """What the last page of a run of this length will take at the speed of now, by a throwaway copy of the run:

        T(n) = T(m) + (n - m) t, m = 100

    T(m) is that of a page of m samples; t what a sample takes to be drawn and to be judged.
    """
    record = with_features(record, sources["x"])
    with TemporaryDirectory(prefix="saddlepoint-") as folder:
        record.write(Path(folder))
        live = Live(record, sources, engine)
        worker = Worker(live, Path(folder), Nobody())
        worker.begin()
        worker.open_stage(live.config.stages[0])
        with suppress(SaddlepointError):
            court_of(live)  # what is found once for all judgements is no part of the last page's time
        begun = time.monotonic()
        finish(live, Path(folder), Effort(SMALL, SMALL))
        seconds = time.monotonic() - begun
    each = each_judged(live)
    seconds += (WHOLE.protocol - SMALL) * each_digit(live)
    takes = {samples: seconds + (samples - SMALL) * each for samples in SIZES}
    samples = next((n for n, taken in takes.items() if taken <= SHARE * budget), SMALL)
    return Closing(takes[samples], samples, each)


def each_judged(live: Live) -> float:
    """Seconds for one sample more to be drawn and judged; 0 where nobody can judge."""
    try:
        court = court_of(live)
        model = live.artefact(live.shipped)
        few, many = (partial(court.quick, model, n, live.config.seed) for n in (SMALL, MANY))
        return taken / SMALL if (taken := timed(few)) > QUICK else timed(many) / MANY
    except SaddlepointError:
        return 0.0


def each_digit(live: Live) -> float:
    """Seconds for one sample more to be drawn and looked at by the digits' own judge; 0 where these are no digits."""
    model = live.artefact(live.shipped)
    if not as_digits(live, model):
        return 0.0

    def one() -> None:
        made = model.sample(MANY, seed=live.config.seed)
        judge_digits(made.x, made.labels, OTHER, live.config.seed)

    return timed(one) / MANY


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
