"""From listed pictures to a source: all headers, one form for all, then every picture decoded once, in parallel."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np
import torch

from saddlepoint.data.brightness import dark
from saddlepoint.data.cond import Conditions, conditions
from saddlepoint.data.fitting import Form, corners, cut
from saddlepoint.data.pictures import Header, colour_of, decode, probe, strict
from saddlepoint.data.reading import Bad, Entry, Listing, Reading, Tell, tolerate
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError

THREADS = max(1, min(8, os.cpu_count() or 1))
AHEAD = 256  # pictures that are decoded before the first of them is fetched
PATCHES = 20_000  # that a set is cut into, at most, or one of each picture
EVERY = 3.0  # seconds between words on how far it is
Given = TypeVar("Given")
Result = TypeVar("Result")


class Gathered(NamedTuple):
    """The pictures of a listing that could be read: x [N, C, H, W], which entries they are, and the others. `kinds` are
    the headers, with how many have each.
    """

    x: np.ndarray
    kept: np.ndarray
    bad: tuple[Bad, ...]
    form: Form
    notes: tuple[str, ...]
    kinds: tuple[tuple[Header, int], ...] = ()


def each(entries: Iterable[Given], work: Callable[[Given], Result]) -> Iterator[Result | SaddlepointError]:
    """work(entry) of each, in order, by several threads; an entry that fails gives its error."""

    def safe(entry: Given) -> Result | SaddlepointError:
        try:
            return work(entry)
        except SaddlepointError as error:
            return error

    queue = iter(entries)
    with strict(), ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(safe, entry) for entry in islice(queue, AHEAD)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(safe, entry) for entry in islice(queue, 1)]


def headers(entries: Sequence[Entry]) -> tuple[dict[int, Header], list[Bad]]:
    """Each entry's header, by its number, and those that have none."""
    found, bad = {}, []
    for i, result in enumerate(each(entries, probe)):
        if isinstance(result, Header):
            found[i] = result
        else:
            bad.append(Bad(entries[i].name, result.what))
    return found, bad


def settle(found: Sequence[Header], wish: Reading) -> tuple[Form, tuple[str, ...]]:
    """The form of a set, and in words what it leaves out of the pictures.

    Size: the one asked for; else the commonest, where half of all have it, or their median proportions, but no longer
    than `wish.side`. Channels: colour if any has it, opacity if half of all
    do and no background is given. Depth: 16 bits or floating point if half of all have it; floating point is grey.
    """
    n = len(found)
    deep = Counter(header.depth for header in found)
    depth = next((d for d in (32, 16) if 2 * deep[d] >= n), 8)
    colour = depth < 32 and any(header.colour for header in found)
    clear = sum(header.alpha for header in found)
    keeps = depth < 32 and 2 * clear >= n and wish.background is None
    channels = (3 if colour else 1) + keeps
    height, width, words = sized(found, wish)
    notes = [words] if words else []
    if clear and not keeps:
        behind = wish.background or "white"
        notes.append(f"{clear:,} with transparency are laid on {behind} (`train --data.background` for another)")
    elif keeps and clear < n:
        notes.append(f"opacity is kept as a channel; pictures without it ({n - clear:,}) are opaque")
    if 0 < sum(deep[d] for d in (16, 32)) < n or (depth == 8 and deep[16] + deep[32]):
        notes.append(f"depths differ: all are brought to {depth} bits")
    if depth == 32 and any(header.colour for header in found):
        notes.append("colour is dropped: sets of floating-point pictures are grey")
    dtype = {8: "uint8", 16: "uint16", 32: "float32"}[depth]
    background = colour_of(wish.background or "white")
    return Form(height, width, channels, dtype, wish.fit, background), tuple(notes)


def sized(found: Sequence[Header], wish: Reading) -> tuple[int, int, str]:
    """(height, width, what that does to the pictures)."""
    sizes = Counter((header.height, header.width) for header in found)
    (commonest, times), n = sizes.most_common(1)[0], len(found)
    if wish.fit == "patches":
        return patched(found, wish)
    how = {"crop": "cropped", "pad": "padded", "stretch": "stretched"}[wish.fit]
    if wish.size is not None:
        others = n - sizes[wish.size]
        words = f"{others:,} of {n:,} pictures are scaled to {by(wish.size)} and {how} where needed"
        return *wish.size, words if others else ""
    if 2 * times >= n:
        native, why = commonest, f"{times:,} of {n:,} pictures are {by(commonest)}"
    else:
        native, why = median(found), f"{len(sizes):,} different sizes, in the middle {by(median(found))}"
    scale = min(1.0, wish.side / max(native))
    size = native if scale == 1 else (max(8, round(native[0] * scale)), max(8, round(native[1] * scale)))
    if sizes[size] == n:
        return *size, ""
    smaller = ", too large to train here in the time" if scale < 1 else ""
    return *size, f"{why}{smaller}: all are brought to {by(size)}, {how} where needed (--size 48x64 for another)"


def patched(found: Sequence[Header], wish: Reading) -> tuple[int, int, str]:
    """The size of patches: the one asked for, else a square of `wish.side`, or what the usual picture has of it."""
    height, width = wish.size or tuple(min(wish.side, side) for side in median(found))
    if all((header.height, header.width) == (height, width) for header in found):
        return height, width, ""
    small = sum(header.height < height or header.width < width for header in found)
    words = f"{len(found):,} pictures are cut into patches of {by((height, width))} at full size (--size for another)"
    return height, width, words + (f"; {small:,} are smaller, and are enlarged to one" if small else "")


def median(found: Sequence[Header]) -> tuple[int, int]:
    """Median proportions at the median area."""
    ratio = float(np.median([header.height / header.width for header in found]))
    area = float(np.median([header.height * header.width for header in found]))
    return max(8, round((area * ratio) ** 0.5)), max(8, round((area / ratio) ** 0.5))


def by(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"


def decoded(listing: Listing, wish: Reading, room: Callable[..., np.ndarray], tell: Tell) -> Gathered:
    """Every picture of the listing in one array, which `room(shape, dtype)` provides, without the unreadable."""
    found, bad = headers(listing.entries)
    tolerate([*listing.bad, *bad], len(found), wish.bad, listing.name)
    form, notes = settle(list(found.values()), wish)
    places = {i: placed(header, form, len(found)) for i, header in found.items()}
    x = room((sum(map(len, places.values())), *form.shape), form.dtype)
    kept, start, said = [], time.monotonic(), time.monotonic()
    numbers, colours, highest = list(found), form.channels - (form.channels in (2, 4)), 0
    for i, result in zip(numbers, each(numbers, lambda i: pieces(listing.entries[i], found[i], places[i], form))):
        if isinstance(result, SaddlepointError):
            bad.append(Bad(listing.entries[i].name, result.what))
        else:
            x[len(kept) : len(kept) + len(result)] = result
            highest = max(highest, int(result[:, :colours].max()) if form.dtype != "float32" else 0)
            kept += [i] * len(result)
        if time.monotonic() - said > EVERY:
            said = time.monotonic()
            rate = len(kept) / (said - start)
            tell(f"reading: {len(kept):,} of {len(x):,} pictures, {rate:,.0f} a second")
    kinds, notes = tuple(Counter(found.values()).most_common()), (*notes, *(dark(highest, form.dtype) if kept else ()))
    return Gathered(x[: len(kept)], np.array(kept, np.int64), (*listing.bad, *bad), form, notes, kinds)


def placed(header: Header, form: Form, pictures: int) -> list[tuple[int, int]]:
    """Where the examples that a picture becomes lie in it: one, or its patches."""
    if form.fit != "patches":
        return [(0, 0)]
    return corners(header.height, header.width, form, max(1, PATCHES // pictures))


def pieces(entry: Entry, header: Header, places: list[tuple[int, int]], form: Form) -> np.ndarray:
    """The examples that a picture becomes, [n, C, H, W]."""
    if form.fit != "patches":
        return decode(entry, form)[None]
    height, width = max(header.height, form.height), max(header.width, form.width)
    return cut(decode(entry, form._replace(height=height, width=width)), places, form)


def assembled(listing: Listing, wish: Reading, pictures: Gathered) -> Source:
    """The pictures with their conditions; those that lack a part of it are left out."""
    return joined(listing, wish, pictures)[0]


def joined(listing: Listing, wish: Reading, pictures: Gathered) -> tuple[Source, tuple[Bad, ...]]:
    """The pictures with their conditions, and all that is left out: what cannot be read, or lacks a part of these."""
    columns = {name: [column[i] for i in pictures.kept] for name, column in listing.columns.items()}
    n, bad = len(pictures.kept), list(pictures.bad)
    tolerate(bad, n, wish.bad, listing.name)
    made = Conditions(None, (), (), np.zeros(n, bool))
    if columns and not wish.unconditional:
        made = conditions(columns, wish.cond, listing.name, n, listing.kinds)
    x = torch.from_numpy(pictures.x)
    c = None if made.c is None else torch.from_numpy(made.c)
    if made.missing.any():
        names = [listing.entries[pictures.kept[i]].name for i in np.flatnonzero(made.missing)]
        bad += [Bad(name, "has no label") for name in names]
        there = torch.from_numpy(np.flatnonzero(~made.missing))
        x, c = x[there], None if c is None else c[there]
    low, high, said = extremes(x)
    notes = (*listing.notes, *pictures.notes, *said, *made.notes, *tolerate(bad, len(x), wish.bad, listing.name))
    mapped = isinstance(pictures.x, np.memmap) and x.data_ptr() == pictures.x.ctypes.data
    source = Source(listing.name, x, c, made.classes, listing.licence, made.fields, notes, None, mapped, low, high)
    if wish.fit == "patches":
        origin = torch.from_numpy(pictures.kept)
        source = source._replace(origin=origin[there] if made.missing.any() else origin)
    return source, tuple(bad)


def extremes(x: torch.Tensor) -> tuple[float, float, tuple[str, ...]]:
    """The stored numbers that are black and white, low < high, and in words that they are not 0 and 1.

    Of floating point in [0, 1] these are 0 and 1, else the least and the greatest. x stays as it is: two sources may be
    one another's copies at another contrast, and that they differ is seen only by one and the same scale for both.
    """
    low, high = (float(x.amin()), float(x.amax())) if x.dtype == torch.float32 and len(x) else (0.0, 1.0)
    if low >= 0 and high <= 1:
        return 0.0, 1.0, ()
    if low == high:
        return low, low + max(1.0, abs(low)), (f"all numbers are {low:g}: all is black",)
    return low, high, (f"values go from {low:g}, which is black, to {high:g}, which is white",)
