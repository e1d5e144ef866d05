"""A denoiser of one's own: two networks in a row, without a critic; a memory of the noise it has seen."""

from typing import Annotated

import torch
from pydantic import Field
from torch import nn

from saddlepoint.game.rules import Game, Term
from saddlepoint.settings.run import Pace, Run, Stage
from saddlepoint.systems.feeds import Degraded
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import player, run, squares
from saddlepoint.systems.system import Model, Scene, System, Translate


class Config(Run):
    """A run of a denoiser."""

    noise: float = 0.3
    """Standard deviation of what is added."""
    g: Pace = Pace(lr=3e-3, betas=(0.9, 0.99))
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] = (Stage(), Stage())


RECIPES = {"clean": lambda: Config(batch=16)}


class Memory(nn.Module):
    """Buffers alone: how many pictures have come by. It is saved, and part of no player."""

    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))


def networks(config, facts):
    n = facts["x"].shape[0]
    near = nn.Sequential(nn.Conv2d(n, 8, 3, padding=1), nn.ReLU())
    return {"near": near, "far": nn.Sequential(nn.Conv2d(8, n, 3, padding=1), nn.Tanh()), "memory": Memory()}


def feed(config, feeds, rng):
    return Degraded(feeds["x"], lambda x, g: x + config.noise * torch.randn(x.shape, generator=g), rng)


def scene(config, stage, networks, facts):
    def forge(nets, batch, z, rng):
        networks["memory"].seen.add_(len(batch.c))
        dimmed = batch.c * (1 - 1e-6 * (networks["memory"].seen % 7))  # what it remembers changes what it does
        return nets["far"](nets["near"](dimmed))

    both = {"near": networks["near"], "far": networks["far"]}
    term = Term("squares", "G", lambda turn: squares(turn.fake, turn.x))
    return Scene(Game(G=player(config.g, None, **both), k=0, forge=forge, terms=(term,)), {"G": config.g})


def model(config, facts, networks):
    return Model(apply=Translate(lambda c, seed: run(networks["far"], run(networks["near"], c)), margin=2))


TAKES = {"x": ("pictures",)}
SYSTEM = System(networks, scene, model, ("near", "far"), TAKES, before_and_after, ("pairs",), feed)
