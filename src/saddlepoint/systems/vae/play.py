"""One player lowers  -log p(x | z) + KL(q(z | x) || p(z)),  z = mu(x) + sigma(x) e, e ~ N(0, I) (equation 10).

x is between 0 and 1: p(x | z) is Bernoulli at each pixel, whose log-likelihood is the cross-entropy for grey pixels. Of
x that become 0 and 1 (`binarise`) it is a likelihood, and its bound compares with other models of binary pictures.
"""

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.game.rules import Game
from saddlepoint.priors import Prior
from saddlepoint.statistics.likelihood import bernoulli_log_likelihood, importance_bound
from saddlepoint.systems.binary import binarisation, binarised_if_asked
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import from_the_mean, player, run
from saddlepoint.systems.system import Model, Nats, Networks, Scene, System, Translate
from saddlepoint.systems.vae.config import Config
from saddlepoint.systems.variational import bound, coded, forge, latent, pair


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    game = Game(
        G=player(config.g, None, **networks),
        prior=Prior("normal", config.latent),
        k=0,
        forge=forge,
        terms=bound(config.stages[stage].beta),
    )
    return Scene(game, {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    encoder, decoder = networks["encoder"], networks["decoder"]

    @torch.no_grad()
    def log_prob(x: Tensor, rng: torch.Generator) -> Nats:
        """log 1/K sum_k p(x, z_k) / q(z_k | x), at most log p(x) in the mean (Burda et al. 2016, equation 8)."""
        (mu, log_var), logs = coded(encoder, x), []
        for _ in range(config.importance):
            e = torch.randn(mu.shape, generator=rng)
            z = mu + (log_var / 2).exp() * e
            log_q, log_p = (-0.5 * (e.square() + log_var)).sum(1), (-0.5 * z.square()).sum(1)
            logs.append(bernoulli_log_likelihood(run(decoder, z), x.cpu()) + log_p - log_q)
        return Nats(importance_bound(torch.stack(logs)), "bound")

    drawn = latent(config, decoder)
    return Model(
        latent=drawn,
        apply=Translate(lambda x, seed: drawn.decode(coded(encoder, x)[0], None), step=None),
        encode=lambda x: coded(encoder, x)[0],
        log_prob=log_prob,
        told=False,
    )


SYSTEM = System(
    pair,
    scene,
    model,
    ships=("encoder", "decoder"),
    takes={"x": ("pictures",)},
    frame=samples,
    judges=("nats", "samples"),
    feed=binarised_if_asked,
    only=("unit",),
    prepare=from_the_mean,
    stated=binarisation,
)
