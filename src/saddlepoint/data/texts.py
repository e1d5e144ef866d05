"""Values as names of classes, and the order of names: both by their exact text, so that all processes agree."""

import re
from collections.abc import Sequence

import numpy as np

Column = Sequence[str] | np.ndarray
DIGITS = frozenset("0123456789")


def texts(column: Column) -> list[str]:
    """Each value as text, different values as different texts; see `text_of`."""
    return [text_of(value) for value in column]


def text_of(value: object) -> str:
    """A value as the name of a class: a number by the fewest digits that tell it from all others of its type, without a
    point where it is whole; bytes as UTF-8.
    """
    if isinstance(value, (float, np.floating)) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def natural(text: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """Sorts 2 before 10, numbers of any length before words, and 01 before 1: no two texts are at one place."""
    parts = [(part, part.lstrip("0")) for part in re.split(r"([0-9]+)", text) if part]
    key = tuple((False, len(bare), bare) if part[0] in DIGITS else (True, 0, part) for part, bare in parts)
    return key, text
