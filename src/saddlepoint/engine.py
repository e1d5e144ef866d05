"""How the arithmetic is done on this machine: device, precision, threads. Resolved once, when a run starts."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import torch

from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.run import Engine as Wishes
from saddlepoint.settings.run import Precision

# Only with these instructions is bfloat16 faster than float32 on a processor; elsewhere it is 2 to 7 times slower.
BFLOAT16_FLAGS = ("avx512_bf16", "amx_bf16")
LIMITS = {"": ("", "memory.max"), "memory": ("memory", "memory.limit_in_bytes")}
"""By controller, where control groups are mounted below /sys/fs/cgroup, and which file has a group's limit: of version
2, where all controllers are one, and of version 1."""
EACH_NUMBER = 16  # bytes: in 32 bits as G makes it, again while all are put together, in 64 bits to be compared


class Engine(NamedTuple):
    """The choices in force."""

    device: torch.device
    precision: Precision
    threads: int

    def in_force(self) -> "Engine":
        """Itself, with torch's thread count set to its own."""
        torch.set_num_threads(self.threads)
        return self

    def fast(self) -> Callable[[], AbstractContextManager]:
        """The context for the adversarial passes: autocast where the precision is bfloat16."""
        if self.precision == "float32":
            return nullcontext
        return lambda: torch.autocast(self.device.type, dtype=torch.bfloat16)


def resolve(wanted: Wishes) -> Engine:
    """The engine for these wishes on this machine; 'auto' takes the fastest there is. Sets torch's thread count."""
    device = choose_device(wanted.device)
    engine = Engine(device, choose_precision(wanted.precision, device), wanted.threads or physical_cores())
    return engine.in_force()


def choose_device(wanted: str) -> torch.device:
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    here = {"cuda": torch.cuda.device_count() if cuda else 0, "mps": int(mps), "cpu": 1}
    try:
        device = torch.device(wanted)
    except RuntimeError:
        device = None
    if device is None or (device.index or 0) >= here.get(device.type, 0):
        raise SaddlepointError(f"no device '{wanted}' on this machine", "--device", "try --device cpu")
    return device


def choose_precision(wanted: Precision | Literal["auto"], device: torch.device) -> Precision:
    """float32, unless the device multiplies bfloat16 faster."""
    if wanted != "auto":
        return wanted
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    fast = device.type == "cpu" and any(flag in processor_flags() for flag in BFLOAT16_FLAGS)
    return "bfloat16" if fast else "float32"


def processor_flags() -> frozenset[str]:
    """The instruction sets this processor lists, where the system tells (Linux)."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return frozenset()
    lines = (line for line in info.read_text().splitlines() if line.startswith("flags"))
    return frozenset(next(lines, "").split())


def physical_cores() -> int:
    """Cores this process may use: torch's own estimate of physical ones, within the process's affinity."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, torch.get_num_threads()))


def room_for(n: int, numbers: int) -> None:
    """Refuse more samples of so many numbers than this machine's memory holds: it would swap, and never end."""
    needed, there = EACH_NUMBER * n * numbers, memory()
    if needed > there:
        what = f"{n:,} samples take {needed / 1e9:,.0f} GB of memory; there are {there / 1e9:,.0f}"
        raise SaddlepointError(what, "-n", f"at most {there // (EACH_NUMBER * numbers):,}")


def memory() -> int:
    """Bytes of memory for this process: the machine's, or its container's where that has less. 16 GiB where the system
    has no words for it (Windows).
    """
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 1 << 34
    return min([machine, *container_limits()])


def container_limits(root: Path = Path("/")) -> Iterator[int]:
    """Bytes that the control groups of this process may use, where the system has these (Linux).

    A limit of a group binds all below it. Inside a container its own group may be mounted as the root, whatever the
    path that /proc/self/cgroup has; there is then nothing at that path.
    """
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = [*line.split(":", 2), "", ""][:3]
            for controller in LIMITS.keys() & set(controllers.split(",")):
                mount, name = LIMITS[controller]
                group = Path(path.lstrip("/"))
                for each in (group, *group.parents):
                    with suppress(OSError, ValueError):  # no such group here; "max": no limit
                        yield int((root / "sys/fs/cgroup" / mount / each / name).read_text())


def hardware() -> dict[str, str | int]:
    """What this machine is, for the record of a session."""
    facts = {"machine": platform.machine(), "system": platform.platform(), "cores": os.cpu_count() or 1}
    if torch.cuda.is_available():
        facts["gpu"] = torch.cuda.get_device_name()
    return facts
