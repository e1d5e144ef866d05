"""Cases are played by the command line, and what they leave is read as plain files: nothing here knows a module."""

import json
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from golden.cases import CASES
from golden.data import saved
from safetensors.numpy import load_file

import saddlepoint
from saddlepoint.cli.main import main

OLD = Path(__file__).parents[1] / "fixtures" / "run-format-1"
SAMPLES = 12
READINGS = {
    "rounds": ("losses", "gradients", "d_real", "d_fake", "skipped", "images"),
    "held_out": ("train", "fake", "held_out", "images"),
    "augment": ("strength", "overfitting", "images"),
    "judgement": ("frechet", "measures", "images"),
    "checkpoint": ("images",),
}
"""What is read of the journal's lines: all but the time they were written at."""

Tensors = dict[str, np.ndarray]
Groups = dict[str, Tensors]


def at_once(patch: pytest.MonkeyPatch) -> None:
    """No run is measured for longer than a few rounds, wherever that is decided: the constant is known by its name."""
    assert saddlepoint.train  # which loads all that runs
    for name, module in list(sys.modules.items()):
        if name.startswith("saddlepoint.") and {"WARM_UP", "SECONDS"} <= vars(module).keys():
            patch.setattr(module, "SECONDS", 0.0)


def command(*words: object) -> None:
    """Run one, which has to succeed."""
    code = main([*map(str, words), "--quiet"])
    assert code == 0, f"{' '.join(map(str, words))} ended with status {code}"


def played(name: str, folder: Path) -> Path:
    """The folder of the finished run of this case."""
    if name in OLD_RUNS:
        return OLD_RUNS[name](folder / name)
    case, runs = CASES[name], folder / "runs"
    data = case.data if isinstance(case.data, str) else case.data(folder)
    settings = case.settings | ({} if case.base is None else {"base": str(played(case.base, folder))})
    file = folder / f"{name}.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    command("train", data, "--config", file, "--name", name, "--root", runs)
    return runs / name


def continued(run: Path) -> Path:
    """A copy of a finished run that lost its newest checkpoint, and went on from the one before."""
    copy = Path(shutil.copytree(run, run.with_name(f"{run.name}-again")))
    shutil.rmtree(checkpoints(copy)[-1])
    command("resume", copy)
    return copy


def checkpoints(run: Path) -> list[Path]:
    """The oldest first."""
    return sorted(path for path in (run / "checkpoints").iterdir() if path.name.isdecimal())


# Runs of the first format, on the sixty pictures that they began with: with their data where this machine has them.


def old(folder: Path, choices: dict[str, Any], settings: dict[str, Any]) -> Path:
    """A copy, with these settings, and with what had been found out of the machine when it began."""
    shutil.copytree(OLD, folder)
    c = np.arange(60) % 2
    x = np.frombuffer(random.Random(0).randbytes(60 * 64), np.uint8).reshape(60, 8, 8)
    data = saved(folder.with_suffix(".npz"), x=x // 2 + (128 * c).astype(np.uint8)[:, None, None], y=c)
    record = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    record["config"] |= settings
    record["config"]["data"]["name"] = str(data)
    record["choices"] |= choices
    (folder / "config.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def old_gone_on_with(folder: Path) -> Path:
    """From the end of its first stage over the second, and a third like it of 18 images, as `resume --more` adds one:
    how long that is depends on the clock there.
    """
    stages = json.loads((OLD / "config.json").read_text(encoding="utf-8"))["config"]["stages"]
    run = old(folder, {}, {"stages": [*stages, stages[-1] | {"images": 18, "inherit": "all"}]})
    shutil.rmtree(checkpoints(run)[-1])
    command("resume", run)
    return run


def old_judged(folder: Path) -> Path:
    """Played anew from its config.json alone, judged every 12 images: the best that was judged is kept.

    How often a new run is judged depends on how long that takes. An old one has it written down.
    """
    choices = {"judge_features": "pixels", "judge_samples": 40, "judge_images": 12}
    run = old(folder, choices, {"averages": [100, 1]})
    for left in ("checkpoints", "samples", "generator"):
        shutil.rmtree(run / left)
    (run / "journal.jsonl").unlink()
    command("resume", run)
    return run


OLD_RUNS: dict[str, Callable[[Path], Path]] = {
    "format-1-as-it-is": lambda folder: old(folder, {}, {}),
    "format-1-gone-on-with": old_gone_on_with,
    "format-1-judged": old_judged,
}

NAMES = (*CASES, *OLD_RUNS)


# What a run leaves.


def outcome(run: Path) -> Groups:
    """Its last checkpoint part by part, the generator, samples of that, and the readings in its journal."""
    groups: Groups = {}
    for name, tensor in load_file(checkpoints(run)[-1] / "tensors.safetensors").items():
        part, _, rest = name.partition("/")
        groups.setdefault(part, {})[rest] = tensor
    file = run.parent / f"{run.name}-samples.npz"
    command("sample", run, "-n", SAMPLES, "--to", file)
    with np.load(file, allow_pickle=False) as arrays:
        samples = {name: arrays[name] for name in arrays.files if arrays[name].dtype.kind in "fiu"}
    generator = load_file(run / "generator" / "generator.safetensors")
    return groups | {"generator": generator, "samples": samples, "journal": readings(run / "journal.jsonl")}


def readings(journal: Path) -> Tensors:
    """The numbers in the journal, by what they are of, in their order."""
    found: dict[str, list[float]] = {}
    for line in journal.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        for name in READINGS.get(event["event"], ()):
            for path, value in numbers(event.get(name), f"{event['event']}.{name}"):
                found.setdefault(path, []).append(value)
    return {name: np.array(values, np.float64) for name, values in found.items()}


def numbers(value: Any, path: str) -> list[tuple[str, float]]:
    """The numbers within a value, by their paths; what is no number has none."""
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in numbers(inner, f"{path}.{name}")]
    if isinstance(value, list):
        return [pair for inner in value for pair in numbers(inner, path)]
    return [(path, float(value))] if isinstance(value, int | float) else []
