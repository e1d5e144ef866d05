"""What a reader is asked for, what it lists, and what it leaves out. Neither torch nor numpy is imported here."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Literal, NamedTuple

from saddlepoint.errors import SaddlepointError

Fit = Literal["crop", "pad", "stretch"]
Kind = Literal["class", "labels", "number", "angle", "vector"]
Tell = Callable[[str], None]

SIZE = r"[1-9]\d{0,3}(x[1-9]\d{0,3})?"  # 64, or 48x64 for height x width
NAMED = 20  # bad files that are named one by one; `look` names all


def sides(size: str) -> tuple[int, int]:
    """(height, width) of `64` or `48x64`; SaddlepointError for anything else."""
    if not re.fullmatch(SIZE, size):
        raise SaddlepointError(f"'{size}' is not a size", "--size", "as 64, or 48x64 for height x width")
    height, _, width = size.partition("x")
    return int(height), int(width or height)


class Reading(NamedTuple):
    """How data are to be read.

    name           a bundled name, a world's, or a path
    size           (height, width) of every picture; None: the commonest, or what `side` affords
    side           without a size: the longest side of pictures of mixed sizes, and half of that of others
    fit            how a picture of other proportions comes to the size: its middle, bars around it, or squeezed
    background     the colour behind what is transparent, as CSS writes it; None: opacity is kept as a channel
    cond           what the condition is made of: `age:number,kind:class`; None: what the data suggest
    unconditional  no condition at all
    bad            the share of unreadable examples that is put up with
    """

    name: str
    size: tuple[int, int] | None = None
    side: int = 64
    fit: Fit = "crop"
    background: str | None = None
    cond: str | None = None
    unconditional: bool = False
    bad: float = 0.05


class Field(NamedTuple):
    """One part of a condition: `values` names classes and labels, `knots` places numbers, `size` is its share of E."""

    name: str
    kind: Kind
    size: int
    values: tuple[str, ...] = ()
    knots: tuple[float, ...] = ()

    def __str__(self) -> str:
        match self.kind:
            case "class" | "labels":
                return f"{self.name}, {'one' if self.kind == 'class' else 'any'} of {len(self.values)}"
            case "number":
                return f"{self.name}, a number from {self.knots[0]:g} to {self.knots[-1]:g}"
            case "angle":
                return f"{self.name}, an angle in degrees"
        return f"{self.name}, {self.size} numbers"


class Entry(NamedTuple):
    """One encoded picture: its name below the root, its bytes and when they changed (ns), and how to get at them."""

    name: str
    size: int
    changed: int
    open: Callable[[], BinaryIO]


class Bad(NamedTuple):
    """An example that is left out, and why."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{shown(self.name)}: {self.reason}"


class Listing(NamedTuple):
    """What a reader found: pictures not yet opened, columns that may become their condition, and what is no picture.

    columns  by name, one text for each entry; empty where it is missing
    root     what, with the entries' names, tells these files from all others
    """

    name: str
    entries: Sequence[Entry]
    columns: Mapping[str, list[str]]
    bad: Sequence[Bad] = ()
    notes: tuple[str, ...] = ()
    licence: str = "unstated"
    root: str = ""


def readable(name: str) -> str:
    """A file's name as text that can be written anywhere: bytes of it that are not UTF-8 as \\xe9."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shown(name: str) -> str:
    """A file's name as one printable line, cut to 80 characters."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)
    return plain if len(plain) <= 80 else f"{plain[:40]}...{plain[-37:]}"


def tolerate(bad: Sequence[Bad], good: int, most: float, where: str) -> tuple[str, ...]:
    """Notes on what is left out. Raises SaddlepointError where nothing is left, or more than `most` of all is bad."""
    told = "; ".join(map(str, bad[:3])) + (f"; and {len(bad) - 3:,} more" if len(bad) > 3 else "")
    if good == 0:
        raise SaddlepointError(f"nothing in it can be read{f': {told}' if bad else ''}", where, "give pictures")
    if len(bad) > most * (good + len(bad)):
        what = f"{len(bad):,} of {good + len(bad):,} cannot be read: {told}"
        raise SaddlepointError(what, where, f"`saddlepoint look` names all; --bad {1:g} puts up with any number")
    notes = [f"left out: {one}" for one in bad[:NAMED]]
    if len(bad) > NAMED:
        notes.append(f"left out: {len(bad) - NAMED:,} more, which `saddlepoint look` names")
    return tuple(notes)
