"""Noise to x: one generator, one critic, and the two-player game of Goodfellow et al. (2014) between them."""

import torch

from saddlepoint import penalties
from saddlepoint.augment import diff_augment
from saddlepoint.data.facts import Facts
from saddlepoint.game.algorithm import Schedule, algorithm_1, simultaneous
from saddlepoint.game.rules import Game, Term
from saddlepoint.priors import Prior
from saddlepoint.records import Batch
from saddlepoint.systems.gan.build import Sizes, networks, reads
from saddlepoint.systems.gan.config import Config, Rules
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import OBJECTIVES, player, run
from saddlepoint.systems.system import Latent, Model, Networks, Scene, System

SCHEDULES: dict[str, Schedule] = {"alternating": algorithm_1, "simultaneous": simultaneous}


def prepare(config: Config, networks: Networks, some: Batch) -> None:
    """With `start` 'mean', G begins around the mean of the data, as in the code of the 2014 paper."""
    if config.g.start == "mean" and isinstance(some.x, torch.Tensor):
        networks["G"].start_at(some.x.mean(0))  # pyright: ignore[reportCallIssue]


def terms(stage: Rules, labelled: bool = True) -> tuple[Term, ...]:
    """The stage's penalties and extra costs; what weighs nothing is not computed.

    AC-GAN's L_C: D lowers its class cost on reals and on fakes, G on its fakes (Odena et al. 2017). Data without labels
    have no class cost, as they have no condition.
    """
    every, classify = stage.penalty_every, stage.classify if labelled else 0.0
    candidates = (
        Term("r1", "D", penalties.r1, stage.r1, every),
        Term("r2", "D", penalties.r2, stage.r2, every),
        Term("gp", "D", penalties.gradient_penalty, stage.gp, every),
        Term("class-real", "D", penalties.class_cost_on_real, classify),
        Term("class-fake", "D", penalties.class_cost_on_fake, classify),
        Term("moments", "G", penalties.moments, stage.moments),
        Term("class", "G", penalties.class_cost_on_fake, classify),
    )
    return tuple(term for term in candidates if term.weight)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    rules = config.stages[stage]
    game = Game(
        G=player(config.g, G=networks["G"]),
        D=player(config.d, D=networks["D"]),
        prior=Prior(config.prior.kind, config.prior.size),
        objective=OBJECTIVES[rules.objective],
        terms=terms(rules, Sizes.of(facts).classes > 0),
        k=rules.k,
        augment=None if rules.augment == "none" else diff_augment,
    )
    adaptive = rules.augment_most if rules.augment == "adaptive" else None
    return Scene(game, {"G": config.g, "D": config.d}, SCHEDULES[rules.schedule], adaptive)


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    G = networks["G"]
    latent = Latent(Prior(config.prior.kind, config.prior.size), lambda z, c: run(G, z, c))
    return Model(latent=latent, told=reads(config.g.network))


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("G",),
    takes={"x": ("pictures", "points"), "c?": ("labels", "code")},
    frame=samples,
    judges=("samples",),
    prepare=prepare,
)
