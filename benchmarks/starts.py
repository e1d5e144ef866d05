"""How the networks of the mode-coverage benchmarks begin: creases where the data are, G spread out and unfolded."""

import torch
from torch import Tensor, nn

from saddlepoint.networks.mlp import MLPCritic, MLPGenerator
from saddlepoint.priors import Prior


class Steps(nn.Module):
    """G of two layers h -> tanh(gain (W h + b)): stairs, which a map of one lump to many modes has to be.

    The first layer's directions are normal, and each unit's step begins at a point of the prior.
    """

    def __init__(self, latent: int, dimension: int, gain: float, width: int = 400) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(latent, width), nn.Linear(width, width)
        self.last = nn.Linear(width, dimension)
        self.gain = nn.Buffer(torch.tensor(gain))
        nn.init.normal_(self.first.weight)
        with torch.no_grad():
            self.first.bias.copy_(-(self.first.weight * torch.randn(width, latent)).sum(1))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        h = torch.tanh(self.gain * self.first(z))
        return self.last(torch.tanh(self.gain * self.second(h)))


@torch.no_grad()
def place_creases(network: MLPGenerator | MLPCritic, x: Tensor, together: int = 1, gain: float = 1.0) -> None:
    """Set the biases of each layer so that every unit has its crease at one of the points x, after the layers before:
    there a rectifier's map is zero, and `together` pieces of a maxout unit meet.

    With biases at zero all creases meet at the origin, and a critic of raw coordinates cannot see a mode's width for
    thousands of rounds. `gain` multiplies the first layer: finer creases.
    """
    h = x
    for layer in network.body.layers.children():
        (linear,) = (part for part in layer.modules() if isinstance(part, nn.Linear))
        linear.weight.mul_(gain if h is x else 1.0)
        at = h[torch.randint(len(h), (len(linear.weight) // together,))].repeat(together, 1)
        linear.bias.copy_(-(linear.weight * at).sum(1))
        h = layer(h)


@torch.no_grad()
def spread_out(G: Steps, prior: Prior, spread: float) -> None:
    """Rescale the last layer, so that G(z) starts as wide as the data: what starts in one place stays in one mode."""
    z = prior(2000, torch.Generator().manual_seed(0))
    G.last.weight.mul_(spread / (G(z) - G(z).mean(0)).std())
    G.last.bias.sub_(G(z).mean(0))


@torch.no_grad()
def unfold(G: MLPGenerator, z: Tensor, spread: float, ridge: float = 1e-2) -> None:
    """Set the last layer, by ridge regression on the hidden one, so that G starts as a linear map: G(z) = spread z.

    A random G is a crumpled sheet, and folds stay: modes then have several places in z, which take each other's shares.
    """
    h, x = G.body(z, None)[-1].double(), spread * z.double()
    centred, weight = h - h.mean(0), ridge * len(z) * torch.eye(h.shape[1], dtype=torch.float64)
    W = torch.linalg.solve(centred.T @ centred + weight, centred.T @ (x - x.mean(0))).T
    G.last.weight.copy_(W)
    G.last.bias.copy_(x.mean(0) - W @ h.mean(0))
