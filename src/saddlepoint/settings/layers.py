"""How recipe, file and flags become one configuration: the file over the recipe, the flags over the file."""

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded
from saddlepoint.settings.complaints import complaint, did_you_mean
from saddlepoint.settings.run import Frozen, Only, Run, beside
from saddlepoint.settings.tree import Kind, flag, names, settings, stage_type, sugar

LARGEST = 1 << 25  # bytes of a file of settings that are read
Some = TypeVar("Some", bound=Run)
Group = TypeVar("Group", bound=Frozen)
Elsewhere = Callable[[str], str]


class Given(NamedTuple):
    """A value, and where the user wrote it."""

    value: Any
    where: str


class Stored(NamedTuple):
    """The nested values in a file. whole: they are those of a run, which names every setting that there was."""

    values: dict[str, Any]
    whole: bool = False


def read(path: Path) -> Stored:
    """What is in a TOML or JSON file; of a run's config.json, its configuration."""
    try:
        text = read_bounded(path.resolve(), LARGEST).decode()
        values = json.loads(text, object_pairs_hook=distinct) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", f"--config {path}") from error
    except (ValueError, RecursionError) as error:  # both decoders, and bytes that are no text
        raise SaddlepointError(f"is not valid: {error}", f"--config {path}") from error
    if not isinstance(values, dict):
        raise SaddlepointError("holds no settings", f"--config {path}", "such as  lr = 1e-3")
    return Stored(values["config"], True) if isinstance(values.get("config"), dict) else Stored(values)


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, none of whose names comes twice."""
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            raise ValueError(f"'{name}' is set twice")
        seen[name] = value
    return seen


def nowhere(name: str) -> str:
    """No other kind of run has a setting of this name."""
    return ""


def merge(
    recipe: Some,
    file: Mapping[str, Any],
    flags: Mapping[str, Any],
    origin: str = "",
    elsewhere: Elsewhere = nowhere,
    whole: bool = False,
) -> Some:
    """One configuration, validated once.

    `file` is nested or dotted, `flags` dotted with values as typed. Another kind of network than the recipe's starts
    from that kind's own defaults. `elsewhere` says which other recipes have a setting that this one has not. A `whole`
    file is of a run, and a setting that it does not name is younger than it: that keeps its default, as then, whatever
    the recipe says by now. Raises SaddlepointError (code 2) with one line.
    """
    kind = type(recipe)
    chosen = {
        **expand(kind, {n: Given(value, f"{origin}: {n}") for n, value in flatten(file)}, elsewhere),
        **expand(kind, {n: Given(typed(kind, n, value), flag(n)) for n, value in flatten(flags)}, elsewhere),
    }
    base = dict(flatten(recipe.model_dump(include={"recipe", "system"} if whole else None)))
    for tag in [name for name in base if name.endswith(".network.kind")]:
        if tag in chosen and chosen[tag].value != base[tag]:
            base = {name: value for name, value in base.items() if not name.startswith(tag.removesuffix("kind"))}
    unset = {name for name in base if any(other.startswith(f"{name}.") for other in chosen)}  # a group, as None
    base = {name: value for name, value in base.items() if name not in unset}
    merged = {**base, **{name: given.value for name, given in chosen.items()}}
    rules = {name: merged.pop(name) for name in stage_type(kind).model_fields if name in merged}
    if rules and isinstance(merged.get("stages"), list | tuple):
        merged["stages"] = [{**stage, **rules} for stage in merged["stages"]]
    try:
        config = kind.model_validate(nest(merged))
    except ValidationError as error:
        places = {name: given.where for name, given in chosen.items()}
        raise complaint(error, places, settings(kind), tuple(stage_type(kind).model_fields)) from None
    require_effect(config, [name for name, given in chosen.items() if given.where == flag(name)])
    return config


def group(kind: type[Group], **values: Any) -> Group:
    """A group of settings by itself; SaddlepointError for a value that it cannot have."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise complaint(error, {name: name for name in values}, {}, ()) from None


def require_effect(config: Run, told: Iterable[str]) -> None:
    """Refuse a setting that was typed, but goes with another value of the one beside it."""
    for name in told:
        path = name.split(".")
        owners: list[Any] = [config] if path[0] in type(config).model_fields else list(config.stages)
        for depth, leaf in enumerate(path):
            for only in (mark for mark in marks(owners[0], leaf) if all(mark.idle(owner) for owner in owners)):
                what = f"has no effect where {only.beside} is {beside(owners[0], only.beside)[0]}"
                named = [flag(".".join([*path[:depth], each])) for each in (only.beside, *only.others)]
                hint = f"it goes with {' or '.join(named)} {' or '.join(only.values) or 'set'}"
                raise SaddlepointError(what, flag(name), hint)
            owners = [getattr(owner, leaf, None) for owner in owners]


def marks(owner: Any, leaf: str) -> list[Only]:
    field = type(owner).model_fields.get(leaf) if isinstance(owner, Frozen) else None
    return [mark for mark in field.metadata if isinstance(mark, Only)] if field else []


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


def typed(kind: Kind, name: str, value: Any) -> Any:
    """What was typed for a setting: 'none' is None, and where several values go they stand between commas. A choice
    among numbers is a number.
    """
    if not isinstance(value, str) or name not in settings(kind):
        return value
    if value in settings(kind)[name].choices and value.isdecimal():
        return int(value)
    if value.lower() == "none" and "none" not in settings(kind)[name].choices:
        return None
    return [part.strip() for part in value.split(",")] if "," in settings(kind)[name].form else value


def expand(kind: Kind, layer: Mapping[str, Given], elsewhere: Elsewhere) -> dict[str, Given]:
    """The layer with short names replaced by what they stand for. Refused: unknown names, one setting named twice."""
    known, short_names = names(kind), sugar(kind)
    for name, given in layer.items():
        if name not in known:
            inside = [other for other in known if other.startswith(f"{name}.")]
            hint = f"settings in it: {', '.join(inside[:3])}" if inside else did_you_mean(name, known)
            raise SaddlepointError("unknown setting", given.where, elsewhere(name) or hint)
    full = {name: given for name, given in layer.items() if name not in short_names}
    for short in [name for name in short_names if name in layer]:
        for target in short_names[short]:
            if target in full and len(short_names[short]) == 1:
                raise SaddlepointError(f"says the same as {full[target].where}", layer[short].where, "give one of them")
            full.setdefault(target, layer[short])
    return full
