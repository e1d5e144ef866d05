"""What a run folder holds of its judgements: measures.json, and what the doctor reads off it and the journal."""

import json
from collections.abc import Mapping
from pathlib import Path

from saddlepoint.config import Config
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import write_atomic
from saddlepoint.judge.card import Measure
from saddlepoint.judge.case import Case
from saddlepoint.judge.doctor import Verdict, diagnose
from saddlepoint.storage.journal import read

NAME = "measures.json"


def keep(folder: Path, measures: Mapping[str, Measure]) -> None:
    """Write the measures into the run's folder."""
    content = {name: measure.to_json() for name, measure in measures.items()}
    write_atomic(folder / NAME, json.dumps(content, indent=2).encode())


def kept(folder: Path) -> dict[str, Measure]:
    """The measures of a run that was judged."""
    try:
        content = json.loads((folder / NAME).read_bytes())
        return {name: Measure.from_json(fields) for name, fields in content.items()}
    except FileNotFoundError as error:
        raise SaddlepointError("not judged yet", str(folder), f"saddlepoint judge {folder}") from error
    except (OSError, ValueError, AttributeError) as error:
        raise SaddlepointError(f"cannot be read: {error}", str(folder / NAME), "judge the run again") from error


def examine(folder: Path, config: Config) -> list[Verdict]:
    """What the doctor says of a run folder: by its journal, and its last measures where none were taken on the way."""
    events = read(folder / "journal.jsonl")
    looked = any(event.get("event") == "judgement" and "measures" in event for event in events)
    if not looked and (folder / NAME).exists():
        last = {name: list(measure[:3]) for name, measure in kept(folder).items()}
        events.append({"event": "judgement", "measures": last})
    return diagnose(Case.of(config.model_dump(mode="json"), events))
