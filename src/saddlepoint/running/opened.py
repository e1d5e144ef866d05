"""A run that is there, opened again: its data as they were, its engine, its live state."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from saddlepoint.artefact.folder import require_room
from saddlepoint.data.facts import facts_of
from saddlepoint.data.memory import Held
from saddlepoint.data.reading import Tell
from saddlepoint.data.sources import open_source
from saddlepoint.engine import Engine, resolve
from saddlepoint.errors import Irregular, SaddlepointError
from saddlepoint.record import NAME, RunRecord, digests, made_by, read_record
from saddlepoint.running.live import Live, Sources
from saddlepoint.running.reading import reading
from saddlepoint.settings.run import Engine as Wishes
from saddlepoint.settings.tree import files, flag, wishes
from saddlepoint.storage.manifest import MANIFEST, Damage, read_manifest
from saddlepoint.storage.places import checkpoints
from saddlepoint.systems.catalog import system


class Opened(NamedTuple):
    record: RunRecord
    sources: Sources
    engine: Engine

    def live(self) -> Live:
        return Live(*self)


def as_begun(record: RunRecord, tell: Tell, held: Held | None = None) -> Opened:
    """The data and the engine that the run began with; other data are refused. Those that are given are x."""
    sources = {}
    for name, wish in wishes(record.config).items():
        sources[name] = open_source(reading(wish, held if name == "x" else None), tell)
        if sources[name].digest() != record.of(name).digest:
            hint = "restore them" if held is None else "give the data that it began with, unchanged"
            raise SaddlepointError("the data are not those the run began with", record.of(name).name, hint)
        kept = record.of(name).held_out
        if kept and not (0 <= min(kept) <= max(kept) < sources[name].size and len(kept) < sources[name].size):
            raise SaddlepointError("holds out examples that are not there, or all of them", NAME, "restore it")
    for name, sha256 in digests(record.config).items():
        if sha256 != record.files.get(name):
            what = f"not the file that the run began with: SHA-256 {sha256[:12]}"
            raise SaddlepointError(what, f"{flag(name)} {files(record.config)[name]}", "restore it")
    require_room(system(record.config.system), record.config, facts_of(sources))
    engine = resolve(Wishes(**record.choices.model_dump(include={"device", "precision", "threads"})))
    return Opened(record, sources, engine)


def opened(folder: Path, tell: Tell) -> Opened:
    """The run in this folder."""
    return as_begun(as_written(folder), tell)


def as_written(folder: Path) -> RunRecord:
    """The record of this run folder, which is still what its checkpoints were made by. (Those of earlier versions do
    not say what that was.) It is compared before anything is opened or built as it says.
    """
    record, known = read_record(folder), made_by(folder)
    for checkpoint in checkpoints(folder / "checkpoints"):
        with suppress(Damage, OSError, Irregular):  # of which one hears when it is restored
            if (context := read_manifest(checkpoint / MANIFEST).context) and context not in known:
                what = f"has changed since checkpoint {checkpoint.name} was made: it was edited"
                hint = "put it back; `train --config` on it starts another run"
                raise SaddlepointError(what, str(folder / NAME), hint)
    return record
