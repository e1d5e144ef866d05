"""Mirza and Osindero 2014, Conditional Generative Adversarial Nets: the paper's MNIST networks.

z and c enter through layers of their own (200 and 1000 ReLU) and a joint one (1200) into sigmoid; x and c through
maxout layers (240 x 5 and 50 x 5) and a joint one (240 x 4). Momentum, dropout, rates and bounds as in `gan`.
"""

from saddlepoint.config import Config, Critic, Generator, Mlp, Prior, Stage


def cgan() -> Config:
    rates = {"optimiser": "momentum", "lr": 0.02, "momentum": 0.5, "momentum_end": 0.7}
    return Config(
        recipe="cgan",
        batch=100,
        range="unit",
        prior=Prior(kind="uniform", size=100),
        g=Generator(
            network=Mlp(hidden=(1200,), activation="relu", dropout=0.5, irange=0.05, branches=(200, 1000)), **rates
        ),
        d=Critic(
            network=Mlp(
                hidden=(240,),
                activation="maxout",
                pieces=4,
                branches=(240, 50),
                branch_pieces=5,
                dropout=0.5,
                irange=0.005,
            ),
            max_norm=1.9365,
            **rates,
        ),
        stages=(Stage(objective="non-saturating", k=1),),
    )
