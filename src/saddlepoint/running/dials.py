"""The numbers that change over a stage, as functions of the images seen in it."""

import math
from collections.abc import Callable, Mapping

from saddlepoint.game.rules import Dials, State
from saddlepoint.settings.run import Pace, Stage

# What is left of the way from start to end, at t in [0, 1] of a stage; 'exponential' is handled as a power.
DECAYS: dict[str, Callable[[float], float]] = {
    "constant": lambda t: 1.0,
    "linear": lambda t: 1 - t,
    "cosine": lambda t: (1 + math.cos(math.pi * t)) / 2,
}


def rate(pace: Pace, t: float) -> float:
    """The learning rate at t: from lr to lr * lr_end along the pace's decay."""
    if pace.decay == "exponential":
        return pace.lr * pace.lr_end**t
    left = DECAYS[pace.decay](t)
    return pace.lr * (pace.lr_end + (1 - pace.lr_end) * left)


def momentum(pace: Pace, t: float) -> float | None:
    """The momentum at t, linear from `momentum` to `momentum_end`; None where it does not change."""
    if pace.momentum_end is None or pace.optimiser not in ("momentum", "rmsprop"):
        return None
    return pace.momentum + (pace.momentum_end - pace.momentum) * t


def always() -> float:
    return 1.0


def dials(
    paces: Mapping[str, Pace],
    stage: Stage,
    rate_factor: float,
    augment: Callable[[], float] = always,
    place: Callable[[int], int] = int,
) -> Callable[[State], Dials]:
    """The stage's numbers at each state, by player; all rates are multiplied by `rate_factor`, which a rollback halves.
    `augment` says how strong an augmentation is at the moment; `place`, where the schedule stands after so many images.
    """

    def at(state: State) -> Dials:
        t = min(1.0, place(state.images) / stage.images)
        momenta = {name: momentum(pace, t) for name, pace in paces.items()}
        return Dials(
            rates={name: rate_factor * rate(pace, t) for name, pace in paces.items()},
            momenta={name: value for name, value in momenta.items() if value is not None},
            augment=augment(),
        )

    return at
