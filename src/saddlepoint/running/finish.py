"""What a finished run leaves: the generator by itself, sheets, film strip, figures, report."""

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from saddlepoint import figures
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import to_uint8
from saddlepoint.files import write_atomic
from saddlepoint.judge.card import Measure
from saddlepoint.judge.digits import judge_digits
from saddlepoint.judge.doctor import in_turn
from saddlepoint.judge.extractors.extractor import look
from saddlepoint.judge.memory import nearest_features, nearest_l1
from saddlepoint.judge.nearest import nearest
from saddlepoint.report.material import Material, Pairs
from saddlepoint.report.page import write_report
from saddlepoint.running.byclass import class_figures
from saddlepoint.running.copied import SHEET, keep_copies
from saddlepoint.running.generator import Description, Generator, export
from saddlepoint.running.judging import SAMPLES, Jury, jury, unfit
from saddlepoint.running.measured import examine, keep
from saddlepoint.running.session import PROBE, Session, evenly
from saddlepoint.running.watcher import Summary
from saddlepoint.storage.journal import read

PROTOCOL = 10_000  # samples that digits are judged by
EACH = 10  # pictures of each class, and pictures beside their nearest training picture, in the report
POINTS = 2_000


def finish(session: Session, folder: Path) -> Summary:
    """Write everything from the state the run ended in; writing it again gives the same files."""
    generator = ship(session, folder)
    strip = frames(folder)
    write_atomic(folder / "grid.png", figures.png(generator.sample(100).picture(10)))
    write_atomic(folder / "film.png", figures.png(figures.film(strip)))
    court, why = court_of(session)
    measures, copies, fault = judged(session, generator, folder, court)
    why = why or fault
    table = dynamics(folder) + doctor(session, folder, court) + ([("judging", "not possible", why)] if why else [])
    tables = (*table, *class_figures(session.train, generator, session.record.data.name == "digits"))
    material = shown(session, generator, court)._replace(frames=strip, measures=measures, tables=tables, copies=copies)
    write_report(folder, material)
    names = ("report.html", "grid.png", "film.png", "generator", *([SHEET] if copies else []))
    return Summary(folder, (*rows(measures), *table), tuple(folder / name for name in names))


def court_of(session: Session) -> tuple[Jury | None, str]:
    """The jury of a run, or why there is none: data that cannot be judged, features that were refused."""
    if why := unfit(session.source):
        return None, why
    try:
        return jury(session), ""
    except SaddlepointError as error:
        return None, str(error)


def shown(session: Session, generator: Generator, court: Jury | None) -> Material:
    """Samples, real examples beside them, and for pictures the nearest training pictures of a row of samples."""
    if session.source.x.ndim == 2:
        return Material(generator.sample(POINTS).x, session.train.x[:POINTS])
    classes = max(1, len(generator.classes))
    samples = by_class(generator.sample(classes * EACH).x, classes)
    examples = first_of_each(session.train, EACH)[: classes * EACH]
    real = by_class(examples, classes) if len(examples) else None
    if session.source.x.dtype != torch.uint8:
        drawn, real = (None if x is None else to_uint8(x.nan_to_num(), "unit") for x in (samples, real))
        return Material(drawn, real)
    pictures, training = generator.sample(EACH).x, session.train.x
    found, usual = nearest(pictures, training), None
    others = {"nearest by L1": training[nearest_l1(pictures, training).indices]} | by_features(pictures, court)
    if session.held_out.size:
        usual = nearest(session.held_out.x[:PROBE], training).distances.median().item()
    pairs = Pairs(pictures, training[found.indices], found.distances, usual, others)
    return Material(samples, real, pairs)


def by_features(pictures: Tensor, court: Jury | None) -> dict[str, Tensor]:
    """The nearest of the training pictures that the jury has seen, in its features; none where these are the pixels."""
    if court is None or court.standard.training is None or court.extractor.digest == "none":
        return {}
    training = court.standard.training
    found = nearest_features(look(court.extractor, pictures).features, training.seen.features)
    return {f"nearest to {court.extractor.name}, of {training.size:,}": training.x[found.indices]}


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


def ship(session: Session, folder: Path) -> Generator:
    """Export the best generator, with its model card."""
    description = session.description(folder.name)
    generator = Generator(session.shipped, description, session.engine.device)
    preview = figures.png(generator.sample(40).picture(10))
    export(folder / "generator", session.shipped, description, card(description), preview)
    return generator


def card(about: Description) -> str:
    """The model card: what it is, what it was made of, how to use it, what it is not."""
    facts = {
        "makes": f"examples of shape {' x '.join(map(str, about.shape))}",
        "from": f"noise z, {about.prior.kind}, {about.prior.size} numbers",
        "condition": condition(about),
        "trained": f"as a generative adversarial network, recipe `{about.recipe}`",
        "data": f"`{about.data}`, {about.images:,} examples seen",
        "licence of the data": about.licence,
        "weights": f"an average over training, half-life {about.average.partition('-')[2]} images",
        "made with": f"saddlepoint {about.version}",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    return f"""# {about.run}: a generator of {about.data}

![samples](preview.png)

| | |
| --- | --- |
{table}

```python
import saddlepoint as sp
sp.load("generator").sample(64, seed=0).save("grid.png")
```

It imitates its training data, with their gaps and biases, and may repeat single examples of them: look at the nearest
training pictures in the run's report before you publish samples.
"""


def condition(about: Description) -> str:
    """What c is, in words."""
    if about.classes:
        return f"a class, one of {', '.join(about.classes)}"
    return "; ".join(map(str, about.fields)) or "none"


def frames(folder: Path) -> list[tuple[int, Image.Image]]:
    """The film strip's frames, as the journal names them: (images seen, picture)."""
    events = read(folder / "journal.jsonl")
    named = {event["images"]: event["file"] for event in events if event["event"] == "snapshot"}
    return [(images, Image.open(folder / file)) for images, file in sorted(named.items())]


def judged(
    session: Session, generator: Generator, folder: Path, court: Jury | None
) -> tuple[dict[str, Measure], Pairs | None, str]:
    """The measures that apply, near-copies, and why there is no more: for digits made by class, those of the bundled
    judge first; then against held-out data. Samples that cannot be judged leave a page without figures, not a run
    without a page.
    """
    found: dict[str, Measure] = {}
    copies = None
    try:
        if session.record.data.name == "digits":
            pictures, labels = generator.sample(PROTOCOL, seed=session.config.seed)
            found = judge_digits(pictures, labels, seed=session.config.seed)
        if court is not None:
            rest = court.judge(session, generator, SAMPLES, session.config.seed)
            keep(folder, rest.measures)
            copies = rest.pairs if keep_copies(folder, rest) else None
            found |= {name: measure for name, measure in rest.measures.items() if name not in found}
    except SaddlepointError as error:
        return found, copies, str(error)
    return found, copies, ""


def doctor(session: Session, folder: Path, court: Jury | None) -> list[tuple[str, str, str]]:
    """The doctor's verdicts, their evidence, what the run was judged against; of the first, the one change to make."""
    judged = "" if court is None else f" (judged against {examples(court.reference)})"
    return [
        ("doctor", verdict.name, f"{verdict.evidence}{judged}; change: {change}")
        for verdict, change in in_turn(examine(folder, session.config))
    ]


NAMES = {
    "label_accuracy": ("label accuracy", "%", "of the samples are what they were asked to be"),
    "frechet_ratio": ("Frechet distance", "x", "{over}, against {real}"),
    "diversity": ("diversity", "%", "of the real one, within a class"),
    "coverage": ("coverage", "", "of {real} have a sample close by"),
    "copies": ("near-copies", "%", "of the samples, of training examples"),
}
"""Of the measures worth a line: name, unit and meaning, with what they were divided by and held against."""


def rows(measures: dict[str, Measure]) -> list[tuple[str, str, str]]:
    """(name, value with its interval, meaning) of the measures worth a line, each by its card."""
    found = []
    for key, (name, unit, meaning) in NAMES.items():
        if (m := measures.get(key)) is not None:
            note = meaning.format(over=m.card.metric.partition(" / ")[2], real=examples(m.card.reference))
            found.append((name, f"{m.value:.4g} {unit} [{m.low:.4g}, {m.high:.4g}]", note))
    return found


def examples(reference: str) -> str:
    """Which real examples a card names, without the data's name and digest: '500 held-out examples', 'MNIST test'."""
    return reference.split(", ")[-2:][0]


def dynamics(folder: Path) -> list[tuple[str, str, str]]:
    """What the journal says of the game: its last line on rounds, and what was refused in all."""
    lines = [event for event in read(folder / "journal.jsonl") if event["event"] == "rounds"]
    if not lines:
        return []
    last, seconds = lines[-1], lines[-1]["seconds"]
    readings = ", ".join("none" if last[name] is None else f"{last[name]:.2f}" for name in ("d_real", "d_fake"))
    table = [
        ("images seen", f"{last['images']:,}", f"in {seconds:.0f} s, {last['images'] / seconds:,.0f} a second"),
        ("D(x), D(G(z))", readings, "at the end; 1/2 where D cannot tell"),
    ]
    if refused := sum(line["skipped"] for line in lines):
        table.append(("refused steps", f"{refused:,}", "not finite, not taken"))
    return table
