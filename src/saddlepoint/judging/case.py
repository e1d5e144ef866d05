"""What a journal tells of a run, as the doctor reads it: settings, D's logits, measures, and how they went."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Event = Mapping[str, Any]

BAD = 0.1  # of the real examples have a sample close by: anybody sees the difference
BETTER = 0.9  # a Frechet distance over an earlier one, or an earlier spread over one: learning goes on
YOUNG = 0.25  # of a run's length: it has only begun
OVER = 0.95  # of it: the journal's last line may lie a little before the end
RESTED = 600  # updates, before which nothing has come to rest: what samples lack then, more updates may bring
LEAST, MOST = 2e-4, 2e-3  # the rates at which the recipes learn
UNSCALED = 50  # times these, for optimisers that do not divide by the gradient's size
ROUND = [digit * 10.0**power for power in range(-4, 1) for digit in (1, 2, 5)]


class Case(NamedTuple):
    """What the journal holds on a run so far.

    rounds, held_out, judged  events of these kinds, in order
    rollbacks                 ways back to a checkpoint
    config                    the tree of its configuration
    refused                   why it could not be judged, each time
    left                      whether its end has not come, and nobody plays on at it
    columns                   least and greatest scale of a table's columns, where networks see them as they are stored
    """

    rounds: Sequence[Event]
    held_out: Sequence[Event]
    judged: Sequence[Event]
    rollbacks: int
    config: Event
    refused: Sequence[str] = ()
    left: bool = False
    columns: tuple[float, float] | None = None

    @staticmethod
    def of(config: Event, events: Sequence[Event]) -> "Case":
        kinds = {kind: [e for e in events if e.get("event") == kind] for kind in ("rounds", "held_out", "rollback")}
        judgements = [e for e in events if e.get("event") == "judgement"]
        judged = [e for e in judgements if "measures" in e]
        refused = [str(e["refused"]) for e in judgements if e.get("refused")]
        columns = next((tuple(e["columns"]) for e in events if len(e.get("columns") or ()) == 2), None)
        back = len(kinds["rollback"])
        return Case(kinds["rounds"], kinds["held_out"], judged, back, config, refused, columns=columns)

    def setting(self, *path: str) -> Any:
        """A setting by its path; of a stage, the last stage's."""
        node: Any = self.config
        for name in path:
            node = node.get(name) if isinstance(node, Mapping) else None
        return node

    @property
    def measure(self) -> str:
        """What decides, in words."""
        name = decides(self.judged[-1]) if self.judged else "frechet"
        return WORDS.get(name, name)

    def has(self, flag: str) -> bool:
        """Whether this kind of run has a setting that is written so: --lr, --g.lr, --r1. One that names no system is
        from when all runs had the same.
        """
        if not self.config.get("system"):
            return True
        name = flag.removeprefix("--").replace("-", "_")
        stage = (self.config.get("stages") or [{}])[-1]
        paths = [("g", "lr"), ("d", "lr")] if name == "lr" else [tuple(name.split("."))]
        return name in stage or all(self.setting(*path) is not None for path in paths)

    def rule(self, name: str) -> Any:
        stages = self.config.get("stages") or [{}]
        return stages[-1].get(name)

    def rate(self, player: str) -> float:
        """The learning rate of "g" or "d"."""
        return float(self.setting(player, "lr") or 0)

    def bounds(self, player: str) -> tuple[float, float]:
        """The least and the most that a player's rate usually is."""
        times = UNSCALED if self.setting(player, "optimiser") in ("sgd", "momentum") else 1
        return times * LEAST, times * MOST

    def usual(self, player: str, rate: float) -> float:
        """The rate nearest to this one that can be advised: a round number within the bounds."""
        least, most = self.bounds(player)
        return min(ROUND, key=lambda known: abs(math.log(known / min(max(rate, least), most))))

    def hardly_moves(self, player: str) -> bool:
        """Whether its rate is below any that is usual."""
        return self.rate(player) < self.bounds(player)[0]

    @property
    def left_behind(self) -> str | None:
        """The player whose rate is below any that is usual, and a tenth of the other's or less."""
        pairs = (("g", "d"), ("d", "g"))
        return next((a for a, b in pairs if self.hardly_moves(a) and 0 < 10 * self.rate(a) <= self.rate(b)), None)

    @property
    def too_fast(self) -> list[str]:
        """The players whose rate is above any that is usual where two play against each other: networks that learn
        alone have rates of their own, which are higher or lower by what they are.
        """
        if not (self.rate("g") and self.rate("d")):
            return []
        return [player for player in ("g", "d") if self.rate(player) > self.bounds(player)[1]]

    @property
    def cells(self) -> bool:
        """Whether G makes pixels in cells of 2 x 2, and has another way."""
        return self.setting("g", "network", "kind") == "residual" and self.setting("g", "last") == "cells"

    @property
    def measures(self) -> Event:
        """Those of the last judgement; once the run is over, of the one that chose what it ships: you get that."""
        best = self.judged[-1].get("best") if self.judged and self.over else None
        chose = [event["measures"] for event in self.judged if best is not None and event.get("images") == best]
        return (chose or [event["measures"] for event in self.judged[-1:]] or [{}])[-1]

    def bar(self, name: str) -> tuple[float, float, float] | None:
        """A measure of what you get: (value, low, high)."""
        found = self.measures.get(name)
        if found is None or None in found:
            return None
        value, low, high = map(float, found)
        return value, low, high

    def value(self, name: str) -> float | None:
        """A measure of what you get."""
        found = self.measures.get(name)
        return None if found is None or found[0] is None else float(found[0])

    def spread(self, name: str) -> float | None:
        """How far apart samples are, in percent of real examples: in features or in pixels, where they are further."""
        found = [self.value(name), self.value(f"pixel_{name}")]
        return max((each for each in found if each is not None), default=None)

    @property
    def length(self) -> int:
        """Real examples the run is to see in all."""
        return sum(stage.get("images") or 0 for stage in self.config.get("stages") or ())

    @property
    def done(self) -> float:
        """The part of the run that is over, as far as the journal tells."""
        return min(1.0, self.seen / self.length) if self.length else 1.0

    @property
    def seen(self) -> int:
        """Real examples seen so far, as far as the journal tells."""
        return max((event.get("images") or 0 for event in (*self.rounds[-1:], *self.judged[-1:])), default=0)

    @property
    def updates(self) -> float:
        """Batches in the run's length, of which each player has one an update or more; infinity where none is known."""
        batch = self.setting("batch")
        return self.length / batch if batch else math.inf

    @property
    def young(self) -> bool:
        """Whether it has only begun: what it makes then tells little of what it will make."""
        return self.done < YOUNG

    @property
    def over(self) -> bool:
        """Whether it has ended: that learning went on until then excuses nothing."""
        return self.done >= OVER

    @property
    def rested(self) -> bool:
        """Whether it has had the updates that anything takes to come to rest, where their size is known."""
        batch = self.setting("batch")
        return not batch or self.seen >= RESTED * batch

    @property
    def settled(self) -> bool:
        """Whether its samples are what you get: it is over, and was no short one."""
        return self.over and self.rested

    @property
    def stuck(self) -> bool:
        """Whether learning no longer mends what is wrong: what decides has fallen by less than a tenth since half as
        many judgements, a quarter of the run is over, and it has come to rest. A lone judgement is taken as it is.
        """
        if self.young or not self.rested:
            return False
        found = [value for event in self.judged if (value := shortest(event)[0]) is not None]
        return len(found) < 2 or found[-1] > BETTER * found[(len(found) - 1) // 2]

    def growing(self, name: str) -> bool:
        """Whether a measure has risen by more than a tenth since half as many judgements."""
        found = [bar[0] for event in self.judged if (bar := event["measures"].get(name)) and bar[0] is not None]
        return len(found) > 1 and BETTER * found[-1] > found[(len(found) - 1) // 2]

    @property
    def bad(self) -> bool:
        """Whether samples are as good as nowhere where real examples are."""
        coverage = self.value("coverage")
        return coverage is not None and coverage < BAD

    @property
    def adrift(self) -> bool:
        """Whether they stay there."""
        return self.bad and self.stuck

    def logits(self, name: str) -> tuple[float, float] | None:
        """(mean, standard deviation) of D's logits on one set, averaged over the last three looks."""
        last = [e[name] for e in self.held_out[-3:] if isinstance(e.get(name), Mapping)]
        means, stds = ([e[key] for e in last if e.get(key) is not None] for key in ("mean", "std"))
        return (sum(means) / len(means), sum(stds) / len(stds)) if means and stds else None

    def gap(self, one: str, other: str) -> float | None:
        """(mean - mean) over the pooled standard deviation of D's logits on two sets."""
        a, b = self.logits(one), self.logits(other)
        if a is None or b is None:
            return None
        return (a[0] - b[0]) / max(math.sqrt((a[1] ** 2 + b[1] ** 2) / 2), 1e-6)


def shortest(event: Event) -> Sequence[float]:
    """What decides, of the average with the shortest memory, which hides least: (value, low, high)."""
    averages = event.get(decides(event))
    if not isinstance(averages, Mapping) or not averages:
        return event["measures"][decides(event)]
    return averages[min(averages, key=lambda name: int(name.rpartition("-")[2] or 0))]


def decides(event: Event) -> str:
    """The measure by which a judgement says what is best: less is better. Before there were others it was this one."""
    return str(event.get("decides") or "frechet")


WORDS = {"frechet": "Frechet distance", "l1": "absolute error", "nats": "figure in nats"}
