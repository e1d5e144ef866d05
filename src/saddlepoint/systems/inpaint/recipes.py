"""Where runs of `inpaint` begin. No torch."""

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.restoring import Restoring
from saddlepoint.settings.run import Data
from saddlepoint.systems.inpaint.config import Config, FillerPace


def inpaint() -> Config:
    """Two stages: the error alone, then next to a critic of the picture and one of the hole, both held by R1. The
    paper's thousandth of one critic's opinion changes next to nothing here; more of it without R1 does harm in the end.
    """
    rates = {"lr": 1e-3, "betas": (0.9, 0.999), "decay": "cosine", "lr_end": 0.05}
    return Config(
        recipe="inpaint",
        critic="both",
        batch=16,
        data=Data(fit="patches", side=64),
        g=FillerPace(**rates),
        d=PatchPace(layers=2, **{**rates, "lr": 5e-4, "betas": (0.5, 0.999)}),
        stages=(
            Restoring(images=100_000, squares=0.999),
            Restoring(images=100_000, squares=0.999, adversarial=0.03, r1=10.0, inherit="networks"),
        ),
        averages=(4_000, 1_000),
        checkpoint_images=20_000,
        journal_images=2_000,
    )


RECIPES = {"inpaint": Recipe(inpaint, "pictures", "pictures", "fill holes: error, then a critic")}
