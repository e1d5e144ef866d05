"""How large pictures may be, so that a length of time leaves enough updates to learn from."""

import json
import math
from functools import cache
from typing import NamedTuple

import torch

from saddlepoint.data.facts import facts_of
from saddlepoint.data.gather import headers
from saddlepoint.data.names import are_points, medium
from saddlepoint.data.source import Source
from saddlepoint.data.sources import listing
from saddlepoint.durations import show
from saddlepoint.engine import Engine
from saddlepoint.planning.budget import images_for, measure
from saddlepoint.planning.recorded import recorded, unmeasured
from saddlepoint.running.reading import SIDE
from saddlepoint.settings.run import Run
from saddlepoint.systems import catalog

ENOUGH = 600  # updates, below which samples stay blobs and bars: docs/recipes.md, "How large, in how long"
SIDES = (32, 40, 48, 64, 80, 96, 128, 160, 192, 256)  # pixels
PROBE, EXAMPLES = 32, 256  # pixels, and pictures, of the noise that the speed is measured on
FILES = ("folder", "zip", "list", "table", "parquet", "hf")
SOME = 50  # pictures of a set, whose headers say whether any is large
PLAYED = 0.7  # of a budget: the start and the last page take the rest


class Pace(NamedTuple):
    """How fast a run goes on pictures of PROBE x PROBE pixels: examples a second and a round; and the share of its time
    that goes to judging.
    """

    rate: float
    round: int
    share: float

    def updates(self, budget: float, side: int) -> float:
        """In so many seconds, with pictures of this side: time goes with the number of pixels."""
        rate = self.rate * (PROBE / side) ** 2
        return images_for(PLAYED * budget, rate, self.round, self.share) / self.round

    def side(self, budget: float) -> int:
        """The longest that leaves ENOUGH updates; the least of SIDES where none does."""
        return max((side for side in SIDES if self.updates(budget, side) >= ENOUGH), default=SIDES[0])

    def seconds(self, side: int) -> float:
        """That ENOUGH updates take."""
        return 1e6 * ENOUGH / self.updates(1e6, side)


def affordable(data: str, config: Run, budget: float | None, engine: Engine) -> int:
    """The longest side of pictures that is worth trying in this time, where no size is asked for. Without a time, and
    where each picture needs another beside it, a usual one.
    """
    if budget is None or not free(data, config) or are_points(data) or not large(data):
        return SIDE if engine.device.type != "cuda" else 4 * SIDE
    return pace(config, engine).side(budget)


def free(data: str, config: Run) -> bool:
    """Whether the size of pictures would be for the run to choose: they are in files, and of nothing but themselves."""
    fixed = config.data.size or config.data.side or config.base
    return not fixed and alone(config) and medium(data) in FILES


def alone(config: Run) -> bool:
    """Whether pictures need nothing beside them: how many updates pairs want is another question."""
    return {column for column in catalog.system(config.system).takes if not column.endswith("?")} == {"x"}


def large(data: str) -> bool:
    """Whether some of these pictures are longer than the least of SIDES, as far as some from all over tell."""
    entries = listing(data).entries
    found, _ = headers(entries[:: max(1, len(entries) // SOME)])
    return any(max(header.height, header.width) > SIDES[0] for header in found.values())


def told(config: Run, engine: Engine, budget: float, source: Source, updates: float, each: float, chosen: bool) -> str:
    """Where the pictures are too large for the time, what would help; where they were made as large as it allows, what
    the next size costs. Else nothing. `budget` is what start, last page and these updates take; `each` the seconds of
    a further one.
    """
    if facts_of({"x": source})["x"].kind != "pictures" or not alone(config):
        return ""
    height, width = source.x.shape[2:]
    side, words = max(height, width), f"{updates:,.0f} update{'s' * (updates >= 1.5)} in this time"
    if updates < ENOUGH:
        smaller = max((each for each in SIDES if updates * (side / each) ** 2 >= ENOUGH and each < side), default=0)
        scaled = f"{max(8, round(height * smaller / side))}x{max(8, round(width * smaller / side))}"
        longer = f"--budget {math.ceil((budget + each * (ENOUGH - updates)) / 60)}m"
        mends = longer + (f", or --size {scaled}" if smaller else "")
        return f"only {words}; pictures need about {ENOUGH}: {mends}"
    if chosen and side == config.data.side and side in SIDES[:-1]:
        following = SIDES[SIDES.index(side) + 1]
        longer = show(pace(config, engine).seconds(following))
        return f"{words}: pictures of {following} pixels instead of {side} need {longer}"
    return ""


def pace(config: Run, engine: Engine) -> Pace:
    """How fast this run goes, whatever its data are called and how long it is."""
    data = config.data.model_copy(update={"name": "noise", "side": None})
    return measured(config.model_copy(update={"data": data}).model_dump_json(), engine)


@cache
def measured(settings: str, engine: Engine) -> Pace:
    """Once in a process, so that `look` and the plan that it shows do not differ."""
    config = catalog.typed(json.loads(settings))
    x = torch.randint(256, (EXAMPLES, 3, PROBE, PROBE), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    c = None if config.data.unconditional else torch.arange(EXAMPLES) % 2
    source = Source("noise", x, c, () if c is None else ("a", "b"))
    found = measure(unmeasured(config, engine, {"x": recorded(source, 0.0)}), {"x": source}, engine)
    return Pace(found.rate, found.round, config.judge.share)
