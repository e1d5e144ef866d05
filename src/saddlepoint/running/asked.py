"""What is asked of a run that is there: how good its model is."""

from pathlib import Path

from saddlepoint.artefact import folder as artefacts
from saddlepoint.artefact.artefact import Artefact
from saddlepoint.court.bench import Evidence, Judged, Measures
from saddlepoint.court.copies import keep_copies
from saddlepoint.court.folders import settled
from saddlepoint.court.jury import extractor_of
from saddlepoint.court.kept import keep
from saddlepoint.court.summons import court, unfit
from saddlepoint.data.feed import target_of
from saddlepoint.data.memory import Held
from saddlepoint.data.sources import silent
from saddlepoint.engine import room_for
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.records import part
from saddlepoint.running.judging import SAMPLES
from saddlepoint.running.opened import as_begun, as_written
from saddlepoint.settings.run import Judge
from saddlepoint.systems.catalog import system


def judge_run(
    folder: Path,
    wish: Judge,
    n: int | None = None,
    seed: int | None = None,
    held: Held | None = None,
    lpips: Path | None = None,
) -> tuple[Measures, list[str]]:
    """Everything that applies to a run's model, against held-out data; written to measures.json beside it, and the
    list of near-copies to copies.csv. Also notes: where those are, and what is missing for want of samples. Pairs are
    judged by LPIPS too, where its weights are given. n is 1,000 and seed 0 where they are not asked for.
    """
    record = as_written(folder)
    model = artefacts.load(folder, record.choices.device)
    room_for(n or 0, model.numbers)
    given, asked = wish.weights, wish.features
    wish = settled(wish, record.choices.judge_features, record.config.judge.weights)
    run = as_begun(record, silent, held)
    if why := unfit(record.config, run.sources["x"]):
        raise SaddlepointError(why, "judge")
    judged_by = system(record.config.system).judges
    if "samples" not in judged_by:
        idle = {"--features": asked != "auto" or None, "--weights": given, "-n": n}
        if flag := next((flag for flag, value in idle.items() if value is not None), None):
            raise SaddlepointError("has no effect on a run that is not judged by samples", flag, "leave it out")
    if lpips is not None and "pairs" not in judged_by:
        raise SaddlepointError("has no effect on a run that is not judged by pairs", "--lpips", "leave it out")
    if given is not None:
        extractor_of(wish.features, given, asked=True)
    config = record.config.model_copy(update={"judge": wish})
    choices = record.choices.model_copy(update={"judge_features": wish.features, "judge_images": 0})
    live = run._replace(record=record.model_copy(update={"config": config, "choices": choices})).live()
    evidence = live.evidence()._replace(lpips=lpips)
    if seed is not None and not any(by_chance(judge, model, evidence) for judge in judged_by):
        raise SaddlepointError("has no effect on a run in whose judging nothing is random", "--seed", "leave it out")
    judges = court(evidence)
    found = judges.full(model, SAMPLES if n is None else n, seed or 0)
    return found.measures, [*leave(folder, found), *found.notes]


def by_chance(judge: object, model: Artefact, evidence: Evidence) -> bool:
    """Whether the seed makes a difference to what this judge finds: of pairs, where the model itself draws;
    of nats, where they are not exact.
    """
    apply, log_prob = model.model.apply, model.model.log_prob
    match judge:
        case "pairs":
            return apply is not None and apply.chance
        case "nats":
            one = target_of(part(evidence.unseen, slice(1)))
            return log_prob is None or log_prob(one, Randomness(0).stream("nats")).kind != "exact"
    return True


def leave(folder: Path, found: Judged) -> list[str]:
    """Leave measures and near-copies in the run's folder; a note on where these are, or why nothing could be left: a
    folder that cannot be written is no reason to keep back what was found.
    """
    try:
        keep(folder, found.measures)
        left = keep_copies(folder, found)
    except SaddlepointError as error:
        return [f"not kept for `compare`: {error}"]
    return [f"near-copies: {', '.join(map(str, left))}"] if left else []
