"""What a run knows for good before anything is measured: its data and which of them no training sees, its engine."""

from collections.abc import Mapping

from saddlepoint.data.duplicates import groups
from saddlepoint.data.source import Source
from saddlepoint.data.split import split
from saddlepoint.engine import Engine
from saddlepoint.randomness import Randomness
from saddlepoint.record import Choices, DataRecord, RunRecord, digests, versions
from saddlepoint.settings.run import Run
from saddlepoint.systems import catalog


def recorded(source: Source, fraction: float) -> DataRecord:
    """What is to be known of a source again, and which of its examples are held out."""
    chance = Randomness(int(source.digest()[:15], 16))  # the data's: runs of any seed are judged by the same
    # patches of one picture go to one side together, as near-duplicates do
    alike = groups(source.x, source.low, source.high) if source.origin is None else source.origin
    return DataRecord(
        name=source.name,
        size=source.size,
        shape=tuple(source.x.shape[1:]),
        dtype=str(source.x.dtype).removeprefix("torch."),
        classes=source.classes,
        fields=source.fields,
        licence=source.licence,
        digest=source.digest(),
        held_out=tuple(split(source, fraction, chance, alike).held_out.tolist()),
    )


def unmeasured(config: Run, engine: Engine, data: Mapping[str, DataRecord]) -> RunRecord:
    """config.json of a run on these data, by column."""
    return RunRecord(
        config=config,
        data=data["x"],
        others={name: each for name, each in data.items() if name != "x"},
        choices=Choices(device=str(engine.device), precision=engine.precision, threads=engine.threads),
        versions=versions(),
        system_sha256=catalog.digest(config.system),
        files=digests(config),
    )
