"""Pairs of pictures, one x and the other its condition: side by side in one file, or in two folders by name."""

from pathlib import Path

from saddlepoint.data.folder import list_folder
from saddlepoint.data.names import medium
from saddlepoint.data.reading import Reading, shown
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError

WIDER = 1.2  # than high, at least: else a picture is not two side by side


def two_folders(name: str) -> tuple[Path, Path] | None:
    """The two folders of pictures in this folder, in the order of their names; None where there are not just two."""
    if medium(name) != "folder":
        return None
    found = sorted(path for path in Path(name).iterdir() if path.is_dir() and not path.name.startswith("."))
    return (found[0], found[1]) if len(found) == 2 else None


def partners(left: Path, right: Path) -> None:
    """Refuse two folders whose pictures do not have the same names, but for what stands behind the dot."""
    stems = [sorted(Path(entry.name).stem for entry in list_folder(folder).entries) for folder in (left, right)]
    alone = sorted(set(stems[0]) ^ set(stems[1]))
    if alone:
        where = left if alone[0] in stems[0] else right
        more = f", and {len(alone) - 1} more" if len(alone) > 1 else ""
        raise SaddlepointError(f"{shown(alone[0])} has no partner{more}", str(where), "give both the same name")


def of_two(left: Source, right: Source, which: str, name: str) -> Source:
    """Two readings as one source of pairs."""
    if left.size != right.size:
        what = f"{left.size:,} pictures in one folder can be read, {right.size:,} in the other"
        raise SaddlepointError(what, name, "`saddlepoint look` on each names those that cannot")
    c, x = (left, right) if which == "left" else (right, left)
    return x._replace(name=name, c=c.x, classes=(), fields=(), notes=(*left.notes, *right.notes), known=None)


def halves(source: Source, which: str) -> Source:
    """Pictures [N, C, H, 2 W] as pairs of [N, C, H, W]."""
    if source.x.ndim != 4:
        raise SaddlepointError("pairs of pictures are needed, and these are not", source.name, "give pictures")
    height, width = source.x.shape[2:]
    if width % 2 or width < WIDER * height:
        what = f"pictures of {height} x {width} are not pairs side by side"
        raise SaddlepointError(
            what, source.name, "give some twice as wide, or a folder of two folders, with equal names"
        )
    left, right = (half.contiguous() for half in source.x.chunk(2, 3))
    c, x = (left, right) if which == "left" else (right, left)
    return source._replace(x=x, c=c, classes=(), fields=(), known=None, mapped=False)


def wide(wish: Reading) -> Reading:
    """How two pictures side by side are read, of which each is to have the size that is wished for."""
    size = None if wish.size is None else (wish.size[0], 2 * wish.size[1])
    return wish._replace(pairs="none", unconditional=True, cond=None, size=size, side=2 * wish.side)
