"""What scripts that fill a table of the documentation share: the machine in words, and the place of the table."""

import os
import platform
from pathlib import Path

import torch

DOCS = Path(__file__).parents[1] / "docs" / "reliability.md"


def machine() -> str:
    """The machine and the programs that numbers depend on, in words."""
    program = f"Python {platform.python_version()}, torch {torch.__version__}"
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}, {program}"


def processor() -> str:
    """The processor's name, where the system tells (Linux)."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def write(target: str, text: str) -> None:
    """Put the table of this target of make into the documentation, in place of the last one."""
    begin, end = f"<!-- make {target}: begin -->\n", f"<!-- make {target}: end -->\n"
    before, _, rest = DOCS.read_text().partition(begin)
    DOCS.write_text(before + begin + text + end + rest.partition(end)[2])
