"""A sample that is judged: examples, their labels, and what an extractor saw in them."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure, code_version
from saddlepoint.judging.extractors.extractor import Extractor, Seen, as_stored, look
from saddlepoint.statistics.intervals import Interval

LEAST = 20

Look = Callable[[Extractor, Tensor], Seen]


class Group(NamedTuple):
    """x uint8 [N, C, H, W] or points [N, D];  labels [N] or None;  seen: features [N, F], logits of a classifier, whose
    classes are `named` where they are those of the data's own kind: a census of others would say nothing of the data.
    """

    x: Tensor
    labels: Tensor | None
    seen: Seen
    named: bool = False

    @property
    def size(self) -> int:
        return len(self.x)

    @property
    def alike(self) -> bool:
        """Whether nothing tells its members apart."""
        return bool(self.seen.features.eq(self.seen.features[:1]).all())

    def take(self, places: Tensor | slice) -> "Group":
        labels = None if self.labels is None else self.labels[places]
        return Group(self.x[places], labels, self.seen.take(places), self.named)

    def of(self, label: int) -> "Group":
        """The members of one class; SaddlepointError where there are none, or no labels."""
        places = torch.empty(0) if self.labels is None else (self.labels == label).nonzero().flatten()
        if not len(places):
            raise SaddlepointError(f"no picture of class {label}", "judge", "every class needs some")
        return self.take(places)


def group(extractor: Extractor, x: Tensor, labels: Tensor | None = None, by: Look = look) -> Group:
    """Look at examples, or remember what was seen in them (`by`). SaddlepointError where they are too few to say
    anything, or the labels are not as many.
    """
    if len(x) < LEAST:
        raise SaddlepointError(f"{len(x)} examples", "judge", f"a verdict on fewer than {LEAST} is noise: give more")
    if labels is not None and (labels.ndim != 1 or len(labels) != len(x)):
        raise SaddlepointError(f"labels {list(labels.shape)} for {len(x)} examples", "judge", "give one each")
    stored = as_stored(x)
    return Group(stored, labels, by(extractor, stored), bool(extractor.classes))


def card_of(extractor: Extractor, real: int, fake: int, reference: str, seed: int | None) -> Card:
    """The card of numbers measured by this extractor, its metric still to be named."""
    return Card(
        metric="",
        extractor=extractor.name,
        extractor_digest=extractor.digest,
        n_real=real,
        n_fake=fake,
        reference=reference,
        resizer=extractor.resizer,
        seed=seed,
        code=code_version(),
    )


def measure(card: Card, metric: str, interval: Interval) -> Measure:
    return Measure(*interval, card._replace(metric=metric))


def same_kind(real: Group, fake: Group) -> None:
    """Refuse to compare examples of different shape."""
    if real.x.shape[1:] == fake.x.shape[1:]:
        return
    sizes = " and ".join(" x ".join(map(str, g.x.shape[1:])) for g in (real, fake))
    hint = "both sides need one size: --size makes them so"
    if real.x.ndim != fake.x.ndim or real.x.ndim != 4:
        hint = "both sides need examples of one kind"
    elif real.x.shape[1] != fake.x.shape[1]:
        clear = (real.x.shape[1] - fake.x.shape[1]) % 2 == 1
        hint = "lay what is transparent on a colour" if clear else "make all of them grey, or all coloured"
        hint = f"both sides need the same channels: {hint}"
    raise SaddlepointError(f"examples of {sizes}", "judge", hint)
