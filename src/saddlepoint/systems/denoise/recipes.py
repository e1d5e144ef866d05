"""Where runs of `denoise` begin. No torch."""

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.restoring import Restoring
from saddlepoint.settings.run import Data
from saddlepoint.systems.denoise.config import Config, DenoiserPace

RATES = {"lr": 2e-3, "betas": (0.9, 0.999), "decay": "cosine", "lr_end": 0.02}


def denoise() -> Config:
    """One stage: the squared error, whose least is the mean of all pictures that may lie under this noise."""
    return Config(
        recipe="denoise",
        batch=8,
        data=Data(fit="patches", side=48),
        g=DenoiserPace(**RATES),
        d=PatchPace(layers=2, **{**RATES, "lr": 2e-4}),
        stages=(Restoring(images=200_000),),
        averages=(2_000, 500),
        checkpoint_images=20_000,
        journal_images=2_000,
    )


def with_a_critic() -> Config:
    """Two stages: the error, then with a critic beside it, which does not put up with what is smooth."""
    stages = (Restoring(images=150_000), Restoring(images=50_000, adversarial=1e-3, inherit="networks"))
    return denoise().model_copy(update={"recipe": "denoise-gan", "stages": stages})


RECIPES = {
    "denoise": Recipe(denoise, "pictures", "pictures", "remove noise: error only"),
    "denoise-gan": Recipe(with_a_critic, "pictures", "pictures", "the same, then a critic"),
}
