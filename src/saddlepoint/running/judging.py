"""Judging a live run: its averages as they are, each by the same court, and the best of them."""

from collections.abc import Mapping
from typing import Any

from saddlepoint.court.bench import Court, Measures
from saddlepoint.court.summons import court
from saddlepoint.judging.headline import choosing
from saddlepoint.randomness import seed_of
from saddlepoint.running.live import Live

SAMPLES = 1_000  # of a judgement when the run is over


def court_of(live: Live) -> Court:
    """Everybody who judges this run; SaddlepointError says why nobody can."""
    return court(live.evidence())


def sit(live: Live, judges: Court, samples: int) -> Mapping[str, Measures]:
    """The judgement of each average as it is now, by its name, of so many samples; always of the same z.

    Averages of equal weights are judged once: early in a run, the cap on half-lives makes them so.
    """
    seed = seed_of(live.config.seed, "judge")
    found: dict[str, Measures] = {}
    for name, average in live.averages.items():
        weights = average.module.state_dict()
        others = {each: live.averages[each].module.state_dict() for each in found}
        twins = [each for each, of in others.items() if all(of[key].equal(weights[key]) for key in weights)]
        found[name] = found[twins[0]] if twins else judges.quick(live.artefact(average.module), samples, seed)
    return found


def as_told(found: Mapping[str, Measures], name: str, decides: str) -> dict[str, Any]:
    """A judgement as the journal has it: of each average the measure that decides, of this one all measures."""
    return {
        "card": found[name][decides].card.to_json(),
        "decides": decides,
        decides: {each: list(measures[decides][:3]) for each, measures in found.items()},
        "measures": {key: list(measure[:3]) for key, measure in found[name].items()},
    }


def best_of(found: Mapping[str, Measures]) -> tuple[str, str]:
    """(the average that is surely the best, the measure that says so): the one that chooses, of which less is
    better, by the upper end of its interval, so that a low value that is known badly does not win by luck.
    """
    decides = choosing(next(iter(found.values())))
    return min(found, key=lambda name: found[name][decides].high), decides
