"""A run folder as an object: what was trained, how it went, how good it is, and the generator that came of it."""

import base64
import html
from contextlib import suppress
from pathlib import Path

import numpy as np

from saddlepoint.artefact import folder as artefacts
from saddlepoint.artefact.artefact import Artefact
from saddlepoint.artefact.samples import Samples
from saddlepoint.court.bench import Measures
from saddlepoint.court.kept import NAME as MEASURES
from saddlepoint.court.kept import examine, kept
from saddlepoint.data.memory import Held
from saddlepoint.data.reading import shown
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded
from saddlepoint.judging.card import Measure
from saddlepoint.judging.headline import told as headline
from saddlepoint.judging.standing import Verdict
from saddlepoint.record import read_record
from saddlepoint.running.asked import judge_run
from saddlepoint.running.state import State, journal, state_of
from saddlepoint.settings.layers import group
from saddlepoint.settings.run import Judge
from saddlepoint.settings.run import Run as Config
from saddlepoint.storage.journal import numbers
from saddlepoint.storage.places import LARGEST_FRAME, seen


class Run:
    """A run folder. `held` are its data, if they are in memory and in no file."""

    def __init__(self, folder: str | Path, held: Held | None = None) -> None:
        self.folder, self.held = Path(folder), held
        self.record = read_record(self.folder)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def config(self) -> Config:
        return self.record.config

    @property
    def state(self) -> State:
        """Whether it is at work now ("running"), has ended ("done"), or can be resumed ("stopped")."""
        return state_of(self.folder, journal(self.folder))

    @property
    def images(self) -> int:
        """Real examples seen so far."""
        return seen(self.folder, journal(self.folder))

    def history(self) -> dict[str, np.ndarray]:
        """The journal's numbers by name, each [lines] float64: images, seconds, d_real, d_fake, losses/D, gradients/G,
        ...; not a number where a line has none. Judgements have lines of their own, judged/images, judged/distance, ...
        """
        events = journal(self.folder)
        rounds = [numbers(event) for event in events if event["event"] == "rounds"]
        found = [event for event in events if event["event"] == "judgement" and event.get("measures")]
        judged = [
            {"judged/images": event["images"]} | {f"judged/{name}": bar[0] for name, bar in event["measures"].items()}
            for event in found
        ]
        return columns(rounds) | columns(judged)

    @property
    def measures(self) -> dict[str, Measure]:
        """The measures of its last judgement; empty if it was never judged."""
        return kept(self.folder) if (self.folder / MEASURES).exists() else {}

    def judge(self, n: int | None = None, seed: int | None = None, features: str = "auto") -> Measures:
        """Judge it again, with n samples (1,000) of this seed (0); the result is kept as `measures`."""
        return judge_run(self.folder, group(Judge, features=features), n, seed, self.held)[0]

    def doctor(self) -> list[Verdict]:
        """What is wrong, which figures show it, and what to change; act on the first verdict."""
        return examine(self.folder, self.config)

    def samples(self) -> list[Path]:
        """The film strip: the picture of each snapshot, always of the same z, the earliest first."""
        return sorted((self.folder / "samples").glob("*.png"))

    def generator(self, device: str = "cpu") -> Artefact:
        """The model by itself."""
        return artefacts.load(self.folder, device)

    def sample(self, n: int, seed: int = 0, label: int | str | None = None, cond: str | None = None) -> Samples:
        """n examples: of the class of this name or under this condition, or of each in turn."""
        return self.generator().sample(n, seed, label, cond)

    def __repr__(self) -> str:
        what = f"{shown(self.config.recipe)} on {shown(self.record.data.name)}"
        try:
            how = f"{self.state} at {self.images:,}"
        except (SaddlepointError, OSError):
            how = "damaged"
        return f"<Run {shown(str(self.folder))}: {what}, {how}>"

    def _repr_png_(self) -> bytes | None:
        """The sheet of its samples, or the last frame of its film strip; None before there is any."""
        for path in (self.folder / "grid.png", *self.samples()[-1:]):
            with suppress(SaddlepointError, OSError):
                return read_bounded(path, LARGEST_FRAME)
        return None

    def _repr_html_(self) -> str:
        """What leads, what the doctor says, and the sheet, in a notebook."""
        lines = [repr(self)]
        try:
            lines += [headline(self.measures)] if self.measures else []
            lines += [f"{verdict.name}: {verdict.evidence}" for verdict in self.doctor()[:1]]
        except SaddlepointError as error:  # a damaged file is no reason to show nothing
            lines.append(str(error))
        text = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
        picture = self._repr_png_()
        return text + (
            "" if picture is None else f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
        )


def columns(lines: list[dict[str, float]]) -> dict[str, np.ndarray]:
    """By name, the number of each line, NaN where it has none."""
    names = dict.fromkeys(name for line in lines for name in line)
    return {name: np.array([line.get(name, np.nan) for line in lines], np.float64) for name in names}
