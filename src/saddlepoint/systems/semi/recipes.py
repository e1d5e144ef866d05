"""Where runs of `semi` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.systems.semi.config import Config, DPace, GPace, Rules


def semi() -> Config:
    """100 labels; the others of the examples teach what digits look like."""
    pace = {"betas": (0.5, 0.999), "decay": "linear", "lr_end": 0.05}
    return Config(
        recipe="semi",
        batch=100,
        range="unit",
        g=GPace(lr=1e-3, **pace),
        d=DPace(lr=2e-3, **pace),
        stages=(Rules(images=1_800_000, supervised=2.0),),
        averages=(20_000, 5_000),
    )


RECIPES = {"semi": Recipe(semi, "noise, or x", "pictures", "also classifies, from few labels")}
