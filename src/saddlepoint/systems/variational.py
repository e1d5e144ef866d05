"""What variational autoencoders have in common: an encoder to q(z | x) = N(mu(x), sigma(x)^2), a decoder to the logits
of p(x | z), Bernoulli at each pixel, and the two parts of the bound (Kingma and Welling 2014, equation 10):

    -log p(x | z) + KL(q(z | x) || p(z)),    z = mu(x) + sigma(x) e,  e ~ N(0, I)
"""

from typing import Any

from torch import Tensor, nn

from saddlepoint.data.facts import Facts
from saddlepoint.game.rules import Term
from saddlepoint.networks.autoencoder import Encoder
from saddlepoint.networks.conditions import UNCONDITIONAL, Condition
from saddlepoint.networks.mlp import Layers, MLPGenerator
from saddlepoint.priors import Prior
from saddlepoint.records import Turn
from saddlepoint.statistics.likelihood import bernoulli_log_likelihood, gaussian_kl
from saddlepoint.systems.parts import alone, moved, named, run
from saddlepoint.systems.system import Latent, Networks


def pair(config: Any, facts: Facts, told: Condition = UNCONDITIONAL) -> Networks:
    """The encoder, which reads x alone, and the decoder: the same layers backwards, told c as `told` says."""
    net, shape = config.g.network, facts["x"].shape
    there = Layers(net.hidden, net.activation, net.pieces, net.dropout, net.input_dropout, net.irange)
    back = there._replace(widths=net.hidden[::-1], input_dropout=0.0)
    return {
        "encoder": Encoder(shape, config.latent, there),
        "decoder": MLPGenerator(shape, config.latent, back, output="identity", condition=told),
    }


def forge(nets, batch, e, rng):
    """Of e ~ N(0, I): z, its q(z | x), and what the decoder makes of it."""
    mu, log_var = nets["encoder"](batch.x)
    z = mu + (log_var / 2).exp() * e
    return {"logits": nets["decoder"](z, batch.c), "z": z, "mu": mu, "log_var": log_var}


def reconstruction(turn: Turn) -> Tensor:
    """-log p(x | z)"""
    return -bernoulli_log_likelihood(named(turn.fake, "logits"), alone(turn.x))


def kl(turn: Turn) -> Tensor:
    """KL(q(z | x) || p(z))"""
    return gaussian_kl(named(turn.fake, "mu"), named(turn.fake, "log_var"))


def bound(beta: float) -> tuple[Term, Term]:
    return Term("reconstruction", "G", reconstruction), Term("kl", "G", kl, beta)


def coded(encoder: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """mu(x) and log sigma(x)^2"""
    mu, log_var = encoder.eval()(moved(x, encoder))
    return mu.cpu(), log_var.cpu()


def latent(config: Any, decoder: nn.Module) -> Latent:
    """z ~ N(0, I) and what the decoder makes of it, the probability of ink at each pixel."""
    return Latent(Prior("normal", config.latent), lambda z, c: run(decoder, z, c).sigmoid())
