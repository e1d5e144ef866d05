"""The recipes by name."""

from collections.abc import Callable

from saddlepoint.config import Config
from saddlepoint.recipes.acgan import acgan
from saddlepoint.recipes.cgan import cgan
from saddlepoint.recipes.dcgan import dcgan
from saddlepoint.recipes.gan import gan
from saddlepoint.recipes.modern import modern
from saddlepoint.recipes.points import points

RECIPES: dict[str, Callable[[], Config]] = {
    "modern": modern,
    "gan": gan,
    "cgan": cgan,
    "dcgan": dcgan,
    "acgan": acgan,
    "points": points,
}
