"""Odena et al. 2017, Conditional Image Synthesis with Auxiliary Classifier GANs.

D tells real from fake (L_S) and the class (L_C), on real examples and on fakes; it does not read c. G reads c and is
paid for fakes that are taken for real and for their class. The networks are a DCGAN pair, narrowed for small machines.
"""

from saddlepoint.config import Config, Critic, Dcgan, Generator, Prior, Stage


def acgan() -> Config:
    rates = {"optimiser": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
    return Config(
        recipe="acgan",
        batch=100,
        prior=Prior(kind="normal", size=100),
        g=Generator(network=Dcgan(width=32, condition="embedding"), **rates),
        d=Critic(network=Dcgan(width=32, condition="none"), **rates),
        stages=(Stage(objective="non-saturating", classify=1.0),),
    )
