"""Odena et al. 2017, Conditional Image Synthesis with Auxiliary Classifier GANs.

D tells real from fake (L_S) and the class (L_C), on real examples and on fakes; it does not read c. G reads c and is
paid for fakes that are taken for real and for their class. The paper's critic has batch normalisation and dropout; that
pair lost the variety within a class here (docs/benchmarks.md), so the networks and rates are those of `modern`.
"""

from saddlepoint.config import Config, Critic, Dcgan, Generator, Prior, Residual, Stage


def acgan() -> Config:
    rates = {"optimiser": "adam", "lr": 2e-3, "betas": (0.0, 0.99), "decay": "linear", "lr_end": 0.05}
    chain = Dcgan(width=32, kernel=4, normalise=False, condition="none")
    return Config(
        recipe="acgan",
        batch=64,
        prior=Prior(kind="normal", size=64),
        g=Generator(network=Residual(width=32, blocks=1, condition="embedding"), **rates),
        d=Critic(network=chain, **rates),
        stages=(Stage(objective="non-saturating", r1=0.4, penalty_every=8, classify=1.0),),
    )
