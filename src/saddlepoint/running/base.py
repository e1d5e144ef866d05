"""Beginning with another run's weights: fine-tuning a finished run, or forking one at a checkpoint."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.record import RunRecord, read_record
from saddlepoint.storage.checkpoint import Checkpoint, newest, read
from saddlepoint.storage.manifest import MANIFEST, Damage
from saddlepoint.storage.parts import Saved

SHOWN, LEAST = 6, 0.1


def record_of(base: str) -> RunRecord:
    """The record of the run that `base` is, or is a checkpoint of."""
    folder = Path(base)
    return read_record(folder.parent.parent if (folder / MANIFEST).exists() else folder)


def checkpoint_of(base: str) -> Checkpoint:
    """The checkpoint `base`, or the newest whole one of the run `base`."""
    folder = Path(base)
    try:
        found = read(folder) if (folder / MANIFEST).exists() else newest(folder / "checkpoints")
    except Damage as error:
        raise SaddlepointError(f"damaged: {error}", base, "start from an earlier checkpoint") from error
    if found is None:
        raise SaddlepointError("no checkpoint to start from", base, "give a run's folder, or one of its checkpoints")
    return found


def begin_with(base: str, modules: Mapping[str, nn.Module]) -> tuple[str, ...]:
    """Give the modules, by the names of their parts, the weights that fit; all others stay as they were initialised.

    An average that the base does not have begins as the base's first. Returns what to tell the user.
    """
    saved = checkpoint_of(base).saved
    first = next((name for name in saved if name.startswith("average-")), "G")
    taken, total, fresh = 0, 0, []
    for name, module in modules.items():
        source = saved.get(name) or saved.get(first if name.startswith("average-") else name)
        fitted, left = fit(module, source)
        taken += fitted
        total += sum(tensor.numel() for tensor in module.state_dict().values())
        fresh += [f"{name}.{key}" for key in left]
    if taken < LEAST * total:
        what = f"hardly any of its weights fit: {taken:,} of {total:,}"
        raise SaddlepointError(what, base, "use its recipe, with networks of its kind and size")
    if not fresh:
        return (f"starting from {base}",)
    listed = ", ".join(fresh[:SHOWN]) + (f" and {len(fresh) - SHOWN} more" if len(fresh) > SHOWN else "")
    return (f"starting from {base}; new, because they do not fit: {listed}",)


@torch.no_grad()
def fit(module: nn.Module, source: Saved | None) -> tuple[int, list[str]]:
    """Copy what has the same name, shape and type: how many numbers that were, and the names of the others."""
    tensors = source.tensors if source else {}
    taken, left = 0, []
    for name, own in module.state_dict().items():
        theirs = tensors.get(name)
        if theirs is not None and theirs.shape == own.shape and theirs.dtype == own.dtype:
            own.copy_(theirs)
            taken += own.numel()
        else:
            left.append(name)
    return taken, left
