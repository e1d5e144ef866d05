"""Figures of real data, on the disk under the hash of all they were computed from: judged by again, not computed again.

    CACHE/figures/KEY.safetensors    named tensors; beside them what they are of, and the SHA-256 of all of it

CACHE is that of the data (`saddlepoint cache` shows and clears both). What is there is believed only where its digest
and the names, types and shapes that are expected agree; anything else is as good as absent, and is written anew. A disk
that takes nothing makes judging slower, not impossible.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from saddlepoint import files
from saddlepoint.data.cache import place
from saddlepoint.errors import SaddlepointError

FORMAT = 1
LARGEST = 1 << 31  # bytes of a file that is looked into
HEADER = 1 << 20  # bytes of its header; a real one has about a thousand

Tensors = Mapping[str, Tensor]


class Of(NamedTuple):
    """Of what figures are, for people."""

    name: str
    examples: int


class Kept(NamedTuple):
    """One file of figures, for people: of what, how large, since when (seconds since 1970)."""

    path: Path
    of: Of
    bytes: int
    made: float


def folder() -> Path:
    return place() / "figures"


def path_of(key: str) -> Path:
    return folder() / f"{key}.safetensors"


def key_of(*words: str | int) -> str:
    """The hash of everything that decides what the figures are."""
    return hashlib.sha256(json.dumps((FORMAT, *words)).encode()).hexdigest()[:32]


def remember(key: str, of: Of, fits: Callable[[Tensors], bool], make: Callable[[], Tensors]) -> Tensors:
    """What is kept under this key, where it fits; else what `make` gives, which is then kept."""
    path = path_of(key)
    found = load(path)
    if found is None or not fits(found):
        found = make()
        with suppress(SaddlepointError):
            files.make_folder(path.parent)
            files.write_atomic(path, packed(of, found))
    return found


def kept(key: str) -> bool:
    """Whether there is something under this key."""
    return path_of(key).is_file()


def packed(of: Of, tensors: Tensors) -> bytes:
    """A file of these tensors. Numbers that 32 bits hold exactly take no more."""
    small = {word: shorter(tensor).contiguous() for word, tensor in tensors.items()}
    about = {"name": of.name, "examples": str(of.examples), "sha256": digest(of, small)}
    return safetensors.torch.save(small, about)


def load(path: Path) -> dict[str, Tensor] | None:
    """The tensors of a file, None where there is none, or it is not as it was written."""
    try:
        about, tensors = header(path), safetensors.torch.load(files.read_bounded(path, LARGEST))
        whole = about["sha256"] == digest(Of(about["name"], int(about["examples"])), tensors)
    except (OSError, SaddlepointError, ValueError, KeyError, TypeError, SafetensorError, RecursionError):
        return None
    if not whole:
        return None
    return {word: tensor.double() if tensor.dtype == torch.float32 else tensor for word, tensor in tensors.items()}


def header(path: Path) -> dict[str, str]:
    """What is told of the tensors in a file, without reading them."""
    with files.reading(path) as file:
        size = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))[0]
        if size > HEADER:
            raise ValueError("not a header")
        about = json.loads(file.read(size))["__metadata__"]
    if not isinstance(about, dict):
        raise TypeError("not a header")
    return about


def shorter(tensor: Tensor) -> Tensor:
    """The same numbers in 32 bits, where they fit; `load` makes 64 of them again."""
    half = tensor.float() if tensor.dtype == torch.float64 else tensor
    return half if half.double().equal(tensor.double()) else tensor


def digest(of: Of, tensors: Tensors) -> str:
    """SHA-256 of what they are of, and of names, types, shapes and bytes of the tensors."""
    found = hashlib.sha256(f"{of.examples} {of.name}".encode())
    for word in sorted(tensors):
        tensor = tensors[word].contiguous()
        found.update(f"{word} {tensor.dtype} {tuple(tensor.shape)}".encode())
        found.update(tensor.flatten().view(torch.uint8).numpy().data if tensor.numel() else b"")
    return found.hexdigest()


def contents() -> list[Kept]:
    """All that is kept, the latest first."""
    found = []
    for path in folder().glob("*.safetensors"):
        with suppress(OSError, SaddlepointError, ValueError, KeyError, TypeError, RecursionError):
            about, state = header(path), path.stat()
            of = Of(str(about["name"]), int(about["examples"]))
            found.append(Kept(path, of, state.st_size, state.st_mtime))
    return sorted(found, key=lambda kept: -kept.made)


def clear() -> None:
    """Remove all figures, and drafts of them; nothing else in that folder."""
    for ending in (".safetensors", ".safetensors*.tmp"):
        for path in folder().glob("[0-9a-f]" * 32 + ending):
            with suppress(OSError):
                path.unlink()
