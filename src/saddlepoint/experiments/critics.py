"""Small critics for points, and how one is trained while the generator stands still: by the game, G not moving.

A fixed p_g needs no network: its samples are z, and G(z) = z + shift with a shift that nobody moves.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from saddlepoint.data.densities import Density
from saddlepoint.game.algorithm import play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Dials, Game, State
from saddlepoint.game.schedules import critic_only
from saddlepoint.objectives import non_saturating
from saddlepoint.randomness import Randomness
from saddlepoint.records import Answer, Batch, Round

Sampler = Callable[[int, torch.Generator], Tensor]


class Shift(nn.Module):
    """G(z) = z + shift: its prior is p_g itself, displaced."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(dimension))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return z + self.shift


class RawCritic(nn.Module):
    """A ReLU network on the coordinates as they are: x [B, D] -> logits [B]."""

    def __init__(self, dimension: int, widths: tuple[int, ...] = (128, 128)) -> None:
        super().__init__()
        sizes = (dimension, *widths)
        hidden = [part for a, b in zip(sizes, sizes[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
        self.layers = nn.Sequential(*hidden, nn.Linear(sizes[-1], 1))

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        return Answer(self.layers(x)[:, 0])


class FourierCritic(nn.Module):
    """The same network on cos(W x), sin(W x), W fixed and N(0, 1 / scale^2): it sees structures of size `scale`.

    A ReLU network on raw coordinates learns what is smooth first, and what is finer hardly ever (Tancik et al. 2020,
    Fourier features let networks learn high frequency functions in low dimensional domains).
    """

    def __init__(self, dimension: int, scale: float, features: int = 128, widths: tuple[int, ...] = (128, 128)) -> None:
        super().__init__()
        self.W = nn.Buffer(torch.randn(dimension, features) / scale)
        self.raw = RawCritic(2 * features, widths)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Answer:
        phase = x @ self.W
        return self.raw(torch.cat([phase.cos(), phase.sin()], 1))


def points(density: Density, batch: int, rounds: int, seed: int) -> Iterator[Batch]:
    """`rounds` fresh batches of the density, [batch, D] float32."""
    rng = Randomness(seed).stream("data")
    for _ in range(rounds):
        yield Batch(density.sample(batch, rng).float())


def prior_of(density: Density) -> Sampler:
    """The density as a prior: (n, rng) -> z [n, D] float32."""
    return lambda n, rng: density.sample(n, rng).float()


def against(fake: Sampler, D: nn.Module, dimension: int, rate: float) -> Game:
    """The game of one critic against a generator that stands still."""
    G = Shift(dimension)
    return Game(
        G=Player.of(G, torch.optim.SGD(G.parameters(), 0.0)),
        D=Player.of(D, torch.optim.Adam(D.parameters(), rate, betas=(0.9, 0.99))),
        prior=fake,
        objective=non_saturating,
    )


def train_critic(
    D: nn.Module, batches: Iterator[Batch], fake: Sampler, *, rounds: int, rate: float = 2e-3, seed: int = 0
) -> Iterator[Round]:
    """Play `rounds` rounds of the critic alone; its learning rate falls to 0 as half a cosine."""
    dimension = fake(1, torch.Generator()).shape[-1]

    def dials(state: State) -> Dials:
        return Dials(rates={"D": rate * (1 + math.cos(math.pi * state.index / rounds)) / 2})

    game = against(fake, D, dimension, rate)
    return play(game, batches, seed=seed, schedule=critic_only, dials=dials)


@torch.no_grad()
def logits_of(D: nn.Module, x: Tensor) -> Tensor:
    """The critic's logits on x [N, D], [N] float64, in pieces that fit in the cache."""
    return torch.cat([D(part.float()).logits for part in x.split(8192)]).double()
