"""What a name of data means, found out without opening any of it; no torch is imported here."""

import os
from os.path import exists
from pathlib import Path
from typing import Literal

BUNDLED = ("digits",)
WORLD_NAMES = (
    "gaussian",
    "two-peaks",
    "ring8",
    "ring8-wide",
    "grid25",
    "moons",
    "swiss-roll",
    "checkerboard",
    "pinwheel",
    "die",
)
IN_MEMORY = "memory:"  # and what was handed in: nothing of it lies anywhere
Medium = Literal[
    "bundled", "memory", "world", "folder", "zip", "list", "table", "arrays", "idx", "parquet", "hf", "unknown"
]

SUFFIXES: dict[str, Medium] = {
    ".zip": "zip",
    ".txt": "list",
    ".csv": "table",
    ".tsv": "table",
    ".npz": "arrays",
    ".npy": "arrays",
    ".parquet": "parquet",
}


def medium(name: str) -> Medium:
    """Where data of this name are to be looked for: what is on the disk comes after the names this program knows."""
    if name in BUNDLED:
        return "bundled"
    if name in WORLD_NAMES:
        return "world"
    if name.startswith(IN_MEMORY):
        return "memory"
    if name.startswith("hf:"):
        return "hf"
    path = Path(name)
    if os.path.isdir(path):  # what may not be looked into is no error here: whoever opens it will say so
        saved = exists(path / "state.json") and exists(path / "dataset_info.json")
        return "hf" if saved or exists(path / "dataset_dict.json") else "folder"
    plain = path.name.removesuffix(".gz").lower()
    if plain.endswith((".idx", "-ubyte", ".idx3", "idx3-ubyte")):
        return "idx"
    return SUFFIXES.get(path.suffix.lower(), "unknown")


def are_points(name: str) -> bool:
    """Whether the data are points [N, D] and no pictures, as far as their headers tell."""
    what = medium(name)
    if what == "arrays":
        return array_dimensions(Path(name)) == 2
    if what == "table":
        from saddlepoint.data.tables import path_column, read_rows

        return exists(name) and path_column(read_rows(Path(name))) is None
    return what == "world"


def array_dimensions(path: Path) -> int:
    """Dimensions of the examples in a .npy or .npz file; 0 where that cannot be told."""
    from saddlepoint.data.npy import example_array, npy_header, npz_headers
    from saddlepoint.errors import SaddlepointError

    try:
        if path.suffix.lower() == ".npy":
            return len(npy_header(path).shape)
        headers = npz_headers(path)
        key = example_array(headers)
        return 0 if key is None else len(headers[key].shape)
    except (OSError, SaddlepointError):
        return 0
