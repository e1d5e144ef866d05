"""A run of some twenty rounds through the front door: `start` and `resume`, on forty 8 x 8 pictures of two classes."""

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from saddlepoint import engine as resolved
from saddlepoint.api import Run, start
from saddlepoint.data import names
from saddlepoint.data.source import Source
from saddlepoint.data.sources import SOURCES
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning import budget as plan
from saddlepoint.running import moments
from saddlepoint.running.live import Live
from saddlepoint.running.watcher import Nobody, Plan, Summary, Tick
from saddlepoint.settings.networks import Dcgan, Mlp
from saddlepoint.settings.run import Data, Engine, Judge
from saddlepoint.storage.checkpoint import newest
from saddlepoint.storage.journal import read
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Noise, Rules

WALL_CLOCK = ("seconds", "rate")

CONFIG = Config(
    seed=5,
    batch=6,
    prior=Noise(size=4),
    data=Data(held_out=0.35),
    g=GeneratorPace(network=Dcgan(width=2, kernel=3), lr=2e-3),
    d=CriticPace(network=Mlp(hidden=(8,), dropout=0.3, condition="projection"), lr=2e-3, decay="cosine"),
    stages=(
        Rules(images=120, k=2, r1=0.1, penalty_every=3),
        Rules(images=60, objective="relativistic", inherit="networks", r1=0.1),
    ),
    averages=(100, 3),
    snapshots=3,
    checkpoint_images=50,
    journal_images=24,
    engine=Engine(device="cpu", precision="float32", threads=1),
    judge=Judge(share=0),
)
"""12 real examples a round in the first stage, 6 in the second; an epoch is 6 1/2 batches, on the examples kept."""

ENGINE = resolved.Engine(torch.device("cpu"), "float32", 1)


def pictures(seed: int = 0) -> Source:
    """60 pictures of noise, dark ones and bright ones in turn."""
    noise = torch.frombuffer(bytearray(random.Random(seed).randbytes(60 * 64)), dtype=torch.uint8).view(60, 1, 8, 8)
    c = torch.arange(60) % 2
    return Source("tiny", noise // 2 + 128 * c.view(-1, 1, 1, 1).byte(), c, ("dark", "bright"), "CC0")


def bundle(patch: pytest.MonkeyPatch, made: Callable[[], Source] = pictures) -> None:
    """Make 'tiny' the name of these data; have no run measured for longer than it takes, nor its lines thickened."""
    patch.setitem(SOURCES, "tiny", made)
    patch.setattr(names, "BUNDLED", (*names.BUNDLED, "tiny"))
    patch.setattr(plan, "SECONDS", 0.0)
    patch.setattr(moments, "LINES", 1)


class Cut(BaseException):
    """The process died here."""


class Seen(Nobody):
    """Keeps all it is told; does something, once, after the round that reaches a number of images."""

    def __init__(self, images: float = float("inf"), act: Callable[[], object] | None = None) -> None:
        self.images, self.act = images, act
        self.plans: list[Plan] = []
        self.ticks: list[Tick] = []
        self.notes: list[str] = []
        self.summaries: list[Summary] = []

    def planned(self, plan: Plan) -> None:
        self.plans.append(plan)

    def progress(self, tick: Tick) -> None:
        self.ticks.append(tick)
        if tick.images >= self.images:
            self.images = float("inf")
            if self.act is None:
                raise Cut
            self.act()

    def note(self, text: str) -> None:
        self.notes.append(text)

    def done(self, summary: Summary) -> None:
        self.summaries.append(summary)


def begin(root: Path, conf: Config = CONFIG, name: str = "a", watcher: Nobody | None = None) -> Run:
    return start("tiny", conf, name=name, root=root, watcher=watcher)


def events(folder: Path) -> list[dict[str, Any]]:
    """The journal without its wall-clock fields."""
    lines = read(folder / "journal.jsonl")
    return [{name: value for name, value in line.items() if name not in WALL_CLOCK} for line in lines]


def outcome(folder: Path) -> dict[str, str]:
    """Digests of all a run came to: final weights, moments, averages; its place; its journal; its film strip."""
    last = newest(folder / "checkpoints")
    if last is None:
        raise SaddlepointError("no checkpoint", str(folder))
    values = {name: dict(saved.values) for name, saved in last.saved.items()}
    del values["progress"]["journal"]  # in bytes: the digits of wall-clock fields vary
    parts = {
        "tensors": (last.folder / "tensors.safetensors").read_bytes(),
        "values": json.dumps(values, sort_keys=True).encode(),
        "journal": json.dumps(events(folder)).encode(),
    }
    frames = {path.name: path.read_bytes() for path in sorted((folder / "samples").glob("*.png"))}
    return {name: hashlib.sha256(data).hexdigest() for name, data in (parts | frames).items()}


def live_of(run: Run) -> Live:
    """The run's state at its end."""
    live = Live(run.record, {"x": SOURCES["tiny"]()}, ENGINE)
    live.restore(run.folder / "checkpoints")
    return live
