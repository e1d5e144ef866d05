"""What a checkpoint is made of: parts that can say what they hold, and take it back.

A part's state is plain: tensors by name, and values that JSON can carry. What is loaded is checked against the part
first (names, shapes, dtypes), and refused as a whole if it does not fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError

OTHER_RUN = "the checkpoint belongs to another configuration"


class Saved(NamedTuple):
    """The state of one part. Floating-point numbers in `values` come back bit for bit; they must be finite."""

    tensors: Mapping[str, Tensor]
    values: Mapping[str, Any]


class Part(Protocol):
    """A part of a run that a checkpoint keeps; `version` changes when the meaning of its state does."""

    @property
    def version(self) -> int: ...
    def state(self) -> Saved: ...
    def load_state(self, saved: Saved) -> None: ...


@dataclass(frozen=True)
class ModulePart:
    """Parameters and buffers of a network."""

    module: nn.Module
    version: int = 1

    def state(self) -> Saved:
        return Saved(self.module.state_dict(), {})

    def load_state(self, saved: Saved) -> None:
        own = self.module.state_dict()
        same_names(saved.tensors.keys(), own.keys())
        for name, tensor in own.items():
            fits(name, saved.tensors[name], tensor.shape, tensor.dtype)
        for name, tensor in own.items():
            tensor.copy_(saved.tensors[name])  # shares memory with the module


@dataclass(frozen=True)
class OptimiserPart:
    """Moments, step counts and options of an optimiser.

    Tensors are named `i/entry` with i the parameter's index, as in torch's own state dictionary; entries that are not
    tensors, and the options of the parameter groups, are values. `tensors` lists what a whole state holds.
    """

    optimiser: torch.optim.Optimizer
    version: int = 1

    def state(self) -> Saved:
        raw = self.optimiser.state_dict()
        entries = {f"{i}/{name}": entry for i, state in raw["state"].items() for name, entry in state.items()}
        tensors = {name: entry for name, entry in entries.items() if isinstance(entry, Tensor)}
        values = {
            "kind": type(self.optimiser).__name__,
            "groups": [{key: _plain(value) for key, value in group.items()} for group in raw["param_groups"]],
            "tensors": sorted(tensors),
            "entries": {name: entry for name, entry in entries.items() if name not in tensors},
        }
        return Saved(tensors, values)

    def load_state(self, saved: Saved) -> None:
        try:
            values = {key: saved.values[key] for key in ("kind", "groups", "tensors", "entries")}
            self._check(values, saved.tensors)
            state: dict[int, dict[str, Any]] = {}
            for name, entry in [*values["entries"].items(), *saved.tensors.items()]:
                i, key = name.split("/")
                state.setdefault(int(i), {})[key] = self._like_parameter(int(i), entry)
            groups = self._groups(values["groups"])
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            raise SaddlepointError("the optimiser's state is not whole", hint=OTHER_RUN) from error
        self.optimiser.load_state_dict({"state": state, "param_groups": groups})

    def _check(self, values: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        """The optimiser is of the same kind over parameters of the same number and shapes."""
        if values["kind"] != (own := type(self.optimiser).__name__):
            raise SaddlepointError(f"holds the state of {values['kind']}, the optimiser is {own}", hint=OTHER_RUN)
        same_names(tensors.keys(), values["tensors"])
        groups = self.optimiser.state_dict()["param_groups"]
        if [group["params"] for group in groups] != [group["params"] for group in values["groups"]]:
            raise SaddlepointError("holds another number of parameters", hint=OTHER_RUN)
        for name, tensor in tensors.items():
            if tensor.ndim:  # step counts have no dimension
                fits(name, tensor, self._parameters[int(name.split("/")[0])].shape)

    @property
    def _parameters(self) -> list[nn.Parameter]:
        return [p for group in self.optimiser.param_groups for p in group["params"]]

    def _like_parameter(self, i: int, entry: Any) -> Any:
        """A copy of its own; a moment in the memory layout of its parameter, as the optimiser would have made it."""
        parameter = self._parameters[i]
        if not isinstance(entry, Tensor) or entry.shape != parameter.shape:
            return entry.clone() if isinstance(entry, Tensor) else entry
        return torch.empty_like(parameter, dtype=entry.dtype, requires_grad=False).copy_(entry)

    def _groups(self, saved: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The groups' options in the types the optimiser had them in: JSON knows neither tuples nor tensors."""
        groups = []
        for mine, theirs in zip(self.optimiser.param_groups, saved, strict=True):
            same_names(theirs.keys(), mine.keys())
            groups.append({key: _typed(value, mine[key]) for key, value in theirs.items()})
        return groups


def same_names(theirs: Any, mine: Any) -> None:
    """Refuse a state that lacks a name, or has one too many."""
    if missing := sorted(set(mine) - set(theirs)):
        raise SaddlepointError(f"'{missing[0]}' is missing" + _more(missing), hint=OTHER_RUN)
    if extra := sorted(set(theirs) - set(mine)):
        raise SaddlepointError(f"'{extra[0]}' is not known here" + _more(extra), hint=OTHER_RUN)


def fits(name: str, saved: Tensor, shape: torch.Size, dtype: torch.dtype | None = None) -> None:
    """Refuse a tensor of another shape or, where one is given, another dtype."""
    if saved.shape != shape:
        raise SaddlepointError(f"'{name}' has shape {list(saved.shape)} instead of {list(shape)}", hint=OTHER_RUN)
    if dtype is not None and saved.dtype != dtype:
        raise SaddlepointError(f"'{name}' holds {saved.dtype} instead of {dtype}", hint=OTHER_RUN)


def _more(names: list[str]) -> str:
    return f" (and {len(names) - 1} more)" if len(names) > 1 else ""


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value


def _typed(value: Any, mine: Any) -> Any:
    if isinstance(mine, Tensor):
        return torch.full_like(mine, value)
    return tuple(value) if isinstance(mine, tuple) else value
