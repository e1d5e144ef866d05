"""Where runs of `cut` begin. No torch."""

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Data
from saddlepoint.settings.unpaired import TranslatorPace
from saddlepoint.systems.cut.config import Config, Rules


def cut() -> Config:
    """The paper's weights and temperature; the networks of `cyclegan`, one of each, for 64 x 64 on a processor."""
    rates = {"lr": 5e-4, "betas": (0.5, 0.999), "decay": "linear", "lr_end": 0.1}
    return Config(
        recipe="cut",
        batch=2,
        data=Data(held_out=0.1),
        g=TranslatorPace(**rates),
        d=PatchPace(layers=2, **rates),
        stages=(Rules(images=20_000),),
        averages=(500, 100),
        checkpoint_images=2_000,
        journal_images=200,
    )


RECIPES = {"cut": Recipe(cut, "pictures", "pictures", "no pairs: one way, patch by patch")}
