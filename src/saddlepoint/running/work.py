"""A run: a game played in a folder. Journal, film strip, checkpoints and resuming; nothing of how a round is played."""

import math
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from saddlepoint.court.bench import Court
from saddlepoint.errors import SaddlepointError, typed
from saddlepoint.files import require_folder, sweep
from saddlepoint.judging import headline
from saddlepoint.judging.case import Case
from saddlepoint.judging.doctor import diagnose
from saddlepoint.media.catalog import medium_of
from saddlepoint.record import made_by
from saddlepoint.records import Round
from saddlepoint.running import moments
from saddlepoint.running.calls import Listeners, Stopped, StopTraining
from saddlepoint.running.early import settled
from saddlepoint.running.gauge import Gauge, describe, in_words, resumed, tick
from saddlepoint.running.judging import as_told, best_of, court_of, sit
from saddlepoint.running.live import Live
from saddlepoint.running.moments import Due, due
from saddlepoint.running.progress import Tally
from saddlepoint.running.replan import Replan, in_force
from saddlepoint.running.showing import LivePage, keep_frame
from saddlepoint.running.signals import StopSignals
from saddlepoint.running.watcher import Tick, Watcher, calls_of
from saddlepoint.settings.run import Stage
from saddlepoint.storage import checkpoint
from saddlepoint.storage.journal import Journal
from saddlepoint.storage.told import spent, told
from saddlepoint.systems.looks import NotFiniteError

PATIENCE = 20  # rounds with a refused step, in a row, after which a run goes back to its last checkpoint
SECOND_CHANCES = 3


class OutOfItsSensesError(Exception):
    """Only an earlier state can help: a number of it or of its samples is not finite, or no step was taken for long."""


class Worker:
    """One process's work on a run folder, from a checkpoint (or the start) to the end of the last stage."""

    def __init__(self, live: Live, folder: Path, watcher: Watcher) -> None:
        self.live, self.folder, self.watcher = live, folder, watcher
        self.progress = live.progress
        self.journal = Journal(folder / "journal.jsonl")
        self.started, self.earlier = time.monotonic(), 0.0
        self.gauge, self.plan = Gauge(), Replan(live)
        self.opinion, self.judgement = "", ""  # the last of each, as the progress line has them
        self.court: Court | None = None
        self.context = ""  # what checkpoints say the run is made by
        self.listeners, self.page = Listeners(calls_of(watcher), watcher.note), LivePage(live, folder)
        self.line = (self.started, 0)  # when the journal's last line on rounds was written, and at how many images

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def noun(self) -> str:
        """What several examples are called."""
        return medium_of(self.live.facts["x"]).noun

    @property
    def seconds(self) -> float:
        """Time spent on the run, by this process and those before it."""
        return self.earlier + time.monotonic() - self.started

    def begin(self) -> None:
        """Start from the newest whole checkpoint; a run that has none yet starts from the beginning. What a dead
        process left half-written goes first.
        """
        sweep(self.folder)
        require_folder(self.folder / "generator")
        self.context = made_by(self.folder)[0] if (self.folder / "config.json").exists() else ""
        restored = self.live.restore(self.checkpoints)
        base = self.live.config.base
        for note in restored.warnings if restored else self.live.begin_with(base) if base else ():
            self.watcher.note(note)
        self.journal.rewind(self.progress.journal)
        events = told(self.journal.path) if self.progress.journal else []
        self.earlier = spent(events)
        self.line = (self.started, self.progress.seen)
        self.gauge, self.plan = resumed(events), Replan(self.live)

    def work(self) -> None:
        """Play all that is left, saving on the way. Raises Stopped when a signal asks for it, after having saved; a
        callback that asks for it ends the run as it is.
        """
        with self.page, self.listeners, StopSignals() as signals:
            with suppress(StopTraining):
                while signals.received is None and (stage := self.live.stage) is not None:
                    try:
                        self.play(stage, signals)
                    except OutOfItsSensesError:
                        self.roll_back()
            if signals.received is not None:  # whatever ended the rounds, all of them are saved
                raise self.stopped(signals.received)

    def play(self, stage: Stage, signals: StopSignals) -> None:
        """Play a stage from where it stands to its end, or until a signal asks to stop; what was played is saved."""
        if not self.progress.opened:
            self.open_stage(stage)
        for round in self.live.rounds(stage):
            if not round.sound or (round.skipped and self.progress.in_a_row + 1 >= PATIENCE):
                raise OutOfItsSensesError
            over = self.after(stage, round).over
            self.call_back(round)
            if over:
                break
            if signals.received is not None:
                self.save(planned=False)
                break

    def call_back(self, round: Round) -> None:
        """Tell whoever listens what this round brought. Whatever they raise, the run is saved first."""
        try:
            self.listeners.tell(round)
        except Exception as error:
            with suppress(OutOfItsSensesError):  # then the last checkpoint is what there is
                self.save(planned=False)
            if isinstance(error, StopTraining):
                self.watcher.note(f"ended at {self.progress.seen:,} {self.noun}, as asked, and saved; {self.way_on}")
                raise
            what = f"on_{self.listeners.last} raised {type(error).__name__}: {' '.join(str(error).split())[:200]}"
            raise SaddlepointError(what, str(self.folder), f"saved; {self.way_on}", code=1) from error

    @property
    def way_on(self) -> str:
        return f"go on with `{typed('resume', self.folder)}`"

    def open_stage(self, stage: Stage) -> None:
        """The first entry of a stage; what the first of all starts from is worth a frame and a checkpoint."""
        self.progress.opened = True
        self.write(
            "stage", stage=self.progress.stage, **self.live.told(), length=self.live.lengths[self.progress.stage]
        )
        if self.progress.seen == 0:
            if why := self.live.record.choices.judge_refused:
                self.write("judgement", refused=why)
                self.watcher.note(f"not judged: {why}")
            self.snapshot()
            self.save()
        self.plan.begin()

    def after(self, stage: Stage, round: Round) -> Due:
        """Count a round, and do what its moment calls for."""
        live, before = self.live, self.progress.images
        live.absorb(round)
        judged = live.record.choices.judge_images
        moment = due(live.config, stage, before, round.images, judged, live.place)
        if self.live.scene.adaptive is not None and moment.adapt:
            self.write("augment", **self.live.adapt(moments.ADAPT))
        if moment.journal:
            self.write_rounds()
        self.watcher.progress(self.tick(round))
        if moment.snapshot or moment.judge or moment.over:
            self.check()
        if moment.snapshot:
            self.snapshot()
        if moment.judge:
            self.judge()
            self.watcher.phase("training")
            if not moment.over and (why := settled(live, told(self.journal.path))) is not None:
                moment = self.end_early(moment, why)
        if moment.snapshot and not moment.over:
            self.page.again()
        if moment.over:
            self.require_a_step()
            self.live.next_stage()
            if self.live.stage is None:
                self.write("end")
        changed = not moment.over and self.look_at_the_plan(before)
        if moment.checkpoint or changed:
            self.save()
        return moment

    def end_early(self, moment: Due, why: str) -> Due:
        """The stage is as long as it is by now; its end calls for all that any other calls for."""
        planned = self.live.total
        self.progress.lengths[str(self.progress.stage)] = self.progress.images
        self.write("plan", lengths=self.live.lengths, seconds=self.seconds, why=f"plateau: {why}")
        self.watcher.note(f"ends early, at {self.progress.seen:,} of {planned:,} {self.noun}: plateau: {why}")
        if not moment.journal:
            self.write_rounds()
        if not moment.snapshot:
            self.snapshot()
        return moment._replace(checkpoint=True, over=True)

    def look_at_the_plan(self, before: int) -> bool:
        """Whether the plan was changed, to keep to the time: a checkpoint has to keep it. Great changes are told."""
        if (look := self.plan.look(before, self.seconds)) is None or not self.plan.follow(look):
            return False
        self.write("plan", lengths=self.live.lengths, seconds=self.seconds, rate=look.rate)
        if (note := self.plan.news(look)) is not None:
            self.watcher.note(f"{note} {self.noun} in all, to keep to the time")
        return True

    def check(self) -> None:
        """Raise OutOfItsSensesError where a number of the state is not finite: it is not drawn, judged or saved."""
        if any(checkpoint.not_finite(part.state().tensors) for part in self.live.parts().values()):
            raise OutOfItsSensesError

    def require_a_step(self) -> None:
        """Give up where in every round of a stage that is over a step was refused: then nothing was learnt in it. (One
        with more than a few rounds has gone back by then.)
        """
        if self.progress.in_a_row >= self.progress.index:
            what = f"given up: in each of the stage's {self.progress.index:,} rounds a step was refused as not finite"
            hint = f"look for bad examples, or lower --lr; `{typed('report', self.folder)}` writes what there is"
            raise SaddlepointError(what, str(self.folder), hint, code=3)

    def roll_back(self) -> None:
        """Return to the last checkpoint with half the rates; give up when that did not help three times."""
        progress = self.progress
        at, rollbacks, factor = progress.seen, progress.rollbacks + 1, progress.rate_factor / 2
        if rollbacks > SECOND_CHANCES:
            hint = "lower --lr, or look for bad examples; the last checkpoint is intact"
            raise SaddlepointError(f"given up after {SECOND_CHANCES} rollbacks", str(self.folder), hint, code=3)
        self.live.restore(self.checkpoints)
        progress.rollbacks, progress.rate_factor, progress.journal = rollbacks, factor, self.journal.offset
        progress.in_a_row = 0
        self.line, self.gauge = (time.monotonic(), progress.seen), Gauge()
        self.plan.begin()
        self.write("rollback", at=at, rate_factor=factor)
        self.watcher.note(f"not finite at {at:,} {self.noun}: back to {progress.seen:,} with rates times {factor:g}")
        self.save()

    def write(self, event: str, **facts: Any) -> None:
        """A line of the journal."""
        line = {"event": event, "images": self.progress.seen} | facts
        self.journal.append(line)
        self.listeners.line(self.folder, line)

    def write_rounds(self) -> None:
        """The line on the rounds since the last one: means, and how fast they went."""
        now, (then, images) = time.monotonic(), self.line
        self.write(
            "rounds",
            stage=self.progress.stage,
            round=self.progress.index,
            **self.progress.tally.told(),
            seconds=self.seconds,
            rate=(self.progress.seen - images) / max(now - then, 1e-9),
        )
        self.progress.tally, self.line = Tally(), (now, self.progress.seen)

    def snapshot(self) -> None:
        """A frame of the film strip, and the critic's opinions, where one plays."""
        try:
            picture = self.live.system.frame(self.live.view())
        except NotFiniteError as error:  # large weights overflow on the way through a network before they do themselves
            raise OutOfItsSensesError from error
        self.write("snapshot", file=keep_frame(self.live, self.folder, picture))
        self.listeners.add("snapshot", picture)
        if opinions := self.live.opinions():
            self.write("held_out", **{name: describe(logits) for name, logits in opinions.items()})
            self.opinion = in_words(opinions)

    def judge(self) -> None:
        """Judge the averages as they are now, and keep the best; then what the doctor says of the run so far."""
        live = self.live
        self.watcher.phase("judging")
        try:
            self.court = self.court or court_of(live)
            found = sit(live, self.court, live.record.choices.judge_samples)
        except SaddlepointError as error:  # samples that cannot be judged are a finding, not the end of a run
            self.write("judgement", refused=str(error))
            return
        name, decides = best_of(found)
        measure = found[name][decides]
        if not live.scene.chooses or measure.high < float(live.progress.best.get("high", math.inf)):
            live.keep(name, {"value": measure.value, "low": measure.low, "high": measure.high})
        judged = {"average": name, "best": live.progress.best["images"], **as_told(found, name, decides)}
        story = [*told(self.journal.path), {"event": "judgement", **judged}]
        verdicts = diagnose(Case.of(in_force(live).model_dump(mode="json"), story))
        self.write("judgement", **judged, verdicts=[verdict._asdict() for verdict in verdicts])
        self.listeners.add("judgement", found[name])
        self.judgement = f"{headline.told(found[name])}; {verdicts[0].name}"

    def save(self, planned: bool = True) -> None:
        """A checkpoint of this moment. The journal names planned ones alone: a run never stopped has no others."""
        self.check()
        if planned:
            self.write("checkpoint")
        self.journal.sync()
        self.progress.journal = self.journal.offset
        checkpoint.save(self.checkpoints, self.progress.seen, self.live.parts(), context=self.context)

    def tick(self, round: Round) -> Tick:
        """What to show of this round."""
        facts = tuple(filter(None, (self.opinion, self.judgement)))
        return tick(self.gauge, round, self.progress.seen, self.live.total, self.seconds, self.progress.refused, facts)

    def stopped(self, signal: int) -> SaddlepointError:
        return Stopped(f"stopped at {self.progress.seen:,} {self.noun}, saved", self.folder, self.way_on, 128 + signal)
