"""By features taught on other pictures, how far samples lie apart is measured in pixels as well."""

import pytest
import torch
from torch import Tensor

from saddlepoint.court.jury import labels_of
from saddlepoint.data.source import Source
from saddlepoint.judging.extractors.efficientnet import NAME as EFFICIENTNET
from saddlepoint.judging.extractors.extractor import Extractor, Seen
from saddlepoint.judging.extractors.inception import NAME as INCEPTION
from saddlepoint.judging.group import card_of, group
from saddlepoint.judging.judgement import Standard, spreads

LABELS = torch.arange(60) % 2


def flat(x: Tensor) -> Seen:
    """Features of real pictures differ from 0 to 255, those of dark ones hardly."""
    mean = x.double().mean((1, 2, 3))
    return Seen(torch.stack([mean, mean.square()], 1))


def pictures(low: int, high: int, seed: int) -> Tensor:
    """One-coloured ones, of levels that are even in [low, high]."""
    levels = torch.linspace(low, high, 60)[torch.randperm(60, generator=torch.Generator().manual_seed(seed))]
    return levels.round().to(torch.uint8)[:, None, None, None].expand(60, 1, 8, 8).contiguous()


def found(name: str) -> dict:
    extractor = Extractor(name, "a digest", "none", flat)
    real, fake = (group(extractor, x, LABELS) for x in (pictures(0, 250, 0), pictures(0, 125, 1)))
    return spreads(fake, Standard.of(real), card_of(extractor, 60, 60, "levels", 0))


@pytest.mark.parametrize("name", [EFFICIENTNET, INCEPTION])
def test_features_taught_elsewhere_are_not_believed_alone(name: str):
    every = found(name)
    assert set(every) == {"spread", "class_spread", "pixel_spread", "pixel_class_spread"}
    assert every["spread"].value == pytest.approx(25, abs=0.5)  # (1/2)^2: the square outweighs the mean
    assert every["pixel_spread"].value == pytest.approx(50, abs=0.5)  # half the range of levels
    assert every["pixel_class_spread"].value == pytest.approx(50, abs=8)  # thirty at random of each
    assert every["spread"].card.extractor == name
    for card in (every["pixel_spread"].card, every["pixel_class_spread"].card):
        assert (card.extractor, card.extractor_digest) == ("pixels", "none")
        assert card.resizer.startswith("means over squares")


def test_others_are():
    assert set(found("digits_a")) == {"spread", "class_spread"}


@pytest.mark.parametrize(
    ("counts", "some", "every"), [((9, 0, 2), True, False), ((2, 2, 2), False, False), ((3, 3, 3), True, True)]
)
def test_labels_are_used_where_some_class_has_three_examples(counts: tuple[int, ...], some: bool, every: bool) -> None:
    c = torch.repeat_interleave(torch.arange(3), torch.tensor(counts))
    source = Source("a", torch.zeros(len(c), 2), c, ("a", "b", "c"))
    assert (labels_of(source) is not None, labels_of(source, every=True) is not None) == (some, every)
