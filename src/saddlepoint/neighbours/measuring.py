"""What is measured of a run, whatever its kind: each column by what its model can do, or why there is none.

Pictures are compared in the space that the model works in. Where its real ones are 0 and 1, its samples become so too:
one that is a probability for each pixel is drawn by it.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.artefact import folder as artefacts
from saddlepoint.artefact.artefact import Artefact
from saddlepoint.court.jury import chosen
from saddlepoint.court.kept import kind
from saddlepoint.court.nats import in_nats
from saddlepoint.data.facts import evenly
from saddlepoint.data.feed import target_of
from saddlepoint.data.scaling import as_bytes, scaled, stored
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors.extractor import Extractor
from saddlepoint.judging.group import Group, card_of, group
from saddlepoint.judging.judgement import Standard, distances, supports
from saddlepoint.randomness import Randomness
from saddlepoint.running.live import Live
from saddlepoint.running.opened import as_begun, as_written
from saddlepoint.running.probing import probe_run
from saddlepoint.running.state import journal
from saddlepoint.settings.run import Judge
from saddlepoint.statistics.clusters import kmeans
from saddlepoint.statistics.parzen import parzen
from saddlepoint.systems.binary import lasting

N = 1_000  # samples, and training pictures, and centres: a window's density depends on how many there are
FLOOR = 2_000  # training pictures that the real floor is measured by; others are the row of training pictures
CLUSTERED = 10_000
LABELS, DRAWS = (100, 1_000), 5
DRAWN = ("parzen", "frechet", "precision", "recall")
SILENT, NO_DENSITY, NO_MODEL = "it draws no samples", "it has no density", "no model was trained"
BESIDE = ", untrained"  # ends the name of the column of the same network before it learnt anything
DATA_ROWS = ("training pictures", "centres of k-means")


class Cell(NamedTuple):
    """values, by column; blank, why a column has none; space, "grey" or "0 and 1"; notes, what is to be said of it.
    `kind` is how its nats are known, `pixels` the linear classifier's error on the pixels themselves.
    """

    values: dict[str, float]
    blank: dict[str, str]
    space: str = ""
    kind: str = ""
    notes: tuple[str, ...] = ()
    pixels: Mapping[str, float] = {}


class Gallery:
    """The real pictures of a run in its model's space, and what samples are held against; all in [0, 1]."""

    def __init__(self, live: Live) -> None:
        self.live, self.about = live, live.facts["x"]
        self.held, kept = self.real(live.sides.kept), live.sides.among
        self.floor = self.real(kept[among_floor(len(kept))])
        self.binary = bool(((self.held == 0) | (self.held == 1)).all())
        self.space = "0 and 1" if self.binary else "grey"
        self.extractor: Extractor = chosen(Judge(), live.train)
        self.standard = Standard.of(self.seen(self.held), self.seen(self.floor))

    def real(self, places: Tensor) -> Tensor:
        """Examples by their places in the source, as the model is shown them."""
        parts = [self.unit(target_of(self.live.feed.take(some)).cpu()) for some in places.split(N)]
        return torch.cat(parts)

    def unit(self, x: Tensor) -> Tensor:
        """From the model's range, by way of how pictures are stored."""
        return scaled(stored(x, self.live.config.range, self.about), "unit", self.about)

    def in_space(self, x: Tensor) -> Tensor:
        """Samples in [0, 1], of which sample i is drawn as 0 and 1 by chance of its own where real pictures are so."""
        return (lasting(torch.arange(len(x)), x) < x).to(x) if self.binary else x

    def seen(self, x: Tensor) -> Group:
        return group(self.extractor, as_bytes(x, self.about))

    def judged(self, x: Tensor, seed: int) -> dict[str, float]:
        """The columns that any pictures in [0, 1] have, samples or not."""
        x, found = self.in_space(x), {"parzen": parzen(self.in_space(x), self.held[::2], self.held[1::2])[0].value}
        card, fake = card_of(self.extractor, len(self.held), len(x), "", seed), self.seen(x)
        measures = distances(fake, self.standard, card) | supports(fake, self.standard, card)
        names = {"frechet": "frechet_ratio", "precision": "precision", "recall": "recall"}
        return found | {name: measures[each].value for name, each in names.items() if each in measures}


def among_floor(n: int) -> Tensor:
    """Which of n training pictures the floor is measured by: of few a half, so that others are left for a row."""
    return evenly(n, min(FLOOR, n // 2))


def measured(folder: Path, seed: int) -> Cell:
    """Every column of a finished run."""
    live, model, gallery = opened(folder)
    cell = Cell({}, {}, gallery.space)
    cell.values["parameters"] = sum(p.numel() for net in live.networks.values() for p in net.parameters())
    rounds = [event for event in journal(folder) if event["event"] == "rounds"]
    if rates := sorted(event["rate"] for event in rounds if event.get("rate")):
        cell.values["rate"] = rates[len(rates) // 2]
    cell.values["seen"] = max((event["images"] for event in rounds), default=0)
    if "sample" in model.can:
        begun = time.perf_counter()
        x = model.draw(N, seed, model.condition(N))
        cell.values["seconds"] = (time.perf_counter() - begun) * 10_000 / N
        cell.values.update(gallery.judged(gallery.unit(x), seed))
    else:
        cell.blank.update(dict.fromkeys((*DRAWN, "seconds"), SILENT))
    return probed(in_words(cell, live, model, seed), folder)


def opened(folder: Path) -> tuple[Live, Artefact, Gallery]:
    live = as_begun(as_written(folder), lambda note: None).live()
    return live, artefacts.load(folder, live.record.choices.device), Gallery(live)


def in_words(cell: Cell, live: Live, model: Artefact, seed: int) -> Cell:
    """With nats, of which kind they are, and what is to be said of them."""
    if model.model.log_prob is None:
        cell.blank["nats"] = NO_DENSITY
        return cell
    found = in_nats(live.evidence()).full(model, N, seed)
    nats = found.measures["nats"]
    cell.values["nats"] = nats.value
    return cell._replace(kind=kind(nats.card.metric).split()[1], notes=found.notes)


def probed(cell: Cell, folder: Path) -> Cell:
    """With the errors of linear classifiers, in percent."""
    pixels, notes = {}, list(cell.notes)
    for labels in LABELS:
        name = f"labels {labels}"
        try:
            found = probe_run(folder, labels, DRAWS)
        except SaddlepointError as error:
            cell.blank[name] = error.what
            continue
        first, untrained, *_ = found.by_name
        error = {by: 100 * one.error.value for by, one in found.by_name.items()}
        cell.values.update({name: error[first], name + BESIDE: error[untrained]})
        pixels[name] = error["pixels"]
        notes += [note for note in (f"linear classifier on {first}", *found.notes) if note not in notes]
    return cell._replace(notes=tuple(notes), pixels=pixels)


def of_data(folder: Path, seed: int) -> dict[str, Cell]:
    """The rows that no model stands in, in the space of this run: training pictures that the floor is not measured by,
    and the centres of as many clusters of training pictures; of few pictures half as many clusters.
    """
    gallery = Gallery(as_begun(as_written(folder), lambda note: None).live())
    among, rng = gallery.live.sides.among, Randomness(seed)
    left = torch.ones(len(among), dtype=torch.bool)
    left[among_floor(len(among))] = False
    others = among[left][torch.randperm(int(left.sum()), generator=rng.stream("training pictures"))]
    many = gallery.real(among[evenly(len(among), CLUSTERED)])
    some = kmeans(many.flatten(1), min(N, len(many) // 2), rng.stream("centres")).unflatten(1, many.shape[1:])
    blank = dict.fromkeys(("nats", *(f"labels {n}" for n in LABELS), "parameters", "seen", "rate", "seconds"), NO_MODEL)
    shown = zip(DATA_ROWS, (gallery.real(others[:N]), some))
    return {name: Cell(gallery.judged(x, seed), blank, gallery.space) for name, x in shown}


def with_pixels(cell: Cell, pixels: Mapping[str, float]) -> Cell:
    """A row of data with the errors on the pixels themselves."""
    return cell._replace(values=cell.values | dict(pixels), notes=("linear classifier on pixels",))
