"""Data for the golden digests, written as a user's files: made of nothing but whole numbers, the same everywhere."""

import csv
import random
from pathlib import Path

import numpy as np

CLASSES = 4


def noise(n: int, numbers: int, seed: int) -> np.ndarray:
    """[n, numbers] uint8, the same on every machine and with every numpy."""
    return np.frombuffer(random.Random(seed).randbytes(n * numbers), np.uint8).reshape(n, numbers)


def shades(folder: Path, n: int = 96, height: int = 8, width: int = 8) -> Path:
    """Grey pictures of four classes, by how bright their halves are."""
    y = np.arange(n) % CLASSES
    x = (noise(n, height * width, 1) // 4).reshape(n, height, width)
    x[:, : height // 2] += (96 * (y % 2)).astype(np.uint8)[:, None, None]
    x[:, height // 2 :] += (96 * (y // 2)).astype(np.uint8)[:, None, None]
    return saved(
        folder / f"shades-{height}x{width}.npz", x=x, y=y, classes=np.array(["dark", "above", "below", "bright"])
    )


def oblong(folder: Path) -> Path:
    """The same, 12 high and 10 wide: no side is a power of two."""
    return shades(folder, 64, 12, 10)


def uneven(folder: Path) -> Path:
    """Two classes, one of them four times as frequent."""
    y = (np.arange(100) % 5 == 0).astype(np.int64)
    x = noise(100, 64, 2).reshape(100, 8, 8) // 2 + (100 * y).astype(np.uint8)[:, None, None]
    return saved(folder / "uneven.npz", x=x, y=y)


def deep(folder: Path) -> Path:
    """Grey pictures of 16 bits, without classes."""
    x = noise(60, 2 * 64, 3).astype(np.uint16)
    return saved(folder / "deep.npz", x=(256 * x[:, :64] + x[:, 64:]).reshape(60, 8, 8))


def colours(folder: Path) -> Path:
    """Pictures of three channels as floats in [0, 1], with three classes."""
    x = noise(60, 3 * 64, 4).astype(np.float32).reshape(60, 8, 8, 3) / 256
    return saved(folder / "colours.npz", x=x, y=np.arange(60) % 3)


def described(folder: Path) -> Path:
    """Grey pictures with a vector of three numbers, and with any of three tags."""
    x, v = noise(60, 64, 5).reshape(60, 8, 8), noise(60, 3, 6).astype(np.float32) / 256
    tags = np.array([("a", "b", "a|b", "b|c", "c")[i % 5] for i in range(60)])
    return saved(folder / "described.npz", x=x, v=v, tags=tags)


def few(folder: Path) -> Path:
    """Pictures of noise, which a critic learns by heart: 24 to learn from, 24 are held out."""
    return saved(folder / "few.npz", x=noise(48, 64, 7).reshape(48, 8, 8))


def table(folder: Path) -> Path:
    """Points in the plane, each with a number, an angle and a kind."""
    path, numbers = folder / "table.csv", noise(120, 4, 8).tolist()
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("u", "v", "size", "angle", "kind"))
        rows.writerows((a / 64, b / 64, c / 8, d * 1.5, ("x", "y")[i % 2]) for i, (a, b, c, d) in enumerate(numbers))
    return path


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)  # pyright: ignore[reportArgumentType]
    return path
