"""The high road: plan, train, resume, and what a run can be asked for afterwards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saddlepoint.config import Config
from saddlepoint.config import Engine as Wishes
from saddlepoint.data.duplicates import groups
from saddlepoint.data.reading import Tell
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source, silent
from saddlepoint.data.split import split
from saddlepoint.data.survey import Survey, survey
from saddlepoint.durations import parse
from saddlepoint.errors import SaddlepointError, nearest
from saddlepoint.files import free_bytes, make_folder
from saddlepoint.randomness import Randomness
from saddlepoint.recipes.catalog import RECIPES
from saddlepoint.running import generator, trial
from saddlepoint.running.engine import Engine, resolve
from saddlepoint.running.finish import finish
from saddlepoint.running.generator import Generator, Samples
from saddlepoint.running.intake import affordable, as_the_base, lasting, reading, stem, usual_recipe
from saddlepoint.running.plan import disk_bytes, images_for, measure, memory_bytes
from saddlepoint.running.run import Worker
from saddlepoint.running.session import Session
from saddlepoint.running.sessions import noted
from saddlepoint.running.watcher import Nobody, Plan, Watcher
from saddlepoint.settings import merge
from saddlepoint.storage.lock import RunLock
from saddlepoint.storage.record import Choices, DataRecord, RunRecord, read_record, versions

RUNS = Path("runs")


class Run:
    """A run folder: what was trained, and the generator that came of it."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.record = read_record(self.folder)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def config(self) -> Config:
        return self.record.config

    def generator(self, device: str = "cpu") -> Generator:
        """The generator by itself."""
        return generator.load(self.folder, device)

    def sample(self, n: int, seed: int = 0, label: int | str | None = None) -> Samples:
        """n examples: of one class, or of each in turn."""
        return self.generator().sample(n, seed, label)


class Prepared:
    """A run that is ready to begin: data, engine, what was measured, and the configuration with its length."""

    def __init__(
        self, data: str, config: Config, budget: float | None, tell: Tell = silent, source: Source | None = None
    ):
        self.engine = resolve(config.engine)
        side = config.data.side or affordable(budget, self.engine)
        named = config.data.model_copy(update={"name": lasting(data), "side": side})
        if config.base is not None:
            named, config = as_the_base(config.base, named, config)
        config = config.model_copy(update={"data": named})
        self.source = source or open_source(reading(named), tell)
        if self.source.x.ndim == 2 and config.range != "raw":
            raise SaddlepointError("points are not in a range", f"--range {config.range}", "use --recipe points")
        self.measured = measure(config, self.source, self.engine)
        config = config.model_copy(update={"batch": self.measured.batch})
        if budget is not None:
            config = with_length(config, images_for(budget, self.measured.rate, config))
        self.config = config
        chance = Randomness(int(self.source.digest()[:15], 16))  # the data's: runs of any seed are judged by the same
        self.split = split(self.source, config.data.held_out, chance, groups(self.source.x))
        self.budget = budget

    def plan(self) -> Plan:
        config, measured = self.config, self.measured
        images = sum(stage.images for stage in config.stages)
        return Plan(
            data=self.source.name,
            examples=self.source.size,
            held_out=len(self.split.held_out),
            shape=tuple(self.source.x.shape[1:]),
            classes=len(self.source.classes),
            recipe=config.recipe,
            weights=measured.weights,
            batch=config.batch,
            images=images,
            rate=measured.rate,
            seconds=images / measured.rate,
            disk_bytes=disk_bytes(config, measured.weights),
            memory_bytes=memory_bytes(config, measured.weights, self.source),
            device=str(self.engine.device),
            precision=self.engine.precision,
            threads=self.engine.threads,
        )

    def record(self) -> RunRecord:
        source, measured = self.source, self.measured
        data = DataRecord(
            name=source.name,
            size=source.size,
            shape=tuple(source.x.shape[1:]),
            dtype=str(source.x.dtype).removeprefix("torch."),
            classes=source.classes,
            fields=source.fields,
            licence=source.licence,
            digest=source.digest(),
            held_out=tuple(self.split.held_out.tolist()),
        )
        engine = self.engine
        choices = Choices(
            device=str(engine.device),
            precision=engine.precision,
            threads=engine.threads,
            rate=measured.rate,
            planned_seconds=self.budget,
        )
        return RunRecord(config=self.config, data=data, choices=choices, versions=versions())


def with_length(config: Config, images: int) -> Config:
    """The configuration with its stages stretched or shrunk to this many images in all, in proportion."""
    total = sum(stage.images for stage in config.stages)
    stages = [stage.model_copy(update={"images": max(1, stage.images * images // total)}) for stage in config.stages]
    return config.model_copy(update={"stages": tuple(stages)})


def train(
    data: str,
    *,
    recipe: str | None = None,
    budget: str | float | None = None,
    name: str | None = None,
    settings: Mapping[str, Any] | None = None,
    root: str | Path = RUNS,
    watcher: Watcher | None = None,
) -> Run:
    """Train on this data: `train("digits", budget="2m", settings={"seed": 1, "g.lr": 5e-4})`.

    `budget` is a length of time ("2m", or seconds); without one the recipe's number of images is seen. `settings` are
    those of the command line, by their dotted names.
    """
    recipe = recipe or usual_recipe(data)
    if recipe not in RECIPES:
        raise SaddlepointError(f"no recipe '{recipe}'", "recipe", nearest(recipe, RECIPES))
    config = merge(RECIPES[recipe](), {}, settings or {})
    seconds = parse(budget, "budget") if isinstance(budget, str) else budget
    return start(data, config, budget=seconds, name=name, root=Path(root), watcher=watcher)


def plan(data: str, config: Config, budget: float | None = None, source: Source | None = None) -> Plan:
    """What `start` would do with the same arguments; nothing is written. `source` is the data, where they are open."""
    return Prepared(data, config, budget, source=source).plan()


def look(data: str, config: Config, budget: float | None = None, tell: Tell = silent) -> Survey:
    """What is in the data, read as `start` would read them within this budget."""
    side = config.data.side or affordable(budget, resolve(config.engine))
    named = config.data.model_copy(update={"name": lasting(data), "side": side})
    return survey(reading(named), tell)


def start(
    data: str,
    config: Config,
    *,
    budget: float | None = None,
    name: str | None = None,
    root: Path = RUNS,
    watcher: Watcher | None = None,
) -> Run:
    """Train a new run in a folder of its own, for a budget of seconds or the configured number of images."""
    watcher = watcher or Nobody()
    folder = root / name if name else free_folder(root, f"{stem(data)}-{config.recipe}")
    if (folder / "config.json").exists():
        raise SaddlepointError("there is a run here already", str(folder), "choose another --name, or resume it")
    prepared = Prepared(data, config, budget, watcher.note)
    for note in prepared.source.notes:
        watcher.note(note)
    if prepared.config.batch != config.batch:
        watcher.note(f"memory ran out with a batch of {config.batch}: going on with {prepared.config.batch}")
    watcher.planned(made := prepared.plan())
    make_folder(folder)
    if (free := free_bytes(folder)) < made.disk_bytes:
        watcher.note(f"the disk may run full: {made.disk_bytes:,} bytes needed, {free:,} free in {folder}")
    with RunLock(folder):
        if (folder / "config.json").exists():  # begun by another process while this one measured
            raise SaddlepointError("there is a run here already", str(folder), "choose another --name, or resume it")
        record = trial.planned(prepared.record(), prepared.source, prepared.engine)
        record.write(folder)
        return carry_on(folder, record, prepared.source, prepared.engine, watcher)


def resume(folder: str | Path, *, more: float | None = None, watcher: Watcher | None = None) -> Run:
    """Go on exactly where a run stopped; with `more` seconds, another stage like its last comes at the end."""
    folder, watcher = Path(folder), watcher or Nobody()
    record = read_record(folder)
    with RunLock(folder):
        source, engine = as_begun(record, watcher)
        if more is not None:
            record = lengthened(record, more, record.choices.rate or measure(record.config, source, engine).rate)
            record.write(folder)
        return carry_on(folder, record, source, engine, watcher)


def report(folder: str | Path, *, watcher: Watcher | None = None) -> Run:
    """Write what a run leaves (generator, sheets, figures, report) from its newest checkpoint, without playing on."""
    folder, watcher = Path(folder), watcher or Nobody()
    record = read_record(folder)
    with RunLock(folder):
        session = Session(record, *as_begun(record, watcher))
        Worker(session, folder, watcher).begin()
        watcher.done(finish(session, folder))
    return Run(folder)


def as_begun(record: RunRecord, watcher: Watcher) -> tuple[Source, Engine]:
    """The data and the engine that the run began with; other data are refused."""
    source = open_source(reading(record.config.data), watcher.note)
    if source.digest() != record.data.digest:
        raise SaddlepointError("the data are not those the run began with", record.data.name, "restore them")
    return source, resolve(Wishes(**record.choices.model_dump(include={"device", "precision", "threads"})))


def lengthened(record: RunRecord, seconds: float, rate: float) -> RunRecord:
    """The record with one more stage like its last, as long as these seconds buy. What is past stays as it was."""
    conf = record.config
    stage = conf.stages[-1].model_copy(update={"images": images_for(seconds, rate, conf), "inherit": "all"})
    conf = conf.model_copy(update={"stages": (*conf.stages, stage)})
    return record.model_copy(
        update={"config": conf, "choices": record.choices.model_copy(update={"planned_seconds": None})}
    )


def carry_on(folder: Path, record: RunRecord, source: Source, engine: Engine, watcher: Watcher) -> Run:
    """Play what is left of the run, then write what a finished run leaves."""
    session = Session(record, source, engine)
    worker = Worker(session, folder, watcher)
    worker.begin()
    with noted(folder, session.progress):
        worker.work()
    watcher.done(finish(session, folder))
    return Run(folder)


def free_folder(root: Path, stem: str) -> Path:
    """The first of stem-1, stem-2, ... that is not taken."""
    number = 1
    while (root / f"{stem}-{number}").exists():
        number += 1
    return root / f"{stem}-{number}"
