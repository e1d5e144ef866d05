"""config.json of a run folder: everything needed to repeat the run, and what was measured when it began."""

import json
import platform
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field as Field_
from pydantic import SerializeAsAny, ValidationError, field_validator

from saddlepoint import __version__
from saddlepoint.data.reading import Field
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded, reading, write_atomic
from saddlepoint.settings.run import Device, Frozen, Precision, Run, Threads
from saddlepoint.settings.tree import files, flag
from saddlepoint.storage.spelling import canonical, parsed, sha256
from saddlepoint.systems import catalog

NAME = "config.json"
PLANS = ("planned_seconds", "more")  # choices that `resume --more` changes
LARGEST = 1 << 25  # bytes of a config.json that are read: it lists the held-out examples; in memory twenty times that

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


class Promise(Frozen):
    """A length of time that a run keeps to.

    stage            the first that may be stretched or shrunk for it: those before are as long as they were told to be
    seconds          of work on the run in all, from its beginning, by which the last page is written
    closing_seconds  the last page's share of them, at the speed measured
    closing_samples  of how many samples the last page is judged, where its time is short; 0: as many as usual
    """

    stage: int = Field_(default=0, ge=0)
    seconds: float
    closing_seconds: float = 0.0
    closing_samples: int = Field_(default=0, ge=0, le=10_000)


class Choices(Frozen):
    """What was found out about the machine when the run began, and is kept from then on."""

    device: Device
    precision: Precision
    threads: Threads
    rate: float | None = None
    """Real examples a second, as measured before the start."""
    planned_seconds: float | None = None
    budget_seconds: float | None = None
    """Of the time asked for, what is left for playing and for the last page when playing begins; none: by images."""
    closing_seconds: float = 0.0
    """The last page's share of it, at the speed measured."""
    closing_samples: int = Field_(default=0, ge=0, le=10_000)
    """Of how many samples the last page is judged, where its time is short; 0: as many as usual."""
    rates: tuple[float, ...] = ()
    """Real examples a second of each stage, as measured before the start."""
    judge_features: str = "pixels"
    judge_samples: int = 1_000
    judge_images: int = 0
    """Real examples between two judgements; 0: only at the end."""
    judge_refused: str = ""
    """Why the data cannot be judged; empty where they can."""
    more: Promise | None = None
    """The time that `resume --more` gave last."""

    @property
    def promise(self) -> Promise | None:
        """What the run keeps to; none where its length is in real examples."""
        if self.more is not None or self.budget_seconds is None or self.planned_seconds is None:
            return self.more
        closing = {"closing_seconds": self.closing_seconds, "closing_samples": self.closing_samples}
        return Promise(seconds=self.budget_seconds, **closing)


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
    files: dict[str, str] = Field_(default_factory=dict)
    """SHA-256 of the files that settings name beside the data, by setting."""

    @field_validator("config", mode="before")
    @classmethod
    def of_its_system(cls, value: object) -> object:
        return catalog.read(value)

    def of(self, source: str) -> DataRecord:
        """What is recorded of a source, by its column."""
        return self.data if source == "x" else self.others[source]

    @property
    def whose(self) -> dict[str, str]:
        """By source, which of its examples a model is judged by: those held out, where there are any."""
        return {name: "held-out" if self.of(name).held_out else "training" for name in ("x", *self.others)}

    def write(self, folder: Path) -> None:
        write_atomic(folder / NAME, self.model_dump_json(indent=2).encode())

    def add_stages(self, folder: Path) -> None:
        """Write the stages that config.json does not have yet, and leave the rest of it as it was written."""
        content = content_of(folder)
        former = content["config"].get("stages", [])
        content["config"]["stages"] = [*former, *json.loads(self.config.model_dump_json())["stages"][len(former) :]]
        told = json.loads(self.choices.model_dump_json())
        content["choices"] |= {name: told[name] for name in PLANS}
        write_atomic(folder / NAME, json.dumps(content, indent=2, ensure_ascii=False).encode())


def digests(config: Run) -> dict[str, str]:
    """SHA-256 of each file that the settings name beside the data, by setting."""
    found = {}
    for name, path in files(config).items():
        try:
            found[name] = file_sha256(Path(path))
        except OSError as error:
            raise SaddlepointError(f"cannot be read: {error.strerror}", f"{flag(name)} {path}") from error
    return found


def file_sha256(path: Path) -> str:
    with reading(path.resolve()) as file:
        return file_digest(file, "sha256").hexdigest()


def read_record(folder: Path) -> RunRecord:
    """The record of this run folder. A newer format, damage or another kind of folder is refused."""
    record = recognised(RunRecord, content_of(folder), "a run's configuration", folder / NAME)
    catalog.same_code(record.config.system, record.system_sha256, str(folder))
    return record


def content_of(folder: Path) -> Any:
    """What is written in the config.json of this run folder, as it is written."""
    path = folder / NAME
    try:
        return parsed(read_bounded(path, LARGEST))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SaddlepointError("no run here", str(folder), "`saddlepoint runs` lists them") from error
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(path)) from error
    except ValueError as error:
        raise SaddlepointError(f"cannot be read: {error}", str(path)) from error


def made_by(folder: Path) -> tuple[str, ...]:
    """SHA-256 of what a run is made by: of config.json as it is, then as it was while it had fewer stages, since
    `resume --more` adds some at the end. Of values, not of bytes; how long it was to take is a plan, and left out.

    Of the file, not of the record: a later version that knows further settings finds the same digest.
    """
    content = content_of(folder)
    for name in PLANS:
        content["choices"].pop(name, None)
    stages = content["config"].get("stages", [])
    found = []
    for count in range(len(stages), min(1, len(stages)) - 1, -1):
        content["config"]["stages"] = stages[:count]
        found.append(sha256(canonical(content)))
    return tuple(found)


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
    """Of this program and of what its numbers depend on; "unknown" where a package does not tell this user."""
    found = {"python": platform.python_version(), "saddlepoint": __version__}
    for name in ("torch", "numpy", "pillow"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
