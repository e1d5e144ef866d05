"""Where runs of `srgan` begin. No torch."""

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.restoring import Restoring
from saddlepoint.settings.run import Data
from saddlepoint.systems.srgan.config import Config, UpscalerPace


def srgan() -> Config:
    """Two stages, as in the paper: the error in pixels alone, then, ten times slower, with the critic's opinion."""
    rates = {"lr": 2e-3, "betas": (0.9, 0.999), "decay": "cosine", "lr_end": 0.02}
    return Config(
        recipe="srgan",
        batch=8,
        data=Data(fit="patches", side=64),
        g=UpscalerPace(blocks=6, **rates),
        d=PatchPace(width=32, layers=2, **{**rates, "lr": 2e-4}),
        stages=(
            Restoring(images=60_000, error="decibels"),
            Restoring(images=20_000, adversarial=5e-3, pace=0.1, inherit="networks"),
        ),
        averages=(2_000, 500),
        checkpoint_images=8_000,
        journal_images=800,
    )


RECIPES = {"srgan": Recipe(srgan, "pictures", "pictures", "enlarge: error, then a critic")}
