"""The bundled sources by name."""

from collections.abc import Callable

from saddlepoint.data.digits import digits
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError, nearest

SOURCES: dict[str, Callable[[], Source]] = {"digits": digits}


def open_source(name: str, *, unconditional: bool = False) -> Source:
    """The source of this name; without its labels where they are not wanted."""
    if name not in SOURCES:
        raise SaddlepointError(f"no data set '{name}'", "data", nearest(name, SOURCES))
    source = SOURCES[name]()
    return source._replace(c=None, classes=()) if unconditional else source
