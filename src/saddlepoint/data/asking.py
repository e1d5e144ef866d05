"""What a user asks of a trained model: a class by its name, a condition by the values of its fields."""

from collections.abc import Sequence

import numpy as np

from saddlepoint.data.cond import as_numbers, coded
from saddlepoint.data.reading import Field, few, likely, listed, plain, shown
from saddlepoint.data.texts import Column
from saddlepoint.errors import SaddlepointError


def named(classes: Sequence[str], label: int | str) -> int:
    """The place of the class of this name; a number is the name that it spells. Raises SaddlepointError for no name of
    them: a place in a list is none.
    """
    if str(label) not in classes:
        raise SaddlepointError(f"no class '{shown(str(label))}'", "--class", f"one of {few(classes)}")
    return classes.index(str(label))


def request(text: str, fields: Sequence[Field]) -> dict[str, str]:
    """`angle=30,"kind=ash, grey"` as {"angle": "30", "kind": "ash, grey"}. Raises SaddlepointError for what is
    no field, or twice.
    """
    pairs = [part.partition("=") for part in listed(text) if part.strip()]
    given = {name.strip(): value.strip() for name, _, value in pairs}
    names = [field.name for field in fields]
    if unknown := set(given) - set(names):
        word = min(unknown)
        raise SaddlepointError(f"no condition '{shown(word)}'", f"--cond {plain(text)}", likely(word, names))
    if len(given) < max(1, len(pairs)):
        raise SaddlepointError("names nothing" if not pairs else "names one twice", f"--cond {plain(text)}")
    return given


def asked(fields: Sequence[Field], wish: str, examples: np.ndarray) -> np.ndarray:
    """The examples' codes [N, E], with the fields that `wish` names (`angle=30,kind=cat`) set to their values."""
    c, start, given = examples.copy(), 0, request(wish, fields)
    for field in fields:
        if field.name in given:
            c[:, start : start + field.size] = coded(field, column_of(field, given[field.name]))
        start += field.size
    return c


def column_of(field: Field, value: str) -> Column:
    """A value as it is typed, as a column of one: a vector is as many numbers as it has, between spaces."""
    if field.kind != "vector":
        return [value]
    numbers = as_numbers(value.split())
    if numbers is None or len(numbers) != field.size:
        hint = f"{field.size} numbers between spaces, in quotes"
        raise SaddlepointError(f"'{shown(value)}' is no such vector", f"condition {shown(field.name)}", hint)
    return numbers[None].astype(np.float32)


def beyond(fields: Sequence[Field], wish: str) -> tuple[str, ...]:
    """A note on each number that lies outside of the data, whose code is that of the nearest end (see `between`)."""
    given, notes = request(wish, fields), []
    for field in fields:
        if field.kind == "number" and field.name in given:
            value, low, high = as_numbers([given[field.name]]), field.knots[0], field.knots[-1]
            if value is not None and not low <= value[0] <= high:
                told = f"{shown(field.name)}={value[0]:g} counts as {value.clip(low, high)[0]:g}"
                notes.append(f"{told}: the data have {low:g} to {high:g}")
    return tuple(notes)
