"""What autoencoders have beside a generator: an encoder to a distribution over z, and a stack of layers there and back.

x   [B, *shape]; pictures are flattened
h   [B, units], the activations of a layer
"""

from collections.abc import Iterable, Sequence
from math import prod
from typing import cast

from torch import Tensor, nn

from saddlepoint.networks.blocks import Shape
from saddlepoint.networks.mlp import Layers, initialise, stack
from saddlepoint.networks.standard import Standard

LOG_VAR_LIMIT = 12.0


class Encoder(nn.Module):
    """q(z | x) = N(mu, diag exp(log_var)), mu and log_var [B, latent] (Kingma & Welling 2014, appendix C.2).

    mu = W h + b and s = V h + a on the last hidden layer h;  log_var = L tanh(s / L), with L = 12: s itself near 0, and
    never a standard deviation outside e^-6 .. e^6. An unbounded one overflows in exp as soon as a batch is unlike the
    others, and every weight with it. The layers see x as `standard` has it. The decoder is an MLPGenerator.
    """

    def __init__(self, shape: Shape, latent: int, hidden: Layers) -> None:
        super().__init__()
        self.standard = Standard(prod(shape))
        self.layers = stack(prod(shape), hidden)
        self.mu, self.log_var = (nn.Linear(hidden.widths[-1], latent) for _ in range(2))
        for head in (self.mu, self.log_var):
            initialise(head, hidden.irange)

    def start_at(self, mean: Tensor) -> None:
        """See x by the mean x [*shape] of the data."""
        self.standard.start_at(mean)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.layers(self.standard(x.flatten(1)))
        return self.mu(h), LOG_VAR_LIMIT * (self.log_var(h) / LOG_VAR_LIMIT).tanh()


class Layer(nn.Module):
    """One layer's maps: `down` to its units, `up` back to its inputs; their weights are not tied.

    They start as Glorot & Bengio 2010 have it, U(-g, g) with g = gain (6 / (inputs + units))^(1/2), biases 0; gain 4
    makes up for the sigmoid's slope of 1/4.
    """

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(inputs, units), nn.Linear(units, inputs)
        for linear in (self.down, self.up):
            nn.init.xavier_uniform_(linear.weight, gain=4.0)
            nn.init.zeros_(linear.bias)


class Stack(nn.Module):
    """Layers of sigmoids, each an autoencoder of the one below: to be trained one by one from the bottom, then all
    together (Bengio et al. 2006, Greedy layer-wise training of deep networks). x in [0, 1], as h is.

    widths  units of each layer, from the data up
    """

    def __init__(self, inputs: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(below, units) for below, units in zip((inputs, *widths), widths))

    def down(self, h: Tensor, layers: Iterable[nn.Module] | None = None) -> Tensor:
        """h <- sigmoid(W h + b) through these layers (all of them if unset), which are given from the data up."""
        for layer in self.chosen(layers):
            h = layer.down(h).sigmoid()
        return h

    def up(self, h: Tensor, layers: Iterable[nn.Module] | None = None) -> Tensor:
        """h <- sigmoid(V h + a) back through the same layers, given in the same order, to what the first one takes."""
        for layer in reversed(self.chosen(layers)):
            h = layer.up(h).sigmoid()
        return h

    def chosen(self, layers: Iterable[nn.Module] | None) -> list[Layer]:
        return cast("list[Layer]", [*(self.layers if layers is None else layers)])
