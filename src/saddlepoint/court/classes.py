"""Figures of each class: a rare class may be drawn wrongly, or always alike, while the mean over all looks well."""

import torch
from torch import Tensor

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.data.source import Source
from saddlepoint.judging.digits import load, look
from saddlepoint.statistics.distances import mean_pairwise_distance
from saddlepoint.statistics.intervals import Interval, wilson

OF_EACH, MOST = 100, 20

Row = tuple[str, str, str]


def class_figures(train: Source, model: Artefact) -> list[Row]:
    """(class, figures, what they are) for each of the first 20 classes: training examples; how different its samples
    are from each other, against its examples; for digits, how many the judge takes for what they were asked to be.
    """
    if train.c is None or not model.classes or not model.medium.copies or "sample" not in model.can:
        return []
    rows = []
    for label, name in enumerate(train.classes[:MOST]):
        own = (train.c == label).nonzero().flatten()
        samples = model.sample(OF_EACH, label=name).x
        words = [f"{len(own):,} examples"]
        if len(own) > 2:
            some = train.x[own[torch.arange(min(OF_EACH, len(own))) * len(own) // min(OF_EACH, len(own))]]
            words.append(f"diversity {percent(spread(samples).scaled(1 / max(spread(some).value, 1e-9)))}")
        if train.eye == "digits":
            right = int((look(load("a").network, samples)[1] == label).sum())
            words.append(f"{percent(wilson(right, len(samples)))} right")
        rows.append(
            (f"class {name}", ", ".join(words), f"{OF_EACH} samples; diversity by pixels, against its examples")
        )
    return rows


def spread(x: Tensor) -> Interval:
    """The mean distance between two of them, by pixels."""
    return mean_pairwise_distance(x.flatten(1).double())


def percent(share: Interval) -> str:
    """With the ends of its interval."""
    return "{:.0f} % [{:.0f}, {:.0f}]".format(*share.scaled(100))
