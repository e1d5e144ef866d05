"""How a model is judged: one bench for each way that its system names, and a court of them all."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.data.facts import About, Facts
from saddlepoint.data.sides import Sides
from saddlepoint.data.source import Source
from saddlepoint.judging.card import Measure
from saddlepoint.judging.memory import Copies
from saddlepoint.media.catalog import medium_of
from saddlepoint.record import RunRecord
from saddlepoint.records import Batch
from saddlepoint.report.material import Pairs
from saddlepoint.systems.catalog import system

Measures = Mapping[str, Measure]


class Evidence(NamedTuple):
    """What a run's models are judged against.

    sides    of the source whose examples are x
    unseen   held-out examples as networks see them; some that were trained on where none are held out
    altered  whether critics are shown altered examples in any stage
    lpips    the file of LPIPS's weights, where pairs are to be judged by it too
    """

    record: RunRecord
    facts: Facts
    sides: Sides
    unseen: Batch
    altered: bool = False
    lpips: Path | None = None

    @property
    def whose(self) -> str:
        """Which examples `unseen` are."""
        return self.record.whose["x"]

    @property
    def stated(self) -> str:
        """What was done to these, where they are not as in the data."""
        return system(self.record.config.system).stated(self.record.config)


class Judged(NamedTuple):
    """The last judgement: its measures; of pictures the near-copies too, `training` counted in the data, and their
    pictures beside those that they are like; and what is to be said beside them.
    """

    measures: Measures
    copies: Copies | None = None
    pairs: Pairs | None = None
    notes: tuple[str, ...] = ()


def nobody(pictures: Tensor) -> Mapping[str, Tensor]:
    """This bench sees nothing by which to look for the nearest."""
    return {}


class Bench(NamedTuple):
    """One way to judge.

    quick    (model, n, seed) -> what is measured on the way, of n samples
    full     (model, n, seed) -> everything that applies, of n samples that no choice was made by
    nearest  (pictures) -> the training pictures nearest to them by what this bench sees, under a name; or nothing
    """

    quick: Callable[[Artefact, int, int], Measures]
    full: Callable[[Artefact, int, int], Judged]
    nearest: Callable[[Tensor], Mapping[str, Tensor]] = nobody


class Court(NamedTuple):
    """All benches of a run, in its system's order: of the first one's first measure, less is better, and decides."""

    benches: tuple[Bench, ...]

    def quick(self, model: Artefact, n: int, seed: int) -> Measures:
        found: dict[str, Measure] = {}
        for bench in self.benches:
            found |= bench.quick(model, n, seed)
        return found

    def nearest(self, pictures: Tensor) -> Mapping[str, Tensor]:
        """The training pictures nearest to these, by name: what each bench finds."""
        return {name: found for bench in self.benches for name, found in bench.nearest(pictures).items()}

    def full(self, model: Artefact, n: int, seed: int) -> Judged:
        all_ = [bench.full(model, n, seed) for bench in self.benches]
        measures = {name: measure for judged in all_ for name, measure in judged.measures.items()}
        notes = tuple(note for judged in all_ for note in judged.notes)
        first = next((judged for judged in all_ if judged.copies is not None), Judged(measures))
        return first._replace(measures=measures, notes=notes)


def shown(source: Source, about: About) -> Source:
    """The source as feature extractors are shown it: of pictures the bytes, of points each column on its own scale."""
    x: Tensor = medium_of(about).seen(source.x, about)
    return source if x is source.x else source._replace(x=x, known=None, mapped=False, low=0.0, high=1.0)
