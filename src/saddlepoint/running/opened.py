"""A run that is there, opened again: its data as they were, its engine, its live state."""

from pathlib import Path
from typing import NamedTuple

from saddlepoint.data.reading import Tell
from saddlepoint.data.sources import open_source
from saddlepoint.engine import Engine, resolve
from saddlepoint.errors import SaddlepointError
from saddlepoint.record import RunRecord, read_record
from saddlepoint.running.live import Live, Sources
from saddlepoint.running.reading import reading
from saddlepoint.settings.run import Engine as Wishes
from saddlepoint.settings.tree import wishes


class Opened(NamedTuple):
    record: RunRecord
    sources: Sources
    engine: Engine

    def live(self) -> Live:
        return Live(*self)


def as_begun(record: RunRecord, tell: Tell) -> Opened:
    """The data and the engine that the run began with; other data are refused."""
    sources = {}
    for name, wish in wishes(record.config).items():
        sources[name] = open_source(reading(wish), tell)
        if sources[name].digest() != record.of(name).digest:
            raise SaddlepointError("the data are not those the run began with", record.of(name).name, "restore them")
    engine = resolve(Wishes(**record.choices.model_dump(include={"device", "precision", "threads"})))
    return Opened(record, sources, engine)


def opened(folder: Path, tell: Tell) -> Opened:
    """The run in this folder."""
    return as_begun(read_record(folder), tell)
