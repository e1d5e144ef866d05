"""Mirza and Osindero 2014, Conditional Generative Adversarial Nets: the paper's MNIST networks.

z and c enter through layers of their own (200 and 1000 ReLU) and a joint one (1200) into sigmoid; x and c through
maxout layers (240 x 5 and 50 x 5) and a joint one (240 x 4). Moved as in `gan`, by Adam and a light R1, and without the
paper's dropout: with its momentum and rates the labels of no more than a fifth of the samples came right. G's weights
decay less than there, or the samples of a class come to vary little.
"""

from saddlepoint.config import Config, Critic, Generator, Mlp, Prior, Stage


def cgan() -> Config:
    rates = {"lr": 1e-3, "betas": (0.0, 0.99)}
    G = Mlp(hidden=(1200,), activation="relu", branches=(200, 1000))
    D = Mlp(hidden=(240,), activation="maxout", pieces=4, branches=(240, 50), branch_pieces=5)
    return Config(
        recipe="cgan",
        batch=256,
        range="unit",
        prior=Prior(kind="uniform", size=100),
        g=Generator(network=G, optimiser="adamw", weight_decay=0.2, start="mean", **rates),
        d=Critic(network=D, **rates),
        stages=(Stage(objective="non-saturating", k=1, r1=0.05),),
        averages=(100_000, 10_000),
    )
