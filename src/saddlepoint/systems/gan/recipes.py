"""Where runs of noise to x begin: the recipes of the family. No torch.

gan     Goodfellow et al. 2014      cgan    Mirza and Osindero 2014      dcgan   Radford et al. 2015
acgan   Odena et al. 2017           modern  the default                  points  in any number of dimensions
"""

from saddlepoint.settings.networks import Dcgan, Mlp, Residual
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Data, Engine
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Noise, Rules

RATES = {"optimiser": "adam", "lr": 2e-3, "betas": (0.0, 0.99), "decay": "linear", "lr_end": 0.05}
CLASSIC = {"lr": 1e-3, "betas": (0.0, 0.99)}


def modern() -> Config:
    """The default: what learns most in a minute on a small machine, of what was tried (docs/benchmarks.md).

    A generator of residual blocks and a chain of strided convolutions as critic, neither with normalisation layers; the
    non-saturating objective with a light R1 on real examples every 8th round (Mescheder et al. 2018), Adam without a
    first moment, rates that fall to a twentieth, and averages of G. G's last layer makes pixels smoothly: cells of 2 x
    2 would leave a woven pattern in smooth places. Labels, where there are any, enter G as an embedding and D as a
    projection (Miyato and Koyama 2018), and are told by D on reals and on fakes (Odena et al. 2017).
    """
    chain = Dcgan(width=32, kernel=4, normalise=False, condition="projection")
    return Config(
        recipe="modern",
        batch=64,
        prior=Noise(kind="normal", size=64),
        g=GeneratorPace(network=Residual(width=32, blocks=1, condition="embedding"), last="smooth", **RATES),
        d=CriticPace(network=chain, **RATES),
        stages=(Rules(objective="non-saturating", r1=0.4, penalty_every=8, classify=1.0),),
    )


def gan() -> Config:
    """Goodfellow et al. 2014, Generative Adversarial Nets: the networks of the authors' MNIST experiment.

    G: uniform z, two layers of 1,200 ReLU, sigmoid. D: two layers of 240 maxout units of 5 pieces. Algorithm 1,
    alternating with k = 1; the default objective is the non-saturating one: with the minimax cost, log(1 - D(G(z))),
    G's gradient vanishes while D tells fakes apart with certainty (section 3 of the paper). `--objective minimax` plays
    the game as printed, `--schedule simultaneous` as the authors' code does.

    How they are moved is not the authors': with momentum, a rate of .1 or .02, dropout in D and their initial weights,
    D was certain of every fake within 2,000 rounds and G stood still; docs/theory/algorithm-1.md has rates that move
    it. Adam and a light R1 (Mescheder et al. 2018), without dropout, learn from the first minute. G's weights decay,
    which takes the speckles off its pictures, and its output starts at each pixel's mean, as in the authors' code.
    """
    G = Mlp(hidden=(1200, 1200), activation="relu", condition="none")
    D = Mlp(hidden=(240, 240), activation="maxout", pieces=5, condition="none")
    return Config(
        recipe="gan",
        batch=256,
        range="unit",
        data=Data(unconditional=True),
        prior=Noise(kind="uniform", size=100),
        g=GeneratorPace(network=G, optimiser="adamw", weight_decay=0.6, start="mean", **CLASSIC),
        d=CriticPace(network=D, **CLASSIC),
        stages=(Rules(objective="non-saturating", k=1, r1=0.05),),
        averages=(100_000, 10_000),
    )


def cgan() -> Config:
    """Mirza and Osindero 2014, Conditional Generative Adversarial Nets: the paper's MNIST networks.

    z and c enter through layers of their own (200 and 1000 ReLU) and a joint one (1200) into sigmoid; x and c through
    maxout layers (240 x 5 and 50 x 5) and a joint one (240 x 4). Moved as in `gan`, by Adam and a light R1, and without
    the paper's dropout: with its momentum and rates the labels of no more than a fifth of the samples came right. G's
    weights decay less than there, or the samples of a class come to vary little.
    """
    G = Mlp(hidden=(1200,), activation="relu", branches=(200, 1000))
    D = Mlp(hidden=(240,), activation="maxout", pieces=4, branches=(240, 50), branch_pieces=5)
    return Config(
        recipe="cgan",
        batch=256,
        range="unit",
        prior=Noise(kind="uniform", size=100),
        g=GeneratorPace(network=G, optimiser="adamw", weight_decay=0.2, start="mean", **CLASSIC),
        d=CriticPace(network=D, **CLASSIC),
        stages=(Rules(objective="non-saturating", k=1, r1=0.05),),
        averages=(100_000, 10_000),
    )


def dcgan() -> Config:
    """Radford et al. 2015, Unsupervised Representation Learning with Deep Convolutional GANs.

    Strided convolutions down, fractionally-strided ones up, batch normalisation, Adam 2e-4 with beta_1 = .5, batches of
    128.
    """
    rates = {"optimiser": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
    return Config(
        recipe="dcgan",
        batch=128,
        prior=Noise(kind="uniform", size=100),
        g=GeneratorPace(network=Dcgan(width=64, condition="concat"), **rates),
        d=CriticPace(network=Dcgan(width=64, condition="concat"), **rates),
        stages=(Rules(objective="non-saturating", k=1),),
    )


def acgan() -> Config:
    """Odena et al. 2017, Conditional Image Synthesis with Auxiliary Classifier GANs.

    D tells real from fake (L_S) and the class (L_C), on real examples and on fakes; it does not read c. G reads c and
    is paid for fakes that are taken for real and for their class. The paper's critic has batch normalisation and
    dropout; that pair lost the variety within a class here (docs/benchmarks.md), so the networks and rates are those of
    `modern`.
    """
    return Config(
        recipe="acgan",
        batch=64,
        prior=Noise(kind="normal", size=64),
        g=GeneratorPace(network=Residual(width=32, blocks=1, condition="embedding"), last="smooth", **RATES),
        d=CriticPace(network=Dcgan(width=32, kernel=4, normalise=False, condition="none"), **RATES),
        stages=(Rules(objective="non-saturating", r1=0.4, penalty_every=8, classify=1.0),),
    )


def points() -> Config:
    """Points in the plane, or in any number of dimensions: fully connected networks, each column on a scale of its own.

    The relativistic objective with R1 and R2 (Huang et al. 2024, R3GAN), whose equilibrium is locally stable where the
    classical losses circle it or drop modes. G also lowers a cost on first and second moments: of a few dozen rows the
    critic alone leaves columns a tenth too narrow. Always float32: bfloat16 has no room for a mode a hundredth wide.
    """
    network = Mlp(hidden=(128, 128, 128), activation="leaky")
    return Config(
        recipe="points",
        batch=128,
        range="standard",
        prior=Noise(kind="normal", size=8),
        g=GeneratorPace(network=network, lr=2e-3, betas=(0.0, 0.99), decay="cosine"),
        d=CriticPace(network=network, lr=2e-3, betas=(0.0, 0.99), decay="cosine"),
        stages=(Rules(images=1_000_000, objective="relativistic", r1=0.01, r2=0.01, moments=1.0),),
        averages=(50_000, 10_000),
        checkpoint_images=200_000,
        journal_images=10_000,
        engine=Engine(precision="float32"),
    )


RECIPES = {
    "modern": Recipe(modern, "noise (labels)", "pictures", "default: learns most per minute"),
    "gan": Recipe(gan, "noise", "pictures", "as in 2014, fully connected"),
    "cgan": Recipe(cgan, "noise, labels", "pictures", "as in 2014, given the class"),
    "dcgan": Recipe(dcgan, "noise (labels)", "pictures", "as in 2015, convolutional"),
    "acgan": Recipe(acgan, "noise, labels", "pictures", "the critic also names the class"),
    "points": Recipe(points, "noise (labels)", "points", "tables and points in the plane"),
}
