"""How far a stage is on its schedule, where a plan for it may change on the way."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

PLACES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.97)  # of a stage's schedule, at which the plan for a length of time is looked at
MOST = 4.0  # times what was left, at most, is left after a look
ALIKE = 0.01  # a plan that would change by no more than this stays


class Course(NamedTuple):
    """A stage's way along its schedule. With S images of a schedule, place c, s images seen, length L:

        c(s) = c0 + floor((s - s0) (S - c0) / (L - s0))

    from where the plan was last changed, at s0 images and place c0. It goes through there whatever L is, so schedules
    are continuous, and ends in c(L) = S exactly: these are whole numbers. With the plan as it began, c(s) = s.
    """

    schedule: int
    length: int
    turned: int = 0
    turned_place: int = 0

    def place(self, images: int) -> int:
        """Where the schedule stands after so many images of the stage: as if it had been played as it began."""
        ahead, left = self.schedule - self.turned_place, max(1, self.length - self.turned)
        return self.turned_place + (images - self.turned) * ahead // left

    def towards(self, images: int, length: int) -> "Course":
        """The course from here on, at so many images, to another length."""
        return Course(self.schedule, length, images, self.place(images))


def looked_at(schedule: int, before: int, now: int) -> bool:
    """Whether a place at which the plan is looked at lies between two places of a schedule."""
    return any(before < math.ceil(place * schedule) <= now for place in PLACES)


class Pace(NamedTuple):
    """How fast it goes: real examples a second lately, and the same as measured before the start, by stage."""

    lately: float
    measured: Mapping[int, float]

    def needed(self, left: Mapping[int, int], stage: int) -> float:
        """Seconds for so many real examples of each stage, all as much slower than measured as this one is lately."""
        slower = self.lately / self.measured[stage]
        return sum(images / (self.measured[each] * slower) for each, images in left.items())


def stretch(pace: Pace, left: Mapping[int, int], stage: int, seconds: float) -> float:
    """By how much what is left has to be stretched to fill these seconds: at most fourfold, at least not at all."""
    return min(MOST, max(0.0, seconds) / pace.needed(left, stage))


def measured(rates: Sequence[float], rate: float, stages: int) -> Mapping[int, float]:
    """Real examples a second of each stage: the last of those that were measured apart for all that came later, the
    whole run's where none was.
    """
    known = rates or (rate,)
    return {stage: known[min(stage, len(known) - 1)] for stage in range(stages)}
