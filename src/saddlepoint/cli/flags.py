"""How flags are read, by cyclopts: those that verbs share, and `train`'s rows as one type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict

from cyclopts import Group, Parameter

from saddlepoint.cli.offered import JSON, PLAIN, QUIET, ROOT, TIME, Flag
from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.tree import flag

Flat = Parameter(name="*")
"""Marks a record whose fields are flags of the verb itself."""


@dataclass(frozen=True)
class Voice:
    """How much a verb says, and in what form."""

    quiet: Annotated[bool, Parameter(alias="-q", negative=(), help=QUIET)] = False
    json: Annotated[bool, Parameter(negative=(), help=JSON)] = False


NORMAL = Voice()
Speaking = Annotated[Voice, Flat]
Root = Annotated[Path, Parameter(metavar="FOLDER", help=ROOT)]
Time = Parameter(metavar="TIME", help=TIME)

ARGUMENTS, FLAGS = Group("Arguments", sort_key=0), Group(PLAIN, sort_key=1)


def type_of(rows: Sequence[Flag]) -> Any:
    """The type of one optional key for each flag: what comes back holds those that were given."""
    return Annotated[TypedDict("Flags", {row.key: parameter(row) for row in rows}, total=False) | None, Flat]  # pyright: ignore


def parameter(row: Flag) -> Any:
    """How the words of one flag are read: a switch has no value, any other has one text."""
    switch = row.form == "switch"
    return Annotated[
        bool if switch else str, Parameter(flag(row.key), alias=row.short or (), negative=row.negative or ())
    ]


def without_effect(flags: Mapping[str, object], where: str, hint: str = "leave it out") -> None:
    """Refuse a flag that would change nothing: whoever gives it expects that it does. What was not given is None, or
    False where it is a switch.
    """
    for name, given in flags.items():
        if given is not None and given is not False:
            raise SaddlepointError(f"has no effect {where}", name, hint)
