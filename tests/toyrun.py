"""A run small enough to be killed a thousand times: some 30 rounds of a tiny game on 8 x 8 pictures, a quarter second.

It has what makes resuming hard: two stages with other objectives, the second without the first's moments; two critic
steps a round; batch normalisation, spectral normalisation and dropout; a lazy penalty; decaying rates; averages; a
checkpoint every few rounds, in the middle of epochs.
"""

import hashlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch

from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import make_folder
from saddlepoint.record import Choices, DataRecord, RunRecord, versions
from saddlepoint.running.live import Live
from saddlepoint.running.sessions import noted
from saddlepoint.running.watcher import Nobody, Tick
from saddlepoint.running.work import Worker
from saddlepoint.settings.networks import Dcgan, Mlp
from saddlepoint.settings.run import Engine as EngineWishes
from saddlepoint.storage.checkpoint import newest
from saddlepoint.storage.journal import read
from saddlepoint.storage.lock import RunLock
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Noise, Rules

BATCH = 10
STAGES = (300, 170)
WALL_CLOCK = ("seconds", "rate")

CONFIG = Config(
    seed=3,
    batch=BATCH,
    prior=Noise(size=4),
    g=GeneratorPace(network=Dcgan(width=2, kernel=3), lr=2e-3, decay="cosine"),
    d=CriticPace(network=Mlp(hidden=(8,), dropout=0.3, condition="projection"), lr=2e-3, spectral=True),
    stages=(
        Rules(images=STAGES[0], k=2, r1=0.1, penalty_every=3),
        Rules(images=STAGES[1], objective="relativistic", inherit="networks", r1=0.1),
    ),
    averages=(100, 20),
    snapshots=3,
    checkpoint_images=50,
    journal_images=30,
    engine=EngineWishes(device="cpu", precision="float32", threads=1),
)
ENGINE = Engine(torch.device("cpu"), "float32", 1)


def pictures(seed: int = 0) -> Source:
    """130 pictures [1, 8, 8] of two classes, as floats in [0, 1]: an epoch is 13 batches."""
    rng = torch.Generator().manual_seed(seed)
    c = torch.arange(130) % 2
    x = torch.rand(130, 1, 8, 8, generator=rng) * 0.5 + 0.4 * c[:, None, None, None]
    return Source("toy", x, c, ("dark", "bright"))


def record(conf: Config = CONFIG) -> RunRecord:
    """What config.json holds of such a run."""
    data = DataRecord(
        name="toy", size=130, shape=(1, 8, 8), classes=("dark", "bright"), licence="", digest="", held_out=(0, 7, 9)
    )
    choices = Choices(device="cpu", precision="float32", threads=1)
    return RunRecord(config=conf, data=data, choices=choices, versions=versions())


class Hook(Nobody):
    """A watcher that does something, once, when a number of images has been seen."""

    def __init__(self, images: int, act: Callable[[], object]) -> None:
        self.images, self.act, self.done_it = images, act, False
        self.notes: list[str] = []

    def progress(self, tick: Tick) -> None:
        if tick.images >= self.images and not self.done_it:
            self.done_it = True
            self.act()

    def note(self, text: str) -> None:
        self.notes.append(text)


def worker(folder: Path, watcher: Nobody | None = None, source: Source | None = None, conf: Config = CONFIG) -> Worker:
    """A worker on the toy run of this folder, as `carry_on` makes it."""
    return Worker(Live(record(conf), {"x": source or pictures()}, ENGINE), folder, watcher or Nobody())


def unprepared(hand: Worker) -> None:
    """Nothing is done to the worker before it works."""


def play(
    folder: Path,
    watcher: Nobody | None = None,
    prepare: Callable[[Worker], object] = unprepared,
    source: Source | None = None,
    conf: Config = CONFIG,
) -> None:
    """Begin or resume the run, and play it to its end, as `start` and `resume` do but for the final sheets."""
    make_folder(folder)
    with RunLock(folder):
        if not (folder / "config.json").exists():
            record(conf).write(folder)
        hand = worker(folder, watcher, source, conf)
        hand.begin()
        prepare(hand)
        with noted(folder, hand.live.progress):
            hand.work()


class Child:
    """A forked process that acts: everything is imported already, so that it starts at once.

    It ends with 0, with a SaddlepointError's code (its text is then in `complaint`), or with 99 after any other error.
    """

    def __init__(self, act: Callable[[], object]) -> None:
        self.read_end, write_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            status = 99
            try:
                act()
                status = 0
            except SaddlepointError as error:
                os.write(write_end, str(error).encode())
                status = error.code
            except KeyboardInterrupt:  # as the command line has it
                status = 128 + signal.SIGINT
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(status)
        os.close(write_end)
        self.complaint = ""

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Its exit status; minus the signal's number if one killed it."""
        with os.fdopen(self.read_end, "rb") as pipe:
            self.complaint = pipe.read().decode()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Trace(NamedTuple):
    """What a run came to: digests of its final state and of what it left on the way; equal for equal runs."""

    tensors: str
    values: str
    journal: str
    samples: str


def events(folder: Path) -> list[dict]:
    """The journal without its wall-clock fields."""
    lines = read(folder / "journal.jsonl")
    return [{name: value for name, value in line.items() if name not in WALL_CLOCK} for line in lines]


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def trace(folder: Path, stopped: bool = False) -> Trace:
    """The run's trace. The journal's length in bytes is left out: the digits of wall-clock fields vary.

    A run that was asked to stop saved where another does not, and said so: then those lines are left out, too.
    """
    checkpoint = newest(folder / "checkpoints")
    assert checkpoint is not None
    assert not checkpoint.damaged
    values = {name: dict(saved.values) for name, saved in checkpoint.saved.items()}
    del values["progress"]["journal"]
    story = [event for event in events(folder) if not (stopped and event["event"] == "checkpoint")]
    samples = sorted((folder / "samples").glob("*.png"))
    return Trace(
        digest((checkpoint.folder / "tensors.safetensors").read_bytes()),
        digest(json.dumps(values, sort_keys=True).encode()),
        digest(json.dumps(story).encode()),
        digest(*(path.name.encode() + path.read_bytes() for path in samples)),
    )


def drafts(folder: Path) -> list[Path]:
    """What a dead process left half-written."""
    return [path for path in folder.rglob("*") if path.suffix in (".tmp", ".former")]
