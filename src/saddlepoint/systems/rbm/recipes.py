"""Where runs of `rbm` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Pace
from saddlepoint.systems.rbm.config import Config, Rules


def falling(lr: float) -> Pace:
    """A rate that falls: chains keep up with slower weights, and not with fast ones. At .2 digits are learned a little
    better, but a machine of few units on little pictures comes apart (docs/codes.md).
    """
    return Pace(optimiser="sgd", lr=lr, decay="linear", lr_end=0.01)


def rbm() -> Config:
    """Persistent chains, one Gibbs step a round."""
    return Config(
        recipe="rbm",
        batch=100,
        range="unit",
        binarise="draw",
        g=falling(0.1),
        stages=(Rules(images=1_600_000),),
        averages=(20_000, 5_000),
    )


def dbm() -> Config:
    """Two hidden layers, both learned at once: units are counted from their means, and no pretraining is needed."""
    own = {"recipe": "dbm", "top": 200, "g": falling(0.05), "stages": (Rules(images=1_000_000),)}
    return rbm().model_copy(update=own)


RECIPES = {
    "rbm": Recipe(rbm, "nothing", "0/1 pictures", "codes, and log p by annealing"),
    "dbm": Recipe(dbm, "nothing", "0/1 pictures", "two layers; log p is bounded"),
}
