"""The flags of the command line: those derived from the settings of a run, and those that verbs share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict

from cyclopts import Group, Parameter

from saddlepoint.data.names import WORLD_NAMES
from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.tree import SHORT, Kind, Setting, first_line, flag, settings, stage_type

Flat = Parameter(name="*")
"""Marks a record whose fields are flags of the verb itself."""


@dataclass(frozen=True)
class Voice:
    """How much a verb says, and in what form."""

    quiet: Annotated[bool, Parameter(alias="-q", negative=(), help="Say nothing.")] = False
    json: Annotated[bool, Parameter(negative=(), help="Give the result as JSON, on standard output.")] = False


NORMAL = Voice()
Speaking = Annotated[Voice, Flat]
Root = Annotated[Path, Parameter(metavar="FOLDER", help="The folder of runs.")]
DATA = f"a folder, a zip, a table, arrays; or digits; or a world: {', '.join(WORLD_NAMES)}"
Time = Parameter(metavar="TIME", help="How long to train, as 90s, 10m, 1h30m.")

EVERYDAY = ("lr", "batch", "seed", "device", "size", "cond", "unconditional", "images", "from")
"""What a newcomer may want; the rest of `train`'s flags stand behind --help all, and with a recipe."""

ARGUMENTS, PLAIN = Group("Arguments", sort_key=0), Group("Flags", sort_key=1)
PLAYERS = "Players, after --g. (generator) or --d. (critic)"
NETWORKS = "Their networks, after --g.network. or --d.network."


def flags_of(kind: Kind, brief: bool) -> Any:
    """The type of one optional key for each setting of this kind of run: what comes back holds those that were given.

    brief: the help shows everyday flags alone.
    """
    known = settings(kind)
    hidden = {full for full in map(SHORT.get, known) if full is not None}  # their short names are shown instead
    titles = list(dict.fromkeys(title(setting, kind) for setting in known.values()))
    groups = {each: Group(each, sort_key=10 + place) for place, each in enumerate(titles)}
    keys = {}
    for name, setting in known.items():
        everyday = name in EVERYDAY
        shown = name not in hidden and (everyday or not brief)
        keys[name] = parameter(setting, PLAIN if everyday else groups[title(setting, kind)], shown, len(kinds(known)))
    return Annotated[TypedDict("Flags", keys, total=False) | None, Flat]  # pyright: ignore


def kinds(known: Mapping[str, Setting]) -> tuple[str, ...]:
    """All kinds of network that a generator of this system may have."""
    return known["g.network.kind"].choices if "g.network.kind" in known else ()


def parameter(setting: Setting, group: Group, show: bool, kinds: int) -> Any:
    """The flag of one setting. Its text is checked later, with the whole configuration; a switch has none."""
    switch = setting.form == "switch"
    return Annotated[
        bool if switch else str,
        Parameter(
            name=flag(setting.name),
            negative=negative(setting) if switch else (),
            metavar=setting.form,
            help=" ".join(describe(setting, kinds)),
            group=group,
            show=show,
        ),
    ]


def negative(setting: Setting) -> str:
    """The flag that turns a switch off."""
    path, _, leaf = flag(setting.name).removeprefix("--").rpartition(".")
    return f"--{path}.no-{leaf}" if path else f"--no-{leaf}"


def title(setting: Setting, kind: Kind) -> str:
    """Under what `train --help` shows a setting: the class that has it; those of both players stand together."""
    first, *rest = setting.name.split(".")
    if first in ("g", "d") and rest:
        return NETWORKS if rest[0] == "network" else PLAYERS
    if setting.owner == first_line(stage_type(kind)):
        return f"Rules, in every stage. {setting.owner}"
    return setting.owner


def describe(setting: Setting, kinds: int) -> Iterator[str]:
    """What the help says: the setting's own text, the choices, and the networks that have it where not all do."""
    if setting.help:
        yield setting.help
    if setting.form == "switch":  # of a player's, as its heading says it is written
        yield f"Off: {negative(setting).split('.')[-1]}."
    if setting.choices:
        yield f"One of {', '.join(setting.choices)}."
    if setting.kinds and len(setting.kinds) < kinds:
        yield f"[{', '.join(setting.kinds)}]"


def without_effect(flags: Mapping[str, object], where: str, hint: str = "leave it out") -> None:
    """Refuse a flag that would change nothing: whoever gives it expects that it does. What was not given is None, or
    False where it is a switch.
    """
    for name, given in flags.items():
        if given is not None and given is not False:
            raise SaddlepointError(f"has no effect {where}", name, hint)


def one_condition(cond: object, unconditional: bool) -> None:
    """Refuse to be told what the condition is made of, and that there is none."""
    without_effect({"--cond": cond if unconditional else None}, "beside --unconditional", "give one of them")
