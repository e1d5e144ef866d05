"""What a game consists of: two players, a prior, an objective, extra terms, and how fakes are made and compared."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.game.plain import ask
from saddlepoint.game.players import Descend, Player, descend
from saddlepoint.objectives import Objective
from saddlepoint.records import Batch, Examples, Generator, Turn

Augment = Callable[[Tensor, torch.Generator, float], Tensor]
Draw = Callable[[int, torch.Generator], Tensor | None]
Forge = Callable[[Mapping[str, Generator], Batch, Tensor | None, torch.Generator], Examples]
Pairing = Callable[[Examples, Examples], tuple[Tensor, Tensor]]


class Term(NamedTuple):
    """A penalty or an extra cost: weight * mean of(turn), added to its owner's cost every `every`-th round.

    A term that is computed every n-th round weighs n times as much there (Karras et al. 2020, lazy regularisation).
    `reads_real` asks the game for the critic's answer on x in the generator's step too.
    """

    name: str
    owner: Literal["D", "G"]
    of: Callable[[Turn], Tensor]
    weight: float = 1.0
    every: int = 1
    reads_real: bool = False


class Dials(NamedTuple):
    """The numbers that change during a run, as the run read them off its schedules for this round.

    rates, momenta  by player; weights by term name; those absent stay as they are. `augment` is a strength in [0, 1].
    """

    rates: Mapping[str, float] = {}
    momenta: Mapping[str, float] = {}
    weights: Mapping[str, float] = {}
    augment: float = 1.0


class State(NamedTuple):
    """Where a game stands: rounds played and real examples seen. All else is in its modules and optimisers."""

    index: int = 0
    images: int = 0

    def after(self, images: int) -> "State":
        """Where it stands one round later, which saw so many real examples."""
        return State(self.index + 1, self.images + images)


def one_generator(generators: Mapping[str, Generator], batch: Batch, z: Tensor | None, rng: torch.Generator) -> Tensor:
    """The usual forge: G(z, c), of the only generator. It needs no chance but z."""
    (G,) = generators.values()
    return ask(G, "G", z, batch.c)


def real_against_fake(x: Examples, fake: Examples) -> tuple[Tensor, Tensor]:
    """The usual pairing: all of x is real, all of G(z) is fake."""
    if isinstance(x, Mapping) or isinstance(fake, Mapping):
        raise SaddlepointError(
            "examples are a record of several tensors, and no pairing says which the critic compares"
        )
    if x.shape[1:] != fake.shape[1:]:
        what = f"G makes examples of {list(fake.shape[1:])}, the data are of {list(x.shape[1:])}"
        raise SaddlepointError(what, "play", "let its last layer make the shape of x")
    return x, fake


@dataclass(frozen=True, kw_only=True)
class Game:
    """The parts of a game.

    G, D           the players; each owns networks and one optimiser. D is None in a stage without critic, where k = 0
                   and G descends its terms alone
    prior          (n, rng) -> z [n, Z], or None where chance enters otherwise
    objective      the two costs, functions of logits
    terms          penalties and extra costs, each owned by one player
    k              critic steps per generator step
    forge          (generators, batch, z, rng) -> fakes: how fakes are made, where it is not G(z, c); rng, a stream of
                   the step's own, is for chance that is no z
    pairings       by critic: (x, fakes) -> (its real, its fake), where there are several kinds of example
    recall         by critic: (its fakes, rng) -> what its own step takes for fakes, where earlier ones are shown again
                   (Zhu et al. 2017, section 4). Its buffers are its memory, written in place; G's step never sees it.
                   What is recalled is judged under the present c: it is for critics that read none
    unconditional  the critics that are not told c: D(x), though there is one
    augment        T(x, rng, strength): critics see T(x) and T(G(z)), and the generator is taught through T
    fast           a context for the adversarial forward passes (autocast); penalties always see full precision
    descend        (loss, player) -> Step: how a player moves; another one where several processes play as one
    """

    G: Player
    D: Player | None = None
    prior: Draw = lambda n, rng: None
    objective: Objective | None = None
    terms: tuple[Term, ...] = ()
    k: int = 1
    forge: Forge = one_generator
    pairings: Mapping[str, Pairing] = field(default_factory=dict)
    recall: Mapping[str, nn.Module] = field(default_factory=dict)
    unconditional: frozenset[str] = frozenset()
    augment: Augment | None = None
    fast: Callable[[], AbstractContextManager] = nullcontext
    descend: Descend = descend

    def __post_init__(self) -> None:
        critics = {} if self.D is None else self.D.networks
        if self.k < 0 or bool(critics) != bool(self.k) or bool(critics) != (self.objective is not None):
            raise SaddlepointError(
                f"a game of {len(critics)} critics with k = {self.k} and {'an' if self.objective else 'no'} objective",
                hint="with critics, k >= 1 and an objective; without, k = 0 and none",
            )
        by_critic = {"pairings": self.pairings, "recalls": self.recall, "no condition": self.unconditional}
        for what, names in by_critic.items():
            if unknown := set(names) - set(critics):
                raise SaddlepointError(
                    f"{what} for critics that do not play: {', '.join(sorted(unknown))}",
                    hint=f"those that play: {', '.join(critics) or 'none'}",
                )
        if not critics and any(term.owner == "D" for term in self.terms):
            raise SaddlepointError("a term owned by D in a game without critic")
        if not critics and all(term.every > 1 for term in self.terms):
            raise SaddlepointError("a game with neither critic nor a term in every round: nothing to learn from")
        for term in self.terms:
            if term.owner not in ("D", "G") or term.every < 1:
                raise SaddlepointError(
                    f"term {term.name!r} is owned by {term.owner!r}, every {term.every} rounds",
                    hint="by D or G, and every 1, 2, 3, ... rounds",
                )
        if len({(term.owner, term.name) for term in self.terms}) < len(self.terms):
            raise SaddlepointError(
                "two terms of one owner have one name", hint="the journal distinguishes terms by name"
            )
        if self.D and {id(p) for p in self.G.parameters} & {id(p) for p in self.D.parameters}:
            raise SaddlepointError("a parameter has two owners, G and D", hint="each player moves only its own")

    def player(self, owner: str) -> Player:
        """The player that owns a term or takes a step, by its letter."""
        player = self.G if owner == "G" else self.D
        if player is None:
            raise SaddlepointError("this game has no critic to move")
        return player

    @property
    def players(self) -> Mapping[str, Player]:
        """Those that play, by their letters."""
        return {"G": self.G} if self.D is None else {"G": self.G, "D": self.D}

    @property
    def generator_reads_real(self) -> bool:
        """Whether the generator's step needs the critics' answers on x."""
        paired = self.objective is not None and self.objective.paired
        return paired or any(term.reads_real for term in self.terms if term.owner == "G")
