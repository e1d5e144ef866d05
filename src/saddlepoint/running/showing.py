"""What is shown of a run while it goes on: frames of its film strip, and its page, which loads itself anew."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from PIL import Image

from saddlepoint.court.kept import examine
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import png
from saddlepoint.files import make_own_folder, write_atomic
from saddlepoint.judging.doctor import BENIGN
from saddlepoint.report.material import Material
from saddlepoint.report.page import write_report
from saddlepoint.running.finish import frames
from saddlepoint.running.live import Live

SHARE = 0.01  # of a run's time, at most, for its page
FIRST = 0.2  # seconds that a page is expected to take before one was written


def keep_frame(live: Live, folder: Path, picture: Image.Image) -> str:
    """Add a frame to the film strip; its name."""
    name = f"samples/{live.progress.seen:09d}.png"
    make_own_folder(folder / "samples")
    write_atomic(folder / name, png(picture))
    return name


class Pace:
    """Lets something that shows a run be done again where all the times together take less than 1 % of the run's time;
    `took` is what the first time is expected to take, in seconds, and each further one what the last took.
    """

    def __init__(self, took: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.begun, self.took, self.spent = clock, clock(), took, 0.0

    def again(self, work: Callable[[], object]) -> bool:
        """Do it, if there is time for it; whether there was."""
        if self.spent + self.took > SHARE * ((now := self.clock()) - self.begun):
            return False
        work()
        self.took = self.clock() - now
        self.spent += self.took
        return True


class LivePage:
    """report.html of a run that goes on, written at this pace; one that cannot be written is left as it is."""

    def __init__(self, live: Live, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.live, self.folder, self.pace, self.written = live, folder, Pace(FIRST, clock), False

    def again(self) -> None:
        """Write it as the run is now, if there is time for it."""
        self.written |= self.pace.again(lambda: self.write(going_on=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        """Where the run stops before its end, a page that was written says so, and loads itself no more."""
        if kind is not None and self.written:
            self.write(going_on=False)

    def write(self, going_on: bool) -> None:
        with suppress(SaddlepointError):
            first, *_ = examine(self.folder, self.live.config, going_on)
            change = "" if first.name in BENIGN else f"; change: {first.change}"
            strip = frames(self.folder)
            shown = Material(frames=strip, tables=[("doctor", first.name, first.evidence + change)])
            if "sample" in self.live.model().can:
                shown = shown._replace(sheet=strip[-1][1])
            write_report(self.folder, shown, going_on)
