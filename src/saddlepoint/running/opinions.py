"""What D says of files: its own opinion of pictures, beside its opinion of examples that it has not seen."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.artefact import folder as artefacts
from saddlepoint.data import given
from saddlepoint.data.asking import asked, beyond, named
from saddlepoint.data.facts import About, Facts, evenly
from saddlepoint.data.fitting import Form
from saddlepoint.data.memory import Held
from saddlepoint.data.pictures import colour_of
from saddlepoint.data.scaling import scaled
from saddlepoint.data.sources import silent
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game
from saddlepoint.judging.extractors.extractor import as_stored
from saddlepoint.judging.group import LEAST
from saddlepoint.judging.nearest import nearest
from saddlepoint.media.catalog import medium_of
from saddlepoint.objectives import read
from saddlepoint.readings import Reads
from saddlepoint.record import read_record
from saddlepoint.records import Batch
from saddlepoint.running.live import Live
from saddlepoint.running.opened import as_begun
from saddlepoint.settings.run import Data
from saddlepoint.statistics.influence import some
from saddlepoint.statistics.intervals import wilson
from saddlepoint.storage import checkpoint
from saddlepoint.storage.parts import ModulePart

NEIGHBOURS = 200  # looks at D's logits that calibrate one
MOST_LOOKS = 20_000  # at either side, where each is looked at under every condition

Looks = Callable[[Tensor, Tensor | None], Tensor]
"""(x as stored, c) to D's logits."""


class Opinion(NamedTuple):
    """What D says of one file.

    d            sigmoid of its logit: the probability that the picture came from the data, as D sees it; by `reads`
                 the logit itself, a score, or the probability that it is real beside a sample, mean over the samples
    real, fake   share of held-out examples, and of samples, that D finds less real than this
    calibrated   of the 200 looks with the nearest logits, the share that was real; with its 95 % interval
    label        the class or condition it was looked at as, where D reads one
    against      which real examples these are: held out, or those D has been trained on, which it knows too well
    outside      why `calibrated` says nothing of this file; empty where it does
    """

    file: str
    d: float
    logit: float
    real: float
    fake: float
    calibrated: tuple[float, float, float]
    label: str | None
    against: str
    outside: str = ""
    reads: Reads = "probability"


@torch.no_grad()
def score(
    folder: Path, files: Sequence[Path], label: str | None, cond: str | None = None, held: Held | None = None
) -> list[Opinion]:
    """D's own opinion of pictures, by the newest checkpoint, beside its opinion of examples it has not seen. They are
    looked at as of this class or condition, beside examples as of their own; else as of whichever D likes best, all.
    """
    record = read_record(folder)
    if len(record.data.shape) != 3:
        raise SaddlepointError("its examples are not pictures", str(folder), "D is asked about pictures only")
    live = as_begun(record, silent, held).live()
    saved = checkpoint.newest(folder / "checkpoints")
    if saved is None:
        raise SaddlepointError("no checkpoint, so no D", str(folder), "only the generator is left of this run")
    game, model = played(live, saved), artefacts.load(folder)
    if game.D is None or len(game.D.networks) != 1 or game.pairings or "sample" not in model.can:
        what = f"no critic of `{record.config.recipe}` distinguishes single pictures from samples"
        raise SaddlepointError(what, str(folder), "`saddlepoint judge` says how good its model is")
    ((name, D),) = game.D.networks.items()
    ModulePart(D).load_state(saved.saved[name])
    D.eval()

    def logits(x: Tensor, c: Tensor | None) -> Tensor:
        return live.logits(D, Batch(scaled(x, record.config.range, live.facts["x"]), c), name in game.unconditional)

    about = live.facts["x"]
    pictures = torch.stack([picture(file, about, record.config.data) for file in files])
    wanted = guises(live.facts, label, cond)
    enough = live.held_out.size >= LEAST
    among = live.held_out if enough else live.train.take(evenly(live.train.size, 500))
    real = among.take(evenly(among.size, max(NEIGHBOURS, MOST_LOOKS // len(wanted))))
    seen = f"training examples (seen by D: fewer than {LEAST} are held out)"
    against = f"{real.size:,} {'held-out examples' if enough else seen}"
    samples = model.sample(real.size, record.config.seed)
    known = logits(real.x, real.c), logits(samples.x, samples.labels)
    if label is None and cond is None:
        known = favourites(logits, real.x, wanted).values, favourites(logits, samples.x, wanted).values
    best = favourites(logits, pictures, wanted)
    names = [wanted[int(i)].name for i in best.places]
    seen = (as_stored(medium_of(about).seen(x, about)) for x in (pictures, real.x, samples.x))
    strange = strangers(*seen)
    told = zip(files, best.values, names, strange.tolist())
    return [
        opinion(str(f), float(y), name, against, *known, game.objective.reads)._replace(
            outside=outside(float(y), far, *known)
        )
        for f, y, name, far in told
    ]


def played(live: Live, saved: checkpoint.Checkpoint) -> Game:
    """The game that a checkpoint stands in: of its stage, or of the last one before it in which a critic plays."""
    live.progress.load_state(saved.saved["progress"])
    stages = range(min(live.progress.stage, len(live.config.stages) - 1), -1, -1)
    games = (live.enter(stage).game for stage in stages)
    return next((game for game in games if game.D is not None), live.scene.game)


def strangers(pictures: Tensor, real: Tensor, samples: Tensor) -> Tensor:
    """Which pictures are further from every real example and every sample than any real example is from the nearest of
    all others, [N]: D was never asked of the like. All uint8.
    """
    known = torch.cat([real, samples])
    usual = nearest(real[some(len(real))], known, others=True).distances
    return nearest(pictures, known).distances > usual.max()


def outside(logit: float, far: bool, real: Tensor, fake: Tensor) -> str:
    """Why nothing was calibrated where this file lies; empty where something was."""
    both = torch.cat([real, fake])
    if far:
        return "unlike all that D was calibrated on"
    if not float(both.min()) <= logit <= float(both.max()):
        return "a logit outside the calibrated range"
    return ""


def picture(file: Path, about: About, data: Data) -> Tensor:
    """A file as the run's data are: read as they were, and brought to their size, channels and type in the same way."""
    channels, height, width = about.shape
    if channels > 4:
        raise SaddlepointError(f"no picture file has {channels} channels, as its data have", str(file))
    background = colour_of(data.background or "white")
    return given.picture(file, lambda _: Form(height, width, channels, about.dtype, data.fit, background), about)


class Guise(NamedTuple):
    """A condition to look at pictures under: its name, and c of one picture, [1] or [1, E]; None for none."""

    name: str | None
    c: Tensor | None


def guises(facts: Facts, label: str | None, cond: str | None) -> list[Guise]:
    """What is asked for; else every class, or the conditions of examples; else nothing."""
    c = facts.get("c")
    kind, classes = ("none" if c is None else c.kind), (() if c is None else c.names)
    if kind != "code" and cond is not None:
        raise SaddlepointError("this D reads no condition except a class", "--cond", "use --class, or none")
    if not classes and label is not None:
        raise SaddlepointError("this D knows no classes", "--class", "use --cond" if kind == "code" else "leave it out")
    if classes:
        wanted = range(len(classes)) if label is None else (named(classes, label),)
        return [Guise(classes[place], torch.tensor([place])) for place in wanted]
    if c is None or kind != "code":
        return [Guise(None, None)]
    examples = torch.tensor(c.examples)
    if cond is not None:
        code = torch.from_numpy(asked(c.fields, cond, examples[:1].numpy()))
        return [Guise("; ".join((cond, *beyond(c.fields, cond))), code)]
    return [Guise(f"the best of {len(examples)} conditions", one) for one in examples.split(1)]


class Favourites(NamedTuple):
    """Of each picture the greatest logit, [N], and the place of the guise it was had under, [N]."""

    values: Tensor
    places: Tensor


def favourites(logits: Looks, x: Tensor, wanted: Sequence[Guise]) -> Favourites:
    """max over c of D(x, c). A maximum over classes is larger than the logit of one's own: compare it with its like."""
    return Favourites(*torch.stack([logits(x, repeated(guise.c, len(x))) for guise in wanted]).max(0))


def repeated(c: Tensor | None, n: int) -> Tensor | None:
    """c of n pictures that are all of one condition."""
    return None if c is None else c.expand(n, *c.shape[1:])


def opinion(
    file: str, logit: float, label: str | None, against: str, real: Tensor, fake: Tensor, reads: Reads = "probability"
) -> Opinion:
    both = torch.cat([real, fake])
    near = (both - logit).abs().argsort(stable=True)[: min(NEIGHBOURS, len(both) // 2)]
    share = wilson(int((near < len(real)).sum()), len(near))
    below = [float((some < logit).float().mean()) for some in (real, fake)]
    said, _ = read(reads, torch.tensor(logit, dtype=torch.float64), fake.double())
    d, calibrated = float(said.mean()), (share.value, share.low, share.high)
    return Opinion(file, d, logit, below[0], below[1], calibrated, label, against, reads=reads)
