"""The settings of a run by their dotted names, derived from `Config`; and how recipe, file and flags become one.

A setting is a leaf of the tree: `g.network.width`. The fields of a stage stand at the top (`objective`, `k`, `r1`): set
there, they hold for every stage of the recipe. A network's settings are those of all kinds of network together.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from saddlepoint.complaints import complaint, did_you_mean
from saddlepoint.config import Config, Stage
from saddlepoint.errors import SaddlepointError
from saddlepoint.recipes.catalog import RECIPES

SUGAR = {
    "lr": ("g.lr", "d.lr"),
    "device": ("engine.device",),
    "from": ("base",),
    **{name: (f"data.{name}",) for name in ("unconditional", "size", "cond", "balance", "mirror", "bad")},
}
"""Short names, and what they set. A setting named in full wins over a short name that stands for several."""

IN_FILES_ONLY = ("version", "recipe", "stages", "data.name")
"""On the command line these are the --recipe flag and the data itself, or come from the recipe."""


class Setting(NamedTuple):
    """One leaf of the configuration.

    name      dotted, as in `Config`
    form      what a value looks like: "switch", "N", "X", "TEXT", "NAME"; "N,N" for several
    choices   the values allowed, where they are few
    kinds     the kinds of network that have it; empty where it does not depend on one
    """

    name: str
    form: str
    help: str
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Given(NamedTuple):
    """A value, and where the user wrote it."""

    value: Any
    where: str


@cache
def settings() -> Mapping[str, Setting]:
    """All settings a flag can set, by name, in the order of `Config`; short names last."""
    found: dict[str, Setting] = {}
    for setting in [*leaves(Config), *leaves(Stage)]:
        if setting.name not in IN_FILES_ONLY:
            found[setting.name] = union(found[setting.name], setting) if setting.name in found else setting
    for short, (first, *_) in SUGAR.items():
        found[short] = found[first]._replace(name=short)
    return found


def leaves(model: type[BaseModel], prefix: str = "", kinds: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The leaves below a model; of a union of models, those of each member, marked with its kind."""
    for name, field in model.model_fields.items():
        dotted, members = prefix + name, list(scalars(field.annotation))
        models = [member for member in members if isinstance(member, type) and issubclass(member, BaseModel)]
        if models and Stage not in models:
            for member in models:
                tags = (member.model_fields["kind"].default,) if len(models) > 1 else kinds
                yield from leaves(member, f"{dotted}.", tags)
        else:
            choices = tuple(str(choice) for member in members for choice in get_args(member))
            form = "NAME" if choices else ",".join(FORMS.get(member, "TEXT") for member in members)
            yield Setting(dotted, form, field.description or "", choices, () if name == "kind" else kinds)


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


def names() -> tuple[str, ...]:
    """Every name that a file may hold."""
    return (*settings(), *IN_FILES_ONLY)


def configure(recipe: str | None, file: Path | None, flags: Mapping[str, Any], usual: str = "modern") -> Config:
    """The configuration asked for: recipe < file < flags. A file may name the recipe; `usual` is for when none does."""
    stored = read(file) if file else {}
    named = stored.pop("recipe", usual)
    return merge(find_recipe(recipe or named), stored, flags, str(file or ""))


def find_recipe(name: str) -> Config:
    if name not in RECIPES:
        known = ", ".join(RECIPES)
        raise SaddlepointError(f"no recipe '{name}'", "--recipe", did_you_mean(name, RECIPES) or f"there are {known}")
    return RECIPES[name]()


def read(path: Path) -> dict[str, Any]:
    """The nested values in a TOML or JSON file; of a run's config.json, its configuration."""
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text, object_pairs_hook=distinct) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", f"--config {path}") from error
    except ValueError as error:  # both decoders, and bytes that are no text
        raise SaddlepointError(f"is not valid: {error}", f"--config {path}") from error
    if not isinstance(values, dict):
        raise SaddlepointError("holds no settings", f"--config {path}", "such as  lr = 1e-3")
    return values["config"] if isinstance(values.get("config"), dict) else values


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, none of whose names comes twice."""
    seen = dict(pairs)
    if len(seen) < len(pairs):
        raise ValueError(f"'{next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))}' is set twice")
    return seen


def merge(recipe: Config, file: Mapping[str, Any], flags: Mapping[str, Any], origin: str = "") -> Config:
    """One configuration, validated once: the recipe's values, the file's over them, the flags' over these.

    `file` is nested or dotted, `flags` dotted with values as typed. Another kind of network than the recipe's starts
    from that kind's own defaults. Raises SaddlepointError (code 2) with one line.
    """
    chosen = {
        **expand({name: Given(value, f"{origin}: {name}") for name, value in flatten(file)}),
        **expand({name: Given(typed(name, value), flag(name)) for name, value in flatten(flags)}),
    }
    base = dict(flatten(recipe.model_dump()))
    for tag in [name for name in base if name.endswith(".network.kind")]:
        if tag in chosen and chosen[tag].value != base[tag]:
            base = {name: value for name, value in base.items() if not name.startswith(tag.removesuffix("kind"))}
    merged = {**base, **{name: given.value for name, given in chosen.items()}}
    rules = {name: merged.pop(name) for name in Stage.model_fields if name in merged}
    if rules and isinstance(merged["stages"], list | tuple):
        merged["stages"] = [{**stage, **rules} for stage in merged["stages"]]
    try:
        return Config.model_validate(nest(merged))
    except ValidationError as error:
        places = {name: given.where for name, given in chosen.items()}
        raise complaint(error, places, settings()) from None


def flag(name: str) -> str:
    """How a setting is written on the command line."""
    return "--" + name.replace("_", "-")


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and leaves of a nested mapping."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `flatten`."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *path, leaf = name.split(".")
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
        branch[leaf] = value
    return tree


def typed(name: str, value: Any) -> Any:
    """What was typed for a setting: 'none' is None, and where several values go they stand between commas."""
    if not isinstance(value, str) or name not in settings():
        return value
    if value.lower() == "none" and "none" not in settings()[name].choices:
        return None
    return [part.strip() for part in value.split(",")] if "," in settings()[name].form else value


def expand(layer: Mapping[str, Given]) -> dict[str, Given]:
    """The layer with short names replaced by what they stand for. Refused: unknown names, one setting named twice."""
    for name, given in layer.items():
        if name not in names():
            inside = [known for known in names() if known.startswith(f"{name}.")]
            hint = f"settings in it: {', '.join(inside[:3])}" if inside else did_you_mean(name, names())
            raise SaddlepointError("unknown setting", given.where, hint)
    full = {name: given for name, given in layer.items() if name not in SUGAR}
    for short in [name for name in SUGAR if name in layer]:
        for target in SUGAR[short]:
            if target in full and len(SUGAR[short]) == 1:
                raise SaddlepointError(f"says the same as {full[target].where}", layer[short].where, "give one of them")
            full.setdefault(target, layer[short])
    return full
