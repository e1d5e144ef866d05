"""A run followed elsewhere: what its journal says, sent to a tracker as it is written. Nothing that a tracker does or
fails to do changes the run.

A tracker is a function (run folder, settings) -> `Page`, which is given scalars by name and pictures, by the number of
real examples seen. Scalars have the names that `Run.history` has.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from saddlepoint.court.kept import NAME as MEASURES
from saddlepoint.court.kept import kept
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded
from saddlepoint.record import content_of
from saddlepoint.running.watcher import Listened, Watcher, calls_of
from saddlepoint.settings.complaints import did_you_mean
from saddlepoint.storage.journal import numbers
from saddlepoint.storage.places import LARGEST_FRAME

PROJECT = "saddlepoint"


class Page(NamedTuple):
    """Where a tracker writes one run down.

    scalars  (by name, real examples seen)
    picture  (what it shows, real examples seen)
    close    when nothing more will come
    """

    scalars: Callable[[Mapping[str, float], int], object]
    picture: Callable[[Image.Image, int], object]
    close: Callable[[], object]


def tensorboard(there: Any, folder: Path, settings: Mapping[str, Any]) -> Page:
    """Event files in the run's folder: `tensorboard --logdir runs`."""
    import numpy as np

    writer = there.SummaryWriter(str(folder / "tensorboard"))

    def scalars(found: Mapping[str, float], images: int) -> None:
        for name, value in found.items():
            writer.add_scalar(name, value, images)

    def picture(shown: Image.Image, images: int) -> None:
        writer.add_image("samples", np.asarray(shown.convert("RGB")), images, dataformats="HWC")

    return Page(scalars, picture, writer.close)


def wandb(there: Any, folder: Path, settings: Mapping[str, Any]) -> Page:
    """A run of the project `saddlepoint`, on the account that `wandb login` left here; WANDB_MODE=offline needs none.
    What goes on with a run is a further one of its group.
    """
    online = there.setup().settings.mode not in ("offline", "disabled")
    if online and there.Api().api_key is None:  # it would ask for one, and a run would wait for the answer
        raise SaddlepointError("no account here", "wandb", "run `wandb login`, or set WANDB_MODE=offline")
    quiet = there.Settings(silent=True, console="off")
    run = there.init(
        project=PROJECT, name=folder.name, group=folder.name, config=dict(settings), dir=str(folder), settings=quiet
    )
    run.define_metric("*", step_metric="images")
    return Page(
        lambda found, images: run.log({**found, "images": images}),
        lambda shown, images: run.log({"samples": there.Image(shown), "images": images}),
        there.finish,
    )


def trackio(there: Any, folder: Path, settings: Mapping[str, Any]) -> Page:
    """A run of the project `saddlepoint`, kept on this machine: `trackio show`."""
    run = there.init(project=PROJECT, name=folder.name, config=dict(settings))
    return Page(
        lambda found, images: run.log(dict(found), step=images),
        lambda shown, images: run.log({"samples": there.Image(shown)}, step=images),
        there.finish,
    )


TRACKERS: Mapping[str, tuple[str, Callable[[Any, Path, Mapping[str, Any]], Page], str]] = {
    "tensorboard": ("torch.utils.tensorboard", tensorboard, "saddlepoint[track]"),
    "trackio": ("trackio", trackio, "trackio"),  # in no extra: it wants a Pillow that is older than ours
    "wandb": ("wandb", wandb, "saddlepoint[track]"),
}
"""By name: what is imported for it, how a run is begun there, and what is to be installed."""


class Tracker:
    """Sends the lines of one run's journal on, from the first of them. A fault is told once, and is its last word."""

    def __init__(self, name: str, begin: Callable[[Path, Mapping[str, Any]], Page], note: Callable[[str], None]):
        self.name, self.begin, self.note = name, begin, note
        self.page: Page | None = None
        self.folder: Path | None = None
        self.images, self.ended, self.lost = 0, False, False

    def line(self, folder: Path, event: Mapping[str, Any]) -> None:
        self.attempt(lambda: self.send(folder, event))

    def close(self) -> None:
        """The last judgement, where the run came to its end; then the page's end."""
        self.attempt(self.last)

    def send(self, folder: Path, event: Mapping[str, Any]) -> None:
        if self.page is None:
            self.folder, self.page = folder, self.begin(folder, content_of(folder)["config"])
        self.images, self.ended = event["images"], event["event"] == "end" or self.ended
        if event["event"] == "rounds":
            found = numbers(event)
            self.page.scalars(
                {name: found[name] for name in found if name not in ("images", "stage", "round")}, self.images
            )
        elif event["event"] == "judgement" and event.get("measures"):
            bars = {f"judged/{name}": bar[0] for name, bar in event["measures"].items() if bar[0] is not None}
            self.page.scalars(bars, self.images)
        elif event["event"] == "snapshot":
            content = read_bounded(folder / event["file"], LARGEST_FRAME)
            self.page.picture(Image.open(BytesIO(content), formats=["PNG"]), self.images)

    def last(self) -> None:
        if self.page is None:
            return
        if self.ended and self.folder is not None and (self.folder / MEASURES).exists():
            found = {f"measures/{name}": measure.value for name, measure in kept(self.folder).items()}
            self.page.scalars(found, self.images)
        self.page.close()

    def attempt(self, work: Callable[[], object]) -> None:
        if self.lost:
            return
        try:
            with redirect_stdout(sys.stderr):  # standard output is for the result
                work()
        except Exception as error:  # whatever it is, the run is worth more
            self.lost = True
            what = str(error) if isinstance(error, SaddlepointError) else f"{type(error).__name__}: {error}"
            said = " ".join(what.split())[:200]
            self.note(f"not tracked by {self.name} from here on: {said}")


@contextmanager
def tracked(name: str | None, watcher: Watcher) -> Iterator[Watcher]:
    """The watcher, and beside it the tracker of this name, where there is one. SaddlepointError where it is unknown, or
    its package is missing: that is said before any time is spent.
    """
    if name is None:
        yield watcher
        return
    if name not in TRACKERS:
        hint = did_you_mean(name, TRACKERS) or f"there are {', '.join(TRACKERS)}"
        raise SaddlepointError(f"no tracker '{name}'", "--track", hint)
    module, begin, package = TRACKERS[name]
    try:
        there = import_module(module)
    except ImportError as error:
        raise SaddlepointError(f"{name} is not installed", "--track", f"pip install '{package}'") from error
    tracker = Tracker(name, lambda folder, settings: begin(there, folder, settings), watcher.note)
    calls = calls_of(watcher)

    def line(folder: Path, event: Mapping[str, Any]) -> None:
        tracker.line(folder, event)
        if calls.line is not None:
            calls.line(folder, event)

    try:
        yield Listened(watcher, calls._replace(line=line))
    finally:
        tracker.close()
