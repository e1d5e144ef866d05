"""The numbers that change over a stage, as functions of the images seen in it."""

import math
from collections.abc import Callable

from saddlepoint.config import Config, Player, Stage
from saddlepoint.game.rules import Dials, State

# What is left of the way from start to end, at t in [0, 1] of a stage; 'exponential' is handled as a power.
DECAYS: dict[str, Callable[[float], float]] = {
    "constant": lambda t: 1.0,
    "linear": lambda t: 1 - t,
    "cosine": lambda t: (1 + math.cos(math.pi * t)) / 2,
}


def rate(player: Player, t: float) -> float:
    """The learning rate at t: from lr to lr * lr_end along the player's decay."""
    if player.decay == "exponential":
        return player.lr * player.lr_end**t
    left = DECAYS[player.decay](t)
    return player.lr * (player.lr_end + (1 - player.lr_end) * left)


def momentum(player: Player, t: float) -> float | None:
    """The momentum at t, linear from `momentum` to `momentum_end`; None where it does not change."""
    if player.momentum_end is None or player.optimiser not in ("momentum", "rmsprop"):
        return None
    return player.momentum + (player.momentum_end - player.momentum) * t


def always() -> float:
    return 1.0


def dials(
    conf: Config, stage: Stage, rate_factor: float, augment: Callable[[], float] = always
) -> Callable[[State], Dials]:
    """The stage's numbers at each state; all rates are multiplied by `rate_factor`, which a rollback halves. `augment`
    says how strong an augmentation is at the moment.
    """

    def at(state: State) -> Dials:
        t = min(1.0, state.images / stage.images)
        both = {"G": conf.g, "D": conf.d}
        momenta = {name: momentum(player, t) for name, player in both.items()}
        return Dials(
            rates={name: rate_factor * rate(player, t) for name, player in both.items()},
            momenta={name: value for name, value in momenta.items() if value is not None},
            augment=augment(),
        )

    return at
