"""What a finished run leaves: the model by itself, sheets, film strip, figures, report; by what the model can do."""

import io
import math
import re
from pathlib import Path
from typing import NamedTuple

import torch
from PIL import Image
from torch import Tensor

from saddlepoint import figures
from saddlepoint.artefact.artefact import Artefact
from saddlepoint.artefact.card import card
from saddlepoint.artefact.folder import export
from saddlepoint.court.bench import Court
from saddlepoint.court.classes import class_figures
from saddlepoint.court.copies import SHEET, keep_copies
from saddlepoint.court.kept import examine, keep
from saddlepoint.data.facts import evenly
from saddlepoint.data.sides import PROBE
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded, write_atomic
from saddlepoint.judging.card import Measure
from saddlepoint.judging.digits import judge_digits
from saddlepoint.judging.doctor import in_turn
from saddlepoint.judging.headline import NAME as HEADLINE
from saddlepoint.judging.headline import examples, protocol, unsaid
from saddlepoint.judging.memory import nearest_l1
from saddlepoint.judging.mixture import BESIDE
from saddlepoint.judging.nearest import nearest
from saddlepoint.media.catalog import medium_of
from saddlepoint.readings import WORDS
from saddlepoint.report.material import Material, Pairs
from saddlepoint.report.page import write_report
from saddlepoint.running.judging import SAMPLES, court_of
from saddlepoint.running.live import Live
from saddlepoint.running.watcher import Summary
from saddlepoint.storage.places import LARGEST_FRAME, checkpoints
from saddlepoint.storage.told import ended, read_last, told
from saddlepoint.systems.looks import as_large, translated

FRAME = re.compile(r"samples/\d{9,}\.png")
PROTOCOL = 10_000  # samples that digits are judged by
OTHER = "b"  # the digit judge that reports: averages are chosen by the features of "a"
EACH = 10  # pictures of each class, and pictures beside their nearest training picture, in the report
POINTS = 2_000


class Effort(NamedTuple):
    """Of how many samples a finished run is judged, and digits by their own judge. A rehearsal makes less."""

    samples: int = SAMPLES
    protocol: int = PROTOCOL


WHOLE = Effort()


def finish(live: Live, folder: Path, effort: Effort | None = None) -> Summary:
    """Write everything from the state the run ended in; writing it again gives the same files."""
    promise = live.record.choices.promise
    effort = effort or WHOLE._replace(samples=(promise.closing_samples if promise else 0) or WHOLE.samples)
    model = ship(live, folder)
    strip = frames(folder)
    write_atomic(folder / "grid.png", sheet(live, model, 100))
    write_atomic(folder / "film.png", figures.png(figures.film(strip, model.medium.noun)))
    court, why = summoned(live)
    measures, copies, fault = judged(live, model, folder, court, effort)
    why = why or fault
    table = dynamics(folder, model.medium.noun) + choice(live, folder) + doctor(live, folder, measures)
    table += [("judging", "not possible", why)] if why else []
    tables = (*table, *class_figures(live.train, model))
    material = shown(live, model, court)._replace(frames=strip, measures=measures, tables=tables, copies=copies)
    write_report(folder, material)
    names = ("report.html", "grid.png", "film.png", "generator", *([SHEET] if copies else []))
    return Summary(folder, (*rows(measures), *table), tuple(folder / name for name in names))


def over(folder: Path, stages: int) -> bool:
    """Whether nothing is left to be done: so many stages were played to their end, and all was written after that."""
    journal, page = folder / "journal.jsonl", folder / "report.html"
    if not (journal.is_file() and page.is_file() and (folder / "generator").is_dir()):
        return False
    events = told(journal)
    if page.stat().st_mtime_ns < journal.stat().st_mtime_ns or ended(events) != stages:
        return False
    return any(int(each.name) == events[-1]["images"] for each in checkpoints(folder / "checkpoints")[-1:])


def summoned(live: Live) -> tuple[Court | None, str]:
    """Everybody who judges a run, or why there is nobody: data that cannot be judged, features that were refused."""
    try:
        return court_of(live), ""
    except SaddlepointError as error:
        return None, str(error)


def sheet(live: Live, model: Artefact, n: int) -> bytes:
    """n samples of a model that draws them, of points more, beside the data; of another what its system shows of it."""
    if "sample" in model.can:
        real = some_real(live)
        x = model.sample(n if real is None else POINTS).x
        return figures.png(model.medium.sheet(x, model.about, 10, real))
    return figures.png(live.system.frame(live.view()._replace(model=model.model)))


def some_real(live: Live) -> Tensor | None:
    """Training examples to stand beside samples on one sheet; None where these have a place of their own."""
    return live.train.x[evenly(live.train.size, POINTS)] if live.facts["x"].kind == "points" else None


def shown(live: Live, model: Artefact, court: Court | None) -> Material:
    """What a reader looks at, by what the model can do: samples beside real examples, and for pictures the nearest
    training pictures of a row of samples; what it makes of examples it has not seen.
    """
    material = sampled(live, model, court) if "sample" in model.can else Material()
    if "apply" not in model.can or not model.medium.copies:
        return material
    view = live.view()._replace(model=model.model)
    return material._replace(translated={name: as_large(t, view) for name, t in translated(view).items()})


def sampled(live: Live, model: Artefact, court: Court | None) -> Material:
    """Samples, real examples, nearest training pictures."""
    about, medium = model.about, model.medium
    if not medium.copies:
        drawn = model.sample(POINTS)
        return Material(sheet=medium.sheet(drawn.x, about, None, some_real(live)))
    classes = max(1, len(model.classes))

    def seen(x: Tensor) -> Tensor:
        """As bytes; a pixel that is no number is black."""
        return medium.seen(x.nan_to_num() if x.is_floating_point() else x, about)

    samples = by_class(seen(model.sample(classes * EACH).x), classes)
    examples = first_of_each(live.train, EACH)[: classes * EACH]
    real = by_class(seen(examples), classes) if len(examples) else None
    pictures, training = seen(model.sample(EACH).x), seen(live.train.x)
    found, usual = nearest(pictures, training), None
    others = {"nearest by L1": training[nearest_l1(pictures, training).indices]}
    others |= {} if court is None else court.nearest(pictures)
    if live.held_out.size:
        usual = nearest(seen(live.held_out.x[:PROBE]), training).distances.median().item()
    pairs = Pairs(pictures, training[found.indices], found.distances, usual, others)
    return Material(samples, real, pairs)


def by_class(x: Tensor, classes: int) -> Tensor:
    """Examples whose labels are 0, 1, ..., K - 1, 0, 1, ... as [K, n, ...]."""
    return x.unflatten(0, (-1, classes)).transpose(0, 1)


def first_of_each(source: Source, count: int) -> Tensor:
    """The first `count` examples of each class, labels in turn; fewer where the smallest class has fewer."""
    if not source.classes or source.c is None:
        return source.x[evenly(source.size, count)]
    places = [(source.c == label).nonzero().flatten()[:count] for label in range(len(source.classes))]
    count = min(map(len, places))
    return source.x[torch.stack([place[:count] for place in places]).T.flatten()]


def ship(live: Live, folder: Path) -> Artefact:
    """Export the best model, with its card."""
    model = live.artefact(live.shipped, folder.name)
    export(folder / "generator", live.shipped, model.description, card(model.description), sheet(live, model, 40))
    return model


def frames(folder: Path) -> list[tuple[int, Image.Image]]:
    """The film strip's frames, as the journal names them: (images seen, picture)."""
    events = told(folder / "journal.jsonl")
    named = {event["images"]: event["file"] for event in events if event["event"] == "snapshot"}
    return [(images, frame(folder, str(file))) for images, file in sorted(named.items())]


def frame(folder: Path, name: str) -> Image.Image:
    """One of a run's own frames, as PNG alone: what a journal names may come from anybody."""
    if not FRAME.fullmatch(name):
        raise SaddlepointError(f"the journal names {name!r} as a frame", str(folder), "it does not belong to this run")
    try:
        return Image.open(io.BytesIO(read_bounded(folder / name, LARGEST_FRAME)), formats=["PNG"])
    except (OSError, Image.DecompressionBombError) as error:
        raise SaddlepointError(f"cannot be read as a picture: {error}", str(folder / name), "restore it") from error


def judged(
    live: Live, model: Artefact, folder: Path, court: Court | None, effort: Effort
) -> tuple[dict[str, Measure], Pairs | None, str]:
    """The measures that apply, near-copies, and why there is no more: first the one that leads, for digits then those
    of the bundled judge that chose nothing, then all others against held-out data. Samples that cannot be judged leave
    a page without figures, not a run without a page.
    """
    found: dict[str, Measure] = {}
    copies = None
    try:
        if as_digits(live, model):
            made = model.sample(effort.protocol, seed=live.config.seed)
            found = judge_digits(made.x, made.labels, OTHER, live.config.seed)
        if court is not None:
            rest = court.full(model, effort.samples, live.config.seed)
            keep(folder, rest.measures)
            copies = rest.pairs if keep_copies(folder, rest) else None
            lead = {name: measure for name, measure in rest.measures.items() if name == HEADLINE}
            found = lead | found | {name: measure for name, measure in rest.measures.items() if name not in found}
    except SaddlepointError as error:
        return found, copies, str(error)
    return found, copies, ""


def as_digits(live: Live, model: Artefact) -> bool:
    """Whether its samples are judged as digits are: thousands of them, which not every system draws in a moment."""
    return live.train.eye == "digits" and "sample" in model.can and "samples" in live.system.judges


def choice(live: Live, folder: Path) -> list[tuple[str, str, str]]:
    """Which average was shipped, and what chose it: figures against the same examples flatter it a little."""
    judgements = [event for event in told(folder / "journal.jsonl") if "card" in event]
    if not live.progress.best or not judgements:
        return []
    best, card, noun = live.progress.best, judgements[-1]["card"], medium_of(live.facts["x"]).noun
    eye = "" if card["extractor"] == "none" else f" in {card['extractor']}"
    by = f"{re.split(r' [(]|,', card['metric'])[0]}{eye}, against {examples(card['reference'])}"
    how = "the best" if live.scene.chooses else "the last"
    note = f"as at {best['images']:,} {noun}, {how} of {len(judgements)} judgements by {by}"
    return [("average", str(best["average"]), note)]


def doctor(live: Live, folder: Path, measures: dict[str, Measure]) -> list[tuple[str, str, str]]:
    """The doctor's verdicts, their evidence, what the run was judged against; of the first, the one change to make."""
    references = [examples(measure.card.reference) for measure in measures.values()]
    judged = f" (judged against {references[-1]})" if references else ""
    return [
        ("doctor", verdict.name, f"{verdict.evidence}{judged}; change: {change}")
        for verdict, change in in_turn(examine(folder, live.config))
    ]


NAMES = {
    HEADLINE: ("distance", "%", "{of_what}, against {real}"),
    "label_accuracy": ("label accuracy", "%", "of the samples show the class that was asked for"),
    "diversity": ("diversity", "%", "of the diversity of real examples, within a class"),
    "coverage": ("coverage", "", "share of {real} that have a sample close by"),
    "copies": ("near-copies", "%", "of the samples, copied from training examples"),
    "l1": ("absolute error", "", "of the range, mean over {real}"),
    "psnr": ("PSNR", "dB", "mean over {real}"),
    "ssim": ("SSIM", "", "mean over {real}"),
    "class_error": ("class error", "%", "of {real} get a wrong class"),
    "nats": ("-log p(x)", "nats", "{metric}, mean over {real}"),
}
"""Of the measures worth a line: name, unit and meaning, with what they were held against."""


def rows(measures: dict[str, Measure]) -> list[tuple[str, str, str]]:
    """(name, value with its interval, meaning) of the measures worth a line, each by its card; first of all why there
    is no figure that leads, where there is none.
    """
    found = [(NAMES[HEADLINE][0], "-", silent)] if (silent := unsaid(measures)) else []
    for key, (name, unit, meaning) in NAMES.items():
        if (m := measures.get(key)) is not None:
            usual, kind = measures.get(f"{key}_real"), m.card.metric.partition(", ")[0]
            beside = "" if usual is None else f"for independent real examples {usual.value:.4g} {unit}"
            of_what = m.card.metric.partition(", % ")[2]
            note = meaning.format(real=examples(m.card.reference), metric=kind, of_what=of_what)
            note = "; ".join(filter(None, (note, beside, protocol(m.card))))
            found.append((name, f"{m.value:.4g} {unit} [{m.low:.4g}, {m.high:.4g}]", note))
    return found + mixture(measures)


def mixture(measures: dict[str, Measure]) -> list[tuple[str, str, str]]:
    """The figures of a mixture of Gaussians on the same table, in a line: what a network is to be better than."""
    units = {name: unit for name, unit in ((HEADLINE, "%"), ("frechet", "")) if f"{BESIDE}{name}" in measures}
    if not units:
        return []
    name, unit = next(iter(units.items()))
    m, coverage = measures[f"{BESIDE}{name}"], measures[f"{BESIDE}coverage"]
    who, _, what = m.card.metric.partition(": ")
    return [(who, f"{m.value:.4g} {unit} [{m.low:.4g}, {m.high:.4g}]", f"{what}; coverage {coverage.value:.3g}")]


def dynamics(folder: Path, noun: str) -> list[tuple[str, str, str]]:
    """What the journal says of the game: its last line on rounds, and what was refused in all."""
    events = told(folder / "journal.jsonl")
    lines = [event for event in events if event["event"] == "rounds"]
    if not lines:
        return []
    last, seconds = lines[-1], lines[-1].get("seconds") or math.inf
    table = [(f"{noun} seen", f"{last['images']:,}", f"in {seconds:.0f} s, {last['images'] / seconds:,.0f} a second")]
    ends = [last.get(name) for name in ("d_real", "d_fake")]
    if any(end is not None for end in ends):
        readings, words = ", ".join("none" if end is None else f"{end:.2f}" for end in ends), WORDS[read_last(events)]
        table.append((f"{words.real}, {words.fake}", readings, f"at the end; {words.undecided}"))
    if refused := sum(line.get("skipped") or 0 for line in lines):
        table.append(("refused steps", f"{refused:,}", "not finite, so not taken"))
    return table
