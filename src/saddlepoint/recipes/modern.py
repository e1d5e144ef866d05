"""The default: what learns most in a minute on a small machine, of what was tried (docs/benchmarks.md).

A generator of residual blocks and a chain of strided convolutions as critic, neither with normalisation layers; the
non-saturating objective with a light R1 on real examples every 8th round (Mescheder et al. 2018), Adam without a first
moment, rates that fall to a twentieth, and averages of G. Labels, where there are any, enter G as an embedding and D as
a projection (Miyato and Koyama 2018), and are told by D on reals and on fakes (Odena et al. 2017).
"""

from saddlepoint.config import Config, Critic, Dcgan, Generator, Prior, Residual, Stage


def modern() -> Config:
    rates = {"optimiser": "adam", "lr": 2e-3, "betas": (0.0, 0.99), "decay": "linear", "lr_end": 0.05}
    chain = Dcgan(width=32, kernel=4, normalise=False, condition="projection")
    return Config(
        recipe="modern",
        batch=64,
        prior=Prior(kind="normal", size=64),
        g=Generator(network=Residual(width=32, blocks=1, condition="embedding"), **rates),
        d=Critic(network=chain, **rates),
        stages=(Stage(objective="non-saturating", r1=0.4, penalty_every=8, classify=1.0),),
    )
