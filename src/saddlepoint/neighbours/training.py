"""Which models stand in the table, and the runs behind it: one folder for each recipe and seed, resumed where cut."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from saddlepoint import api
from saddlepoint.data.facts import Facts, facts_of
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source, silent
from saddlepoint.data.split import FEWEST, LEAST
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.begin import configure
from saddlepoint.planning.intake import lasting, suited
from saddlepoint.record import read_record
from saddlepoint.run import Run
from saddlepoint.settings.binary import Binary
from saddlepoint.settings.run import Run as Config
from saddlepoint.settings.tree import wishes
from saddlepoint.systems import catalog

FIXED = {"engine.threads": 1, "judge.share": 0}  # nobody is judged on the way: the time is for training
ALONE = ("apply", "walk")  # what makes no neighbour: whoever gives back what is given to it, and no more


class Wish(NamedTuple):
    """What is asked for: every recipe for `budget` seconds of training (None: as long as it is configured), with the
    seeds 0, 1, ... Settings are laid over those of every recipe.
    """

    data: str
    budget: float | None
    seeds: int
    recipes: tuple[str, ...]
    root: Path
    settings: Mapping[str, Any] = {}

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Seed by seed, so that a cut table has all of its rows."""
        return [(recipe, seed) for seed in range(self.seeds) for recipe in self.recipes]

    def folder(self, recipe: str, seed: int) -> Path:
        return self.root / f"{Path(recipe).stem}-{seed}"


def kept_back(data: str, recipes: tuple[str, ...]) -> dict[str, float]:
    """The share that is held out where a recipe's own would leave fewer than `FEWEST` to judge by: as many, but a
    quarter at most. SaddlepointError where even that is fewer than `LEAST`: every row would be trained for nothing.
    """
    size = open_source(Reading(data, unconditional=True), silent).size
    count = min(FEWEST, size // 4)
    if count < LEAST:
        hint = f"give {4 * LEAST} or more, of which a quarter is held out"
        raise SaddlepointError(f"{size} pictures are too few to judge models by", data, hint)
    own = min((wish.held_out for recipe in recipes for wish in wishes(catalog.recipe(recipe)).values()), default=0.0)
    return {"data.held_out": count / size} if own * size < count else {}


def usual_rows(data: str) -> tuple[str, ...]:
    """The recipes of one source that take these pictures, whose models do more than rebuild what they are given. One
    that is always given labels is left out: nobody is told any.
    """
    source = open_source(Reading(data, unconditional=True), silent)
    facts = facts_of({"x": source})
    if facts["x"].kind != "pictures":
        raise SaddlepointError(f"this table is for pictures, not {facts['x'].kind}", data, "give pictures")
    rows = [(name, recipe) for _, name, recipe in catalog.recipes() if "labels" not in recipe.have.split(", ")]
    return tuple(name for name, _ in rows if is_neighbour(catalog.recipe(name), facts))


def is_neighbour(config: Config, facts: Facts) -> bool:
    if set(wishes(config)) != {"x"}:
        return False
    system = catalog.system(config.system)
    try:
        suited(config, facts)
        able = system.model(config, facts, system.networks(config, facts)).can
    except SaddlepointError:  # not for these pictures, or not without a condition
        return False
    return bool(set(able) - set(ALONE))


def configured(wish: Wish, recipe: str, seed: int) -> Config:
    """The recipe on one thread. Who can do without labels is told none, or features would be no find; a model that may
    have binary pictures has them, drawn, so that nats are of the same examples.
    """
    begun = catalog.recipe(recipe)
    own: dict[str, Any] = FIXED | {"seed": seed}
    if "c" not in catalog.system(begun.system).takes:
        own["data.unconditional"] = True
    if isinstance(begun, Binary) and begun.binarise is None:
        own["binarise"] = "draw"
    return configure(recipe, None, own | dict(wish.settings))


def state(wish: Wish, recipe: str, seed: int) -> str:
    """'new', else how its run stands; SaddlepointError where what lies there is another one."""
    folder = wish.folder(recipe, seed)
    if not (folder / "config.json").exists():
        return "new"
    record = read_record(folder)
    found = record.choices.planned_seconds, record.config.seed, record.config.recipe, record.config.data.name
    if found != (wish.budget, seed, configured(wish, recipe, seed).recipe, lasting(wish.data)):
        raise SaddlepointError(
            "a different run is here: of other data, or of another length", str(folder), "take --root"
        )
    return Run(folder).state


def trained(wish: Wish, recipe: str, seed: int) -> Path:
    """The folder of the finished run: begun, resumed, or left as it is."""
    folder = wish.folder(recipe, seed)
    if state(wish, recipe, seed) == "new":
        config = configured(wish, recipe, seed)
        api.start(wish.data, config, budget=wish.budget, name=folder.name, root=wish.root, begun=api.PLAYING)
    else:
        api.resume(folder)
    return folder
