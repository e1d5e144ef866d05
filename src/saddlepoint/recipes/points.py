"""Points in the plane, or in any number of dimensions: fully connected networks, x unscaled.

The relativistic objective with R1 and R2 (Huang et al. 2024, R3GAN), whose equilibrium is locally stable where the
classical losses circle it or drop modes. Always float32: bfloat16 has no room for a mode a hundredth wide.
"""

from saddlepoint.config import Config, Critic, Engine, Generator, Mlp, Prior, Stage


def points() -> Config:
    network = Mlp(hidden=(128, 128, 128), activation="leaky")
    return Config(
        recipe="points",
        batch=128,
        range="raw",
        prior=Prior(kind="normal", size=8),
        g=Generator(network=network, lr=2e-3, betas=(0.0, 0.99), decay="cosine"),
        d=Critic(network=network, lr=2e-3, betas=(0.0, 0.99), decay="cosine"),
        stages=(Stage(images=1_000_000, objective="relativistic", r1=0.01, r2=0.01),),
        averages=(50_000, 10_000),
        checkpoint_images=200_000,
        journal_images=10_000,
        engine=Engine(precision="float32"),
    )
