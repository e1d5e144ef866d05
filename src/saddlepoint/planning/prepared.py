"""A run that is ready to begin: data, engine, what was measured, and the configuration with its length."""

import torch

from saddlepoint.data.facts import Facts, facts_of
from saddlepoint.data.memory import Held
from saddlepoint.data.reading import Tell, few
from saddlepoint.data.source import Source
from saddlepoint.data.sources import silent
from saddlepoint.engine import resolve
from saddlepoint.media.catalog import medium_of
from saddlepoint.planning.budget import Measurement, disk_bytes, images_for, measure, memory_bytes, seconds_of
from saddlepoint.planning.intake import apart, called, located, opened_for, suited
from saddlepoint.planning.recorded import recorded, unmeasured
from saddlepoint.planning.size import free, told
from saddlepoint.record import RunRecord
from saddlepoint.running.watcher import Plan
from saddlepoint.settings.run import Run
from saddlepoint.settings.tree import wishes
from saddlepoint.systems import catalog

SHORT = 10.0  # rounds a second, from which on threads may cost more than they give
SMALL = 2e7  # weights times examples of a round, below which they do where rounds are long
CROWDED = 0.75  # of the time that threads might have had: with less they wait for one that other work has put aside


RARE = 20  # times as many examples as a class has another may have, before that is told


class Prepared:
    """What `start` begins from, and `plan` tells of. `source` is the data, where they are open already."""

    def __init__(
        self, data: str | Held, config: Run, budget: float | None, tell: Tell = silent, source: Source | None = None
    ) -> None:
        self.engine = resolve(config.engine)
        self.chooses = budget is not None and free(called(data), config)
        config = located(data, config, budget, self.engine)
        self.sources = opened_for(config, data, source, tell)
        self.facts = facts_of(self.sources)
        suited(config, self.facts)
        share = {name: wish.held_out for name, wish in wishes(config).items()}
        self.records = {name: recorded(each, share[name]) for name, each in self.sources.items()}
        apart(self.records)
        self.budget = budget
        self.measured = self.measure(config)
        config = config.model_copy(update={"batch": self.measured.batch})
        if budget is not None:
            images = images_for(budget, self.measured.rate, self.measured.round, config.judge.share)
            config = with_length(config, images)
        self.config = config

    def measure(self, config: Run) -> Measurement:
        """How fast it goes. Small networks gain nothing by several threads, which wait for each other, and beside other
        work for long: where networks are small, rounds short or cores shared, and nobody asked for a number, one is
        tried too, and the faster taken.
        """
        found = measure(self.record_of(config), self.sources, self.engine)
        wished = config.engine.threads or self.engine.device.type != "cpu" or self.engine.threads == 1
        long = found.rate < SHORT * found.round and found.weights * found.round > SMALL
        if wished or (long and found.share > CROWDED):
            return found
        several, self.engine = self.engine, self.engine._replace(threads=1).in_force()
        alone = measure(self.record_of(config), self.sources, self.engine)
        if alone.rate >= found.rate:
            return alone
        self.engine = several.in_force()
        return found

    @property
    def notes(self) -> list[str]:
        """What is to be said of the data before anything is trained on them."""
        balance = wishes(self.config)["x"].balance
        read = (note for source in self.sources.values() for note in source.notes)
        return [*read, *rare(self.sources["x"], balance), *unlabelled(self.config, self.facts)]

    def plan(self, config: Run | None = None, least: float = 0.0) -> Plan:
        """What is going to be done, with the lengths of this configuration where another is given; `least` is the time
        that start and last page take.
        """
        config, measured, source = config or self.config, self.measured, self.sources["x"]
        images = sum(stage.images for stage in config.stages)
        return Plan(
            data=source.name,
            noun=medium_of(self.facts["x"]).noun,
            examples=source.size,
            held_out=len(self.records["x"].held_out),
            shape=tuple(source.x.shape[1:]),
            classes=len(source.classes),
            recipe=config.recipe,
            weights=measured.weights,
            batch=config.batch,
            images=images,
            rate=measured.rate,
            seconds=images / measured.rate,
            disk_bytes=disk_bytes(config, measured.weights),
            memory_bytes=memory_bytes(config, measured.weights, source),
            device=str(self.engine.device),
            precision=self.engine.precision,
            threads=self.engine.threads,
            size=self.size(config, images, least),
        )

    def size(self, config: Run, images: int, least: float) -> str:
        """What is to be said of the pictures' size, where there is a length of time."""
        if self.budget is None:
            return ""
        round, budget = self.measured.round, max(self.budget, least)
        each = seconds_of(round, self.measured.rate, config.judge.share)
        return told(config, self.engine, budget, self.sources["x"], images / round, each, self.chooses)

    def record(self) -> RunRecord:
        """config.json of the run."""
        return self.record_of(self.config, self.measured.rate)

    def record_of(self, config: Run, rate: float | None = None) -> RunRecord:
        record, found = unmeasured(config, self.engine, self.records), {"rate": rate, "planned_seconds": self.budget}
        found |= {"rates": self.measured.rates} if rate else {}
        return record.model_copy(update={"choices": record.choices.model_copy(update=found)})


def with_length(config: Run, images: int) -> Run:
    """The configuration with its stages stretched or shrunk to this many images in all, in proportion."""
    total = sum(stage.images for stage in config.stages)
    stages = [stage.model_copy(update={"images": max(1, stage.images * images // total)}) for stage in config.stages]
    return config.model_copy(update={"stages": tuple(stages)})


def unlabelled(config: Run, facts: Facts) -> list[str]:
    """A note where a recipe is given labels, as its line in the list of recipes has it, and these data have none."""
    of = {name: recipe for _, name, recipe in catalog.recipes()}
    if "c" in facts or config.recipe not in of or "labels" not in of[config.recipe].have.split(", "):
        return []
    return [f"`{config.recipe}` is for data with labels; these have none, so it is played without them"]


def rare(source: Source, balance: float) -> list[str]:
    """A note on the classes that hardly ever come, where they come as often as in the data."""
    if balance or source.c is None or source.c.ndim != 1 or not source.classes:
        return []
    counts = torch.bincount(source.c, minlength=len(source.classes)).tolist()
    found = [(name, n) for name, n in zip(source.classes, counts) if RARE * n <= max(counts)]
    if not found:
        return []
    names, numbers = zip(*found)
    there = f"{min(numbers):,}" if len(set(numbers)) == 1 else f"{min(numbers):,} to {max(numbers):,}"
    what = f"only {there} examples of class {few(names)}, but {max(counts):,} of another class"
    return [f"{what}: look at its samples (--balance 0.5 shows it more often)"]
