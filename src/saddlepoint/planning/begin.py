"""From what was asked for to a configuration: which recipe, and what over it. No torch is imported here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saddlepoint.data.names import are_points
from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.layers import Stored, merge, read
from saddlepoint.settings.run import Run
from saddlepoint.systems import catalog


def usual_recipe(data: str) -> str:
    """The recipe that suits these data where none is asked for."""
    return "points" if are_points(data) else "modern"


def configure(recipe: str | None, file: Path | None, flags: Mapping[str, Any], usual: str = "modern") -> Run:
    """The configuration asked for: recipe < file < flags. A file may name the recipe; `usual` is for when none does."""
    stored, whole = read(file) if file else Stored({})
    named, system = stored.pop("recipe", usual), stored.pop("system", None)
    begun = catalog.recipe(recipe or named)
    if system not in (None, begun.system) and not recipe:
        what = f"names the recipe '{named}' of the system '{begun.system}', and the system '{system}'"
        raise SaddlepointError(what, f"--config {file}", "leave out one of them")
    whole = whole and begun.recipe == named
    return merge(begun, stored, flags, str(file or ""), catalog.elsewhere(begun.recipe), whole)


def agreed(flags: Mapping[str, Any], budget: object) -> None:
    """Refuse what says twice, and differently, how long to train or what the condition is."""
    if budget is not None and "images" in flags:
        raise SaddlepointError("sets the length of training, as --budget does", "--images", "give one of them")
    given = {name.removeprefix("data."): value for name, value in flags.items()}
    one_condition(given.get("cond"), bool(given.get("unconditional")))


def one_condition(cond: object, unconditional: bool) -> None:
    """Refuse to be told what the condition is made of, and that there is none."""
    if cond is not None and unconditional:
        raise SaddlepointError("has no effect with --unconditional", "--cond", "give one of them")


def chosen(recipe: str | None, file: Path | None, usual: str = "modern") -> Run:
    """What `configure` starts from, without a look at any flag: it decides which flags there are."""
    stored = read(file).values if file else {}
    return catalog.recipe(recipe or stored.get("recipe") or usual)


def settings_of(base: Path) -> Path:
    """Where the settings of a run, or of the run of a checkpoint, are written."""
    folders = [folder for folder in (base, base.parent.parent) if (folder / "config.json").is_file()]
    if not folders:
        raise SaddlepointError("no run to start from", f"--from {base}", "give a run's folder, or a checkpoint in it")
    return folders[0] / "config.json"
