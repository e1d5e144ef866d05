"""The small parts that the game's tests are played with: networks of a few numbers, in float64."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from saddlepoint.game.players import Player
from saddlepoint.records import Answer, Batch, Turn, Verdict

DOUBLE = torch.float64


class Generator(nn.Module):
    """G(z, c) = net(z)."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, z: Tensor, c: Tensor | None) -> Tensor:
        return self.net(z)


class Critic(nn.Module):
    """D(x, c): net(x) are the logits, [B, 1] or one for each site."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor, c: Tensor | None) -> Answer:
        return Answer(self.net(x).squeeze(1))


def linear(*weights: float, bias: float = 0.0) -> nn.Linear:
    """x [B, n] -> w . x + b, [B, 1]."""
    layer = nn.Linear(len(weights), 1, dtype=DOUBLE)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([weights], dtype=DOUBLE))
        layer.bias.fill_(bias)
    return layer


def constant(*bias: float) -> nn.Linear:
    """z [B, 2] -> the bias, whatever z is."""
    layer = nn.Linear(2, len(bias), dtype=DOUBLE)
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.copy_(torch.tensor(bias, dtype=DOUBLE))
    return layer


def mlp(inputs: int, outputs: int, width: int = 8, seed: int = 0, dtype: torch.dtype = DOUBLE) -> nn.Sequential:
    """A smooth network, so that finite differences of its derivatives exist."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(inputs, width, dtype=dtype), nn.Tanh(), nn.Linear(width, outputs, dtype=dtype))


def normed(inputs: int, outputs: int, seed: int = 0) -> nn.Sequential:
    """A network with buffers that every forward pass moves: batch normalisation's and spectral normalisation's."""
    torch.manual_seed(seed)
    spectral = nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8, dtype=DOUBLE))
    return nn.Sequential(
        nn.Linear(inputs, 8, dtype=DOUBLE),
        nn.BatchNorm1d(8, dtype=DOUBLE),
        nn.Tanh(),
        spectral,
        nn.Tanh(),
        nn.Linear(8, outputs, dtype=DOUBLE),
    )


def normal(n: int, rng: torch.Generator) -> Tensor:
    """z ~ N(0, I) on R^2, in float64."""
    return torch.randn(n, 2, generator=rng, dtype=DOUBLE)


def points(n: int = 8, start: int = 0) -> Iterator[Batch]:
    """Endless batches of points around (2, -1); `start` skips batches, as a resumed run's source does."""
    index = start
    while True:
        rng = torch.Generator().manual_seed(index)
        yield Batch(torch.randn(n, 2, generator=rng, dtype=DOUBLE) + torch.tensor([2.0, -1.0], dtype=DOUBLE))
        index += 1


def adam(network: nn.Module, rate: float = 1e-2) -> Player:
    return Player.of(network, torch.optim.Adam(network.parameters(), lr=rate, betas=(0.5, 0.9)))


def sgd(network: nn.Module, rate: float, momentum: float = 0.0) -> Player:
    return Player.of(network, torch.optim.SGD(network.parameters(), lr=rate, momentum=momentum))


def belongings(player: Player) -> list[Tensor]:
    """Copies of all that a player has: parameters, buffers, gradients, and its optimiser's moments."""
    networks = player.networks.values()
    moments = [t for state in player.optimiser.state.values() for t in state.values() if isinstance(t, Tensor)]
    gradients = [p.grad for p in player.parameters if p.grad is not None]
    return [t.detach().clone() for t in [*(t for n in networks for t in n.state_dict().values()), *gradients, *moments]]


def same(a: list[Tensor], b: list[Tensor]) -> bool:
    """Bit for bit, a NaN being no equal of anything."""
    return len(a) == len(b) and all(torch.equal(s, t) for s, t in zip(a, b))


def turn_of(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: int = 0) -> Turn:
    """The turn in which a critic x -> logits has seen these examples."""

    def answering(x: Tensor) -> Answer:
        return Answer(critic(x))

    verdict = Verdict(real, fake, answering, answering(real), answering(fake))
    return Turn(real, None, None, fake, {}, {"D": verdict}, torch.Generator().manual_seed(seed))
