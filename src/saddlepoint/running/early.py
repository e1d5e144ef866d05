"""Where a run that is to stop early stops: at the first judgement after which the doctor says plateau."""

from collections.abc import Mapping, Sequence
from typing import Any

from saddlepoint.judging.case import Case
from saddlepoint.judging.doctor import diagnose
from saddlepoint.judging.standing import LAST
from saddlepoint.record import RunRecord
from saddlepoint.running.live import Live
from saddlepoint.running.replan import in_force


def in_vain(record: RunRecord) -> str | None:
    """Why a run that is to end early cannot: there are too few judgements to tell a plateau by; None where it can."""
    stage, every = record.config.stages[-1], record.choices.judge_images
    count = stage.images // every if every else 0
    if not record.config.stop_early or count >= 2 * LAST:
        return None
    found = f"its last stage has {count} judgement{'s' * (count != 1)}, and {2 * LAST} are needed to see a plateau"
    return f"it cannot end early: {found} (a longer run has more, or one with a larger --judge.share)"


def settled(live: Live, events: Sequence[Mapping[str, Any]]) -> str | None:
    """What the plateau is, where this run ends early and has come to it; else None.

    Its last stage alone ends so, since each stage before it makes what the next begins with; and by the judgements of
    this stage alone, so that one that was added to a run which had ended may show what it brings. The doctor is asked
    as if the run were over: what it would say then is not put down to a run that has only begun.
    """
    stages, progress = live.config.stages, live.progress
    if not live.config.stop_early or progress.stage + 1 < len(stages):
        return None
    begun = max((place for place, event in enumerate(events) if event["event"] == "stage"), default=0)
    config = in_force(live)
    last = config.stages[-1].model_copy(update={"images": progress.images})
    ended = config.model_copy(update={"stages": (*config.stages[:-1], last)})
    first = diagnose(Case.of(ended.model_dump(mode="json"), events[begun:]))[0]
    return first.evidence if first.name == "plateau" else None
