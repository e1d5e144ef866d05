"""How long the last page of a run will take: found out by writing it before the first round, of fewer samples."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.judge.digits import judge_digits
from saddlepoint.planning.judgements import with_features
from saddlepoint.record import RunRecord
from saddlepoint.running.finish import OTHER, WHOLE, Effort, finish
from saddlepoint.running.judging import court_of
from saddlepoint.running.live import Live, Sources
from saddlepoint.running.watcher import Nobody
from saddlepoint.running.work import Worker

SMALL, MANY = 100, 500  # samples that are judged: in the rehearsal, and to see how long one takes


def closing(record: RunRecord, sources: Sources, engine: Engine) -> float:
    """Seconds that the last page will take at the speed of now, by a throwaway copy of the run:

        T(n) = T(m) + (n - m) t, m = 100

    T(m) is that of a page of m samples; t what a sample takes to be drawn and to be judged, of 500.
    """
    record = with_features(record, sources["x"])
    with TemporaryDirectory(prefix="saddlepoint-") as folder:
        record.write(Path(folder))
        live = Live(record, sources, engine)
        worker = Worker(live, Path(folder), Nobody())
        worker.begin()
        worker.open_stage(live.config.stages[0])
        begun = time.monotonic()
        finish(live, Path(folder), Effort(SMALL, SMALL))
        seconds = time.monotonic() - begun
    return seconds + (WHOLE.samples - SMALL) * each_judged(live) + (WHOLE.protocol - SMALL) * each_digit(live)


def each_judged(live: Live) -> float:
    """Seconds for one sample more to be drawn and judged; 0 where nobody can judge."""
    try:
        court = court_of(live)
        model = live.artefact(live.shipped)
        return timed(lambda: court.quick(model, MANY, live.config.seed)) / MANY
    except SaddlepointError:
        return 0.0


def each_digit(live: Live) -> float:
    """Seconds for one sample more to be drawn and looked at by the digits' own judge; 0 where these are no digits."""
    model = live.artefact(live.shipped)
    if live.train.eye != "digits" or "sample" not in model.can:
        return 0.0

    def one() -> None:
        pictures, labels, _ = model.sample(MANY, seed=live.config.seed)
        judge_digits(pictures, labels, OTHER, live.config.seed)

    return timed(one) / MANY


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
