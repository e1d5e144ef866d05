"""Numbers made steady enough to be read off a screen. The journal has the exact ones."""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping

WINDOW = 10.0  # seconds that the speed is an average over
MEMORY = 0.95  # of a smoothed number, from one round to the next


class Gauge:
    """The speed of the last seconds, and smoothed costs and readings.

    It is measured from the end of the first round on: that one, and what is done before it, prepares what the others
    use, and takes many times as long.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.marks: deque[tuple[float, int]] = deque()
        self.smoothed: dict[str, float] = {}

    def update(self, seen: int, numbers: Mapping[str, float]) -> Mapping[str, float]:
        """Count a round; returns its numbers, each smoothed: s <- .95 s + .05 value, from the first value on."""
        now = self.clock()
        self.marks.append((now, seen))
        while len(self.marks) > 2 and now - self.marks[0][0] > WINDOW:
            self.marks.popleft()
        for name, value in numbers.items():
            if math.isfinite(value):
                self.smoothed[name] = MEMORY * self.smoothed.get(name, value) + (1 - MEMORY) * value
        return self.smoothed

    @property
    def rate(self) -> float:
        """Examples a second over the window; 0 before anything was measured."""
        if not self.marks:
            return 0.0
        (start, first), (end, last) = self.marks[0], self.marks[-1]
        return (last - first) / (end - start) if end > start else 0.0
