"""The default: what learns most in a minute on a small machine, of what was tried.

A DCGAN-like pair without normalisation layers, the non-saturating objective with a light R1 on real examples
(Mescheder et al. 2018), the class by embedding into G and by projection in D (Miyato and Koyama 2018), Adam without a
first moment, and averages of G.
"""

from saddlepoint.config import Config, Critic, Dcgan, Generator, Prior, Stage


def modern() -> Config:
    return Config(
        recipe="modern",
        batch=64,
        prior=Prior(kind="normal", size=64),
        g=Generator(network=Dcgan(width=32, kernel=4, normalise=False, condition="embedding"), lr=1e-3),
        d=Critic(network=Dcgan(width=32, kernel=4, normalise=False, condition="projection"), lr=1e-3),
        stages=(Stage(objective="non-saturating", r1=0.1, penalty_every=8),),
    )
