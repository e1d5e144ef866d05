"""What is in a data set: counted before any training time is spent on it."""

from collections import Counter
from typing import NamedTuple

import torch

from saddlepoint.data.cache import fetch
from saddlepoint.data.duplicates import groups
from saddlepoint.data.gather import joined
from saddlepoint.data.pictures import Header
from saddlepoint.data.points import Undecided
from saddlepoint.data.reading import Bad, Reading, Tell, shown
from saddlepoint.data.source import Source
from saddlepoint.data.sources import listed, open_whole


class Survey(NamedTuple):
    """A data set as `look` reports it.

    kinds    how many pictures have which header; empty for what are no files
    bad      what is left out: with the examples, these are all that there is
    counts   examples of each class, in the order of the source's classes
    alike    how many examples are near-duplicates of an earlier one; None where it was not looked for
    """

    source: Source
    kinds: tuple[tuple[Header, int], ...]
    bad: tuple[Bad, ...]
    counts: tuple[int, ...]
    alike: int | None

    def __repr__(self) -> str:
        """On one line, without the examples themselves."""
        shape = " x ".join(map(str, self.source.x.shape[1:]))
        classes = f", {len(self.source.classes):,} classes" if self.source.classes else ""
        return f"<Survey: {self.source.size:,} of {shape} in {shown(self.source.name)}{classes}, {len(self.bad):,} bad>"


UNDECIDED = "to train: "  # how a note begins, of which somebody has to choose


def survey(wish: Reading, tell: Tell) -> Survey:
    """Read everything, putting up with whatever is unreadable: what `train` would leave out is counted, and named."""
    wish, kinds = wish._replace(bad=1.0), ()
    whole = opened(wish)
    if whole is None:
        files = listed(wish)
        pictures, _ = fetch(files, wish, tell)
        whole, kinds = joined(files, wish, pictures), pictures.kinds
    source, bad = whole
    labels = source.c if source.classes else None
    counts = () if labels is None else tuple(torch.bincount(labels, minlength=len(source.classes)).tolist())
    found = groups(source.x, source.low, source.high)
    alike = None if found is None else int((found != torch.arange(source.size)).sum())
    return Survey(source, kinds, bad, counts, alike)


def opened(wish: Reading) -> tuple[Source, tuple[Bad, ...]] | None:
    """The data, where they are not files each; of a table for which one has to choose the classes, with none of them,
    and what there is to choose from.
    """
    try:
        return open_whole(wish)
    except Undecided as error:
        whole = open_whole(wish._replace(unconditional=True))
        if whole is None:
            raise
        return whole[0]._replace(notes=(*whole[0].notes, f"{UNDECIDED}{error.what} ({error.hint})")), whole[1]


def sizes(kinds: tuple[tuple[Header, int], ...]) -> list[tuple[tuple[int, int], int]]:
    """(height, width) and how many pictures have it, the commonest first."""
    found: Counter[tuple[int, int]] = Counter()
    for header, count in kinds:
        found[header.height, header.width] += count
    return found.most_common()


def sheet(source: Source, rows: int = 12, columns: int = 10) -> torch.Tensor:
    """Examples for a contact sheet: a row of each of the first classes, or from all over the set."""
    if not source.classes or source.c is None:
        count = min(source.size, rows * columns)
        return source.x[torch.arange(count) * source.size // count]
    parts = []
    for label in range(min(rows, len(source.classes))):
        own = (source.c == label).nonzero().flatten()
        chosen = own[torch.arange(columns) * len(own) // columns] if len(own) else own
        parts.append(source.x[chosen])
    return torch.cat(parts)
