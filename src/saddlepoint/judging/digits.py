"""Judging generated digits by classifiers that were trained on all 60,000 MNIST training pictures, and then fixed.

Two judges, "a" and "b", of different architecture and seed: what only one of them sees is not to be believed. Their
weights, and the statistics of the real pictures in their feature spaces, lie in `weights/`.

pictures  [N, 1, 28, 28], uint8 or floats in [-1, 1];   labels [N], the digit each picture was asked to be
"""

import hashlib
import json
import math
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure, code_version
from saddlepoint.networks.classifier import Classifier
from saddlepoint.statistics.distances import mean_pairwise_distance
from saddlepoint.statistics.gaussian import Gaussian
from saddlepoint.statistics.influence import Reference, frechet_interval
from saddlepoint.statistics.intervals import Interval, wilson

CLASSES = 10
REAL = "that of 10,000 random training pictures"
_CHUNK = 100  # stays within a core's cache


class DigitJudge(NamedTuple):
    """A fixed classifier, and what the real pictures look like to it.

    reference  moments of the features of the 10,000 MNIST test pictures
    spread     mean pairwise feature distance within each class of the test pictures, [10]
    floor      what real data score: the Frechet distance of 10,000 random training pictures to the test pictures, the
               mean over 60 such blocks, six of each of ten orders. One block by its place would not do: MNIST's first
               10,000, which are bundled, are by few hands, and half as far again.
    digest     SHA-256 of the weights file
    """

    name: str
    network: Classifier
    reference: Gaussian
    spread: tuple[float, ...]
    floor: float
    digest: str


def judge_digits(
    pictures: Tensor, labels: Tensor | None, which: str = "a", seed: int | None = None
) -> dict[str, Measure]:
    """Four measures of generated digits; the protocol is 10,000 of them, 1,000 of each class.

    Without labels, only the two that need none: the Frechet distance and its ratio.

    label_accuracy  percent of the pictures that the judge classifies as asked
    frechet         distance to the 10,000 MNIST test pictures, in the judge's features
    frechet_ratio   the same over that of 10,000 random real training pictures
    diversity       mean over the classes of (mean pairwise feature distance / the real one), in percent

    Each with an interval of two standard errors for the choice of the samples, given the real ones: Wilson's, the
    infinitesimal jackknife, and the jackknife.
    `seed` is that of the samples, for the cards.
    """
    judge = load(which)
    bytes_ = as_bytes(pictures)
    _refuse_unfit(bytes_, labels)
    features, classes = look(judge.network, bytes_)
    distance = frechet_interval(features, Reference.of(judge.reference))
    measured = {
        "frechet": ("Frechet distance", distance),
        "frechet_ratio": (f"Frechet distance / {REAL}", distance.scaled(1 / judge.floor)),
    }
    if labels is not None:
        right = wilson(int((classes == labels).sum()), len(labels))
        measured |= {
            "label_accuracy": ("label accuracy, %", right.scaled(100)),
            "diversity": ("within-class pairwise distance / real, %", _diversity(features, labels, judge.spread)),
        }
    card = Card(
        metric="",
        extractor=f"digits_{judge.name}",
        extractor_digest=judge.digest,
        n_real=judge.reference.n,
        n_fake=len(pictures),
        reference="MNIST test",
        resizer="none",
        seed=seed,
        code=code_version(),
    )
    return {key: Measure(*interval, card._replace(metric=metric)) for key, (metric, interval) in measured.items()}


@torch.no_grad()
def look(network: Classifier, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Features [N, F] float64 and the likeliest classes [N] of uint8 pictures."""
    features, classes = [], []
    for chunk in pictures.split(_CHUNK):
        y = network.features(chunk.float() / 127.5 - 1)
        features.append(y.double())
        classes.append(network.head(y).argmax(1))
    return torch.cat(features), torch.cat(classes)


def as_bytes(pictures: Tensor) -> Tensor:
    """uint8 pictures; floats in [-1, 1] are rounded to 8 bits, as saving them would: x -> round(127.5 (x + 1))."""
    if pictures.dtype == torch.uint8:
        return pictures
    if not pictures.is_floating_point() or not torch.isfinite(pictures).all():
        raise SaddlepointError(f"{pictures.dtype} pictures", "judge", "give uint8, or finite floats in [-1, 1]")
    return ((pictures.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


@cache
def load(which: str) -> DigitJudge:
    """The shipped judge "a" or "b"; its weights file is compared with the digest in its description."""
    from safetensors.torch import load as tensors_of

    folder = files("saddlepoint.judging") / "weights"
    about, weights = folder / f"digits_{which}.json", folder / f"digits_{which}.safetensors"
    if not (about.is_file() and weights.is_file()):
        raise SaddlepointError(f"there is no digit judge {which!r}", "judge", "the judges are 'a' and 'b'")
    known, content = json.loads(about.read_text()), weights.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != known["digest"]:
        raise SaddlepointError("the judge's weights are damaged", str(weights), "install saddlepoint again", code=1)
    tensors = tensors_of(content)
    reference = Gaussian(tensors.pop("reference.mean"), tensors.pop("reference.covariance"), known["reference_n"])
    network = build(known["architecture"])
    network.load_state_dict(tensors)
    nn.utils.convert_conv2d_weight_memory_format(network, torch.channels_last)  # three times as fast on a CPU
    return DigitJudge(which, network.eval(), reference, tuple(known["spread"]), known["floor"], digest)


def build(architecture: dict) -> Classifier:
    """The untrained network of a judge: features, widths, depth."""
    widths = tuple(architecture["widths"])
    return Classifier(1, 28, 28, CLASSES, architecture["features"], widths, architecture["depth"])


def within_class(features: Tensor, labels: Tensor) -> list[Interval]:
    """The mean pairwise distance of the features of each class."""
    return [mean_pairwise_distance(features[labels == c]) for c in range(CLASSES)]


def _diversity(features: Tensor, labels: Tensor, real: tuple[float, ...]) -> Interval:
    ratios = [each.scaled(100 / r) for each, r in zip(within_class(features, labels), real)]
    value = sum(ratio.value for ratio in ratios) / len(ratios)
    half = math.sqrt(sum((ratio.high - ratio.value) ** 2 for ratio in ratios)) / len(ratios)
    return Interval(value, value - half, value + half)


def _refuse_unfit(pictures: Tensor, labels: Tensor | None) -> None:
    if pictures.ndim != 4 or pictures.shape[1:] != (1, 28, 28):
        raise SaddlepointError(f"pictures {list(pictures.shape)}", "judge", "digits are [N, 1, 28, 28]")
    if labels is None:
        return
    if labels.shape != pictures.shape[:1]:
        raise SaddlepointError(f"labels {list(labels.shape)} for {len(pictures)} pictures", "judge", "give one each")
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < CLASSES:
        raise SaddlepointError(f"labels from {int(labels.min())} to {int(labels.max())}", "judge", "they are 0 to 9")
    few = [c for c, n in enumerate(torch.bincount(labels, minlength=CLASSES).tolist()) if n < 3]
    if few:
        raise SaddlepointError(f"fewer than 3 pictures of class {', '.join(map(str, few))}", "judge", "give more")
