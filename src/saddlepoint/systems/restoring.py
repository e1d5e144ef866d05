"""What systems that restore pictures have in common: G by its error alone, then with a critic of patches beside it; and
everything between the two, G(c; (1 - s) w_error + s w_critic) (Wang et al. 2019, ESRGAN, section 3.4).

`first` is a copy of G that follows it as long as no critic plays, and then stays: no player moves it. It is saved,
averaged and shipped as G is.
"""

import copy
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from saddlepoint import penalties
from saddlepoint.data.facts import Facts
from saddlepoint.game.rules import Game, Term, one_generator
from saddlepoint.networks.mixing import follow, mixed
from saddlepoint.networks.patch import PatchCritic
from saddlepoint.records import Examples, Turn
from saddlepoint.settings.restoring import Restoring, two_kinds
from saddlepoint.systems.parts import OBJECTIVES, player, run, squares, weighted
from saddlepoint.systems.system import Model, Networks, Scene, Translate

BLIND, TOLD = "D", "D_hole"  # critics by name: that of patches, which is not told c, and one that is
FLOOR = 1e-3  # of the squared error: what is better than that is as good as perfect


def pair(G: nn.Module, channels: int, config: Any, critics: Networks | None = None) -> Networks:
    """G; where a critic plays in any stage these, or D, one of patches; and what G was before it, where there is a
    stage before.
    """
    stages: tuple[Restoring, ...] = config.stages
    networks: dict[str, nn.Module] = {"G": G}
    critics = {BLIND: patches(channels, config)} if critics is None else critics
    if any(stage.adversarial for stage in stages):
        networks |= critics
    if two_kinds(stages):
        networks["first"] = copy.deepcopy(G).requires_grad_(False)
    return networks


def patches(channels: int, config: Any) -> PatchCritic:
    """The critic of patches that is not told c."""
    return PatchCritic(channels, width=config.d.width, layers=config.d.layers, normalise=False)


def decibels(one: Examples, other: Examples) -> Tensor:
    """10 log10(mean (x - y)^2 + FLOOR) of each example, [B]: but for the floor a constant less PSNR. Half of the error
    is worth the same however large it was, so that a few pictures that nobody could guess do not drown the others (as
    in Chen et al. 2022, Simple Baselines for Image Restoration).
    """
    return 10 * (squares(one, other) + FLOOR).log10()


ERRORS = {"squares": squares, "decibels": decibels}


def scene(
    config: Any, stage: int, networks: Networks, facts: Facts, content: Callable[[Turn], Tensor] | None = None
) -> Scene:
    """The error in pixels alone; or with its critics, and there `content` in its place."""
    rules, d = config.stages[stage], config.d
    g = config.g.model_copy(update={"lr": rules.pace * config.g.lr})
    error = ERRORS[rules.error]
    name, of = (rules.error, lambda turn: error(turn.fake, turn.x)) if content is None else ("content", content)
    G, terms = networks["G"], (Term(name, "G", of, rules.squares),)
    if not rules.adversarial:

        def forge(nets, batch, z, rng):
            if "first" in networks:
                follow(networks["first"], G)
            return one_generator(nets, batch, z, rng)

        return Scene(Game(G=player(g, G=G), terms=terms, k=0, forge=forge), {"G": g})
    critics = {name: networks[name] for name in (BLIND, TOLD) if name in networks}
    terms = (*terms, Term("r1", "D", penalties.r1, rules.r1, rules.penalty_every))
    game = Game(
        G=player(g, G=G),
        D=player(d, None, **critics),
        objective=weighted(OBJECTIVES[rules.objective], rules.adversarial),
        terms=tuple(term for term in terms if term.weight),
        unconditional=frozenset(critics) & {BLIND},
    )
    return Scene(game, {"G": g, "D": d}, chooses=False)


def model(config: Any, facts: Facts, networks: Networks) -> Model:
    return Model(apply=translate(networks))


def translate(networks: Networks) -> Translate:
    """c -> G(c), and what lies between its two stages, where it has these."""
    G: nn.Module = networks["G"]
    first = networks.get("first")

    def between(share: float) -> Callable[[Tensor, int], Tensor]:
        assert first is not None
        return call(mixed(first, G, share))

    def call(network: nn.Module) -> Callable[[Tensor, int], Tensor]:
        return lambda c, seed: run(network, None, c)

    scale, step, margin = (getattr(G, name) for name in ("scale", "step", "margin"))
    return Translate(call(G), scale, step, margin, between=None if first is None else between)
