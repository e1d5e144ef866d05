"""Radford et al. 2015, Unsupervised Representation Learning with Deep Convolutional GANs.

Strided convolutions down, fractionally-strided ones up, batch normalisation, Adam 2e-4 with beta_1 = .5, batches of
128.
"""

from saddlepoint.config import Config, Critic, Dcgan, Generator, Prior, Stage


def dcgan() -> Config:
    rates = {"optimiser": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
    return Config(
        recipe="dcgan",
        batch=128,
        prior=Prior(kind="uniform", size=100),
        g=Generator(network=Dcgan(width=64, condition="concat"), **rates),
        d=Critic(network=Dcgan(width=64, condition="concat"), **rates),
        stages=(Stage(objective="non-saturating", k=1),),
    )
