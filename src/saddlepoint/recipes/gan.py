"""Goodfellow et al. 2014, Generative Adversarial Nets: the networks and rates of the authors' MNIST experiment.

G: uniform z, two layers of ReLU, sigmoid. D: two layers of maxout with dropout. Algorithm 1 as printed: alternating,
k = 1, momentum. The default objective is the non-saturating one: with the minimax cost, log(1 - D(G(z))), G's gradient
vanishes while D tells fakes apart with certainty (section 3 of the paper); `--objective minimax` plays the game as
printed. The authors' code starts from a rate of .1, at which D was certain of everything within 2,000 rounds here and G
stood still: the rate is a fifth of that, and D's weights are bounded as theirs are.
"""

from saddlepoint.config import Config, Critic, Data, Generator, Mlp, Prior, Stage


def gan() -> Config:
    rates = {"optimiser": "momentum", "lr": 0.02, "momentum": 0.5, "momentum_end": 0.7}
    return Config(
        recipe="gan",
        batch=100,
        range="unit",
        data=Data(unconditional=True),
        prior=Prior(kind="uniform", size=100),
        g=Generator(network=Mlp(hidden=(1200, 1200), activation="relu", irange=0.05, condition="none"), **rates),
        d=Critic(
            network=Mlp(
                hidden=(240, 240),
                activation="maxout",
                pieces=5,
                dropout=0.5,
                input_dropout=0.2,
                irange=0.005,
                condition="none",
            ),
            max_norm=1.9365,
            **rates,
        ),
        stages=(Stage(objective="non-saturating", k=1),),
    )
