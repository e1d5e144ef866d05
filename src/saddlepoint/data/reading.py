"""What a reader is asked for, what it lists, and what it leaves out. Neither torch nor numpy is imported here."""

import csv
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from saddlepoint.errors import SaddlepointError, did_you_mean, plain

if TYPE_CHECKING:
    from saddlepoint.data.memory import Held

Fit = Literal["crop", "pad", "stretch", "patches"]
Pairs = Literal["none", "left", "right"]
Kind = Literal["class", "labels", "number", "angle", "vector"]
Tell = Callable[[str], None]

SIZE = r"[1-9]\d{0,3}(x[1-9]\d{0,3})?"  # 64, or 48x64 for height x width
NAMED = 20  # bad files that are named one by one; `look` names all
A_FEW = 12  # names in a message


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
    side           without a size: the longest side of pictures
    fit            how a picture of another size comes to it: its middle, bars around it, squeezed, or cut in patches
    background     the colour behind what is transparent, as CSS writes it; None: opacity is kept as a channel
    cond           what the condition is made of: `age:number,kind:class`; None: what the data suggest
    unconditional  no condition at all
    bad            the share of unreadable examples that is put up with
    pairs          whether examples are pairs of pictures, and which of the two is the condition
    held           the data themselves, where they lie in memory
    """

    name: str
    size: tuple[int, int] | None = None
    side: int = 64
    fit: Fit = "crop"
    background: str | None = None
    cond: str | None = None
    unconditional: bool = False
    bad: float = 0.05
    pairs: Pairs = "none"
    held: "Held | None" = None


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
                return f"{shown(self.name)}, {'one' if self.kind == 'class' else 'any'} of {len(self.values)}"
            case "number":
                return f"{shown(self.name)}, a number from {self.knots[0]:g} to {self.knots[-1]:g}"
            case "angle":
                return f"{shown(self.name)}, an angle in degrees"
        return f"{shown(self.name)}, {self.size} numbers"


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
        return f"{shown(self.name)}: {plain(self.reason)}"


class Listing(NamedTuple):
    """What a reader found: pictures not yet opened, columns that may become their condition, and what is no picture.

    columns  by name, one text for each entry; empty where it is missing
    root     what, with the entries' names, tells these files from all others
    kinds    of the columns, as far as they are certain
    """

    name: str
    entries: Sequence[Entry]
    columns: Mapping[str, list[str]]
    bad: Sequence[Bad] = ()
    notes: tuple[str, ...] = ()
    licence: str = "unstated"
    root: str = ""
    kinds: Mapping[str, Kind] = {}


def readable(name: str) -> str:
    """A file's name as text that can be written anywhere: bytes of it that are not UTF-8 as \\xe9."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shown(name: str) -> str:
    """A name as one printable line, cut to 80 characters."""
    line = plain(name)
    return line if len(line) <= 80 else f"{line[:40]}...{line[-37:]}"


def why(error: BaseException) -> str:
    """What another program's error says, as one short line."""
    return plain(" ".join(str(error).split()))[:120] or type(error).__name__


def listed(text: str) -> list[str]:
    """The parts between commas; one in double quotes may hold commas itself, and two double quotes for each of its own,
    as in a line of a table. A text that is no such line is parted at every comma.
    """
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return text.split(",")


def few(names: Iterable[str]) -> str:
    """A few names as they are shown, and how many there are besides."""
    every = list(names)
    more = f", and {len(every) - A_FEW:,} more" if len(every) > A_FEW else ""
    return ", ".join(map(shown, every[:A_FEW])) + more


def likely(word: str, known: Iterable[str]) -> str:
    """A hint: the name most like this one, or a few of all."""
    names = list(known)
    alike = difflib.get_close_matches(word, names, n=1)
    return did_you_mean(f"'{shown(alike[0])}'") if alike else f"known: {few(names)}"


def tolerate(bad: Sequence[Bad], good: int, most: float, where: str) -> tuple[str, ...]:
    """Notes on what is left out. Raises SaddlepointError where nothing is left, or more than `most` of all is bad."""
    told = "; ".join(map(str, bad[:3])) + (f"; and {len(bad) - 3:,} more" if len(bad) > 3 else "")
    if good == 0:
        hint = "repair or replace some" if bad else "add some examples"
        raise SaddlepointError(f"nothing in it can be read{f': {told}' if bad else ''}", plain(where), hint)
    if len(bad) / (good + len(bad)) > most:
        what, hint = "cannot be read", "`saddlepoint look` names all; with --bad 1 any number is left out"
        raise SaddlepointError(f"{len(bad):,} of {good + len(bad):,} {what}: {told}", plain(where), hint)
    notes = [f"left out: {one}" for one in bad[:NAMED]]
    if len(bad) > NAMED:
        notes.append(f"left out: {len(bad) - NAMED:,} more, which `saddlepoint look` names")
    return tuple(notes)
