"""What a run left, in few words: of each group of tensors a SHA-256, and statistics for where other bits are right.

Torch and the libraries under it choose their kernels by the processor, and another kernel adds in another order. Where
both are those of the fixture, bits are compared; elsewhere statistics, of the numbers of each kind in a group:

    |s - s'| <= tolerance * n * rms      of the sum s of n numbers, rms = sqrt(q / n)
    |q - q'| <= tolerance * q            of the sum q of their squares
    |x - x'| <= tolerance * rms          of eight of them, evenly spaced
"""

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

FILE = Path(__file__).with_name("digests.json")
SHOWN = 8

Tensors = Mapping[str, np.ndarray]


def machine() -> dict[str, str]:
    """What decides the last bits: torch, and the processor as it tells of itself."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    about = dict(reversed([(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines)]))
    names = ("model name", "cpu family", "model", "stepping")
    return {
        "torch": torch.__version__,
        "machine": platform.machine(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "processor": ", ".join(about[name] for name in names if name in about) or platform.processor(),
    }


class Golden(NamedTuple):
    """The fixture: where it was made, and by case and group what was found there."""

    machine: dict[str, str]
    cases: dict[str, dict[str, Any]]

    @classmethod
    def read(cls) -> "Golden":
        return cls(**json.loads(FILE.read_text(encoding="utf-8")))

    def write(self) -> None:
        """A line for each group."""
        groups = [
            f"{json.dumps(case)}: {{\n"
            + ",\n".join(f"{json.dumps(name)}: {json.dumps(found)}" for name, found in sorted(of.items()))
            + "\n}"
            for case, of in self.cases.items()
        ]
        head = f'{{\n"machine": {json.dumps(self.machine)},\n"cases": {{\n'
        FILE.write_text(head + ",\n".join(groups) + "\n}\n}\n", encoding="utf-8")


def fingerprint(tensors: Tensors) -> dict[str, Any]:
    """The digest of a group, and the statistics of each kind of numbers in it."""
    return {"sha256": digest(tensors), "statistics": {kind: statistics(x) for kind, x in kinds(tensors)}}


def digest(tensors: Tensors) -> str:
    """SHA-256 over the names, types, shapes and bytes, sorted by name."""
    found = hashlib.sha256()
    for name, array in sorted(tensors.items()):
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def kinds(tensors: Tensors) -> Iterator[tuple[str, np.ndarray]]:
    """Numbers that are alike in size, [n] float64: those whose names end alike, as weights, biases, second moments."""
    names = sorted(tensors)
    for kind in sorted({last(name) for name in names}):
        yield kind, np.concatenate([tensors[name].ravel() for name in names if last(name) == kind]).astype(np.float64)


def last(name: str) -> str:
    return name.replace("/", ".").rpartition(".")[2]


def statistics(x: np.ndarray) -> list[float]:
    """[n, sum, sum of squares, eight entries evenly spaced], six digits of each."""
    places = np.arange(SHOWN) * (len(x) - 1) // (SHOWN - 1)
    return [len(x), *(float(f"{value:.6g}") for value in (x.sum(), (x * x).sum(), *x[places]))]


def apart(ours: list[float], theirs: list[float]) -> float:
    """The least tolerance within which these statistics are those of the fixture."""
    n, total, squares, *some = theirs
    if ours[0] != n:
        return float("inf")
    rms = max((squares / n) ** 0.5, 1e-30)
    scales = (n * rms, n * rms**2, *(rms for _ in some))
    return max(abs(a - b) / scale for a, b, scale in zip(ours[1:], (total, squares, *some), scales))
