"""Tables that name pictures: a list of files, CSV.

Of a CSV, one column holds the paths, from the folder the table lies in; the others may become the condition.
A CSV without such a column and with numbers alone is a table of points.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from saddlepoint.data.arrays import from_arrays
from saddlepoint.data.folder import look_at
from saddlepoint.data.pictures import SUFFIXES
from saddlepoint.data.reading import Bad, Listing, Reading
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError

PATHS = ("path", "file", "filename", "file_name", "image", "picture")
MOST_ROWS = 5_000_000


def list_file(path: Path) -> Listing:
    """A text file with a picture's path on each line."""
    lines = [line.strip() for line in text(path).splitlines()]
    return from_paths(path, [line for line in lines if line and not line.startswith("#")], {})


def read_rows(path: Path) -> dict[str, list[str]]:
    """The columns of a CSV (or of a .tsv) by the names in its first line; rows that are too short are filled up."""
    try:
        dialect = csv.excel_tab if path.suffix == ".tsv" else csv.excel
        rows = csv.reader(text(path).splitlines(), dialect, strict=True)
        header = [name.strip() for name in next(rows, [])]
        body = [row for row in rows if row]
    except csv.Error as error:
        raise SaddlepointError(f"not a table: {error}", str(path)) from error
    if not header or len(set(header)) < len(header):
        raise SaddlepointError("its first line must name the columns, each differently", str(path))
    if not 0 < len(body) <= MOST_ROWS:
        raise SaddlepointError(f"{len(body):,} rows", str(path), "a header and at least one row")
    return {name: [row[i].strip() if i < len(row) else "" for row in body] for i, name in enumerate(header)}


def path_column(columns: Mapping[str, Sequence[str]]) -> str | None:
    """The column that names files: by its own name, or because its first value ends like a picture."""
    named = [name for name in columns if name.lower() in PATHS]
    like = [name for name, column in columns.items() if Path(column[0]).suffix.lower() in SUFFIXES]
    return (named + like or [None])[0]


def open_points(path: Path, wish: Reading) -> Source:
    """A CSV of numbers: the columns of the condition, where --cond names them, and all others as x [N, D]."""
    columns = read_rows(path)
    ours = [part.partition(":")[0].strip() for part in (wish.cond or "").split(",")]
    rest = {name: column for name, column in columns.items() if name not in ours}
    try:
        x = np.array([[float(cell or "nan") for cell in column] for column in rest.values()], np.float64).T
    except ValueError as error:
        hint = f"a column of files is called {', '.join(PATHS[:3])}; or name the condition's columns with --cond"
        raise SaddlepointError("neither names pictures nor holds numbers alone", str(path), hint) from error
    chosen = {name: np.array(columns[name]) for name in ours if name in columns}
    return from_arrays(path.name, x, chosen, wish)


def list_table(path: Path) -> Listing:
    """The pictures that a CSV names."""
    columns = read_rows(path)
    files = path_column(columns)
    if files is None:
        raise SaddlepointError("no column of files", str(path), f"call it {', '.join(PATHS[:3])}")
    return from_paths(path, columns[files], {name: column for name, column in columns.items() if name != files})


def from_paths(table: Path, names: list[str], columns: Mapping[str, list[str]]) -> Listing:
    """The files of these names, below the folder of the table or by their full paths."""
    found, bad = [], []
    for i, name in enumerate(names):
        if not name:
            bad.append(Bad(f"row {i + 1:,}", "names no file"))
            continue
        one = look_at(table.parent / name, name, Path(name).suffix.lower())
        if isinstance(one, Bad):
            bad.append(one)
        else:
            found.append((i, one))
    kept = {key: [column[i] for i, _ in found] for key, column in columns.items()}
    return Listing(table.name, [entry for _, entry in found], kept, bad, root=str(table.resolve()))


def text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise SaddlepointError("is not text in UTF-8", str(path)) from error
