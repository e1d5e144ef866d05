"""G(c) is to have the content of a photograph c and the statistics of one style picture, both as VGG16 sees them:

    content apart(f(G), f(c)) + strength mean_l apart(gram_l(G), gram_l(s)) + smooth TV(G)

with f at relu2_2 and l four layers, as in the paper, and apart(a, b) = |a - b|^2 / (|a|^2 + |b|^2). Nobody plays
against G. What is judged is the same cost on photographs that were held out.
"""

from typing import Any

import torch
from torch import Tensor

from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import source_of
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game, Term
from saddlepoint.judging.card import Measure, plain_card
from saddlepoint.networks.stylist import STEP, Stylist
from saddlepoint.statistics import perceptual
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.systems.feeds import Untargeted
from saddlepoint.systems.looks import before_and_after
from saddlepoint.systems.parts import alone, named, player, run
from saddlepoint.systems.style.config import Config
from saddlepoint.systems.system import Measures, Model, Networks, Scene, System, Translate, View
from saddlepoint.systems.vision import Look, grams, network

LOSSES = ("content", "strength", "smooth")
CONTENT, STYLE = "relu2_2", ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
WHOLE = 1024  # pixels a side up to which a photograph is painted as one
MOST, AT_ONCE = 32, 8  # photographs that are judged by


def networks(config: Config, facts: Facts) -> Networks:
    g = config.g
    return {"G": Stylist(facts["x"].shape[0], width=g.width, blocks=g.blocks, normalise=g.normalise)}


class Losses:
    """What G is paid for, of results x and photographs c in [-1, 1], [B] each."""

    def __init__(self, config: Any) -> None:
        self.style = grams(config, config.style, config.style_side, STYLE)
        self.network = network(config)
        self.results, self.photographs = (Look(self.network, "signed", names) for names in (STYLE, (CONTENT,)))

    def content(self, x: Tensor, c: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = self.photographs(c)[CONTENT]
        return perceptual.apart(self.results(x)[CONTENT], wanted)

    def strength(self, x: Tensor, c: Tensor) -> Tensor:
        found = {name: perceptual.gram(features) for name, features in self.results(x).items()}
        return torch.stack([perceptual.apart(found[name], self.style[name].to(x.device)) for name in STYLE]).mean(0)

    def smooth(self, x: Tensor, c: Tensor) -> Tensor:
        return perceptual.roughness(x)


def scene(config: Config, stage: int, networks: Networks, facts: Facts) -> Scene:
    losses, rules = Losses(config), config.stages[stage]

    def term(name: str) -> Term:
        of = getattr(losses, name)
        return Term(name, "G", lambda turn: of(alone(turn.fake), named(turn.x, "photograph")), getattr(rules, name))

    terms = tuple(term(name) for name in LOSSES if getattr(rules, name))
    return Scene(Game(G=player(config.g, G=networks["G"]), terms=terms, k=0), {"G": config.g})


def model(config: Config, facts: Facts, networks: Networks) -> Model:
    G: Stylist = networks["G"]  # pyright: ignore[reportAssignmentType]
    return Model(apply=Translate(lambda c, seed: run(G, None, c), G.scale, G.step, G.margin, WHOLE))


@torch.no_grad()
def judged(view: View) -> Measures:
    """Of some photographs: the whole cost and that of style as shares of what the photographs as they are cost, so that
    G begins at 1; and content's, where it begins at 0.
    """
    if view.model.apply is None:
        raise SaddlepointError("a model that translates nothing", "judge")
    photographs, rules = source_of(view.some)[:MOST].cpu(), view.config.stages[-1]
    if len(photographs) < 2:
        raise SaddlepointError("fewer than two photographs to judge by", "judge", "hold more out: --data.held-out")
    losses, parts = Losses(view.config), []
    for c in photographs.split(AT_ONCE):
        both = (view.model.apply.call(c, view.seed), c.clone())
        parts.append(torch.stack([torch.stack([getattr(losses, name)(x, c) for name in LOSSES]) for x in both]))
    made, before = torch.cat(parts, 2).double()  # [losses, n] each
    weights = torch.tensor([[getattr(rules, name)] for name in LOSSES], dtype=torch.float64)
    content, style = LOSSES.index("content"), LOSSES.index("strength")
    values = {
        "cost": ("cost / that of the photograph as it is", (weights * made).sum(0) / (weights * before).sum(0)),
        "style": ("style loss / that of the photograph as it is", made[style] / before[style]),
        "content": (f"content loss at {CONTENT}, as a share", made[content]),
    }
    card = plain_card(f"{len(photographs):,} {view.whose['x']} photographs", photographs, view.seed)
    card = card._replace(extractor="VGG16", extractor_digest=losses.network.digest)
    return {name: Measure(*mean_interval(of), card._replace(metric=metric)) for name, (metric, of) in values.items()}


SYSTEM = System(
    networks,
    scene,
    model,
    ships=("G",),
    takes={"x": ("pictures",)},
    frame=before_and_after,
    judges=(judged,),
    feed=lambda config, feeds, rng: Untargeted(feeds["x"], "photograph", STEP),
    only=("signed",),
)
