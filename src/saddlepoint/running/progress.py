"""Where a run stands, in plain numbers: the part of a checkpoint that is neither weights nor moments."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import State
from saddlepoint.records import Round
from saddlepoint.running.course import Course
from saddlepoint.storage.parts import OTHER_RUN, Saved


@dataclass
class Tally:
    """Sums over the rounds since the journal's last line."""

    rounds: int = 0
    skipped: int = 0
    unfit: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, round: Round) -> None:
        """Count a round; what is not a number in it is not averaged, but counted among the skipped."""
        self.rounds += 1
        self.skipped += round.skipped
        self.unfit += round.unfit
        gradients = {f"gradients/{name}": value for name, value in round.gradients.items()}
        numbers = {f"losses/{name}": value for name, value in round.losses.items()} | gradients
        for name, reading in round.readings.items() if len(round.readings) > 1 else ():
            numbers |= {f"real/{name}": reading.real, f"fake/{name}": reading.fake}
        for name, value in (numbers | {"d_real": round.d_real, "d_fake": round.d_fake}).items():
            if math.isfinite(value):
                self.sums[name] = self.sums.get(name, 0.0) + value
                self.counts[name] = self.counts.get(name, 0) + 1

    def means(self) -> dict[str, float]:
        return {name: self.sums[name] / self.counts[name] for name in self.sums}

    def told(self) -> dict[str, Any]:
        """The means as the journal has them: losses and gradients by name, what D says; of several critics, of each.
        Steps that were refused, and how many of these for their batch.
        """
        means = self.means()
        losses, gradients, real, fake = (
            {name.partition("/")[2]: value for name, value in means.items() if name.startswith(group + "/")}
            for group in ("losses", "gradients", "real", "fake")
        )
        critics = {name: [value, fake.get(name)] for name, value in real.items()}
        found = {"losses": losses, "gradients": gradients} | ({"readings": critics} if critics else {})
        refused = {"skipped": self.skipped} | ({"unfit": self.unfit} if self.unfit else {})
        return {**found, "d_real": means.get("d_real"), "d_fake": means.get("d_fake"), **refused}


@dataclass
class Progress:
    """Stage, round and images; what happened since the journal's last line; how often the run was out of its senses.

    stage, index, images    the stage, and rounds and real examples seen in it; `opened` once the journal names it
    before                  real examples seen in earlier stages
    in_a_row, refused       rounds with a refused step: the latest without a break, and in all
    rollbacks, rate_factor  how often the run went back to a checkpoint, and what its rates are multiplied by since
    augment                 the strength of an adaptive augmentation
    turned, turned_place    where in the stage its length was last changed: images seen, place on the schedule
    lengths                 images of the stages whose length was changed, by their number
    journal                 bytes of the journal that belong to this state
    best                    the best judgement so far: its value, low, high, average, and images seen; empty without any
    """

    version = 1

    stage: int = 0
    opened: bool = False
    index: int = 0
    images: int = 0
    before: int = 0
    in_a_row: int = 0
    refused: int = 0
    rollbacks: int = 0
    rate_factor: float = 1.0
    augment: float = 0.0
    turned: int = 0
    turned_place: int = 0
    lengths: dict[str, int] = field(default_factory=dict)
    journal: int = 0
    best: dict[str, float | int | str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    @property
    def seen(self) -> int:
        """Real examples seen in all: the position in the endless reading of the data."""
        return self.before + self.images

    @property
    def game(self) -> State:
        """Where the stage's game stands."""
        return State(self.index, self.images)

    def absorb(self, round: Round) -> None:
        """Count a round."""
        self.index, self.images = round.index + 1, round.images
        self.in_a_row = self.in_a_row + 1 if round.skipped else 0
        self.refused += round.skipped
        self.tally.add(round)

    def next_stage(self) -> None:
        self.before, self.stage, self.index, self.images = self.seen, self.stage + 1, 0, 0
        self.opened, self.turned, self.turned_place = False, 0, 0

    def length(self, stage: int, schedule: int) -> int:
        """Images of a stage by the plan in force; those of its schedule where that was not changed."""
        return self.lengths.get(str(stage), schedule)

    def course(self, schedule: int) -> Course:
        """The stage's way along a schedule of so many images."""
        return Course(schedule, self.length(self.stage, schedule), self.turned, self.turned_place)

    def state(self) -> Saved:
        return Saved({}, asdict(self))

    def load_state(self, saved: Saved) -> None:
        values = dict(saved.values)
        tally = values.pop("tally")
        if not (fitting(values, asdict(Progress())) and fitting(tally, asdict(Tally()))):
            raise SaddlepointError("holds what cannot be its state", "progress", OTHER_RUN)
        if not all(of_kind(length, 1) and length > 0 for length in values.get("lengths", {}).values()):
            raise SaddlepointError("holds what cannot be its state", "progress", OTHER_RUN)
        self.tally = Tally(**tally)
        for name, value in values.items():
            setattr(self, name, value)


def fitting(values: object, like: dict[str, Any]) -> bool:
    """Whether these are values of such names and kinds: whole numbers from 0 on, shares of 1, plain mappings."""
    if not isinstance(values, dict) or not values.keys() <= like.keys():
        return False
    return all(of_kind(value, like[name]) for name, value in values.items())


def of_kind(value: object, like: object) -> bool:
    if isinstance(like, dict):
        return isinstance(value, dict) and all(isinstance(each, int | float | str) for each in value.values())
    if isinstance(like, bool) or isinstance(value, bool):
        return isinstance(like, bool) and isinstance(value, bool)
    if isinstance(like, int):
        return isinstance(value, int) and 0 <= value < 2**53
    return isinstance(value, int | float) and 0 <= value <= 1
