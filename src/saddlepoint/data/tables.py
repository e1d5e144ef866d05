"""Tables that name pictures: a list of files, CSV.

Of a CSV, one column holds the paths, from the folder the table lies in; the others may become the condition.
A CSV without such a column is a table of points (`data/points.py`).
"""

import codecs
import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from saddlepoint.data.folder import look_at
from saddlepoint.data.guards import regular
from saddlepoint.data.pictures import SUFFIXES
from saddlepoint.data.reading import Bad, Listing, plain, why
from saddlepoint.errors import SaddlepointError

PATHS = ("path", "file", "filename", "file_name", "image", "picture")
NONE = frozenset(("nan", "none", "null"))  # what a cell says, in any case of letters, that has no value
MOST_ROWS = 5_000_000
MOST_COLUMNS = 10_000  # of which each may be a number for networks to learn, or a condition
MOST_BYTES = 1 << 30
LACKING = 1_000_000  # cells that may be lacking at the ends of rows
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def list_file(path: Path) -> Listing:
    """A text file with a picture's path on each line."""
    lines = [line.strip() for line in io.StringIO(text(path), newline=None)]
    return from_paths(path, [line for line in lines if line and not line.startswith("#")], {})


class Table(NamedTuple):
    """The cells of a CSV by its columns, the line that each row ends on, and what stands between cells; of no file,
    no lines.
    """

    columns: dict[str, list[str]]
    lines: list[int]
    delimiter: str = ","


def read_rows(path: Path) -> dict[str, list[str]]:
    """The columns of a table by the names in its first line."""
    return read_table(path).columns


def read_table(path: Path) -> Table:
    """A CSV (or a .tsv), whose first line names the columns; rows that are too short are filled up, and cells that say
    `null` are empty.
    """
    where, content = plain(str(path)), text(path)
    try:
        mark = delimiter(path, content)
        rows = csv.reader(io.StringIO(content, newline=""), delimiter=mark, strict=True)
        header = [name.strip() for name in next(rows, [])]
        numbered = [(rows.line_num, row) for row in rows if row]
        lines, body = [line for line, _ in numbered], [row for _, row in numbered]
    except csv.Error as error:
        raise SaddlepointError(f"not a table: {why(error)}", where) from error
    if not header or len(set(header)) < len(header):
        raise SaddlepointError("its first line must name the columns, each differently", where)
    if len(header) > MOST_COLUMNS:
        raise SaddlepointError(f"{len(header):,} columns, more than {MOST_COLUMNS:,}", where, "keep those that matter")
    if not body:
        raise SaddlepointError("0 rows", where, "a header and at least one row")
    if len(header) * len(body) > len(content) + LACKING:  # full rows have a mark for each cell
        raise SaddlepointError(f"{len(header):,} columns, but rows that are shorter", where, "complete the rows")
    columns = {name: [cell(row[i]) if i < len(row) else "" for row in body] for i, name in enumerate(header)}
    return Table(columns, lines, mark)


def delimiter(path: Path, content: str) -> str:
    """What stands between the cells: the tab of a .tsv; else the comma, or, where the first line has none, the
    semicolon or the tab that it has.
    """
    if path.suffix.lower() == ".tsv":
        return "\t"
    first = content.split("\n", 1)[0]
    return next((mark for mark in ",;\t" if len(next(csv.reader([first], delimiter=mark), [])) > 1), ",")


def cell(written: str) -> str:
    bare = written.strip()
    return "" if bare.lower() in NONE else bare


def path_column(columns: Mapping[str, Sequence[str]]) -> str | None:
    """The column that names files: by its own name, or because the first of its values ends like a picture."""
    named = [name for name in columns if name.lower() in PATHS]
    firsts = {name: next(filter(None, column), "") for name, column in columns.items()}
    like = [name for name, first in firsts.items() if Path(first).suffix.lower() in SUFFIXES]
    return (named + like or [None])[0]


def list_table(path: Path) -> Listing:
    """The pictures that a CSV names."""
    return named_in(path, read_rows(path))


def from_frame(name: str, table: Table) -> Listing:
    """The pictures that a table in memory names: from the folder that the program was started in, or by full paths."""
    return named_in(Path.cwd() / name, table.columns)


def named_in(path: Path, columns: dict[str, list[str]]) -> Listing:
    """The pictures that a table names, which lies at this path."""
    files = path_column(columns)
    if files is None:
        raise SaddlepointError("no column of files", plain(str(path)), f"call it {', '.join(PATHS[:3])}")
    return from_paths(path, columns[files], {name: column for name, column in columns.items() if name != files})


def from_paths(table: Path, names: list[str], columns: Mapping[str, list[str]]) -> Listing:
    """The files of these names, below the folder of the table or by their full paths."""
    found, bad, wanted = [], [], [located(table, name) for name in names]
    for i, (name, path) in enumerate(zip(names, wanted)):
        one = look_at(path, name, path.suffix.lower()) if name else Bad(f"row {i + 1:,}", "names no file")
        if isinstance(one, Bad):
            bad.append(one)
        else:
            found.append((i, one))
    paths = [path for name, path in zip(names, wanted) if name]
    if paths and not found and not any(map(os.path.lexists, paths)):
        what = f"none of the {len(paths):,} files that it names is there: the first would be {plain(str(paths[0]))}"
        raise SaddlepointError(what, plain(str(table)), "write full paths, or paths from the folder of the table")
    kept = {key: [column[i] for i, _ in found] for key, column in columns.items()}
    return Listing(table.name, [entry for _, entry in found], kept, bad, root=str(table.resolve()))


def located(table: Path, name: str) -> Path:
    """Where a table's picture lies: as written or, where nothing lies there, read as Windows writes paths."""
    path = table.parent / name
    return path if "\\" not in name or os.path.lexists(path) else table.parent / name.replace("\\", "/")


def text(path: Path) -> str:
    """What a file of text holds, in UTF-8 or with the mark of another Unicode format; of at most MOST_ROWS lines."""
    where = plain(str(path))
    try:
        if (size := regular(path).st_size) > MOST_BYTES:
            raise SaddlepointError(f"{size:,} bytes, more than {MOST_BYTES:,}", where, "split it, or save arrays")
        content = path.read_bytes()
        found = content.decode(next((name for mark, name in MARKS if content.startswith(mark)), "utf-8"))
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", where) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"line {line:,} is not text in UTF-8: byte 0x{error.object[error.start]:02x}"
        raise SaddlepointError(what, where, "save it as UTF-8") from error
    if "\0" in found:
        raise SaddlepointError("is not text in UTF-8: it holds bytes of 0", where, "save it as UTF-8")
    if found.count("\n") > MOST_ROWS:
        raise SaddlepointError(f"more than {MOST_ROWS:,} lines", where, "split it, or save arrays")
    return found
