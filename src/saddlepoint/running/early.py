"""Where a run that is to stop early stops: at the first judgement after which the doctor says plateau."""

from collections.abc import Mapping, Sequence
from typing import Any

from saddlepoint.judge.case import Case
from saddlepoint.judge.doctor import diagnose
from saddlepoint.running.live import Live
from saddlepoint.running.replan import in_force


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
