"""A run of a length of time: at some places of its schedule, what is left is stretched to the time that is left."""

import time
from typing import NamedTuple

from saddlepoint.running.course import ALIKE, Pace, looked_at, measured, stretch
from saddlepoint.running.live import Live
from saddlepoint.settings.run import Run

TOLD = 0.2  # a plan that changes by more is worth a word
SLOWER = 4.0  # times what was foreseen, at most, that the last page is expected to take


class Look(NamedTuple):
    """What a look at the plan found: images a second lately, seconds left for playing, and by how much to stretch."""

    rate: float
    seconds: float
    by: float


class Replan:
    """Looks at the plan, and changes it. A run whose length is in images has no use for it."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.told = live.total  # images in all, as the user was last told
        self.begin()

    def begin(self) -> None:
        """From here on it is seen how fast it goes: frames, judgements and checkpoints included."""
        self.mark = (time.monotonic(), self.live.progress.seen)

    def look(self, before: int, spent: float) -> Look | None:
        """How fast it has gone since the last look, and what this means, where so many seconds are spent; None where
        the round from `before` images on has not come to such a place, or where nothing can be said.
        """
        live, choices, (then, images) = self.live, self.live.record.choices, self.mark
        progress, stage, now = live.progress, live.progress.stage, time.monotonic()
        promise = choices.promise
        if promise is None or not choices.rate or stage < promise.stage:
            return None
        if not looked_at(live.config.stages[stage].images, live.place(before), live.place(progress.images)):
            return None
        if progress.seen <= images or now <= then:
            return None
        rates = measured(choices.rates, choices.rate, len(live.lengths))
        pace = Pace((progress.seen - images) / (now - then), rates)
        slower = min(SLOWER, rates[stage] / pace.lately)
        seconds = promise.seconds - spent - promise.closing_seconds * slower
        return Look(pace.lately, seconds, stretch(pace, self.left(), stage, seconds))

    def left(self) -> dict[int, int]:
        """Real examples still to see, by stage."""
        progress = self.live.progress
        lengths = {i: n for i, n in enumerate(self.live.lengths) if i >= progress.stage}
        return lengths | {progress.stage: max(1, lengths[progress.stage] - progress.images)}

    def follow(self, look: Look) -> bool:
        """Change the plan by what a look found; whether it was worth it. At least one round of each stage is left."""
        self.begin()
        if abs(look.by - 1) <= ALIKE:
            return False
        progress, stages = self.live.progress, self.live.config.stages
        left = {i: max(1, int(n * look.by)) for i, n in self.left().items()}
        left[progress.stage] += progress.images
        course = progress.course(stages[progress.stage].images).towards(progress.images, left[progress.stage])
        progress.turned, progress.turned_place = course.turned, course.turned_place
        progress.lengths |= {str(i): n for i, n in left.items()}
        return True

    def news(self, look: Look) -> str | None:
        """A word on the plan, where it has changed by more than a fifth since the user was told of it."""
        total = self.live.total
        if abs(total / self.told - 1) <= TOLD:
            return None
        self.told = total
        return f"at {look.rate:,.0f} a second, the plan is now {total:,}"


def in_force(live: Live) -> Run:
    """The configuration with the lengths that its stages have by now."""
    stages = [stage.model_copy(update={"images": n}) for stage, n in zip(live.config.stages, live.lengths)]
    return live.config.model_copy(update={"stages": tuple(stages)})
