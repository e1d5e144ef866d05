"""The flags of the command line: those derived from the settings of a run, and those that verbs share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from cyclopts import Group, Parameter

from saddlepoint.data.names import WORLD_NAMES
from saddlepoint.settings import SUGAR, Setting, flag, settings

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

EVERYDAY = ("lr", "batch", "seed", "device", "unconditional", "images")
HEADINGS = {
    "Rules of the game, in every stage": ("objective", "k", "r1", "r2", "gp", "penalty_every", "classify", "inherit"),
    "Both players, after --g. (generator) or --d. (critic)": ("g", "d"),
    "Their networks, after --g.network. or --d.network.": ("g.network", "d.network"),
    "Data, noise, arithmetic, records": (),
}
"""Where `train --help` shows a setting, by its name or by the longest beginning of it that is listed."""

ARGUMENTS, PLAIN = Group("Arguments", sort_key=0), Group("Flags", sort_key=1)
GROUPS = {title: Group(title, sort_key=10 + index) for index, title in enumerate(HEADINGS)}


def parameter(setting: Setting, show: bool) -> Any:
    """The flag of one setting. Its text is checked later, with the whole configuration; a switch has none."""
    switch = setting.form == "switch"
    return Annotated[
        bool if switch else str,
        Parameter(
            name=flag(setting.name),
            negative=negative(setting) if switch else (),
            metavar=setting.form,
            help=" ".join(describe(setting)),
            group=PLAIN if setting.name in EVERYDAY else GROUPS[heading(setting.name)],
            show=show,
        ),
    ]


def negative(setting: Setting) -> str:
    """The flag that turns a switch off."""
    path, _, leaf = flag(setting.name).removeprefix("--").rpartition(".")
    return f"--{path}.no-{leaf}" if path else f"--no-{leaf}"


def heading(name: str) -> str:
    """The title under which `train --help` shows a setting."""
    title, longest = list(HEADINGS)[-1], 0
    for candidate, beginnings in HEADINGS.items():
        for beginning in beginnings:
            if f"{name}.".startswith(f"{beginning}.") and len(beginning) > longest:
                title, longest = candidate, len(beginning)
    return title


def describe(setting: Setting) -> Iterator[str]:
    """What the help says: the setting's own text, the choices, and the networks that have it where not all do."""
    if setting.help:
        yield setting.help
    if setting.form == "switch":  # of a player's, as its heading says it is written
        yield f"Off: {negative(setting).split('.')[-1]}."
    if setting.choices:
        yield f"One of {', '.join(setting.choices)}."
    if setting.kinds and len(setting.kinds) < len(settings()["g.network.kind"].choices):
        yield f"[{', '.join(setting.kinds)}]"


HIDDEN = {target for targets in SUGAR.values() if len(targets) == 1 for target in targets}
"""Settings that have a short name, which is shown instead."""

if TYPE_CHECKING:
    Flags = Mapping[str, Any] | None
else:
    # One optional key for each setting: what comes back holds those that were given.
    keys = {setting.name: parameter(setting, show=setting.name not in HIDDEN) for setting in settings().values()}
    Flags = Annotated[TypedDict("Flags", keys, total=False) | None, Flat]
