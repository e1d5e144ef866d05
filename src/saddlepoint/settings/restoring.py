"""The settings of systems that bring pictures back to what they were: the error in pixels, then a critic. No torch."""

from typing import Annotated, Literal

from pydantic import Field

from saddlepoint.settings.run import ObjectiveName, Only, Positive, Stage, Weight


class Restoring(Stage):
    """A stage of restoring pictures: the costs of G."""

    error: Literal["squares", "decibels"] = "squares"
    """The error in pixels of each picture: the mean square, or its logarithm, as in PSNR."""
    squares: Weight = 1.0
    """Weight of the error in pixels."""
    adversarial: Weight = 0.0
    """Weight of the adversarial cost; 0: no critic plays."""
    objective: Annotated[ObjectiveName, Only("adversarial")] = "non-saturating"
    """What the two players minimise, if a critic plays."""
    r1: Annotated[Weight, Only("adversarial")] = 0.0
    """Weight gamma of R1 = 1/2 |grad D(x)|^2 on real examples, of a critic's mean over its patches."""
    penalty_every: Annotated[Positive, Only("r1")] = 1
    """Compute R1 every n-th round, n times as heavy."""
    pace: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Factor on the generator's learning rate in this stage."""


def two_kinds(stages: tuple[Restoring, ...]) -> bool:
    """Whether a stage of the error alone comes before one with a critic: then there is something between the two."""
    critics = [stage.adversarial > 0 for stage in stages]
    return any(critics) and not critics[0]
