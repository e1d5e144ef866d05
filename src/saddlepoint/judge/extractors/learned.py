"""Features learned from the data that are judged, for domains nobody has trained a network on.

With labels: a classifier of the classes. Without: of which way up a picture is, of four (Gidaris et al., Unsupervised
representation learning by predicting image rotations, 2018). Features are its last hidden layer; they are used only
where a trial shows that they see what pixels see, and see it better.

x uint8 [N, C, H, W];  labels [N] or None
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy, interpolate

from saddlepoint.errors import SaddlepointError
from saddlepoint.judge.extractors.extractor import Extractor, Seen, look
from saddlepoint.judge.extractors.pixels import pixels
from saddlepoint.networks.classifier import Classifier
from saddlepoint.statistics.gaussian import fit, frechet

SIDE, FEATURES, BATCH, STEPS = 32, 64, 64, 400
LEVELS = (1, 2, 3)
MOST = 1_000  # pictures of a trial
ORDERS = 8  # in which classes are left out


def prepared(x: Tensor) -> Tensor:
    """Pictures in [-1, 1], with no side above 32."""
    y = x.float() / 127.5 - 1
    scale = SIDE / max(x.shape[2:])
    return y if scale >= 1 else interpolate(y, scale_factor=scale, mode="area")


def built(shape: tuple[int, ...], classes: int) -> Classifier:
    """The untrained network for pictures of this shape, of which it tells the classes, or four rotations where there
    are none; SaddlepointError for less than 8 x 8.
    """
    channels, height, width = prepared(torch.zeros(1, *shape, dtype=torch.uint8)).shape[1:]
    if min(height, width) < 8:
        raise SaddlepointError(f"pictures of {height} x {width}", "learned features", "8 x 8 is the least: use pixels")
    return Classifier(channels, height, width, classes or 4, FEATURES, (24, 48, 64))


def trained(x: Tensor, labels: Tensor | None, classes: int, seed: int, steps: int = STEPS) -> Classifier:
    """Adam on random minibatches, its rate falling to 0; the same seed gives the same weights."""
    if labels is None and x.shape[2] != x.shape[3]:
        raise SaddlepointError("pictures that are not square", "learned features", "without labels these need squares")
    rng = torch.Generator().manual_seed(seed)
    network = built(tuple(x.shape[1:]), classes if labels is not None else 0)
    for parameter in network.parameters():
        if parameter.ndim > 1:
            scale = (2 / parameter[0].numel()) ** 0.5
            nn.init.normal_(parameter, 0, scale, generator=rng)
    for layer in (network.hidden, network.head):
        nn.init.zeros_(layer.bias)
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = 2e-3 * (1 - step / steps)
        chosen = torch.randint(len(x), (BATCH,), generator=rng)
        some = prepared(x[chosen])
        if labels is None:
            wanted = torch.randint(4, (BATCH,), generator=rng)
            some = torch.stack([one.rot90(int(turns), (1, 2)) for one, turns in zip(some, wanted)])
        else:
            wanted = labels[chosen]
        optimiser.zero_grad()
        cross_entropy(network(some), wanted).backward()
        optimiser.step()
    return network.requires_grad_(False).eval()


def learned(network: Classifier, names: tuple[str, ...]) -> Extractor:
    """The extractor of a trained network; `names` of its classes, empty where it knows rotations alone."""
    digest = hashlib.sha256()
    for name, tensor in network.state_dict().items():
        digest.update(name.encode() + tensor.contiguous().numpy().tobytes())

    def see(x: Tensor) -> Seen:
        features = network.features(prepared(x))
        return Seen(features, network.head(features) if names else None)

    kind = "labels" if names else "rotations"
    return Extractor(f"learned from {kind}", digest.hexdigest(), f"means, to at most {SIDE}", see, classes=names)


class Trial(NamedTuple):
    """signal  distance after each distortion at each level, over that between two halves of the real pictures"""

    signal: Mapping[str, tuple[float, ...]]

    @property
    def strength(self) -> float:
        """The geometric mean of the signals."""
        values = torch.tensor([value for levels in self.signal.values() for value in levels])
        return float(values.clamp(min=1e-12).log().mean().exp())


def trial(extractor: Extractor, x: Tensor, labels: Tensor | None) -> Trial:
    """Blur, noise and missing classes, each at three levels: of one half of the pictures, against the other half."""
    places = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))[:MOST]
    ours, theirs = places[::2], places[1::2]
    reference = fit(look(extractor, x[theirs]).features)
    floor = max(frechet(fit(look(extractor, x[ours]).features), reference), 1e-12)

    def signal(y: Tensor) -> float:
        return frechet(fit(look(extractor, y).features), reference) / floor

    found = {
        "blur": tuple(signal(blurred(x[ours], level)) for level in LEVELS),
        "noise": tuple(signal(noisy(x[ours], level)) for level in LEVELS),
    }
    if labels is not None and int(labels.max()) >= len(LEVELS):
        found["missing classes"] = tuple(
            sum(signal(x[some]) for some in without(level, ours, labels)) / ORDERS for level in LEVELS
        )
    return Trial(found)


def without(level: int, places: Tensor, labels: Tensor) -> Iterator[Tensor]:
    """The places but for those of a quarter, a half, three quarters of the classes, for each of a few random orders of
    the classes: in one order alone the rest may come to look more like the whole again.
    """
    k, rng = int(labels.max()) + 1, torch.Generator().manual_seed(0)
    for _ in range(ORDERS):
        order = torch.randperm(k, generator=rng)
        yield places[order[labels[places]] >= k * level // (len(LEVELS) + 1)]


def taught(x: Tensor, labels: Tensor | None, names: tuple[str, ...], seed: int) -> Classifier:
    """The network that these pictures teach; SaddlepointError where its features fail the trial."""
    if x.ndim != 4:
        raise SaddlepointError("only pictures teach features", "learned features", "use --features pixels")
    network = trained(x, labels, len(names), seed)
    if fault := shortcoming(learned(network, names), x, labels):
        raise SaddlepointError(fault, "learned features", "use --features pixels")
    return network


def shortcoming(extractor: Extractor, x: Tensor, labels: Tensor | None) -> str | None:
    """Why these features are not to be used: their distance must rise with every distortion, and in all be a larger
    multiple of that between real pictures than pixels' is. None where it does.
    """
    ours, plain = trial(extractor, x, labels), trial(pixels(), x, labels)
    for name, levels in ours.signal.items():
        if not all(a < b for a, b in zip(levels, levels[1:])):
            return f"their distance does not rise with {name}: {', '.join(f'{level:.3g}' for level in levels)}"
    if ours.strength <= plain.strength:
        what = "that of real pictures with blur, noise and missing classes"
        return f"their distance rises to {ours.strength:.3g} times {what}, of pixels to {plain.strength:.3g}"
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
