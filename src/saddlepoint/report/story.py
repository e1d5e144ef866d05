"""What a run folder says of itself. A run may have been cut anywhere: what is missing or torn is left out."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from saddlepoint.data.facts import kind_of
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded
from saddlepoint.media.catalog import MEDIA
from saddlepoint.storage.journal import lines
from saddlepoint.storage.places import seen
from saddlepoint.storage.spelling import parsed
from saddlepoint.storage.told import ended

LARGEST = 1 << 26  # bytes of a file that are read
Event = Mapping[str, Any]


class Story(NamedTuple):
    """The plain files of a run folder.

    config    the tree of the configuration
    data      what it was trained on
    choices   what was measured or resolved when it started
    versions  of the programs that took part
    events    lines of the journal
    sessions  one for each process that worked on the run
    saved     real examples seen up to the newest checkpoint, which may be later than the journal's last line
    """

    name: str
    config: Event
    data: Event
    choices: Event
    versions: Event
    events: tuple[Event, ...]
    sessions: tuple[Event, ...]
    saved: int = 0

    def of_kind(self, kind: str) -> list[Event]:
        """The events of one kind, in the order they happened."""
        return [event for event in self.events if event.get("event") == kind]

    @property
    def images(self) -> int:
        """Real examples seen so far: after a way back, fewer than there once were."""
        known = (int(n) for event in reversed(self.events) if (n := number(event.get("images"))) is not None)
        return max(self.saved, next(known, 0))

    @property
    def noun(self) -> str:
        """What several of its examples are called; `examples` where the run does not say of what shape they are."""
        shape = self.data.get("shape")
        kind = kind_of(len(shape), str(self.data.get("dtype"))) if isinstance(shape, list) else None
        return "examples" if kind is None else MEDIA[kind].noun

    @property
    def planned(self) -> int:
        """Real examples that the stages foresee, by the last plan; 0 where that is not known."""
        stages = self.config.get("stages")
        known = [stage for stage in stages if isinstance(stage, dict)] if isinstance(stages, list) else []
        lengths = [int(number(stage.get("images")) or 0) for stage in known]
        plans = [event.get("lengths") for event in self.of_kind("plan")]
        changed = [int(number(each) or 0) for each in plans[-1]] if plans and isinstance(plans[-1], list) else []
        return sum([*changed, *lengths[len(changed) :]])

    @property
    def seconds(self) -> float:
        """Wall-clock time of the training, over all sessions."""
        return max((number(event.get("seconds")) or 0.0 for event in self.of_kind("rounds")), default=0.0)

    @property
    def finished(self) -> bool:
        """Whether nothing was left to do."""
        return ended(self.events) > 0 or 0 < self.planned <= self.images


def read_story(folder: Path) -> Story:
    """The story of the run in this folder."""
    described = _mapping(_parsed(_text(folder / "config.json")))
    config, data, choices, versions = (_mapping(described.get(p)) for p in ("config", "data", "choices", "versions"))
    events, sessions = _lines(folder / "journal.jsonl"), _lines(folder / "sessions.jsonl")
    return Story(folder.resolve().name, config, data, choices, versions, events, sessions, _saved(folder))


def number(value: object) -> float | None:
    """The value if it is a finite number, None for anything else a journal may hold there."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _saved(folder: Path) -> int:
    try:
        return seen(folder, ())
    except SaddlepointError:
        return 0


def _lines(path: Path) -> tuple[Event, ...]:
    try:
        parsed = [_parsed(line.decode("utf-8", "replace")) for line in lines(path)]
    except (OSError, SaddlepointError):
        return ()
    return tuple(line for line in parsed if isinstance(line, dict))


def _parsed(text: str) -> object:
    try:
        return parsed(text.encode())
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        return read_bounded(path, LARGEST).decode("utf-8", "replace")
    except (OSError, SaddlepointError):
        return ""


def _mapping(value: object) -> Event:
    return value if isinstance(value, dict) else {}
