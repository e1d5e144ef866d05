"""From the settings of a run to how its data are to be read."""

from saddlepoint.data.memory import Held
from saddlepoint.data.reading import Reading, sides
from saddlepoint.settings.run import Data

SIDE = 64  # pixels


def reading(data: Data, held: Held | None = None) -> Reading:
    """How the configured data are to be read; of data in memory, these."""
    return Reading(
        name=data.name,
        size=sides(data.size) if data.size else None,
        side=data.side or SIDE,
        fit=data.fit,
        background=data.background,
        cond=data.cond,
        unconditional=data.unconditional,
        bad=data.bad,
        pairs=data.pairs,
        held=held,
    )
