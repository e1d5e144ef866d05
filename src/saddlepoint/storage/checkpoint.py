"""Checkpoints: folders named by the images seen, each whole or absent, each checked before it is used.

    checkpoints/000204800/tensors.safetensors    every part's tensors, named `part/name`
                          values.json            every part's plain values, by part, in the order given
                          manifest.json          size and sha256 of these files, versions, threads, its own sha256

Neither torch's file format nor safetensors notices a flipped bit or a zeroed page; the digests do. A damaged checkpoint
is set aside and the one before it is used, with one warning. Nothing is pickled. Only folders that hold a manifest and
nothing but these files are ever removed; links are not followed.
"""

import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as serialise
from torch import Tensor

from saddlepoint import files
from saddlepoint.errors import Irregular, SaddlepointError
from saddlepoint.regular import holds_only, refuse_link
from saddlepoint.storage.manifest import (
    MANIFEST,
    TENSORS,
    VALUES,
    Damage,
    Manifest,
    check,
    describe,
    in_order,
    read_manifest,
)
from saddlepoint.storage.parts import OTHER_RUN, Part, Saved, same_names
from saddlepoint.storage.places import checkpoints
from saddlepoint.storage.spelling import parsed

FILES = (TENSORS, VALUES, MANIFEST)
DAMAGED = ".damaged"
LARGEST = 1 << 26  # bytes of plain values that are read: those of a million parameter tensors


class Checkpoint(NamedTuple):
    """One that was read whole. `damaged` names newer ones that could not be used, with what is wrong with them."""

    folder: Path
    manifest: Manifest
    saved: Mapping[str, Saved]
    damaged: Mapping[Path, str]


class NotFinite(SaddlepointError):  # noqa: N818 - it is a finding
    """A state that is not saved, since a number in it is not finite: only an earlier one can help."""


PartsOf = Callable[[Mapping[str, Saved]], Mapping[str, Part]]


class Restored(NamedTuple):
    """Where a run stands again, in images seen, and what its user should be told."""

    images: int
    warnings: tuple[str, ...]


def save(folder: Path, images: int, parts: Mapping[str, Part], keep: int = 2, context: str = "") -> Path:
    """Write the checkpoint of this moment, then remove all but the newest `keep`.

    `context` is kept in the manifest: a digest of what the run is made by, for whoever reads it to compare. Raises
    NotFinite if a number is not, SaddlepointError if the disk refuses; earlier checkpoints are then untouched.
    """
    saved = {name: part.state() for name, part in parts.items()}
    tensors = {f"{name}/{key}": own(tensor) for name, state in saved.items() for key, tensor in state.tensors.items()}
    target = folder / f"{images:09d}"
    if bad := not_finite(tensors):
        raise NotFinite(f"'{bad}' is not finite: it is not saved", str(target), code=1)
    try:
        contents = {TENSORS: serialise(tensors), VALUES: in_order({name: s.values for name, s in saved.items()})}
    except ValueError as error:
        raise NotFinite("a value is not finite: it is not saved", str(target), code=1) from error
    manifest = describe(images, contents, {name: part.version for name, part in parts.items()}, context)
    files.make_own_folder(folder)
    files.write_folder(target, contents | {MANIFEST: manifest})
    prune(folder, keep)
    return target


def restore(folder: Path, parts: Mapping[str, Part] | PartsOf) -> Restored | None:
    """Bring the parts back to the newest checkpoint that is whole; None where there is none yet. Where it depends on
    what was saved which parts there are, `parts` is asked for them.

    Removes what a dead process left half-written, and sets damaged checkpoints aside. Raises SaddlepointError if all
    are damaged, if it was written by a newer version, or if it does not fit the parts.
    """
    refuse_link(folder)
    files.sweep(folder)
    checkpoint = newest(folder)
    if checkpoint is None:
        return None
    load(checkpoint, parts(checkpoint.saved) if callable(parts) else parts)
    for damaged in checkpoint.damaged:
        set_aside(damaged)
    return Restored(checkpoint.manifest.images, warnings(checkpoint))


def newest(folder: Path) -> Checkpoint | None:
    """Read the newest checkpoint that is whole, changing nothing; None where there is none at all."""
    damaged: dict[Path, str] = {}
    for candidate in reversed(checkpoints(folder)):
        try:
            refuse_link(candidate)
            return read(candidate)._replace(damaged=damaged)
        except Irregular as error:
            damaged[candidate] = error.what
        except Damage as damage:
            damaged[candidate] = str(damage)
    if damaged:
        what = "no checkpoint can be used: " + listing(damaged)
        raise SaddlepointError(what, str(folder), "put back a copy, or start a new run")
    return None


def load(checkpoint: Checkpoint, parts: Mapping[str, Part]) -> None:
    """Hand each part its state. Raises SaddlepointError naming the part that it does not fit."""
    same_names(checkpoint.saved.keys(), parts.keys())
    for name, part in parts.items():
        where = f"{checkpoint.folder}: {name}"
        if (version := checkpoint.manifest.parts[name]) != part.version:
            what = f"has version {version} of its format; this program knows version {part.version}"
            raise SaddlepointError(what, where, f"use saddlepoint {checkpoint.manifest.saddlepoint}")
        try:
            part.load_state(checkpoint.saved[name])
        except SaddlepointError as error:
            raise SaddlepointError(error.what, where, error.hint, error.code) from error
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, RuntimeError, OverflowError) as error:
            raise SaddlepointError("holds what cannot be its state", where, OTHER_RUN) from error


def read(folder: Path) -> Checkpoint:
    """Read one checkpoint. Raises Damage, or SaddlepointError if only a newer program can read it."""
    try:
        manifest = read_manifest(folder / MANIFEST)
        for name, file in manifest.files.items():
            check(folder / name, file)
        tensors = load_file(folder / TENSORS)
        values = parsed(files.read_bounded(folder / VALUES, LARGEST))
        if bad := not_finite(tensors):
            raise Damage(f"{TENSORS}: '{bad}' is not finite")
        saved = {name: Saved({}, dict(values[name])) for name in manifest.parts}
        for name, tensor in tensors.items():
            part, key = name.split("/", 1)
            saved[part] = Saved({**saved[part].tensors, key: tensor}, saved[part].values)
    except PermissionError as error:
        raise SaddlepointError("may not be read", str(folder), "check the permissions", code=1) from error
    except Irregular as error:
        raise Damage(f"{Path(error.where).name}: {error.what}") from error
    except OSError as error:
        raise Damage(f"{Path(error.filename or folder).name}: {error.strerror}") from error
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damage("the files contradict each other") from error
    return Checkpoint(folder, manifest, saved, {})


def set_aside(damaged: Path) -> None:
    """Keep a damaged checkpoint out of the way, for whoever wants to look at it, until `prune` removes it."""
    names = (f"{damaged.name}{'' if k == 1 else f'.{k}'}{DAMAGED}" for k in count(1))
    files.rename(damaged, next(name for name in names if not os.path.lexists(damaged.with_name(name))))


def prune(folder: Path, keep: int) -> None:
    """Remove all but the newest `keep` checkpoints, and damaged ones as soon as there are that many whole ones."""
    found = [path for path in checkpoints(folder) if ours(path)]
    aside = sorted(filter(ours, folder.glob("*" + DAMAGED))) if len(found) >= keep else []
    for path in [*found[:-keep], *aside]:
        files.remove_folder(path)


def ours(path: Path) -> bool:
    """Whether this is a checkpoint, whole or damaged, and nothing else: what may be removed."""
    with files.explained(path):
        return holds_only(path, FILES) and (path / MANIFEST).is_file()


def warnings(checkpoint: Checkpoint) -> tuple[str, ...]:
    """At most one about damage, and one for each circumstance in which the run does not go on bit for bit."""
    then, now = checkpoint.manifest, (torch.__version__, torch.get_num_threads())
    said = []
    if checkpoint.damaged:
        said.append(f"damaged, not used: {listing(checkpoint.damaged)}; going on from {checkpoint.folder.name}")
    if then.torch != now[0]:
        said.append(f"saved with torch {then.torch}, now {now[0]}: results may differ in the last digits")
    if then.threads != now[1]:
        threads = f"{then.threads} thread{'s' * (then.threads != 1)}"
        said.append(f"saved with {threads}, now {now[1]}: results may differ in the last digits")
    return tuple(said)


def listing(damaged: Mapping[Path, str]) -> str:
    return "; ".join(f"{path.name} ({what})" for path, what in damaged.items())


def not_finite(tensors: Mapping[str, Tensor]) -> str | None:
    """The name of the first tensor with a number that is not finite."""
    return next((name for name, tensor in tensors.items() if not bool(torch.isfinite(tensor).all())), None)


def own(tensor: Tensor) -> Tensor:
    """A contiguous copy in main memory: parts may share memory with each other, what is written must not."""
    return tensor.detach().to("cpu", copy=True).contiguous()
