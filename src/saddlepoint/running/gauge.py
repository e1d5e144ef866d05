"""Numbers made steady enough to be read off a screen. The journal has the exact ones."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from saddlepoint.readings import WORDS
from saddlepoint.records import Round
from saddlepoint.running.watcher import Tick
from saddlepoint.storage.told import read_last

WINDOW = 10.0  # seconds that the speed is an average over
MEMORY = 0.95  # of a smoothed number, from one round to the next
NAMES = {"train": "training", "fake": "generated", "held_out": "held out"}
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Gauge:
    """The speed of the last seconds, and smoothed costs and readings.

    It is measured from the end of the first round on: that one, and what is done before it, prepares what the others
    use, and takes many times as long.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, before: Mapping[str, float] | None = None) -> None:
        self.clock = clock
        self.marks: deque[tuple[float, int]] = deque()
        self.smoothed: dict[str, float] = dict(before or {})

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


def resumed(events: Iterable[Mapping[str, Any]]) -> Gauge:
    """A gauge that goes on from the means of the journal's last line on rounds, where a process took a run up again."""
    events = list(events)
    last = next((event for event in reversed(events) if event.get("event") == "rounds"), {})
    words = WORDS[read_last(events)]
    known = {**(last.get("losses") or {}), words.real: last.get("d_real"), words.fake: last.get("d_fake")}
    return Gauge(before={name: value for name, value in known.items() if value is not None})


def describe(logits: Tensor) -> dict[str, Any]:
    """Mean, standard deviation and quantiles of some logits."""
    quantiles = torch.quantile(logits, torch.tensor(QUANTILES)).tolist()
    return {"mean": logits.mean().item(), "std": logits.std(correction=min(1, len(logits) - 1)).item(), "q": quantiles}


def in_words(opinions: Mapping[str, Tensor]) -> str:
    """The means of some logits, in a line."""
    return "D's logits: " + ", ".join(f"{NAMES[name]} {logits.mean():+.2f}" for name, logits in opinions.items())


def tick(
    gauge: Gauge, round: Round, seen: int, total: int, seconds: float, skipped: int, facts: tuple[str, ...]
) -> Tick:
    """What to show of this round, which `gauge` counts: so many examples seen of so many, and steps skipped so far."""
    words = WORDS[round.reads]
    numbers = gauge.update(seen, {**round.losses, words.real: round.d_real, words.fake: round.d_fake})
    return Tick(
        images=seen,
        total=total,
        seconds=seconds,
        left=(total - seen) / gauge.rate if gauge.rate else math.inf,
        rate=gauge.rate,
        losses={name: numbers[name] for name in round.losses if name in numbers},
        d_real=numbers.get(words.real, math.nan),
        d_fake=numbers.get(words.fake, math.nan),
        skipped=skipped,
        facts=facts,
        reads=round.reads,
    )
