"""When a run does what, besides playing: a function of the place on a stage's schedule, fixed when the run begins."""

from collections.abc import Callable
from typing import NamedTuple

from saddlepoint.settings.run import Run, Stage

ADAPT = 2_000  # real examples between two looks at how strong an adaptive augmentation has to be
LINES = 100  # of the journal on rounds, at least, however short the stage


def crossed(before: int, now: int, every: int) -> bool:
    """Whether a multiple of `every` was reached on the way from `before` to `now`."""
    return now // every > before // every


def snapshots(stage: Stage, count: int) -> tuple[int, ...]:
    """Images at which the film strip gets its frames, from a stage's start to its end: ever further apart, since most
    changes early: (i / (count - 1))^2 of the stage.
    """
    return tuple(round(stage.images * (i / (count - 1)) ** 2) for i in range(count))


class Due(NamedTuple):
    """What is to be done after a round; `adapt` where an augmentation adapts."""

    journal: bool
    snapshot: bool
    judge: bool
    adapt: bool
    checkpoint: bool
    over: bool


def due(conf: Run, stage: Stage, before: int, now: int, judged: int = 0, place: Callable[[int], int] = int) -> Due:
    """What the round that brought the stage from `before` to `now` images calls for; a stage's end calls for all.

    judged: real examples between two judgements, 0 where there are none. `place` says where the schedule stands after
    so many images; an augmentation adapts to examples, whatever the schedule.
    """
    adapt = crossed(before, now, ADAPT)
    before, now = place(before), place(now)
    over = now >= stage.images
    frames = snapshots(stage, conf.snapshots)
    line = min(conf.journal_images, max(1, stage.images // LINES))
    return Due(
        journal=over or crossed(before, now, line),
        snapshot=over or any(before < frame <= now for frame in frames),
        judge=judged > 0 and (over or crossed(before, now, judged)),
        adapt=adapt,
        checkpoint=over or crossed(before, now, conf.checkpoint_images),
        over=over,
    )
