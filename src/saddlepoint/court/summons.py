"""From the names that a system gives its judges to a court that sits."""

from collections.abc import Callable

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.court import jury
from saddlepoint.court.bench import Bench, Court, Evidence, Judged, Measures
from saddlepoint.court.nats import in_nats
from saddlepoint.court.pairs import by_pairs
from saddlepoint.data.source import Source
from saddlepoint.settings.run import Run
from saddlepoint.systems.catalog import system
from saddlepoint.systems.system import View

SHOWN = 1_000  # training examples that a judge of its own may compare with

BENCHES: dict[str, Callable[[Evidence], Bench]] = {"samples": jury.by_samples, "pairs": by_pairs, "nats": in_nats}


def court(evidence: Evidence) -> Court:
    """Everybody who judges this run. SaddlepointError says why nobody can."""
    judges = system(evidence.record.config.system).judges
    return Court(
        tuple(BENCHES[judge](evidence) if isinstance(judge, str) else own(judge, evidence) for judge in judges)
    )


def own(judge: Callable[[View], Measures], evidence: Evidence) -> Bench:
    """A system's own judge, as a bench: the same at every moment."""

    def quick(model: Artefact, n: int, seed: int) -> Measures:
        real = evidence.sides.train.x[:SHOWN]
        return judge(View(model.model, evidence.facts, evidence.record.config, evidence.unseen, real, seed))

    return Bench(quick, lambda model, n, seed: Judged(quick(model, n, seed)))


def unfit(config: Run, source: Source) -> str | None:
    """Why models of these data cannot be judged as their system wants; None where they can, as far as is known."""
    return jury.unfit(source) if "samples" in system(config.system).judges else None
