"""A recipe: a named point of a system's settings, from which to begin."""

from collections.abc import Callable
from typing import NamedTuple

from saddlepoint.settings.run import Run


class Recipe(NamedTuple):
    """What a recipe begins with, and for whom it is.

    make   the settings
    have   what its model is given: noise, labels, pictures, x
    get    what it makes of that
    about  the rest of its line in the list of recipes
    """

    make: Callable[[], Run]
    have: str
    get: str
    about: str
