"""Figures by class: a class that is always drawn alike, or as another digit, is seen."""

import re

import torch

from saddlepoint.artefact.artefact import Samples
from saddlepoint.court.classes import class_figures
from saddlepoint.data.digits import digits
from saddlepoint.data.facts import facts_of
from saddlepoint.media.pictures import PICTURES

ABOUT = facts_of({"x": digits()})["x"]


class Copier:
    """Draws real digits; of class 3 always the same one, and nines where it is asked for fours."""

    def __init__(self) -> None:
        self.source = digits()
        self.classes = self.source.classes
        self.medium, self.can = PICTURES, ("sample",)

    def sample(self, n: int, label: str) -> Samples:
        asked = {"4": 9}.get(label, int(label))
        own = self.source.x[self.source.c == asked]
        x = own[-1:].expand(n, -1, -1, -1) if asked == 3 else own[-n:]
        return Samples(x, torch.full((n,), int(label)), ABOUT)


def test_each_class_by_itself() -> None:
    source = digits()
    rows = class_figures(source, Copier())  # pyright: ignore[reportArgumentType]
    assert [name for name, _, _ in rows] == [f"class {k}" for k in range(10)]
    figures = [[int(word.replace(",", "")) for word in re.findall(r"[\d,]*\d", words)] for _, words, _ in rows]
    for label, (examples, diversity, low, high, right, fewest, most) in enumerate(figures):
        assert low <= diversity <= high
        assert 0 <= fewest <= right <= most <= 100
        assert fewest < most
        assert examples == int((source.c == label).sum())
        assert (diversity == 0) if label == 3 else (80 < diversity < 120)
        assert right <= 5 if label == 4 else right >= 95


def test_nothing_where_there_are_no_classes() -> None:
    source = digits()._replace(c=None, classes=())
    assert class_figures(source, Copier()) == []  # pyright: ignore[reportArgumentType]
