"""The high road: plan, train, resume. Whoever calls brings a configuration and a watcher."""

import math
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

from saddlepoint.data.memory import Held
from saddlepoint.data.reading import Tell
from saddlepoint.data.source import Source
from saddlepoint.data.sources import silent
from saddlepoint.data.survey import Survey, survey
from saddlepoint.engine import resolve
from saddlepoint.errors import SaddlepointError, typed
from saddlepoint.files import free_bytes, make_folder, make_new_folder
from saddlepoint.planning import judgements
from saddlepoint.planning.allotment import Allotment, for_playing
from saddlepoint.planning.budget import images_for, last_round, measure, seconds_of
from saddlepoint.planning.intake import called, located, stem
from saddlepoint.planning.prepared import Prepared
from saddlepoint.planning.rehearsal import NO_PAGE, closing
from saddlepoint.record import Promise, RunRecord
from saddlepoint.run import Run
from saddlepoint.running.calls import Stopped
from saddlepoint.running.early import in_vain
from saddlepoint.running.finish import finish, over, ship
from saddlepoint.running.opened import Opened, as_begun, as_written
from saddlepoint.running.reading import reading
from saddlepoint.running.sessions import noted
from saddlepoint.running.state import journal
from saddlepoint.running.watcher import Nobody, Plan, Watcher
from saddlepoint.running.work import Worker
from saddlepoint.settings.run import Run as Config
from saddlepoint.storage.lock import RunLock
from saddlepoint.storage.told import spent

RUNS = Path("runs")
PLAYING = math.inf  # as the time that a budget counts from: what is not played does not count


def plan(data: str | Held, config: Config, budget: float | None = None, source: Source | None = None) -> Plan:
    """What `start` would do with the same arguments; nothing is written. `source` is the data, where they are open."""
    return Prepared(data, config, budget, source=source).plan()


def look(data: str | Held, config: Config, budget: float | None = None, tell: Tell = silent) -> Survey:
    """What is in the data, read as `start` would read them within this budget."""
    held = None if isinstance(data, str) else data
    return survey(reading(located(data, config, budget, resolve(config.engine)).data, held), tell)


def start(
    data: str | Held,
    config: Config,
    *,
    budget: float | None = None,
    name: str | None = None,
    root: Path = RUNS,
    watcher: Watcher | None = None,
    begun: float | None = None,
) -> Run:
    """Train a new run in a folder of its own, for a budget of seconds or the configured number of images. The budget is
    for everything from `begun` on, by the clock of time.monotonic (unset: from now on), to the last file; with PLAYING
    it is for the rounds alone: so runs compare whose last pages take different times.
    """
    watcher, begun = watcher or Nobody(), time.monotonic() if begun is None else begun
    watcher.phase("reading and measuring")
    folder = root / name if name else None
    if folder and (folder / "config.json").exists():
        raise SaddlepointError("there is a run here already", str(folder), "choose another --name, or resume it")
    prepared = Prepared(data, config, budget, watcher.note)
    for note in prepared.notes:
        watcher.note(note)
    if prepared.config.batch != config.batch:
        watcher.note(f"memory ran out with a batch of {config.batch}: going on with {prepared.config.batch}")
    made = prepared.plan()
    if folder:
        make_folder(folder)
    else:
        folder = new_folder(root, f"{stem(called(data))}-{config.recipe}")
    if (free := free_bytes(folder)) < made.disk_bytes:
        watcher.note(f"the disk may run full: {made.disk_bytes:,} bytes needed, {free:,} free in {folder}")
    with RunLock(folder):
        if (folder / "config.json").exists():  # begun by another process while this one measured
            raise SaddlepointError("there is a run here already", str(folder), "choose another --name, or resume it")
        allotment = None if budget is None else for_playing(budget) if begun == PLAYING else Allotment(budget, begun)
        record, each = (prepared.record(), 0.0) if allotment is None else shared(prepared, allotment, watcher)
        least = 0.0 if allotment is None else allotment.least(record.choices.closing_seconds)
        watcher.planned(prepared.plan(record.config, least))
        record = judgements.planned(record, prepared.sources, prepared.engine, each)
        if allotment is not None:
            record = allotment.promised(record)
        if (why := in_vain(record)) is not None:
            watcher.note(why)
        record.write(folder)
        carry_on(folder, Opened(record, prepared.sources, prepared.engine), watcher)
    return Run(folder, None if isinstance(data, str) else data)


def shared(prepared: Prepared, allotment: Allotment, watcher: Watcher) -> tuple[RunRecord, float]:
    """The record of a run of a length of time, once its last page was rehearsed, where it is part of that; seconds to
    judge one sample.
    """
    record, found = prepared.record(), NO_PAGE
    if allotment.page:
        watcher.phase("rehearsing the last page")
        found = closing(record, prepared.sources, prepared.engine, allotment.budget)
    record = allotment.shared(record, prepared, found)
    if (why := allotment.complaint(found.seconds)) is not None:
        watcher.note(why)
    return record, found.each


def resume(
    folder: str | Path,
    *,
    more: float | None = None,
    watcher: Watcher | None = None,
    held: Held | None = None,
    begun: float | None = None,
) -> Run:
    """Go on exactly where a run stopped; with `more` seconds, another stage like its last comes at the end. They are
    for everything from `begun` on, as the budget of `start` is, beside what was left to do. `held` are the run's data,
    where they lie in memory.
    """
    folder, watcher, begun = Path(folder), watcher or Nobody(), time.monotonic() if begun is None else begun
    record = as_written(folder)
    with RunLock(folder):
        if more is None and over(folder, len(record.config.stages)):
            watcher.note(f"finished already; `{typed('resume', folder, '--more', '10m')}` trains longer")
            return Run(folder, held)
        run = as_begun(record, watcher.note, held)
        if more is not None:
            run = run._replace(record=lengthened(run, folder, Allotment(more, begun), watcher))
            run.record.add_stages(folder)
        carry_on(folder, run, watcher)
    return Run(folder, held)


def report(folder: str | Path, *, watcher: Watcher | None = None) -> Run:
    """Write what a run leaves (generator, sheets, figures, report) from its newest checkpoint, without playing on."""
    folder, watcher = Path(folder), watcher or Nobody()
    record = as_written(folder)
    with RunLock(folder):
        live = as_begun(record, watcher.note).live()
        Worker(live, folder, watcher).begin()
        watcher.done(finish(live, folder))
    return Run(folder)


def lengthened(run: Opened, folder: Path, allotment: Allotment, watcher: Watcher) -> RunRecord:
    """The record with one more stage like its last, as long as fits into the allotment beside the last page, and the
    time to keep to: what was spent, what the stages before still take, and the allotment. What is past stays as it was.
    """
    record, conf, live = run.record, run.record.config, run.live()
    live.restore(folder / "checkpoints")
    watcher.phase("rehearsing the last page")
    page = closing(record, run.sources, run.engine, allotment.budget)
    measured = record.choices.rates or (record.choices.rate,)
    rate = measured[-1] or measure(*run).rate
    images = images_for(allotment.left - page.seconds, rate, last_round(live), conf.judge.share)
    stage = conf.stages[-1].model_copy(update={"images": images, "inherit": "all"})
    before = 0.0 if live.stage is None else seconds_of(live.total - live.progress.seen, rate, conf.judge.share)
    if (why := allotment.complaint(page.seconds)) is not None:
        watcher.note(why)
    spent_by = spent(journal(folder)) + before + allotment.left
    more = Promise(stage=len(conf.stages), seconds=spent_by, closing_seconds=page.seconds, closing_samples=page.samples)
    conf = conf.model_copy(update={"stages": (*conf.stages, stage)})
    choices = record.choices.model_copy(update={"planned_seconds": None, "more": more})
    return record.model_copy(update={"config": conf, "choices": choices})


def carry_on(folder: Path, run: Opened, watcher: Watcher) -> None:
    """Play what is left of the run, then write what a finished run leaves. One that is told to stop leaves its model as
    it is; Stopped says where.
    """
    live = run.live()
    worker = Worker(live, folder, watcher)
    worker.begin()
    watcher.phase("training")
    try:
        with noted(folder, live.progress):
            worker.work()
    except Stopped:
        with suppress(SaddlepointError):  # a model whose numbers are not finite cannot be drawn
            ship(live, folder)
        raise
    watcher.phase("judging and writing")
    try:
        watcher.done(finish(live, folder))
    except KeyboardInterrupt as error:
        what = f"stopped at {live.progress.seen:,} {worker.noun}, while it was judged and written; saved"
        raise Stopped(what, folder, worker.way_on, 130) from error


def new_folder(root: Path, stem: str) -> Path:
    """The first of stem-1, stem-2, ... that is not taken, made: it is nobody else's, who asks at the same moment."""
    make_folder(root)
    return next(folder for number in count(1) if make_new_folder(folder := root / f"{stem}-{number}"))
