"""Where the checkpoints of a run are, and how far it got by them: what is known without reading one."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from saddlepoint import files
from saddlepoint.regular import refuse_link

LARGEST_FRAME = 1 << 26  # bytes of a picture of samples that are read


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints that have their final name, oldest first. Irregular where the folder is a link."""
    refuse_link(folder)
    with files.explained(folder):
        entries = list(folder.iterdir()) if folder.is_dir() else []
    return sorted((path for path in entries if re.fullmatch(r"\d{9,}", path.name)), key=lambda path: int(path.name))


def seen(folder: Path, events: Iterable[Mapping[str, Any]]) -> int:
    """Real examples that the run in this folder has seen: up to the last line of its journal, or up to its newest
    checkpoint where that was saved later, as when a run is told to stop. Irregular as for `checkpoints`.
    """
    lines = [event["images"] for event in events][-1:]
    return max([*lines, *(int(path.name) for path in checkpoints(folder / "checkpoints")[-1:])], default=0)
