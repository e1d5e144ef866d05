"""Where runs of `belief` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.systems.belief.config import BeliefPace, Config, Rules
from saddlepoint.systems.belief.kinds import Gated, Masked, Nade


def begun(
    recipe: str, network: Masked | Nade | Gated, lr: float, images: int, batch: int = 100, beside: int = 0
) -> Config:
    """Down -log p(x) of digits that are drawn afresh each time, to a small rate at the end of each stage."""
    first = (Rules(images=beside, part="beside"),) if beside else ()
    return Config(
        recipe=recipe,
        batch=batch,
        range="unit",
        binarise="draw",
        g=BeliefPace(network=network, lr=lr, betas=(0.9, 0.999), decay="linear", lr_end=0.01),
        stages=(*first, Rules(images=images)),
        averages=(20_000, 5_000),
    )


def fvsbn() -> Config:
    """A logistic regression for each pixel on those before it."""
    return begun("fvsbn", Masked(), 1e-2, 600_000)


def nade() -> Config:
    """The paper has 500 hidden units."""
    return begun("nade", Nade(hidden=200), 2e-3, 200_000, 50)


def made() -> Config:
    """The paper's one layer has 8,000 units."""
    return begun("made", Masked(widths=(1_000,)), 5e-3, 1_000_000, 200)


def pixelcnn() -> Config:
    """Small enough for a processor: a layer that sees all earlier pixels, first alone, then with convolutions."""
    return begun("pixelcnn", Gated(dilated=True, beside=500), 4e-3, 40_000, 64, beside=120_000)


RECIPES = {
    "fvsbn": Recipe(fvsbn, "nothing", "0/1 pictures", "exact log p: regression per pixel"),
    "nade": Recipe(nade, "nothing", "0/1 pictures", "exact log p: shared hidden units"),
    "made": Recipe(made, "nothing", "0/1 pictures", "exact log p: a network with masks"),
    "pixelcnn": Recipe(pixelcnn, "nothing", "0/1 pictures", "exact log p: convolutions, slow"),
}
