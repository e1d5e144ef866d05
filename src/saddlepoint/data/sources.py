"""A source by its name: bundled, a world, or whatever lies at a path."""

from collections.abc import Callable
from os.path import exists
from pathlib import Path
from shlex import quote

from saddlepoint.data.archive import list_zip
from saddlepoint.data.arrays import Read, open_arrays, open_idx
from saddlepoint.data.arrow import list_huggingface, list_parquet
from saddlepoint.data.cache import through
from saddlepoint.data.digits import digits
from saddlepoint.data.folder import list_folder
from saddlepoint.data.guards import regular
from saddlepoint.data.names import IN_MEMORY, WORLD_NAMES, medium
from saddlepoint.data.pairs import halves, of_two, partners, two_folders, wide
from saddlepoint.data.points import open_points
from saddlepoint.data.reading import Listing, Reading, Tell, likely, plain, readable, shown
from saddlepoint.data.source import Source
from saddlepoint.data.tables import list_file, list_table, path_column, read_rows
from saddlepoint.data.worlds import world_source
from saddlepoint.errors import SaddlepointError

SOURCES: dict[str, Callable[[], Source]] = {"digits": digits}


LEAVE = "leave it out"


def silent(words: str) -> None: ...


def open_source(wish: Reading | str, tell: Tell = silent) -> Source:
    """The source that is asked for. `tell` hears how far a long reading is."""
    wish = Reading(wish) if isinstance(wish, str) else wish
    if wish.pairs != "none":
        if wish.cond is not None:
            raise SaddlepointError("has no effect on pairs, of which one picture is the condition", "--cond", LEAVE)
        if wish.fit == "patches":
            raise SaddlepointError("pairs of pictures are not cut", "--data.fit patches", "give crop, pad or stretch")
        return paired(wish, tell)
    found = open_whole(wish)
    return through(listed(wish), wish, tell) if found is None else found[0]


def paired(wish: Reading, tell: Tell) -> Source:
    """Pairs of pictures, as two folders or side by side."""
    if (folders := two_folders(wish.name)) is None:
        return halves(open_source(wide(wish), tell), wish.pairs)
    partners(*folders)
    alone = wish._replace(pairs="none", unconditional=True, cond=None, bad=0.0)
    left = open_source(alone._replace(name=str(folders[0])), tell)
    size = (left.x.shape[2], left.x.shape[3])
    right = open_source(alone._replace(name=str(folders[1]), size=size), tell)
    return of_two(left, right, wish.pairs, Path(wish.name).name)


def open_whole(wish: Reading) -> Read | None:
    """The source, and what was left out of it, where it is not made of encoded pictures; None where it is."""
    found = opened_whole(wish)
    if found is None:
        return None
    as_it_is(found[0], wish)
    return found[0]._replace(notes=(*found[0].notes, *shadowed(wish.name))), found[1]


def shadowed(name: str) -> list[str]:
    """A note where a name is both data of this program and something on the disk."""
    if medium(name) not in ("bundled", "world") or not exists(name):
        return []
    return [f"`{name}` is read as this program's own data; for the file or folder of that name write ./{name}"]


def as_it_is(source: Source, wish: Reading) -> None:
    """Refuse what is asked of the opening of picture files, where there are none: these data stay as they are."""
    where, idle = "on data that are no picture files", {"--data.fit": wish.fit not in ("crop", "patches")}
    idle |= {"--data.background": wish.background is not None}
    idle |= {"--size": wish.size is not None and (source.x.ndim != 4 or tuple(source.x.shape[2:]) != wish.size)}
    idle |= {"--cond": wish.cond is not None and medium(wish.name) in ("bundled", "world")}
    for flag, given in idle.items():
        if given:
            raise SaddlepointError(f"has no effect {where}, of {list(source.x.shape[1:])}", flag, LEAVE)


def opened_whole(wish: Reading) -> Read | None:
    if wish.held is not None:
        return wish.held.whole(wish)
    match medium(wish.name):
        case "memory":
            what = f"trained on data from memory, {shown(wish.name.removeprefix(IN_MEMORY))}: they are in no file"
            raise SaddlepointError(what, "data", "in Python, `saddlepoint.resume(run, data=...)` is given them again")
        case "bundled":
            source = SOURCES[wish.name]()
            return (source._replace(c=None, classes=()) if wish.unconditional else source), ()
        case "world":
            return world_source(wish.name), ()
        case "arrays":
            return open_arrays(there(wish.name), wish)
        case "idx":
            return open_idx(there(wish.name), wish)
        case "table" if path_column(read_rows(there(wish.name))) is None:
            return open_points(there(wish.name), wish)
    return None


def listed(wish: Reading) -> Listing:
    """The pictures that are asked for, not yet opened."""
    return listing(wish.name) if wish.held is None else wish.held.listing()


ELSEWHERE = {
    "mnist": "the first 10,000 pictures of its training set are here as 'digits'; give its idx file to have all of them"
}
"""Data that people ask for by a name that is not ours."""


def listing(name: str) -> Listing:
    """The pictures at this path, not yet opened. Raises SaddlepointError where there are none."""
    match medium(name):
        case "folder":
            return list_folder(there(name))
        case "zip":
            return list_zip(there(name))
        case "list":
            return list_file(there(name))
        case "table":
            return list_table(there(name))
        case "parquet":
            return list_parquet(there(name))
        case "hf":
            return list_huggingface(name)
    if exists(name):
        hint = "give a folder or a zip of pictures, .npz, .npy, idx, .csv, .parquet, or a list of files in .txt"
        raise SaddlepointError(
            f"not data that can be read, judging by the end of its name: {kind_of(name)}", plain(name), hint
        )
    if Path(name).name != name:
        there(name)
    hint = ELSEWHERE.get(name.lower()) or likely(name, [*SOURCES, *WORLD_NAMES])
    raise SaddlepointError(f"no data set '{shown(name)}', and nothing at that path", "data", hint)


def kind_of(name: str) -> str:
    return shown(Path(name).suffix) or "it has none"


def there(name: str) -> Path:
    """The path, if a file or a folder is there, and it can be written down."""
    path = Path(name)
    if not exists(path):
        hint = f"is it spelt right, and the disk connected? If the data were moved: ln -s WHERE-THEY-ARE {quote(name)}"
        raise SaddlepointError("nothing at that path", plain(name), plain(hint))
    if not path.is_dir():
        regular(path)
    if (written := readable(str(path.resolve()))) != str(path.resolve()):
        hint = "rename it: a run writes down where its data are"
        raise SaddlepointError("its path is not text in UTF-8", plain(written), hint)
    return path
