"""From the names that a system gives its judges to a court that sits."""

from collections.abc import Callable

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.court import jury
from saddlepoint.court.bench import Bench, Court, Evidence, Judged, Measures
from saddlepoint.court.nats import in_nats
from saddlepoint.court.pairs import ON_THE_WAY, by_pairs
from saddlepoint.data.source import Source
from saddlepoint.records import Batch, part, size
from saddlepoint.settings.run import Run
from saddlepoint.systems.catalog import system
from saddlepoint.systems.system import View

SHOWN = 1_000  # training examples that a judge of its own may compare with

BENCHES: dict[str, Callable[[Evidence], Bench]] = {"samples": jury.by_samples, "pairs": by_pairs, "nats": in_nats}


def court(evidence: Evidence) -> Court:
    """Everybody who judges this run. SaddlepointError says why nobody can."""
    judges = system(evidence.record.config.system).judges
    return Court(
        tuple(
            BENCHES[judge](evidence) if isinstance(judge, str) else own(judge, evidence, decides=not place)
            for place, judge in enumerate(judges)
        )
    )


def own(judge: Callable[[View], Measures], evidence: Evidence, decides: bool) -> Bench:
    """A system's own judge, as a bench. One that decides which model is kept sees the first examples on the way, and at
    last, where there are as many more, the others: no model is told by what it was chosen by.
    """
    chose = ON_THE_WAY if decides and size(evidence.unseen) >= 2 * ON_THE_WAY else 0

    def found(model: Artefact, seed: int, some: Batch) -> Measures:
        real = evidence.sides.train.x[:SHOWN]
        record = evidence.record
        return judge(View(model.model, evidence.facts, record.config, some, real, seed, record.whose))

    def quick(model: Artefact, n: int, seed: int) -> Measures:
        return found(model, seed, part(evidence.unseen, slice(chose or None)))

    def full(model: Artefact, n: int, seed: int) -> Judged:
        return Judged(found(model, seed, part(evidence.unseen, slice(chose, None))))

    return Bench(quick, full)


def unfit(config: Run, source: Source) -> str | None:
    """Why models of these data cannot be judged as their system wants; None where they can, as far as is known."""
    return jury.unfit(source) if "samples" in system(config.system).judges else None
