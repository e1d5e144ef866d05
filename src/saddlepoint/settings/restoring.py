"""The settings of systems that bring pictures back to what they were: the error in pixels, then a critic. No torch."""

from saddlepoint.settings.run import ObjectiveName, Stage, Weight


class Restoring(Stage):
    """A stage of restoring pictures: what G is paid for."""

    squares: Weight = 1.0
    """Weight of the mean squared error in pixels."""
    adversarial: Weight = 0.0
    """Weight of what the critic says; 0: none plays."""
    objective: ObjectiveName = "non-saturating"
    """What the two players minimise, where a critic plays."""


def two_kinds(stages: tuple[Restoring, ...]) -> bool:
    """Whether a stage of the error alone comes before one with a critic: then there is something between the two."""
    critics = [stage.adversarial > 0 for stage in stages]
    return any(critics) and not critics[0]
