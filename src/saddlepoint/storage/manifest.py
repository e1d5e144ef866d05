"""The manifest of a checkpoint: what its files must be, and under which circumstances they were written."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict

from saddlepoint import __version__
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded, reading
from saddlepoint.storage.spelling import canonical, sha256

SCHEMA = 1
TENSORS, VALUES, MANIFEST = "tensors.safetensors", "values.json", "manifest.json"
LARGEST = 1 << 20  # bytes of a manifest that are read; a real one has about a thousand


class Damage(Exception):  # noqa: N818 - it is a finding, not an error
    """What is wrong with a checkpoint's files."""


class File(BaseModel):
    size: int
    sha256: str


class Manifest(BaseModel):
    """What `manifest.json` says, but for its own digest.

    context  the digest of what the run is made by, where it was given one
    """

    model_config = ConfigDict(strict=True, frozen=True)
    schema_version: int
    images: int
    files: dict[str, File]
    parts: dict[str, int]
    saddlepoint: str
    torch: str
    threads: int
    context: str = ""


def read_manifest(path: Path) -> Manifest:
    """The manifest, its own digest verified before anything it says is believed."""
    raw = read_bounded(path, LARGEST)
    try:
        fields = json.loads(raw)
        digest = fields.pop("sha256")
        if digest != sha256(canonical(fields)):
            raise Damage(f"{MANIFEST}: digest differs")
        if fields["schema_version"] > SCHEMA:
            hint = f"use saddlepoint {fields['saddlepoint']} or newer"
            raise SaddlepointError("was written by a newer version", str(path.parent), hint)
        manifest = Manifest.model_validate(fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Damage(f"{MANIFEST}: not a manifest") from error
    if manifest.files.keys() != {TENSORS, VALUES}:
        raise Damage(f"{MANIFEST}: names other files")
    return manifest


def check(path: Path, file: File) -> None:
    """Compare a file with its entry in the manifest, reading it piece by piece."""
    with reading(path) as stream:
        if (size := os.fstat(stream.fileno()).st_size) != file.size:
            raise Damage(f"{path.name}: {size:,} bytes instead of {file.size:,}")
        if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
            raise Damage(f"{path.name}: digest differs")


def describe(images: int, contents: Mapping[str, bytes], versions: Mapping[str, int], context: str = "") -> bytes:
    """The manifest of these files, as it is written."""
    manifest = Manifest(
        schema_version=SCHEMA,
        images=images,
        files={name: File(size=len(data), sha256=sha256(data)) for name, data in contents.items()},
        parts=dict(versions),
        saddlepoint=__version__,
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        context=context,
    )
    fields = manifest.model_dump()
    return canonical(fields | {"sha256": sha256(canonical(fields))})


def in_order(value: Any) -> bytes:
    """JSON in the order given: what is read from it is written again as the same bytes. Raises as `canonical` does."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
