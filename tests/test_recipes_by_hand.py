"""Every recipe against a plain training loop that is written out here: the same losses, round by round, and weights. So
is the game of 2014 as printed: the minimax objective, by momentum.

A record of losses from one machine says little on another; this loop is computed beside the game, in float64, so that
whatever changes what a game does shows at once, and on any machine.
"""

import copy
import dataclasses
import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import cross_entropy

from saddlepoint.data.facts import About, Facts
from saddlepoint.game.algorithm import play
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.records import Batch
from saddlepoint.running.dials import dials
from saddlepoint.settings.layers import merge
from saddlepoint.settings.run import Pace
from saddlepoint.systems import catalog
from saddlepoint.systems.gan.config import Config, Rules
from saddlepoint.systems.gan.play import SYSTEM
from saddlepoint.systems.system import Networks

SEED, BATCH, ROUNDS = 7, 6, 10
SMALL = {"dcgan": {"width": 2}, "residual": {"width": 2}, "mlp": {"hidden": "6,6"}}
PICTURES, LABELS = About("pictures", (1, 8, 8)), About("labels", names=("0", "1", "2"))


AS_PRINTED = {"objective": "minimax"} | {
    f"{player}.{name}": value
    for player in "gd"
    for name, value in {"optimiser": "momentum", "lr": 0.1, "momentum": 0.5, "momentum_end": 0.9}.items()
}


def tiny(recipe: str, over: Mapping[str, object]) -> Config:
    """The recipe with narrow networks, and a stage so short that its rates and momenta visibly change."""
    conf = cast(Config, catalog.recipe(recipe))
    narrow = {
        f"{player}.network.{name}": value
        for player, network in (("g", conf.g.network), ("d", conf.d.network))
        for name, value in SMALL[network.kind].items()
    }
    return merge(conf, {}, {**narrow, "prior.size": 5, "batch": BATCH, "images": 2 * BATCH * ROUNDS, **over})


def batches(facts: Facts) -> Iterator[Batch]:
    classes = len(facts["c"].names) if "c" in facts else 0
    rng = torch.Generator().manual_seed(1)
    while True:
        x = torch.rand(BATCH, *facts["x"].shape, generator=rng, dtype=torch.float64)
        yield Batch(x, torch.randint(classes, (BATCH,), generator=rng) if classes else None)


class Loop:
    """Algorithm 1 as a script would have it: two networks, two optimisers, k = 1."""

    def __init__(self, conf: Config, nets: Networks) -> None:
        self.conf, self.stage = conf, conf.stages[0]
        self.G, self.D = nets["G"], nets["D"]
        self.opt = {"G": rule(conf.g, self.G), "D": rule(conf.d, self.D)}

    def begin(self, index: int, step: int, player: str) -> Tensor:
        """Set the rate and the momentum of this round, seed dropout, and draw z."""
        t, settings = index * BATCH / self.stage.images, {"G": self.conf.g, "D": self.conf.d}[player]
        left = {"constant": 1.0, "linear": 1 - t, "cosine": (1 + math.cos(math.pi * t)) / 2}[settings.decay]
        for group in self.opt[player].param_groups:
            group["lr"] = settings.lr * (settings.lr_end + (1 - settings.lr_end) * left)
            if settings.momentum_end is not None:
                group["momentum"] = settings.momentum + (settings.momentum_end - settings.momentum) * t
        self.opt[player].zero_grad()
        torch.manual_seed(seed_of(SEED, "dropout", index, step))
        rng = Randomness(SEED).stream("prior", index, step)
        n = self.conf.prior.size
        z = torch.randn(BATCH, n, generator=rng) if self.conf.prior.kind == "normal" else None
        return (torch.rand(BATCH, n, generator=rng) * 2 - 1 if z is None else z).double()

    def critic_step(self, index: int, x: Tensor, c: Tensor | None) -> tuple[float, float]:
        z, buffers = self.begin(index, 0, "D"), copy.deepcopy([*self.G.buffers()])
        fake = self.G(z, c).detach()
        real, made = self.D(x, c), self.D(fake, c)
        loss = d_cost(self.stage, real.logits, made.logits)
        total = loss
        for gamma, points in ((self.stage.r1, x), (self.stage.r2, fake)):
            if gamma and index % self.stage.penalty_every == 0:
                points = points.clone().requires_grad_()
                (slope,) = torch.autograd.grad(self.D(points, c).logits.sum(), points, create_graph=True)
                total = total + gamma * self.stage.penalty_every * slope.flatten(1).pow(2).sum(1).mean() / 2
        if self.stage.classify and c is not None:
            total = total + self.stage.classify * (cross_entropy(real.classes, c) + cross_entropy(made.classes, c))
        total.backward()
        self.opt["D"].step()
        put_back(self.G, buffers)
        shown = real.logits - made.logits if self.stage.objective == "relativistic" else real.logits
        return loss.item(), torch.sigmoid(shown).mean().item()

    def generator_step(self, index: int, x: Tensor, c: Tensor | None) -> float:
        z, buffers = self.begin(index, 1, "G"), copy.deepcopy([*self.D.buffers()])
        made = self.G(z, c)
        real = self.D(x, c).logits if self.stage.objective == "relativistic" else torch.empty(0)
        answer = self.D(made, c)
        loss = g_cost(self.stage, real, answer.logits)
        total = loss
        if self.stage.classify and c is not None:
            total = total + self.stage.classify * cross_entropy(answer.classes, c)
        if self.stage.moments:
            total = total + self.stage.moments * second_order(made, x, c)
        total.backward()
        self.opt["G"].step()
        put_back(self.D, buffers)
        return loss.item()

    def rounds(self, data: Iterator[Batch]) -> Iterator[tuple[float, float, float]]:
        """(D's loss, G's loss, mean D(x)) of each round."""
        for index, (x, c) in enumerate(data):
            assert isinstance(x, Tensor)
            d_loss, d_real = self.critic_step(index, x, c)
            yield d_loss, self.generator_step(index, x, c), d_real


def rule(player: Pace, network: nn.Module) -> torch.optim.Optimizer:
    if player.optimiser == "momentum":
        return torch.optim.SGD(network.parameters(), player.lr, player.momentum, weight_decay=player.weight_decay)
    if player.optimiser == "adamw":
        return torch.optim.AdamW(network.parameters(), player.lr, player.betas, weight_decay=player.weight_decay)
    return torch.optim.Adam(network.parameters(), player.lr, player.betas)


def second_order(y: Tensor, x: Tensor, c: Tensor | None) -> Tensor:
    """The quadratic kernel's discrepancy of y and x, less what only x is in."""
    m, total = x.pow(2).mean(), torch.zeros(())
    for i in range(len(y)):
        for j in range(len(y)):
            same = 0.0 if c is None else float(c[i] == c[j])
            s, t = (y[i] @ other[j] / m + same for other in (y, x))
            total = total - 2 * (t + t**2) / len(y) ** 2
            total = total + (s + s**2) / (len(y) * (len(y) - 1)) if i != j else total
    return total


def d_cost(stage: Rules, r: Tensor, f: Tensor) -> Tensor:
    if stage.objective == "relativistic":
        return bce(r - f, torch.ones_like(r))
    return bce(r, torch.ones_like(r)) + bce(f, torch.zeros_like(f))


def g_cost(stage: Rules, r: Tensor, f: Tensor) -> Tensor:
    if stage.objective == "relativistic":
        return bce(f - r, torch.ones_like(f))
    if stage.objective == "minimax":
        return -bce(f, torch.zeros_like(f))
    return bce(f, torch.ones_like(f))


def put_back(network: nn.Module, buffers: list[Tensor]) -> None:
    for buffer, before in zip(network.buffers(), buffers):
        buffer.data.copy_(before)


@pytest.mark.parametrize(
    ("recipe", "facts", "over"),
    [
        *((recipe, {"x": PICTURES, "c": LABELS}, {}) for recipe in ("gan", "cgan", "dcgan", "acgan", "modern")),
        *((recipe, {"x": PICTURES}, {}) for recipe in ("modern", "dcgan")),
        ("points", {"x": About("points", (2,))}, {}),
        ("gan", {"x": PICTURES}, AS_PRINTED),
    ],
    ids=lambda value: value if isinstance(value, str) else "minimax" if "objective" in value else "".join(value),
)
def test_the_game_plays_what_a_plain_loop_does(recipe: str, facts: Facts, over: Mapping[str, object]) -> None:
    conf = tiny(recipe, over)
    nets = {name: network.double() for name, network in SYSTEM.networks(conf, facts).items()}
    plain = Loop(conf, copy.deepcopy(nets))
    prior = Prior(conf.prior.kind, conf.prior.size)
    scene = SYSTEM.scene(conf, 0, nets, facts)
    game: Any = dataclasses.replace(scene.game, prior=lambda n, rng: prior(n, rng).double())
    played = play(
        game, batches(facts), seed=SEED, schedule=scene.schedule, dials=dials(scene.paces, conf.stages[0], 1.0)
    )
    for round, (d_loss, g_loss, d_real) in islice(zip(played, plain.rounds(batches(facts))), ROUNDS):
        assert (round.losses["D"], round.losses["G"]) == pytest.approx((d_loss, g_loss), rel=1e-9)
        assert round.d_real == pytest.approx(d_real, rel=1e-9)
        assert round.skipped == 0
    for mine, theirs in zip(nets.values(), (plain.G, plain.D), strict=True):
        for (name, a), b in zip(mine.state_dict().items(), theirs.state_dict().values(), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-7, atol=1e-9, msg=lambda text, name=name: f"{name}: {text}")
