"""Systems of a user's own: a file given by hand, or an installed entry point of the group 'saddlepoint.systems'.

Code is run only where the user names it now: what a run's folder says of it is a name and a digest, never a place to
load from. A run of such a system is opened after `use` of the same file, or with its package installed.
"""

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Run

GROUP = "saddlepoint.systems"
PARTS = {"Config": "class Config(Run)", "RECIPES": "RECIPES = {'mine': ...}", "SYSTEM": "SYSTEM = System(...)"}
GUIDE = "docs/your-own-system.md shows one in full"


class Theirs(NamedTuple):
    """A system that is not ours: its name, where its code lies, the digest of that, and the module."""

    name: str
    where: str
    sha256: str
    module: ModuleType


IN_USE: dict[str, Theirs] = {}
"""By name: files in use in this process."""

GIVEN: dict[str, Callable[[str], "Theirs | None"]] = {}
"""By how their systems' names end: what makes a system of this name out of parts given in this process."""


def use(path: str | Path) -> Theirs:
    """Take the system in this file into use, for as long as this process lives; its name is the file's.

    SaddlepointError where it cannot be read, lacks a part, or fails; it names the line.
    """
    file = Path(path)
    try:
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(path), "give a file with a SYSTEM") from error
    if (before := IN_USE.get(file.name)) is not None and before.sha256 == sha256:
        return before
    spec = importlib.util.spec_from_file_location(f"saddlepoint_system_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise SaddlepointError("is no Python file", str(path), GUIDE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # pydantic looks types up by their module's name
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise blamed(error, str(file)) from error
    found = Theirs(file.name, str(file), sha256, module)
    for what in PARTS:
        part(found, what)
    IN_USE[file.name] = found
    return found


def known() -> Iterator[Theirs | SaddlepointError]:
    """Files in use, then what is installed: what is wrong with it where it cannot be loaded, which is no reason to do
    without the others."""
    yield from IN_USE.values()
    for point in entry_points(group=GROUP):
        try:
            found = installed(point)
            recipes(found)
        except SaddlepointError as fault:
            yield fault
        else:
            yield found


def installed(point: Any) -> Theirs:
    """What an entry point names: one module with Config, RECIPES and SYSTEM."""
    try:
        module = point.load()
    except Exception as error:
        raise blamed(error, point.value) from error
    file = Path(getattr(module, "__file__", None) or "")
    content = b"".join(f.read_bytes() for f in sorted(file.parent.rglob("*.py"))) if file.stem == "__init__" else b""
    return Theirs(point.name, str(file), hashlib.sha256(content or file.read_bytes()).hexdigest(), module)


def offered(name: str) -> Theirs:
    """The system of this name, in use or installed; SaddlepointError that says how to bring it."""
    if name in IN_USE:
        return IN_USE[name]
    for made in GIVEN.values():
        if (found := made(name)) is not None:
            return found
    for point in entry_points(group=GROUP, name=name):
        return installed(point)
    if "+" in name:
        what = f"{name!r}: parts that a program defined, which are not here"
        raise SaddlepointError(what, "system", "give the same ones again, in Python: sp.use(sp.Parts(...))")
    hint = f"give the file: --system PATH/{name}" if name.endswith(".py") else "install the package that has it"
    raise SaddlepointError(f"no system '{name}' here", "system", hint)


def part(found: Theirs, what: str) -> Any:
    """Config, RECIPES or SYSTEM of it."""
    value = vars(found.module).get(what)
    if value is None:
        raise SaddlepointError(f"has no {what}", found.where, f"it needs {PARTS[what]}; {GUIDE}")
    if what == "Config" and not (isinstance(value, type) and issubclass(value, Run)):
        raise SaddlepointError("Config is not a kind of Run", found.where, GUIDE)
    if what == "SYSTEM" and not hasattr(value, "scene"):
        raise SaddlepointError(f"SYSTEM is {type(value).__name__}, not a System", found.where, GUIDE)
    return value


def recipes(found: Theirs) -> Mapping[str, Recipe]:
    """Its recipes; a plain function is one too."""
    given = part(found, "RECIPES")
    if not given:
        raise SaddlepointError("RECIPES is empty", found.where, GUIDE)
    return {
        name: made if isinstance(made, Recipe) else Recipe(made, "-", "-", "your own") for name, made in given.items()
    }


def begun(found: Theirs, name: str = "") -> Run:
    """The configuration that one of its recipes begins as, the first where none is named."""
    all_ = recipes(found)
    chosen = name if name in all_ else next(iter(all_))
    try:
        made = all_[chosen].make()
    except Exception as error:
        raise blamed(error, found.where) from error
    return made.model_copy(update={"system": found.name, "recipe": chosen})


def blamed(error: BaseException, file: str) -> SaddlepointError:
    """An exception in a user's file, in one line with the file and the line in it."""
    if isinstance(error, SaddlepointError):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == Path(file).resolve()]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    place = f"{file}, line {lines[-1]}" if lines else file
    return SaddlepointError(f"{type(error).__name__}: {error}", place, "it is your own system's code")


def guilty(error: BaseException) -> SaddlepointError | None:
    """The exception in one line, where a user's file in use had a hand in it; else None."""
    files = {Path(frame.filename).resolve() for frame in traceback.extract_tb(error.__traceback__)}
    guilty = [found for found in IN_USE.values() if Path(found.where).resolve() in files]
    return blamed(error, guilty[0].where) if guilty else None
