"""Where runs of `autoencoder` begin. No torch."""

from saddlepoint.settings.recipe import Recipe
from saddlepoint.systems.autoencoder.config import BothPace, Config, Linear, Rules, Sigmoid


def autoencoder() -> Config:
    """Convolutions down to a code of 30 numbers, and up again."""
    return Config(
        recipe="autoencoder",
        batch=100,
        range="unit",
        g=BothPace(lr=2e-3, betas=(0.9, 0.999), decay="linear", lr_end=0.01),
        stages=(Rules(images=240_000),),
        averages=(20_000, 5_000),
    )


def pca() -> Config:
    """One linear layer each way: in the least squares its code spans what the principal components do."""
    pace = BothPace(network=Linear(), optimiser="momentum", momentum=0.95, lr=0.05, decay="linear", lr_end=0.01)
    return autoencoder().model_copy(update={"recipe": "pca", "g": pace, "stages": (Rules(images=400_000),)})


def deep_ae() -> Config:
    """Sigmoid layers, moved all at once: what pretraining was invented for, and a better start makes do without."""
    pace = BothPace(network=Sigmoid(), lr=1e-3, betas=(0.9, 0.999), decay="linear", lr_end=0.01)
    return autoencoder().model_copy(update={"recipe": "deep-ae", "g": pace})


def denoising_ae() -> Config:
    """Given pictures of which a quarter of the pixels are black, to rebuild whole ones."""
    return autoencoder().model_copy(update={"recipe": "denoising-ae", "mask": 0.25, "latent": 100})


RECIPES = {
    "autoencoder": Recipe(autoencoder, "x", "pictures", "codes, by convolutions"),
    "pca": Recipe(pca, "x", "pictures", "codes, by one linear layer"),
    "deep-ae": Recipe(deep_ae, "x", "pictures", "codes, by layers of sigmoids"),
    "denoising-ae": Recipe(denoising_ae, "damaged x", "pictures", "codes; rebuilds the whole picture"),
}
