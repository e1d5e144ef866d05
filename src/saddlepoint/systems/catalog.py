"""The systems by name, and the recipes of each: a literal dict. Nothing is imported before it is asked for; no torch.

A system is a folder with `config.py` (settings), `recipes.py` (where its runs begin), both without torch, and `play.py`
(SYSTEM). One of a user's own is an entry point of the group 'saddlepoint.systems', or a file that has Config, RECIPES
and SYSTEM: `--recipe ./mine.py`.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.complaints import did_you_mean
from saddlepoint.settings.recipe import Recipe
from saddlepoint.settings.run import Run
from saddlepoint.settings.tree import names
from saddlepoint.systems import theirs

if TYPE_CHECKING:
    from saddlepoint.systems.system import System


class Entry(NamedTuple):
    """A folder of `systems/`, and the recipes in it."""

    module: str
    recipes: tuple[str, ...]


SYSTEMS = {
    "gan": Entry("saddlepoint.systems.gan", ("modern", "gan", "cgan", "dcgan", "acgan", "points")),
    "pix2pix": Entry("saddlepoint.systems.pix2pix", ("pix2pix",)),
    "srgan": Entry("saddlepoint.systems.srgan", ("srgan",)),
    "denoise": Entry("saddlepoint.systems.denoise", ("denoise", "denoise-gan")),
    "inpaint": Entry("saddlepoint.systems.inpaint", ("inpaint",)),
    "style": Entry("saddlepoint.systems.style", ("style",)),
    "cut": Entry("saddlepoint.systems.cut", ("cut",)),
    "cyclegan": Entry("saddlepoint.systems.cyclegan", ("cyclegan",)),
    "vae": Entry("saddlepoint.systems.vae", ("vae",)),
    "semi": Entry("saddlepoint.systems.semi", ("semi",)),
    "vfae": Entry("saddlepoint.systems.vfae", ("vfae",)),
    "rbm": Entry("saddlepoint.systems.rbm", ("rbm", "dbm")),
    "boltzmann": Entry("saddlepoint.systems.boltzmann", ("boltzmann",)),
    "mixture": Entry("saddlepoint.systems.mixture", ("mixture",)),
    "belief": Entry("saddlepoint.systems.belief", ("fvsbn", "nade", "made", "pixelcnn")),
    "autoencoder": Entry("saddlepoint.systems.autoencoder", ("autoencoder", "pca", "deep-ae", "denoising-ae")),
    "stacked": Entry("saddlepoint.systems.stacked", ("stacked",)),
}

FIRST = "gan"
"""The system of runs from before there were several."""


def config_type(name: str) -> type[Run]:
    """The settings of the system of this name."""
    return piece(name, "config", "Config")


def system(name: str) -> "System":
    """The system of this name. torch is imported here."""
    return piece(name, "play", "SYSTEM")


def piece(name: str, part: str, what: str) -> Any:
    """What a system's `config`, `recipes` or `play` calls so; a user's own has all in one file."""
    if name in SYSTEMS:
        return vars(import_module(f"{SYSTEMS[name].module}.{part}"))[what]
    return theirs.part(theirs.offered(name), what)


def recipes() -> Iterator[tuple[str, str, Recipe]]:
    """(system, name, recipe) of all there are: ours, those of files in use, those installed. One of theirs whose name
    is taken goes by SYSTEM:NAME.
    """
    taken: set[str] = set()
    for name, entry in SYSTEMS.items():
        known = piece(name, "recipes", "RECIPES")
        yield from ((name, each, known[each]) for each in entry.recipes)
        taken |= set(entry.recipes)
    for found in theirs.known():
        if not isinstance(found, SaddlepointError):
            for each, recipe in theirs.recipes(found).items():
                yield found.name, f"{found.name}:{each}" if each in taken else each, recipe
                taken.add(each)


def faults() -> list[SaddlepointError]:
    """What is wrong with those installed that cannot be loaded."""
    return [found for found in theirs.known() if isinstance(found, SaddlepointError)]


def recipe(name: str) -> Run:
    """The configuration that a recipe begins as; `name` may be a file of the user's own, ./mine.py, or SYSTEM:NAME."""
    for system_name, entry in SYSTEMS.items():
        if name in entry.recipes:
            return piece(system_name, "recipes", "RECIPES")[name].make()
    if name.endswith(".py"):
        return theirs.begun(theirs.use(name))
    for found in theirs.known():
        if isinstance(found, SaddlepointError):
            continue
        for each in ("", *theirs.recipes(found)):
            if name in (each or found.name, f"{found.name}:{each}"):
                return theirs.begun(found, each)
    known = [each for entry in SYSTEMS.values() for each in entry.recipes]
    hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
    raise SaddlepointError(f"no recipe '{name}'", "--recipe", hint)


def typed(content: dict[str, Any]) -> Run:
    """The settings that a file holds, as its system's own type. Raises pydantic's ValidationError."""
    return config_type(str(content.get("system") or FIRST)).model_validate(content)


def read(value: object) -> object:
    """For pydantic: the settings that a file holds as its system's own type, one fault named by its place."""
    if not isinstance(value, dict):
        return value
    try:
        return typed(value)
    except ValidationError as error:
        first = error.errors()[0]
        text = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise PydanticCustomError("setting", "{text}", {"text": text}) from None


def digest(name: str) -> str:
    """The digest of a system's code where it is not ours; empty for ours."""
    return "" if name in SYSTEMS else theirs.offered(name).sha256


def same_code(name: str, sha256: str, where: str) -> None:
    """Refuse what was made by other code than the system of this name has now."""
    if (now := digest(name)) != sha256:
        what = f"it was made by another `{name}` than the one in use: SHA-256 {sha256[:12] or 'none'}, now {now[:12]}"
        raise SaddlepointError(what, where, "put that file or version back")


def owners(setting: str) -> tuple[str, ...]:
    """The systems of ours, by their first recipe, that have a setting of this name."""
    return tuple(entry.recipes[0] for name, entry in SYSTEMS.items() if setting in names(config_type(name)))


def elsewhere(recipe: str) -> Any:
    """(setting) -> where it belongs, for a recipe that has none of this name; empty where nobody has it."""

    def told(setting: str) -> str:
        others = [other for other in owners(setting) if other != recipe]
        verb = "has" if len(others) == 1 else "have"
        return f"not in `{recipe}`: {' and '.join(others)} {verb} it" if others else ""

    return told
