"""config.json of a run folder: everything needed to repeat the run, and what was measured when it began."""

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from pydantic import Field as Field_
from pydantic import SerializeAsAny, ValidationError, field_validator

from saddlepoint.data.reading import Field
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded, write_atomic
from saddlepoint.settings.run import Frozen, Run
from saddlepoint.systems import catalog

LARGEST = 1 << 26  # bytes of a config.json that are read: it lists the held-out examples

Known = TypeVar("Known", bound=Frozen)


class DataRecord(Frozen):
    """Data that was trained on, by its fingerprint, and which examples were kept from training."""

    name: str
    size: int
    shape: tuple[int, ...]
    dtype: str = "uint8"
    classes: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    licence: str
    digest: str
    held_out: tuple[int, ...]


class Choices(Frozen):
    """What was found out about the machine when the run began, and is kept from then on."""

    device: str
    precision: str
    threads: int
    rate: float | None = None
    """Real examples a second, as measured before the start."""
    planned_seconds: float | None = None
    judge_features: str = "pixels"
    judge_samples: int = 1_000
    judge_images: int = 0
    """Real examples between two judgements; 0: only at the end."""
    judge_refused: str = ""
    """Why the data cannot be judged; empty where they can."""


class RunRecord(Frozen):
    """The whole of config.json. `others` are the data of further sources, by the setting that names them."""

    format: int = 1
    config: SerializeAsAny[Run]
    data: DataRecord
    others: dict[str, DataRecord] = Field_(default_factory=dict)
    choices: Choices
    versions: dict[str, str]
    system_sha256: str = ""
    """Of the code of a system that is not ours."""

    @field_validator("config", mode="before")
    @classmethod
    def of_its_system(cls, value: object) -> object:
        return catalog.read(value)

    def of(self, source: str) -> DataRecord:
        """What is recorded of a source, by its column."""
        return self.data if source == "x" else self.others[source]

    def write(self, folder: Path) -> None:
        write_atomic(folder / "config.json", self.model_dump_json(indent=2).encode())


def read_record(folder: Path) -> RunRecord:
    """The record of this run folder. A newer format, damage or another kind of folder is refused."""
    path = folder / "config.json"
    try:
        content = json.loads(read_bounded(path, LARGEST))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SaddlepointError("no run here", str(folder), "`saddlepoint runs` lists them") from error
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(path)) from error
    except ValueError as error:
        raise SaddlepointError(f"cannot be read: {error}", str(path)) from error
    record = recognised(RunRecord, content, "a run's configuration", path)
    catalog.same_code(record.config.system, record.system_sha256, str(folder))
    return record


def recognised(model: type[Known], content: object, what: str, path: Path) -> Known:
    """This content as such a model, whose default `format` is the newest that this program knows."""
    newest = model.model_fields["format"].default
    if isinstance(content, dict) and isinstance(content.get("format"), int) and content["format"] > newest:
        raise SaddlepointError("written by a newer saddlepoint", str(path), "pip install --upgrade saddlepoint")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SaddlepointError(f"not {what}: {place}: {first['msg']}", str(path)) from error
    except SaddlepointError as error:  # a system that is not here
        raise SaddlepointError(error.what, str(path), error.hint) from error


def versions() -> dict[str, str]:
    """Of this program and of what its numbers depend on."""
    names = ("saddlepoint", "torch", "numpy", "pillow")
    return {"python": platform.python_version()} | {name: version(name) for name in names}
