"""The linear probe: how well a linear classifier tells the classes from a representation, where few labels are known.

A representation is layers, each [N, F]. Each layer is centred and brought to a mean squared length of 1, so that none
speaks louder than another; then they stand side by side, and together have that length.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d

from saddlepoint.data.labelled import drawn
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.statistics.intervals import Interval, mean_interval
from saddlepoint.statistics.logistic import fit

SIDE = 4  # that maps are pooled to (Radford et al. 2016, section 5.1)
PENALTY = 0.1  # over the number of labels: scikit-learn's C = 10
SLOPE = 1e-5  # that its classifier ends at

Layers = Sequence[Tensor]


class Probed(NamedTuple):
    """What was found of one representation: numbers in it, and the share of held-out examples that is told wrongly, the
    mean over draws with its interval. `apart` is that mean less the first representation's, draw by draw.
    """

    features: int
    error: Interval
    apart: Interval | None


def pooled(layer: Tensor) -> Tensor:
    """[B, F]: of maps [B, C, H, W] the largest in each of 4 x 4 cells, or in each place where there are fewer."""
    if layer.ndim == 4:
        layer = adaptive_max_pool2d(layer, [min(side, SIDE) for side in layer.shape[2:]])
    return layer.flatten(1).float()


def side_by_side(known: Layers, others: Layers) -> tuple[Tensor, Tensor]:
    """Both sets of examples in one representation, [N, F] and [M, F], scaled as the first one asks for."""
    scaled = []
    for layer, other in zip(known, others):
        mean = layer.double().mean(0)
        length = (layer.double() - mean).square().sum(1).mean().sqrt().clamp_min(1e-12) * len(known) ** 0.5
        scaled.append([(t.double() - mean) / length for t in (layer, other)])
    first, second = zip(*scaled)
    return torch.cat(first, 1), torch.cat(second, 1)


def probe(
    known: Mapping[str, Layers], others: Mapping[str, Layers], y: Tensor, wanted: Tensor, draws: Sequence[Tensor]
) -> dict[str, Probed]:
    """By the name of each representation, the error on `others`, whose classes are `wanted`, of a classifier that was
    told the classes y of those of `known` that a draw has; in each draw the same for all representations.
    """
    classes, errors, sizes = int(torch.cat([y, wanted]).max()) + 1, {}, {}
    for name, layers in known.items():
        x, x_wanted = side_by_side(layers, others[name])
        found = [fit(x[d], y[d], classes, PENALTY / len(d), SLOPE).error(x_wanted, wanted) for d in draws]
        errors[name], sizes[name] = torch.tensor(found), x.shape[1]
    return compared(errors, sizes)


def compared(errors: Mapping[str, Tensor], sizes: Mapping[str, int]) -> dict[str, Probed]:
    """Errors in the same draws [draws], by name: each beside the first."""
    first = next(iter(errors.values()))
    return {
        name: Probed(sizes[name], mean_interval(e), None if e is first else mean_interval(e - first))
        for name, e in errors.items()
    }


def draws_of(labels: Tensor, n: int, classes: int, draws: int, seed: int) -> list[Tensor]:
    """So many draws of n labelled examples, each a function of (seed, its number)."""
    if draws < 2:
        raise SaddlepointError(f"{draws} draws", "--draws", "an interval takes 2 or more")
    rng = Randomness(seed)
    return [drawn(labels, n, classes, rng.stream("probe", draw)) for draw in range(draws)]
