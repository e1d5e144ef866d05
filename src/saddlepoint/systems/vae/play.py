"""One player lowers  -log p(x | z) + KL(q(z | x) || p(z)),  z = mu(x) + sigma(x) e, e ~ N(0, I) (equation 10).

x is between 0 and 1: p(x | z) is Bernoulli at each pixel, whose log-likelihood is the cross-entropy for grey pixels. Of
x that become 0 and 1 (`binarise`) it is a likelihood, and its bound compares with other models of binary pictures.
"""

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.game.rules import Game, Term
from saddlepoint.networks.autoencoder import Encoder
from saddlepoint.networks.mlp import Layers, MLPGenerator
from saddlepoint.priors import Prior
from saddlepoint.records import Turn
from saddlepoint.statistics.likelihood import bernoulli_log_likelihood, gaussian_kl, importance_bound
from saddlepoint.systems.binary import binarisation, binarised_if_asked
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import alone, from_the_mean, moved, named, player, run
from saddlepoint.systems.system import Latent, Model, Nats, Networks, Scene, System, Translate
from saddlepoint.systems.vae.config import Config


def networks(config: Config, facts: Facts) -> Networks:
    net, shape = config.g.network, facts["x"].shape
    there = Layers(net.hidden, net.activation, net.pieces, net.dropout, net.input_dropout, net.irange)
    back = there._replace(widths=net.hidden[::-1], input_dropout=0.0)
    return {
        "encoder": Encoder(shape, config.latent, there),
        "decoder": MLPGenerator(shape, config.latent, back, output="identity"),
    }


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    def forge(nets, batch, e, rng):
        mu, log_var = nets["encoder"](batch.x)
        return {"logits": nets["decoder"](mu + (log_var / 2).exp() * e), "mu": mu, "log_var": log_var}

    def reconstruction(turn: Turn) -> Tensor:
        return -bernoulli_log_likelihood(named(turn.fake, "logits"), alone(turn.x))

    def kl(turn: Turn) -> Tensor:
        return gaussian_kl(named(turn.fake, "mu"), named(turn.fake, "log_var"))

    game = Game(
        G=player(config.g, None, **networks),
        prior=Prior("normal", config.latent),
        k=0,
        forge=forge,
        terms=(Term("reconstruction", "G", reconstruction), Term("kl", "G", kl, config.stages[stage].beta)),
    )
    return Scene(game, {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    encoder, decoder = networks["encoder"], networks["decoder"]

    def encode(x: Tensor) -> tuple[Tensor, Tensor]:
        return tuple(t.cpu() for t in encoder.eval()(moved(x, encoder)))

    def decode(z: Tensor, c: Tensor | None) -> Tensor:
        return run(decoder, z).sigmoid()

    @torch.no_grad()
    def log_prob(x: Tensor, rng: torch.Generator) -> Nats:
        """log 1/K sum_k p(x, z_k) / q(z_k | x), at most log p(x) in the mean (Burda et al. 2016, equation 8)."""
        (mu, log_var), logs = encode(x), []
        for _ in range(config.importance):
            e = torch.randn(mu.shape, generator=rng)
            z = mu + (log_var / 2).exp() * e
            log_q, log_p = (-0.5 * (e.square() + log_var)).sum(1), (-0.5 * z.square()).sum(1)
            logs.append(bernoulli_log_likelihood(run(decoder, z), x.cpu()) + log_p - log_q)
        return Nats(importance_bound(torch.stack(logs)), "bound")

    return Model(
        latent=Latent(Prior("normal", config.latent), decode),
        apply=Translate(lambda x, seed: decode(encode(x)[0], None), step=None),
        encode=lambda x: encode(x)[0],
        log_prob=log_prob,
        told=False,
    )


SYSTEM = System(
    networks,
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
