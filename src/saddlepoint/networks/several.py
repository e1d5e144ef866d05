"""A critic that tells K classes of real examples and, as one class more, fakes (Salimans et al. 2016, section 5).

x  [B, *shape], flattened
"""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, normalize

from saddlepoint.networks.blocks import Shape
from saddlepoint.networks.mlp import initialise
from saddlepoint.records import Answer


class Several(nn.Module):
    """Logits l_1 .. l_K of the classes, and 0 for a fake: of K + 1 logits one is free, and says nothing.

        D(x) = Z / (Z + 1),  Z = sum_k e^(l_k);    the logit of D is log Z;    p(y = k | x, real) = e^(l_k) / Z

    Layers of v -> relu(W (v + noise e) + b), e ~ N(0, I), while it is trained; `input_noise` is that of x. Rows of W
    have length 1, so that no weight can outgrow the noise, which the few labelled examples would be learned by heart
    with, and all others told from fakes at once. `features` of the answer are the layers' outputs.
    """

    def __init__(
        self, shape: Shape, classes: int, widths: Sequence[int], noise: float = 0.5, input_noise: float = 0.3
    ) -> None:
        super().__init__()
        sizes = (prod(shape), *widths)
        self.layers = nn.ModuleList(nn.Linear(below, units) for below, units in zip(sizes, widths))
        self.last = nn.Linear(widths[-1], classes)
        self.noise = (input_noise, *[noise] * len(widths))
        initialise(self.layers, None, 0.0)
        initialise(self.last, None)

    def disturbed(self, h: Tensor, sigma: float) -> Tensor:
        return h + sigma * torch.randn_like(h) if self.training and sigma else h

    def forward(self, x: Tensor) -> Answer:
        h, features = x.flatten(1), []
        for layer, sigma in zip(self.layers, self.noise):
            h = linear(self.disturbed(h, sigma), normalize(layer.weight), layer.bias).relu()  # pyright: ignore
            features.append(h)
        classes = self.last(self.disturbed(h, self.noise[-1]))
        return Answer(classes.logsumexp(1), classes, tuple(features))
