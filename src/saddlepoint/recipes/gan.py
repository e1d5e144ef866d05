"""Goodfellow et al. 2014, Generative Adversarial Nets: the networks of the authors' MNIST experiment.

G: uniform z, two layers of 1,200 ReLU, sigmoid. D: two layers of 240 maxout units of 5 pieces. Algorithm 1, alternating
with k = 1; the default objective is the non-saturating one: with the minimax cost, log(1 - D(G(z))), G's gradient
vanishes while D tells fakes apart with certainty (section 3 of the paper). `--objective minimax` plays the game as
printed, `--schedule simultaneous` as the authors' code does.

How they are moved is not the authors': with momentum, a rate of .1 or .02, dropout in D and their initial weights, D
was certain of every fake within 2,000 rounds and G stood still. Adam and a light R1 (Mescheder et al. 2018), without
dropout, learn from the first minute. G's weights decay, which takes the speckles off its pictures, and its output
starts at each pixel's mean, as in the authors' code.
"""

from saddlepoint.config import Config, Critic, Data, Generator, Mlp, Prior, Stage


def gan() -> Config:
    rates = {"lr": 1e-3, "betas": (0.0, 0.99)}
    G = Mlp(hidden=(1200, 1200), activation="relu", condition="none")
    D = Mlp(hidden=(240, 240), activation="maxout", pieces=5, condition="none")
    return Config(
        recipe="gan",
        batch=256,
        range="unit",
        data=Data(unconditional=True),
        prior=Prior(kind="uniform", size=100),
        g=Generator(network=G, optimiser="adamw", weight_decay=0.6, start="mean", **rates),
        d=Critic(network=D, **rates),
        stages=(Stage(objective="non-saturating", k=1, r1=0.05),),
        averages=(100_000, 10_000),
    )
