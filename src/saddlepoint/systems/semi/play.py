"""D lowers  -log D(x) - log(1 - D(G(z))) - log p(y | x', real)  for the few x' whose class y is known;
G lowers  |E f(x) - E f(G(z))|^2,  f the last hidden layer of D (Salimans et al. 2016, sections 3.1 and 5).

What is shipped is G, and D as a classifier.
"""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed, target_of
from saddlepoint.game.rules import Game, Term
from saddlepoint.judging.card import Measure, plain_card
from saddlepoint.networks.mlp import Layers, MLPGenerator
from saddlepoint.networks.several import Several
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.records import Turn
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.systems.feeds import few_labels, labels_of
from saddlepoint.systems.looks import samples
from saddlepoint.systems.parts import OBJECTIVES, OUTPUTS, alone, moved, named, player, run, weighted
from saddlepoint.systems.semi.config import Config
from saddlepoint.systems.system import Feeds, Latent, Measures, Model, Networks, Scene, System, View

AT_ONCE = 1_000


def networks(config: Config, facts: Facts) -> Networks:
    shape, classes = facts["x"].shape, len((facts.get("c") or facts["y"]).names)
    return {
        "G": MLPGenerator(shape, config.latent, Layers(config.g.widths, normalise=True), output=OUTPUTS[config.range]),
        "D": Several(shape, classes, config.d.widths, config.d.noise, config.d.input_noise),
    }


def feed(config: Config, feeds: Feeds, rng: Randomness) -> Feed:
    return few_labels(feeds["x"], config.labels, rng)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    def classes(turn: Turn) -> Tensor:
        told = turn.verdict().critic(named(turn.x, "known")).classes
        assert told is not None
        assert turn.c is not None
        return cross_entropy(told, turn.c)

    def features(turn: Turn) -> Tensor:
        verdict = turn.verdict()
        assert verdict.r is not None
        return (verdict.r.features[-1].mean(0) - verdict.f.features[-1].mean(0)).square().sum()

    game = Game(
        G=player(config.g, None, G=networks["G"]),
        D=player(config.d, None, D=networks["D"]),
        prior=Prior("normal", config.latent),
        objective=weighted(OBJECTIVES["minimax"], 0.0),  # G matches features instead
        terms=(
            Term("classes", "D", classes, config.stages[stage].supervised),
            Term("features", "G", features, reads_real=True),
        ),
        forge=lambda nets, batch, z, rng: nets["G"](z, None),
        pairings={"D": lambda x, fake: (named(x, "x"), alone(fake))},
        unconditional=frozenset({"D"}),
    )
    return Scene(game, {"G": config.g, "D": config.d}, chooses=False)


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    G, D = networks["G"], networks["D"]

    @torch.no_grad()
    def encode(x: Tensor) -> Tensor:
        """p(y | x), of each class: [B, K]."""
        parts = moved(x, D).split(AT_ONCE)  # pyright: ignore[reportOptionalMemberAccess]
        return torch.cat([D.eval()(part).classes.softmax(1).float().cpu() for part in parts])

    return Model(latent=Latent(Prior("normal", config.latent), lambda z, c: run(G, z)), encode=encode, told=False)


def judged(view: View) -> Measures:
    """How many examples are told a wrong class, in percent."""
    x, c = target_of(view.some), labels_of(view.some).cpu()
    assert view.model.encode is not None
    wrong = 100 * (view.model.encode(x).argmax(1) != c).double()
    card = plain_card(f"{Path(view.config.data.name).name}, {len(c):,} {view.whose['x']} examples", x, view.seed)
    return {"class_error": Measure(*mean_interval(wrong), card._replace(metric="share of wrong classes, %"))}


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("G", "D"),
    takes={"x": ("pictures", "points"), "c": ("labels",)},
    frame=samples,
    judges=(judged, "samples"),
    feed=feed,
)
