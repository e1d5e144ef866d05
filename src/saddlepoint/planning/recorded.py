"""What a run knows of its data for good: what they are, and which examples no training sees."""

from saddlepoint.data.duplicates import groups
from saddlepoint.data.source import Source
from saddlepoint.data.split import split
from saddlepoint.randomness import Randomness
from saddlepoint.record import DataRecord


def recorded(source: Source, fraction: float) -> DataRecord:
    """What is to be known of a source again, and which of its examples are held out."""
    chance = Randomness(int(source.digest()[:15], 16))  # the data's: runs of any seed are judged by the same
    return DataRecord(
        name=source.name,
        size=source.size,
        shape=tuple(source.x.shape[1:]),
        dtype=str(source.x.dtype).removeprefix("torch."),
        classes=source.classes,
        fields=source.fields,
        licence=source.licence,
        digest=source.digest(),
        held_out=tuple(split(source, fraction, chance, groups(source.x, source.low, source.high)).held_out.tolist()),
    )
