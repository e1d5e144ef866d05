"""Experiment: maximum likelihood is minimum KL(p_data || P_G); which modes each divergence keeps; why a network's
density cannot be had, so that a discriminator is used.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.data.worlds import world
from saddlepoint.experiments import figures
from saddlepoint.experiments.vocabulary import Options, Table
from saddlepoint.randomness import Randomness
from saddlepoint.theory import divergences
from saddlepoint.theory.likelihood import Parameters, canonical, em_step, log_density, negative_log_likelihood
from saddlepoint.theory.quadrature import Box, integrate, rule

F64 = torch.float64
SAMPLES, EM_STEPS = 2000, 300
LINE = Box((-9.0,), (9.0,), 0.5)


class Record(NamedTuple):
    """What was found.

    excess     of the cost over the entropy, and KL, at every step of EM on the true density [EM_STEPS, 2]
    apart      the largest distance between the optimum of EM and of the gradient, on samples
    x, target  where densities are drawn [N], and p_data there [N]
    fits       one Gaussian by each divergence: its density [N], by name
    points     of a world in the plane [300, 2]
    curve      G(z) of a random network from the line to the plane [M, 2]
    """

    excess: np.ndarray
    apart: float
    by_em: np.ndarray
    by_gradient: np.ndarray
    x: np.ndarray
    target: np.ndarray
    fits: dict[str, np.ndarray]
    points: np.ndarray
    curve: np.ndarray


def run(options: Options) -> Record:
    """The identity over EM's course; EM against the gradient; three fits of one Gaussian; a curve."""
    nodes, weights = rule(LINE._replace(scale=0.1))
    x = nodes[:, 0]
    log_p = log_density(truth(), x)
    by_em, by_gradient = both_fits(draws(options.seed))
    fits = {}
    for name, integrand in {
        "KL(p_data || P_G): covers": lambda log_q: divergences.kl(log_p, log_q),
        "KL(P_G || p_data): seeks": lambda log_q: divergences.kl(log_q, log_p),
        "JSD": lambda log_q: divergences.jsd(log_p, log_q),
    }.items():
        options.progress(f"one Gaussian by {name}")
        fits[name] = nearest_gaussian(lambda log_q, f=integrand: (weights * f(log_q)).sum(), x)
    rng = Randomness(options.seed).stream("network")
    return Record(
        excess=courses(x, weights, log_p),
        apart=float((by_em - by_gradient).abs().max()),
        by_em=by_em.numpy(),
        by_gradient=by_gradient.numpy(),
        x=x.numpy(),
        target=log_p.exp().numpy(),
        fits=fits,
        points=world("moons").sample(300, rng).numpy(),
        curve=random_curve(rng).numpy(),
    )


def truth() -> Parameters:
    """p_data: 0.3 N(-2, 0.6^2) + 0.7 N(1.5, 0.5^2)."""
    return parameters((0.3, 0.7), (-2.0, 1.5), (0.6, 0.5))


def parameters(weights: tuple, means: tuple, sds: tuple) -> Parameters:
    """A mixture from plain numbers."""
    w, m, s = (torch.tensor(values, dtype=F64) for values in (weights, means, sds))
    return Parameters(w.log(), m, s.log())


def draws(seed: int) -> Tensor:
    """2000 samples of p_data, [N]."""
    rng = Randomness(seed).stream("draws")
    theta = truth()
    k = torch.multinomial(theta.logits.exp(), SAMPLES, replacement=True, generator=rng)
    return theta.means[k] + theta.log_sds.exp()[k] * torch.randn(SAMPLES, generator=rng, dtype=F64)


def courses(x: Tensor, weights: Tensor, log_p: Tensor) -> np.ndarray:
    """EM on the true density, from a poor start: (cost - H(p_data), KL(p_data || P_G)) after each step.

    The cost and the entropy are sums over the nodes x, KL an integral refined for itself: neither is made of the other.
    """
    mass, theta = weights * log_p.exp(), parameters((0.5, 0.5), (-0.3, 0.3), (1.0, 1.0))
    H, rows = (weights * divergences.entropy(log_p)).sum(), []
    for _ in range(EM_STEPS):
        kl = integrate(lambda u, theta=theta: kl_to(theta, u[:, 0]), LINE, 1e-12)
        rows.append((float(negative_log_likelihood(theta, x, mass) - H), float(kl.value)))
        theta = em_step(theta, x, mass)
    return np.array(rows)


def kl_to(theta: Parameters, x: Tensor) -> Tensor:
    """The integrand of KL(p_data || P_G(theta)), [N]."""
    return divergences.kl(log_density(truth(), x), log_density(theta, x))


def both_fits(x: Tensor) -> tuple[Tensor, Tensor]:
    """The most likely mixture of two on samples, by EM and by gradient, both [2, 3] as `canonical` has it."""
    weight, theta = torch.full_like(x, 1 / len(x)), parameters((0.5, 0.5), (-1.0, 1.0), (1.0, 1.0))
    free = Parameters(*[t.clone().requires_grad_() for t in theta])
    for _ in range(EM_STEPS):
        theta = em_step(theta, x, weight)
    descend(lambda: negative_log_likelihood(free, x, weight), list(free))
    return canonical(theta), canonical(Parameters(*[t.detach() for t in free]))


def nearest_gaussian(cost: Callable[[Tensor], Tensor], x: Tensor) -> np.ndarray:
    """The density [N] of the single Gaussian that minimises cost(log P_G), the best of three starts."""
    found = []
    for start in (-2.0, 0.0, 1.5):
        m, s = (torch.tensor([v], dtype=F64, requires_grad=True) for v in (start, 0.0))

        def log_q(m: Tensor = m, s: Tensor = s) -> Tensor:
            return -((x - m) / s.exp()).square() / 2 - s - math.log(2 * math.pi) / 2

        descend(lambda log_q=log_q: cost(log_q()), [m, s])
        with torch.no_grad():
            found.append((float(cost(log_q())), log_q().exp().numpy()))
    return min(found, key=lambda pair: pair[0])[1]


def descend(cost: Callable[[], Tensor], free: list[Tensor]) -> None:
    """Minimise over the free tensors by L-BFGS, to rounding."""
    optimiser = torch.optim.LBFGS(
        free, max_iter=500, tolerance_grad=1e-12, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimiser.zero_grad()
        value = cost()
        value.backward()
        return value.item()

    optimiser.step(closure)


def random_curve(rng: torch.Generator) -> Tensor:
    """G(z), z from -3 to 3, of a random tanh network from the line to the plane, centred and scaled, [400, 2]."""
    G = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 2)).double()
    for layer in G:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, 0, 1.6 / math.sqrt(layer.in_features), generator=rng)
            nn.init.normal_(layer.bias, 0, 0.5, generator=rng)
    with torch.no_grad():
        x = G(torch.linspace(-3, 3, 400, dtype=F64)[:, None])
    return (x - x.mean(0)) / x.std(0) * 0.7


def table(record: Record) -> Table:
    """The identity, the agreement, what each divergence keeps."""
    gap = np.abs(record.excess[:, 0] - record.excess[:, 1]).max()
    middle = record.x < -0.25
    step = np.gradient(record.x)
    rows = [
        ("|excess negative log-likelihood - KL|, largest over EM's course", f"{gap:.1e}"),
        ("KL at the end of EM on the true density", f"{record.excess[-1, 1]:.1e}"),
        ("optimum by EM against optimum by gradient, largest difference", f"{record.apart:.1e}"),
    ]
    rows += [
        (f"mass on the smaller mode, {name}", f"{(d * step)[middle].sum():.3f}") for name, d in record.fits.items()
    ]
    return Table(("quantity", "value"), tuple(rows))


def draw(record: Record, folder: Path) -> list[Path]:
    """EM's course; the three fits; the curve on which a network's samples lie."""
    canvas, axes = figures.figure(1, 3)
    axes[0].semilogy(record.excess[:, 1], color=figures.DATA, lw=2.4, label="KL(p_data || P_G)")
    axes[0].semilogy(record.excess[:, 0], color=figures.FAKE, ls="--", label="E -log P_G(x) - H(p_data)")
    axes[0].set_xlim(0, 25)
    axes[0].set_ylim(1e-14, 1)
    figures.label(axes[0], "Likelihood and KL fall as one", "step of EM", "nats")
    figures.legend(axes[0])
    axes[1].fill_between(record.x, record.target, color=figures.PALE, alpha=0.6, lw=0, label="p_data")
    looks = zip((figures.DATA, figures.FAKE, figures.CRITIC), ("-", "--", "-."))
    for (name, density), (colour, style) in zip(record.fits.items(), looks):
        axes[1].plot(record.x, density, color=colour, ls=style, label=name)
    axes[1].set_xlim(-5, 5)
    axes[1].set_ylim(0, 1.35)
    figures.label(axes[1], "One Gaussian for two modes", "x", "density")
    figures.legend(axes[1], loc="upper left")
    axes[2].plot(*record.points.T, ".", ms=2.5, color=figures.DATA, label="p_data")
    axes[2].plot(*record.curve.T, color=figures.FAKE, lw=1.2)
    axes[2].plot(*record.curve[::8].T, "o", ms=2.5, color=figures.FAKE, label="G(z), z on the line")
    axes[2].set_aspect("equal", adjustable="datalim")
    figures.label(axes[2], "A network's samples: on a curve", "x1", "x2")
    axes[2].text(
        0.03, 0.03, "off the curve log P_G = -inf: no likelihood to climb", fontsize=7, transform=axes[2].transAxes
    )
    figures.legend(axes[2], loc="upper left")
    return [figures.save(canvas, folder, "maximum-likelihood")]
