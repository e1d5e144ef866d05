"""saddlepoint cache: what was decoded from data sets, and how much room it takes."""

import json
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say, size_of

TITLES = ("data", "pictures", "size", "made")


def cache(
    *,
    clear: Annotated[bool, Parameter(negative=(), help="Remove all of it.")] = False,
    voice: Speaking = NORMAL,
) -> None:
    """Show or clear what was decoded from data sets.

    Pictures are decoded once, to arrays that later runs read from the disk. All
    of it can be made again from the data. SADDLEPOINT_CACHE says where it is.

    Example: saddlepoint cache --clear
    """
    from saddlepoint.data import cache as stored

    found = stored.contents()
    if clear:
        stored.clear()
    if voice.json:
        entries = [{"data": one.name, "pictures": one.pictures, "bytes": one.bytes} for one in found]
        say([json.dumps({"folder": str(stored.place()), "entries": entries, "cleared": clear})])
    elif not voice.quiet:
        total = size_of(sum(one.bytes for one in found))
        say([f"{'cleared' if clear else 'in'} {stored.place()}: {len(found)} data sets, {total}"])
        dates = [datetime.fromtimestamp(one.made).strftime("%Y-%m-%d %H:%M") for one in found]
        cells = [(one.name, f"{one.pictures:,}", size_of(one.bytes), date) for one, date in zip(found, dates)]
        say(columns(cells, titles=TITLES) if cells and not clear else [])
