"""Where runs of `cyclegan` begin. No torch."""

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Data
from saddlepoint.settings.unpaired import TranslatorPace
from saddlepoint.systems.cyclegan.config import Config, Rules


def cyclegan() -> Config:
    """The paper's weights and pool; smaller networks, fewer and larger batches, for 64 x 64 on a processor."""
    rates = {"lr": 5e-4, "betas": (0.5, 0.999), "decay": "linear", "lr_end": 0.1}
    return Config(
        recipe="cyclegan",
        batch=2,
        data=Data(held_out=0.1),
        g=TranslatorPace(**rates),
        d=PatchPace(layers=2, **rates),
        stages=(Rules(images=20_000),),
        averages=(500, 100),
        checkpoint_images=2_000,
        journal_images=200,
    )


RECIPES = {"cyclegan": Recipe(cyclegan, "pictures", "pictures", "no pairs: there and back")}
