"""The trial of a feature space that nobody has vouched for: does the Frechet distance see in it what goes wrong?

One half of some real pictures is distorted and held against the other half, and the other way round. The distance must
rise with blur, with noise and with missing modes, and with each to a larger multiple of that between the halves than in
pixels. It is necessary that features pass, not sufficient: a network that nothing has been taught may pass as well.

x uint8 [N, C, H, W];  labels [N] or None
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from saddlepoint.judging.extractors.extractor import Extractor, look
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.statistics.gaussian import fit
from saddlepoint.statistics.influence import Reference, frechet_of

LEVELS = (1, 2, 3)
MOST = 1_000  # pictures of a trial
ORDERS = 32  # in which modes are left out
MODES = 10  # where labels tell none
SOME = 20  # pictures that have to remain of labelled ones


class Trial(NamedTuple):
    """signal  distance after each distortion at each level, over that between two halves of the real pictures"""

    signal: Mapping[str, tuple[float, ...]]

    def strength(self, distortion: str) -> float:
        """The geometric mean of its signals."""
        return float(torch.tensor(self.signal[distortion]).clamp(min=1e-12).log().mean().exp())


def trial(extractor: Extractor, x: Tensor, labels: Tensor | None) -> Trial:
    """Blur, noise and missing modes, each at three levels: the mean of both ways, of either half against the other.

    Where the halves' means are d apart and a slight distortion moves by e, |d + e|^2 may be less than |d|^2 by chance:
    in the mean with |-d + e|^2 what is linear in e is gone.
    """
    places = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))[:MOST]
    a, b = places[::2], places[1::2]
    ways = [one_way(extractor, x, labels, *pair) for pair in ((a, b), (b, a))]
    return Trial({name: tuple(sum(each) / 2 for each in zip(*(way[name] for way in ways))) for name in ways[0]})


def one_way(
    extractor: Extractor, x: Tensor, labels: Tensor | None, ours: Tensor, theirs: Tensor
) -> dict[str, tuple[float, ...]]:
    """The signals of our half, distorted, against theirs; the halves by their places."""
    seen, reference = look(extractor, x[ours]).features, Reference.of(fit(look(extractor, x[theirs]).features))
    floor = max(frechet_of(seen, reference), 1e-12)

    def signal(y: Tensor) -> float:
        return frechet_of(look(extractor, y).features, reference) / floor

    return {
        "blur": tuple(signal(blurred(x[ours], level)) for level in LEVELS),
        "noise": tuple(signal(noisy(x[ours], level)) for level in LEVELS),
        "missing modes": missing(seen, modes(x[ours], None if labels is None else labels[ours]), reference),
    }


def modes(x: Tensor, labels: Tensor | None) -> Tensor:
    """The mode of each picture, [N]: its class, where there are at least four, any quarter of which has pictures enough
    to be judged; else which of ten random pictures it is nearest to, in pixels.
    """
    if labels is not None:
        counts = torch.bincount(labels).sort().values
        if len(counts) > len(LEVELS) and int(counts[: len(counts) - dropped(len(counts), LEVELS[-1])].sum()) >= SOME:
            return labels
    y = look(pixels(), x).features
    anchors = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))[:MODES]
    return torch.cdist(y, y[anchors]).argmin(1)


def missing(seen: Tensor, modes: Tensor, reference: Reference) -> tuple[float, ...]:
    """The distance without a quarter, a half, three quarters of the modes, over that of all of them: the mean over a
    random orders of the modes, since in one order alone the rest may come to look more like the whole again.

    It is always of as many pictures: the distance rises where there are fewer, whatever they show.
    """
    rng = torch.Generator().manual_seed(0)
    total = torch.zeros(1 + len(LEVELS), dtype=torch.float64)
    for _ in range(ORDERS):
        total += torch.tensor([frechet_of(seen[places], reference) for places in remaining(modes, rng)])
    return tuple((total[1:] / total[0].clamp(min=1e-12)).tolist())


def remaining(modes: Tensor, rng: torch.Generator) -> list[Tensor]:
    """Places of equally many random pictures of all modes, and of those that are left at each level of one order."""
    k = int(modes.max()) + 1
    rank, shuffled = torch.randperm(k, generator=rng)[modes], torch.randperm(len(modes), generator=rng)
    left = [shuffled[rank[shuffled] >= dropped(k, level)] for level in (0, *LEVELS)]
    return [places[: len(left[-1])] for places in left]


def dropped(k: int, level: int) -> int:
    """How many of k modes are missing at this level."""
    return k * level // (len(LEVELS) + 1)


def shortcoming(extractor: Extractor, x: Tensor, labels: Tensor | None) -> str | None:
    """Why these features are not to be used: their distance must rise with every distortion, and with each to a larger
    multiple of that between real pictures than pixels' does. None where it does.
    """
    ours, plain = trial(extractor, x, labels), trial(pixels(), x, labels)
    for name, levels in ours.signal.items():
        if not all(a < b for a, b in pairwise((1.0, *levels))):
            return f"their distance does not rise with {name}: {', '.join(f'{level:.3g}' for level in (1.0, *levels))}"
        if (rise := ours.strength(name)) <= (least := plain.strength(name)):
            return f"with {name} their distance is {rise:.3g} times that of real pictures, that of pixels {least:.3g}"
    return None


def blurred(x: Tensor, level: int) -> Tensor:
    """Means over squares of 2 level + 1 pixels, at every pixel."""
    width = 2 * level + 1
    y = avg_pool2d(x.float(), width, 1, level, count_include_pad=False)
    return y.round().to(torch.uint8)


def noisy(x: Tensor, level: int) -> Tensor:
    """Normal noise of 12, 24, 48 grey levels."""
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(level)) * 6 * 2**level
    return (x.float() + noise).round().clamp(0, 255).to(torch.uint8)
