"""saddlepoint cache: what was decoded from data sets, figures of real data, downloads, and how much room they take."""

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
    """Show or clear the cache: decoded data sets, and the figures of real data.

    Pictures are decoded once, to arrays that later runs read from the disk. What
    judging needs to know about real examples is computed once. All of it can be
    made again from the data, and weights can be downloaded again.
    SADDLEPOINT_CACHE says where the cache is.

    Example: saddlepoint cache --clear
    """
    from saddlepoint.data import cache as stored
    from saddlepoint.judging.extractors import downloads
    from saddlepoint.storage import remembered

    weights = [(path, path.stat()) for path in downloads.contents()]
    found = [
        *((one.name, one.pictures, one.bytes, one.made) for one in stored.contents()),
        *((*one.of, one.bytes, one.made) for one in remembered.contents()),
        *((f"weights, {path.name}", None, about.st_size, about.st_mtime) for path, about in weights),
    ]
    if clear:
        stored.clear()
        remembered.clear()
        downloads.clear()
    if voice.json:
        entries = [{"data": name, "pictures": count, "bytes": size} for name, count, size, _ in found]
        say([json.dumps({"folder": str(stored.place()), "entries": entries, "cleared": clear})])
    elif not voice.quiet:
        total = size_of(sum(size for _, _, size, _ in found))
        say([f"{'cleared' if clear else 'in'} {stored.place()}: {len(found)} kept, {total}"])
        cells = [
            (name, pictures(count), size_of(size), datetime.fromtimestamp(made).strftime("%Y-%m-%d %H:%M"))
            for name, count, size, made in found
        ]
        say(columns(cells, titles=TITLES) if cells and not clear else [])


def pictures(count: int | None) -> str:
    """How many there are; a dash for weights, which hold none."""
    return "-" if count is None else f"{count:,}"
