"""One game carries them all: six systems, fifty rounds each, each with something learnt that can be measured.

They share no training code: what differs are networks, a forge, a pairing, a term.
"""

import math
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot
from toys import Critic, Generator

from saddlepoint.game.algorithm import play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Game, Term
from saddlepoint.objectives import hinge, non_saturating, relativistic
from saddlepoint.penalties import r1, r2
from saddlepoint.records import Answer, Batch, Examples, Round, Turn

B = 64


def source(draw: Callable[[torch.Generator], Batch]) -> Iterator[Batch]:
    rng = torch.Generator().manual_seed(1)
    while True:
        yield draw(rng)


def fifty(game: Game, draw: Callable[[torch.Generator], Batch]) -> list[Round]:
    rounds = list(islice(play(game, source(draw), seed=4), 50))
    assert all(r.sound and r.skipped == 0 for r in rounds)
    assert rounds[-1].images == 50 * max(game.k, 1) * B
    return rounds


def adam(*networks: nn.Module, rate: float) -> torch.optim.Adam:
    return torch.optim.Adam([p for n in networks for p in n.parameters()], lr=rate, betas=(0.0, 0.9))


def noise(size: int) -> Callable[[int, torch.Generator], Tensor]:
    return lambda n, rng: torch.randn(n, size, generator=rng)


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(99)


def layers(*sizes: int) -> nn.Sequential:
    pairs = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
    return nn.Sequential(*pairs[:-1])


def test_points() -> None:
    """x ~ N((2, -1), I): the generator's mean comes within 0.3 of it, from 2.6 away."""
    torch.manual_seed(0)
    G, D, target = Generator(nn.Linear(2, 2)), Critic(layers(2, 32, 32, 1)), torch.tensor([2.0, -1.0])
    game = Game(
        G=Player.of(G, adam(G, rate=0.08)), D=Player.of(D, adam(D, rate=0.02)), prior=noise(2), objective=relativistic,
        terms=(Term("r1", "D", r1, weight=0.2), Term("r2", "D", r2, weight=0.2)), k=3,
    )  # fmt: skip
    before = (G(noise(2)(4096, rng()), None).mean(0) - target).norm()
    fifty(game, lambda rng: Batch(torch.randn(B, 2, generator=rng) + target))
    after = (G(noise(2)(4096, rng()), None).mean(0) - target).norm()
    assert before > 2.5
    assert after < 0.3


@pytest.mark.slow
def test_a_signal() -> None:
    """x [B, 1, T]: three periods of a sine with any phase. The spectrum of the fakes gathers where the data's is."""
    torch.manual_seed(0)
    T, f = 32, 3

    def draw(rng: torch.Generator) -> Batch:
        phase = 2 * math.pi * torch.rand(B, 1, 1, generator=rng)
        return Batch(torch.sin(2 * math.pi * f * torch.arange(T) / T + phase))

    def gathered(x: Tensor) -> float:
        power = torch.fft.rfft(x.squeeze(1)).abs().square().mean(0)
        return (power[f] / power.sum()).item()

    G = Generator(nn.Sequential(nn.Linear(8, T), nn.Unflatten(1, (1, T))))
    D = Critic(nn.Sequential(
        nn.Conv1d(1, 16, 9, padding=4, padding_mode="circular"), nn.LeakyReLU(0.2),
        nn.Conv1d(16, 16, 9, padding=4, padding_mode="circular"), nn.LeakyReLU(0.2),
        nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 1),
    ))  # fmt: skip
    game = Game(
        G=Player.of(G, adam(G, rate=0.02)), D=Player.of(D, adam(D, rate=0.01)), prior=noise(8),
        objective=non_saturating, terms=(Term("r1", "D", r1, weight=0.1),), k=2,
    )  # fmt: skip
    z = noise(8)(256, rng())
    before = gathered(G(z, None))
    fifty(game, draw)
    assert G(z, None).shape == (256, 1, T)
    assert before < 0.2
    assert gathered(G(z, None)) > 0.8


def test_a_token_sequence() -> None:
    """x [B, T] of V symbols, each the last one's successor. The choice of a symbol is passed through straight."""
    torch.manual_seed(0)
    T, V = 6, 4

    def draw(rng: torch.Generator) -> Batch:
        return Batch((torch.randint(V, (B, 1), generator=rng) + torch.arange(T)) % V)

    class Writer(nn.Module):
        """z -> [B, T, V], one-hot; its derivative is that of the softmax."""

        def __init__(self) -> None:
            super().__init__()
            self.net = layers(8, 64, T * V)

        def forward(self, z: Tensor, c: Tensor | None) -> Tensor:
            soft = self.net(z).view(-1, T, V).softmax(-1)
            hard = one_hot(soft.argmax(-1), V).to(soft)
            return hard + soft - soft.detach()

    def spelt(x: Examples, fake: Examples) -> tuple[Tensor, Tensor]:
        return one_hot(x, V).to(fake), fake

    def grammatical(x: Tensor) -> float:
        return ((x[:, :-1] + 1) % V == x[:, 1:]).float().mean().item()

    G, D = Writer(), Critic(nn.Sequential(nn.Flatten(), layers(T * V, 64, 64, 1)))
    game = Game(
        G=Player.of(G, adam(G, rate=0.01)), D=Player.of(D, adam(D, rate=0.005)), prior=noise(8),
        objective=non_saturating, pairings={"net": spelt}, k=2,
    )  # fmt: skip
    z = noise(8)(512, rng())
    assert grammatical(G(z, None).argmax(-1)) < 0.4
    fifty(game, draw)
    assert grammatical(G(z, None).argmax(-1)) > 0.8


def test_two_generators_and_two_critics_tied_by_a_cycle() -> None:
    """Unpaired a ~ N(0, I) and b = R a + (2, 0): each side's fakes reach the other, and there and back is home."""
    torch.manual_seed(0)
    turn_by = torch.tensor([[0.8, -0.6], [0.6, 0.8]])

    def draw(rng: torch.Generator) -> Batch:
        a, b = torch.randn(2, B, 2, generator=rng)
        return Batch({"a": a, "b": b @ turn_by.T + torch.tensor([2.0, 0.0])})

    def translate(generators, batch: Batch, z: None, rng: torch.Generator) -> Examples:
        return {"b": generators["to_b"](batch.x["a"], None), "a": generators["to_a"](batch.x["b"], None)}

    def cycle(turn: Turn) -> Tensor:
        home = turn.generators["to_a"](turn.fake["b"], None), turn.generators["to_b"](turn.fake["a"], None)
        return (home[0] - turn.x["a"]).abs().mean(1) + (home[1] - turn.x["b"]).abs().mean(1)

    forth, back = Generator(nn.Linear(2, 2)), Generator(nn.Linear(2, 2))
    of_a, of_b = Critic(layers(2, 32, 32, 1)), Critic(layers(2, 32, 32, 1))
    game = Game(
        G=Player({"to_b": forth, "to_a": back}, adam(forth, back, rate=0.08)),
        D=Player({"of_a": of_a, "of_b": of_b}, adam(of_a, of_b, rate=0.02)),
        objective=hinge, forge=translate, terms=(Term("cycle", "G", cycle, weight=1.0),), k=3,
        pairings={"of_a": lambda x, fake: (x["a"], fake["a"]), "of_b": lambda x, fake: (x["b"], fake["b"])},
    )  # fmt: skip
    rounds = fifty(game, draw)
    a = torch.randn(4096, 2, generator=rng())
    there = forth(a, None)
    home = (back(there, None) - a).abs().mean().item()
    assert (there.mean(0) - torch.tensor([2.0, 0.0])).norm() < 0.3
    assert home < 0.35
    assert rounds[-1].losses["G/cycle"] < 0.2 * rounds[0].losses["G/cycle"]


def test_patch_logits() -> None:
    """Pictures of vertical stripes, judged in 4 x 4 places, each by what it sees of them."""
    torch.manual_seed(0)

    def draw(rng: torch.Generator) -> Batch:
        stripes = torch.tensor([1.0, 1.0, -1.0, -1.0]).repeat(2).expand(B, 1, 8, 8)
        return Batch(stripes + 0.1 * torch.randn(B, 1, 8, 8, generator=rng))

    seen = []
    look = Term("look", "D", lambda turn: seen.append(turn) or turn.verdict().f.logits, weight=0.0)
    G = Generator(nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8))))
    D = Critic(nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(32, 1, 3, padding=1)
    ))  # fmt: skip
    game = Game(
        G=Player.of(G, adam(G, rate=0.04)), D=Player.of(D, adam(D, rate=0.01)), prior=noise(8),
        objective=non_saturating, terms=(look, Term("r1", "D", r1, weight=0.1)), k=2,
    )  # fmt: skip

    def likeness(x: Tensor) -> float:
        return torch.corrcoef(torch.stack([x.mean(0).flatten(), draw(rng()).x[0].flatten().sign()]))[0, 1].item()

    z = noise(8)(256, rng())
    before = likeness(G(z, None))
    rounds = fifty(game, draw)
    verdict = seen[-1].verdict()
    assert verdict.r.logits.shape == verdict.f.logits.shape == (B, 4, 4)
    costs = [non_saturating.critic(t.verdict().r.logits, t.verdict().f.logits).mean().item() for t in seen[-2:]]
    assert math.isclose(rounds[-1].losses["D"], sum(costs) / 2, rel_tol=1e-6)
    assert before < 0.3
    assert likeness(G(z, None)) > 0.8


def test_two_stages_the_first_without_critic() -> None:
    """x = c + N(0, 1): least squares finds the mean of x given c and drops z; the game, from there, its spread.

    The second stage inherits the generator with its weights, and begins with an optimiser of its own.
    """
    torch.manual_seed(0)

    class Around(nn.Module):
        """G(z, c) = a c + s z + b."""

        def __init__(self) -> None:
            super().__init__()
            self.a, self.s, self.b = (nn.Parameter(torch.tensor(t)) for t in (0.2, 0.6, 0.5))

        def forward(self, z: Tensor, c: Tensor) -> Tensor:
            return self.a * c + self.s * z + self.b

    class Beside(nn.Module):
        """D(x, c): a function of both."""

        def __init__(self) -> None:
            super().__init__()
            self.net = layers(2, 32, 32, 1)

        def forward(self, x: Tensor, c: Tensor) -> Answer:
            return Answer(self.net(torch.cat([x - c, c], 1)).squeeze(1))

    def draw(rng: torch.Generator) -> Batch:
        c, e = torch.randn(2, B, 1, generator=rng)
        return Batch(c + e, c)

    G, D = Around(), Beside()
    squares = Term("squares", "G", lambda turn: (turn.fake - turn.x).square())
    first = Game(G=Player.of(G, adam(G, rate=0.05)), prior=noise(1), terms=(squares,), k=0)
    rounds = fifty(first, draw)
    mean, spread = [(G.a.item(), G.b.item()), abs(G.s.item())]
    assert (set(rounds[0].losses), set(rounds[0].gradients)) == ({"G/squares"}, {"G"})
    assert math.isnan(rounds[0].d_real)
    assert math.dist(mean, (1.0, 0.0)) < 0.2
    assert spread < 0.15
    second = Game(
        G=Player.of(G, adam(G, rate=0.03)), D=Player.of(D, adam(D, rate=0.02)), prior=noise(1),
        objective=non_saturating, k=2,
    )  # fmt: skip
    fifty(second, draw)
    assert math.dist((G.a.item(), G.b.item()), (1.0, 0.0)) < 0.3
    assert 0.6 < abs(G.s.item()) < 1.4
