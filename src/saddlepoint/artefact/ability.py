"""What an exported model can do, by its description alone, so that a verb it cannot is refused before torch comes."""

from pathlib import Path

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded, settled
from saddlepoint.record import LARGEST
from saddlepoint.storage.spelling import parsed

CANNOT = {
    "sample": "draw samples",
    "walk": "walk: it has no latent space",
    "apply": "be applied to anything",
}
"""By what it could do: the end of "a model of `x` cannot"."""


def refusal(what: str, recipe: str, run: str, can: tuple[str, ...]) -> SaddlepointError:
    """What is said where a model of this recipe cannot do this: what it can do instead."""
    hint = f"it can {' and '.join(can)}" if can else "no command can use it"
    return SaddlepointError(f"a model of `{recipe}` cannot {what}", run, hint)


def check(folder: Path, verb: str) -> None:
    """Refuse this verb where the description says that the model cannot; whatever is damaged is left to the loader."""
    try:
        inner = settled(folder / "generator")
        about = parsed(read_bounded((inner if inner.is_dir() else folder) / "config.json", LARGEST))
        can, recipe = tuple(map(str, about["can"])), str(about["config"]["recipe"])
    except (OSError, ValueError, LookupError, TypeError, SaddlepointError):
        return
    if verb not in can:
        raise refusal(CANNOT[verb], recipe, str(about.get("run", "")), can)
