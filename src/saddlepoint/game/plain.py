"""Ordinary modules and batches as the game's: G(z) and D(x) that know no c, tensors for answers, pairs for batches.

What is a record already passes through as it is.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.records import Batch

Given = Batch | Tensor | tuple[Tensor, ...] | list[Tensor] | Mapping[str, Tensor]
SHAPES = ("shape", "size of tensor", "size mismatch", "must match", "expected input", "dimension")


def batch_of(given: Given) -> Batch:
    """A minibatch: as it is, x alone, or (x, c) as a DataLoader has it."""
    if isinstance(given, Batch):
        return given
    if isinstance(given, Tensor | Mapping):
        return Batch(given)
    if isinstance(given, tuple | list) and len(given) in (1, 2) and all(isinstance(each, Tensor) for each in given):
        return Batch(*given)
    what = f"a {type(given).__name__}" + (f" of {len(given)}" if isinstance(given, tuple | list) else "")
    raise SaddlepointError(f"{what} is no batch", "play", "give x, (x, c) or a Batch, of tensors")


class BatchesOverError(Exception):
    """The batches are used up. A type of its own: a StopIteration may also come out of a user's cost, as a fault."""


def batches_of(given: Iterable[Given]) -> Iterator[Batch]:
    """The batches, and then BatchesOverError."""
    yield from map(batch_of, given)
    raise BatchesOverError


def ask(network: Callable[..., Any], name: str, x: Tensor | None, c: Tensor | None) -> Any:
    """network(x, c), or network(x) where it takes no second. Shapes that do not fit become one line."""
    given = (x, c) if takes_two(network, c) else (x,)
    try:
        return network(*given)
    except RuntimeError as error:
        said = " ".join(str(error).split())
        if not any(words in said.lower() for words in SHAPES) or "memory" in said:
            raise
        sizes = " and ".join(str(list(t.shape)) for t in given if t is not None)
        hint = "look at its layers"
        if name == "G" and x is not None and x.ndim == 2:
            hint = f"z is {x.shape[1]} numbers, as the prior has it: in a recipe the setting prior.size"
        raise SaddlepointError(f"{name} cannot be given {sizes}: {said[:200]}", "play", hint) from error


def takes_two(network: Callable[..., Any], c: Tensor | None) -> bool:
    """Whether to give it c: it has a second place, and there is a c or that place must be filled."""
    place = second_place(network)
    return place == "required" or (place == "optional" and c is not None)


def second_place(network: Callable[..., Any]) -> Literal["none", "optional", "required"]:
    """Whether a network has a place for c beside its first argument, and whether that must be filled."""
    called = network.forward if isinstance(network, nn.Module) else network
    try:
        places = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):  # what is not written in Python says nothing of itself
        return "required"
    if any(place.kind is place.VAR_POSITIONAL for place in places):
        if (inner := wrapped(network)) is not None:
            return second_place(inner)
        return "none" if isinstance(network, nn.Sequential) else "required"
    free = [place for place in places if place.kind in (place.POSITIONAL_ONLY, place.POSITIONAL_OR_KEYWORD)]
    if len(free) < 2:
        return "none"
    return "required" if free[1].default is inspect.Parameter.empty else "optional"


def wrapped(network: Callable[..., Any]) -> nn.Module | None:
    """The module within one of torch's wrappers, whose own `forward(*args)` says nothing: compiled, or in parallel."""
    for name in ("_orig_mod", "module"):
        if isinstance(inner := getattr(network, name, None), nn.Module):
            return inner
    return None
