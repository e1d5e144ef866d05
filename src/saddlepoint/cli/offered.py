"""The flags of `train` as rows: the verb's own, and those derived from the settings of a kind of run.

Its help is printed from them and its words are read by them. cyclopts is not imported: help answers at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from saddlepoint.data.names import WORLD_NAMES
from saddlepoint.planning.begin import chosen, settings_of
from saddlepoint.settings.tree import Kind, Setting, first_line, flag, further, settings, stage_type, sugar

DATA = f"a folder, a zip, a table, arrays; or digits; or a world: {', '.join(WORLD_NAMES)}"
TIME = "How long to train, such as 90s, 10m, 1h30m."
ROOT = "The folder that holds the runs."
TRACK = "Also send its figures to wandb, tensorboard or trackio."
QUIET = "Print nothing."
JSON = "Print the result as JSON, on standard output."

EVERYDAY = ("lr", "batch", "seed", "device", "size", "cond", "unconditional", "images", "stop_early", "from")
"""What a newcomer may want; the rest of `train`'s flags stand behind --help all, and with a recipe."""

PLAIN = "Flags"
PLAYERS = "Players, after --g. (generator) or --d. (critic)"
NETWORKS = "Their networks, after --g.network. or --d.network."


class Flag(NamedTuple):
    """One flag.

    key    how the parsed words are called: `dry_run`, `g.network.width`
    form   what a value looks like, as N or FOLDER; "switch" where there is none
    group  the heading of the help page that it stands under
    show   whether the help shows it
    """

    key: str
    form: str
    help: str
    group: str = PLAIN
    show: bool = True
    short: str = ""
    negative: str = ""


BEFORE = (
    Flag("recipe", "NAME", "The recipe to start from; unset: one that suits the data. See `saddlepoint recipes`."),
    Flag("config", "FILE", "Settings in TOML, or the config.json of a run."),
    Flag("budget", "TIME", TIME),
    Flag("name", "NAME", "Name of the run; unset: data, recipe and a number."),
    Flag("root", "FOLDER", ROOT),
    Flag("track", "NAME", TRACK),
    Flag("dry_run", "switch", "Say what it would take; train and write nothing."),
)
BEGINNINGS = ("--recipe", "--config", "--from")
AFTER = (Flag("quiet", "switch", QUIET, short="-q"), Flag("json", "switch", JSON))


def asked_for(tokens: Sequence[str]) -> tuple[Flag, ...]:
    """The flags of the recipe, of the file or of the run that the words name; else of the usual recipe."""
    recipe, file, base = (valued(tokens, name) for name in BEGINNINGS)
    if recipe is None and file is None and base is not None:
        file = str(settings_of(Path(base)))
    return offered(type(chosen(recipe, None if file is None else Path(file))), newcomer(tokens))


def newcomer(tokens: Sequence[str]) -> bool:
    """Whether the words name nothing to begin with, and do not ask for all flags."""
    return "all" not in tokens and all(valued(tokens, name) is None for name in BEGINNINGS)


def valued(tokens: Sequence[str], flag: str) -> str | None:
    """What stands behind a flag, as --flag X or --flag=X; None where it was not given."""
    for place, token in enumerate(tokens):
        if token == flag and place + 1 < len(tokens):
            return tokens[place + 1]
        if token.startswith(f"{flag}="):
            return token.partition("=")[2]
    return None


def offered(kind: Kind, brief: bool) -> tuple[Flag, ...]:
    """All flags of `train` for this kind of run, in the order of its help.

    brief: the help shows everyday flags alone.
    """
    known = settings(kind)
    # their short names are shown instead
    hidden = {full for short, (full, *_) in sugar(kind).items() if short != "lr"}
    return (*BEFORE, *(of_setting(each, kind, brief, each.name not in hidden) for each in known.values()), *AFTER)


def of_setting(setting: Setting, kind: Kind, brief: bool, show: bool) -> Flag:
    """The flag of one setting. Its text is checked later, with the whole configuration."""
    everyday, many = setting.name in (*EVERYDAY, *further(kind)), len(kinds(settings(kind)))
    return Flag(
        setting.name,
        setting.form,
        " ".join(describe(setting, many)),
        PLAIN if everyday else title(setting, kind),
        show and (everyday or not brief),
        negative=negative(setting) if setting.form == "switch" else "",
    )


def kinds(known: Mapping[str, Setting]) -> tuple[str, ...]:
    """All kinds of network that a generator of this system may have."""
    return known["g.network.kind"].choices if "g.network.kind" in known else ()


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
        return f"Rules of every stage. {setting.owner}"
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
