"""Where runs of `rbm` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Pace
from saddlepoint.systems.rbm.config import Config, Rules


def rbm() -> Config:
    """Persistent chains, one Gibbs step a round, and a rate that falls: chains keep up with slower weights."""
    return Config(
        recipe="rbm",
        batch=100,
        range="unit",
        binarise="draw",
        g=Pace(optimiser="sgd", lr=0.2, decay="linear", lr_end=0.01),
        stages=(Rules(images=1_600_000),),
        averages=(20_000, 5_000),
    )


def dbm() -> Config:
    """Two hidden layers, both learned at once: units are counted from their means, and no pretraining is needed."""
    return rbm().model_copy(update={"recipe": "dbm", "top": 200, "stages": (Rules(images=1_000_000),)})


RECIPES = {
    "rbm": Recipe(rbm, "nothing", "0/1 pictures", "codes, and log p by annealing"),
    "dbm": Recipe(dbm, "nothing", "0/1 pictures", "two layers; log p is bounded"),
}
