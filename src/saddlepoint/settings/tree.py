"""The settings of a kind of run by their dotted names, derived from its `Config`.

A setting is a leaf of the tree: `g.network.width`. The fields of a stage stand at the top (`objective`, `k`, `r1`): set
there, they hold for every stage of the recipe. A network's settings are those of all kinds of network together.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from saddlepoint.settings.run import A_FILE, Data, Further, Run, Stage

SHORT = {
    "device": "engine.device",
    "from": "base",
    **{name: f"data.{name}" for name in ("unconditional", "size", "cond", "balance", "mirror", "bad")},
}
"""Short names, and what they set. `lr` is one too, of every player, and the name of each further set of data."""

IN_FILES_ONLY = ("version", "system", "recipe", "stages", "data.name")
"""On the command line these are the --recipe flag and the data itself, or come from the recipe."""


class Setting(NamedTuple):
    """One leaf of the configuration.

    name      dotted, as in the `Config`
    form      what a value looks like: "switch", "N", "X", "TEXT", "NAME"; "N,N" for several
    choices   the values allowed, where they are few
    kinds     the kinds of network that have it; empty where it does not depend on one
    owner     what it is a setting of, in words: the class that has it
    """

    name: str
    form: str
    help: str
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    owner: str = ""


Kind = type[Run]


@cache
def settings(kind: Kind) -> Mapping[str, Setting]:
    """All settings that a flag can set, by name, in the order of the `Config`; short names last."""
    found: dict[str, Setting] = {}
    for setting in [*leaves(kind), *leaves(stage_type(kind))]:
        if setting.name not in IN_FILES_ONLY:
            found[setting.name] = union(found[setting.name], setting) if setting.name in found else setting
    for short, (first, *_) in sugar(kind).items():
        found[short] = found[first]._replace(name=short)
    return found


@cache
def sugar(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """Short names, and what they stand for. A setting named in full wins over a short name that stands for several."""
    rates = tuple(setting.name for setting in leaves(kind) if setting.name.endswith(".lr"))
    known = {setting.name for setting in leaves(kind)}
    short = SHORT | {name: f"{name}.name" for name in further(kind)}
    return ({"lr": rates} if rates else {}) | {each: (name,) for each, name in short.items() if name in known}


@cache
def further(kind: Kind) -> tuple[str, ...]:
    """The settings of this kind of run that name a further set of data."""
    return tuple(
        name
        for name, field in kind.model_fields.items()
        if any(isinstance(member, type) and issubclass(member, Further) for member in scalars(field.annotation))
    )


@cache
def names(kind: Kind) -> tuple[str, ...]:
    """Every name that a file may hold."""
    return (*settings(kind), *IN_FILES_ONLY)


def stage_type(kind: Kind) -> type[Stage]:
    """The rules of this kind of run: what its stages are."""
    (found, *_) = scalars(kind.model_fields["stages"].annotation)
    return found


def wishes(config: Run) -> Mapping[str, Data]:
    """The data that a configuration names, by column: "x" is `data`, further ones are called as their settings are.

    Those that are unset are left out.
    """
    named = {name: value for name, value in config if isinstance(value, Data) and value.name}
    return {("x" if name == "data" else name): value for name, value in named.items()}


def files(config: Run) -> Mapping[str, str]:
    """The files that a configuration names beside its data, by setting; those that are unset are left out."""
    kinds = type(config).model_fields
    return {name: value for name, value in config if A_FILE in kinds[name].metadata and value}


def unplaced(config: Run, names: Mapping[str, str]) -> Run:
    """The configuration, of whose data, by column, these names are known: not where they lie, nor where its base; of
    further files what they are called.
    """
    called = {name: PurePath(path).name for name, path in files(config).items()}
    named = {("data" if name == "x" else name): type(wish)(name=names[name]) for name, wish in wishes(config).items()}
    return config.model_copy(update={**named, **called, "base": None})


def leaves(model: type[BaseModel], prefix: str = "", kinds: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The leaves below a model; of a union of models, those of each member, marked with its kind."""
    for name, field in model.model_fields.items():
        dotted, members = prefix + name, list(scalars(field.annotation))
        models = [member for member in members if isinstance(member, type) and issubclass(member, BaseModel)]
        if models and not any(issubclass(member, Stage) for member in models):
            for member in models:
                tags = (member.model_fields["kind"].default,) if len(models) > 1 else kinds
                yield from leaves(member, f"{dotted}.", tags)
        else:
            choices = tuple(str(choice) for member in members for choice in get_args(member))
            form = "NAME" if choices else ",".join(FORMS.get(member, "TEXT") for member in members)
            own = () if name == "kind" else kinds
            yield Setting(dotted, form, field.description or "", choices, own, first_line(model))


def first_line(model: type[BaseModel]) -> str:
    """What a class of settings is, as its docstring begins."""
    return (model.__doc__ or "").strip().split("\n")[0].rstrip(".")


FORMS: Mapping[Any, str] = {bool: "switch", int: "N", float: "X", str: "TEXT"}


def scalars(annotation: Any) -> Iterator[Any]:
    """The plain types and literals of an annotation: those of tuple[int, int] | None are int, int."""
    if get_origin(annotation) is Annotated:
        yield from scalars(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from scalars(member)
    elif get_origin(annotation) is tuple:
        members = get_args(annotation)
        for member in (members[0],) * 2 if members[-1] is Ellipsis else members:
            yield from scalars(member)
    elif annotation is not NoneType:
        yield annotation


def union(one: Setting, other: Setting) -> Setting:
    """One setting of several kinds of network."""
    return one._replace(
        choices=tuple(dict.fromkeys(one.choices + other.choices)), kinds=tuple(dict.fromkeys(one.kinds + other.kinds))
    )


def flag(name: str) -> str:
    """How a setting is written on the command line."""
    return "--" + name.replace("_", "-")
