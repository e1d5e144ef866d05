"""How a length of time is shared out: what the start has taken, the playing, and the last page."""

import math
import time

from saddlepoint.durations import show
from saddlepoint.planning.budget import images_for
from saddlepoint.planning.prepared import Prepared, with_length
from saddlepoint.planning.rehearsal import Closing
from saddlepoint.record import RunRecord

AIM = 0.97  # of the time: a process takes a moment to begin and to end, and a machine is never as quiet as it was


class Allotment:
    """A budget of seconds that counts from `begun`, by the clock of time.monotonic; `page`: the last page is part of
    it.
    """

    def __init__(self, budget: float, begun: float, page: bool = True) -> None:
        self.budget, self.begun, self.page = budget, begun, page

    @property
    def left(self) -> float:
        """Seconds for all that is still to come."""
        return AIM * self.budget - (time.monotonic() - self.begun)

    def shared(self, record: RunRecord, prepared: Prepared, closing: Closing) -> RunRecord:
        """The record with the length that fits into what is left beside the last page; at least one round."""
        measured, share = prepared.measured, record.config.judge.share
        images = images_for(self.left - closing.seconds, measured.rate, measured.round, share)
        told = {"closing_seconds": closing.seconds, "closing_samples": closing.samples}
        choices = record.choices.model_copy(update=told)
        return record.model_copy(update={"config": with_length(record.config, images), "choices": choices})

    def promised(self, record: RunRecord) -> RunRecord:
        """The record with what is left now, to which the run is going to keep."""
        choices = record.choices.model_copy(update={"budget_seconds": self.left})
        return record.model_copy(update={"choices": choices})

    def complaint(self, closing: float) -> str | None:
        """What to say where there is no time to play in beside a last page of so many seconds."""
        if self.left > closing:
            return None
        least = show(self.least(closing))
        return (
            f"{show(self.budget)} is too short: the start and the report take {least}; the run is as short as possible"
        )

    def least(self, closing: float) -> int:
        """Seconds that the start has taken and the last page is going to."""
        return math.ceil((self.budget - self.left + closing + 1) / AIM)


def for_playing(seconds: float) -> Allotment:
    """So many seconds from now on, all of them for playing."""
    return Allotment(seconds / AIM, time.monotonic(), page=False)
