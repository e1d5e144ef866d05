"""Where runs of `pix2pix` begin. No torch."""

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Data
from saddlepoint.systems.pix2pix.config import Config, Rules, UnetPace


def pix2pix() -> Config:
    """The paper's rates and weights; a narrower U-Net with fewer halvings, for 64 x 64 on a processor."""
    rates = {"lr": 2e-4, "betas": (0.5, 0.999)}
    return Config(
        recipe="pix2pix",
        batch=8,
        data=Data(pairs="left"),
        g=UnetPace(**rates),
        d=PatchPace(**rates),
        stages=(Rules(images=40_000),),
        averages=(2_000, 500),
        checkpoint_images=4_000,
        journal_images=400,
    )


RECIPES = {"pix2pix": Recipe(pix2pix, "pictures", "pictures", "pairs: one into the other")}
