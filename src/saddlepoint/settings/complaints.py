"""What is said of a setting that cannot be: one line with the place, the fault and the nearest thing that can be."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from saddlepoint import errors
from saddlepoint.errors import SaddlepointError

if TYPE_CHECKING:
    from saddlepoint.settings.tree import Setting

ALSO_CALLED = {
    "learning_rate": "lr",
    "batch_size": "batch",
    "epochs": "images",
    "steps": "images",
    "iterations": "images",
    "kimg": "images",
    "time": "budget",
    "loss": "objective",
    "n_critic": "k",
    "gamma": "r1",
    "z_dim": "prior.size",
    "latent_dim": "prior.size",
    "model": "recipe",
    "gpu": "cuda",
    "fp32": "float32",
    "bf16": "bfloat16",
    "wgan": "wasserstein",
    "lsgan": "least_squares",
    "rgan": "relativistic",
    "resnet": "residual",
}
"""Names that other programs and papers use for what is meant."""

BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name most like a word that is none, or nothing where none is much like it.

    Dashes count as underscores. A dotted name is also known by its last part (`width`), and by its first and last
    (`g.width`); agreement with these counts a little less.
    """
    word = plain(word)
    spelled = {plain(name): name for name in names}
    for usual in (word, word.rpartition(".")[2]):
        if ALSO_CALLED.get(usual) in spelled:
            return spelled[ALSO_CALLED[usual]]
    likeness, best = max(((resemblance(word, name), name) for name in spelled), default=(0.0, ""), key=lambda x: x[0])
    return spelled[best] if likeness >= 0.6 else None


def plain(name: str) -> str:
    return name.lstrip("-").replace("-", "_").lower()


def resemblance(word: str, name: str) -> float:
    """1 for equal words, 0 for words with no letter in common."""
    first, last = name.split(".")[0], name.split(".")[-1]
    return max(likeness(word, name), 0.95 * likeness(word, last), 0.95 * likeness(word, f"{first}.{last}"))


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The hint for a word that is no name; empty where nothing is like it."""
    best = nearest(word, names)
    return errors.did_you_mean(best) if best else ""


def complaint(
    error: ValidationError, places: Mapping[str, str], known: Mapping[str, "Setting"], rules: tuple[str, ...]
) -> SaddlepointError:
    """The first fault pydantic found, in one line. `places` tells where the user wrote each setting, `rules` are the
    names that a stage may have.
    """
    faults = error.errors(include_url=False)
    inner = [fault for fault in faults if not any(holds(fault["loc"], other["loc"]) for other in faults)]
    fault = min(inner, key=lambda fault: dotted(fault) not in places)  # the user's own words before a default
    name = dotted(fault)
    place = places.get(name) or places.get(str(next(iter(fault["loc"]), ""))) or name
    return SaddlepointError(*describe(fault, name, place, known.get(name), rules))


def holds(outer: tuple[int | str, ...], inner: tuple[int | str, ...]) -> bool:
    """Whether the second place lies within the first."""
    return len(outer) < len(inner) and inner[: len(outer)] == outer


def dotted(fault: Any) -> str:
    """The setting's name from pydantic's path, without positions and without the kind of network it went through."""
    path = [part for part in fault["loc"] if isinstance(part, str)]
    if "network" in path[:-1]:
        path.pop(path.index("network") + 1)
    if path[:1] == ["stages"] and len(path) > 1:
        path = path[1:]
    return ".".join([*path, "kind"] if fault["type"] == "union_tag_invalid" else path)


def describe(
    fault: Any, name: str, place: str, setting: "Setting | None", rules: tuple[str, ...]
) -> tuple[str, str, str]:
    """(what is wrong, where, a hint)."""
    value, kind, choices = fault["input"], fault["type"], setting.choices if setting else ()
    if kind == "union_tag_invalid":
        value = value["kind"]
    if choices and kind in ("literal_error", "union_tag_invalid"):
        return f"there is no '{value}'", place, did_you_mean(str(value), choices) or f"there are {listed(choices)}"
    if kind == "extra_forbidden":
        if setting and setting.kinds:
            return "this kind of network has no such setting", place, f"it belongs to {listed(setting.kinds)}"
        return f"unknown setting '{name}'", place, did_you_mean(name, rules)
    if kind in BOUNDS:
        words, key = BOUNDS[kind]
        return f"must be {words} {fault['ctx'][key]:g}, not {value}", place, ""
    if kind.startswith("int_"):
        return f"'{value}' is not a whole number", place, whole(value)
    if kind.startswith("float_"):
        return f"'{value}' is not a number", place, number(value)
    if kind.startswith("bool_"):
        return f"'{value}' is neither true nor false", place, ""
    if kind in ("too_short", "too_long", "missing", "tuple_type"):
        return "the number of values is wrong", place, f"a value looks like {setting.form}" if setting else ""
    if setting and kind == "string_pattern_mismatch":
        return f"there is no '{value}'", place, did_you_mean(value, re.findall(r"[\w:]+", setting.help)) or setting.help
    said = fault["msg"].removeprefix("Value error, ")
    return said[:1].lower() + said[1:], place, ""


def whole(value: object) -> str:
    """The hint for what was to be a whole number: a length of time has its own flag, 200k and 2e5 are 200000."""
    text = str(value).strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?\s*(s|m|h|d|secs?|mins?|minutes?|hours?|days?)", text):
        return "for a length of time there is --budget"
    scaled = re.fullmatch(r"(\d+(?:\.\d+)?)(?:e(\d+)|(k))?", text)
    if scaled:  # 1.5, 2e5, 200k
        power = 3 if scaled[3] else int(scaled[2] or 0)
        return errors.did_you_mean(str(round(float(scaled[1]) * 10**power)))
    found = re.search(r"\d+", text)
    return errors.did_you_mean(found[0]) if found else "such as 100"


def number(value: object) -> str:
    """The hint for what was to be a number: the one in it, with a point for a comma."""
    found = re.search(r"-?(\d+(?:[.,]\d+)?|[.,]\d+)(?:e-?\d+)?", str(value).lower())
    return errors.did_you_mean(found[0].replace(",", ".")) if found else "such as 1e-3"


def listed(names: Iterable[str]) -> str:
    """'a, b or c'."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
