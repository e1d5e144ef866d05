"""Tables of points: a CSV without a column of files. Its numbers are x [N, D], its words, or what --cond names, c."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from saddlepoint.data import quantities
from saddlepoint.data.arrays import Read, Rows, from_arrays
from saddlepoint.data.cond import wishes
from saddlepoint.data.reading import Reading, few, plain, shown
from saddlepoint.data.tables import PATHS, Table, read_table
from saddlepoint.data.texts import Column
from saddlepoint.errors import SaddlepointError

EACH = 5  # rows to a class, on average, for a column to be plainly one of classes
OFFERED = 10  # different whole numbers, of which classes might be meant
LACKING = frozenset(("", "na", "n/a", "#n/a", "?", "-", "."))  # what a cell says, where numbers are, that has none
DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([T ].*)?|\d{1,2}:\d\d(:\d\d.*)?")  # or a time of day


class Undecided(SaddlepointError):  # noqa: N818 - it is a finding
    """Several columns of words may be the classes, or none: who trains has to say."""


def open_points(path: Path, wish: Reading) -> Read:
    """A CSV of numbers, as `points_of` reads its cells."""
    return points_of(path.name, plain(str(path)), read_table(path), wish)


def points_of(name: str, where: str, table: Table, wish: Reading) -> Read:
    """A table of numbers: the columns of the condition, where --cond names them, and all others as x [N, D].

    Without --cond a lone column of words becomes the classes; with it, or with --unconditional, words that are not
    asked for are left out.
    """
    asked = bool(wish.cond) and not wish.unconditional
    kinds = wishes(wish.cond, table.columns, where) if asked else {}
    spelt = {name: column for name, column in table.columns.items() if kinds.get(name) not in ("class", "labels")}
    found, read = quantities.read(spelt, LACKING, table.delimiter == ",")
    columns, ours = {name: found.get(name, column) for name, column in table.columns.items()}, list(kinds)
    words = [name for name, column in columns.items() if name not in ours and wordy(column)]
    notes = [f"column '{shown(name)}' holds words: it is left out" for name in words]
    if words and not asked and not wish.unconditional:
        ours, notes = [plain_classes(words, columns, where)], []
        notes = [f"column '{shown(ours[0])}' holds words: they are the classes (`--unconditional` ignores them)"]
        wish = wish._replace(cond=f"{ours[0]}:class") if named_alone(ours[0]) else wish
    rest = {name: column for name, column in columns.items() if name not in (*ours, *words)}
    if not rest:
        raise SaddlepointError("no column of numbers is left to learn", where, "a table of points needs at least one")
    x = np.array([numbers(where, each, column, table.lines) for each, column in rest.items()], np.float64).T
    chosen: dict[str, Column] = {name: columns[name] for name in ours}
    notes = [*read, *notes] if ours else [*read, *notes, *offers(rest)]
    lacking = int((~np.isfinite(x)).any(1).sum())
    notes += [f"{lacking:,} of {len(x):,} rows lack a number"] if lacking else []
    return from_arrays(name, x, chosen, wish, tuple(notes), rows=Rows(list(rest), table.lines))


def wordy(column: Sequence[str]) -> bool:
    """Whether a column has cells, and none of them is a number, or begins as one; dates are words."""
    return any(column) and not any(map(like_a_number, (one for one in column if one.lower() not in LACKING)))


def like_a_number(cell: str) -> bool:
    if DATE.fullmatch(cell):
        return False
    return cell[:1].isdigit() or is_number(cell) or quantities.quantity(cell) is not None


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def named_alone(name: str) -> bool:
    """Whether --cond can name this column without quotes: its grammar keeps the comma and the colon to itself."""
    return not set(name) & set(",:")


def plain_classes(words: Sequence[str], columns: Mapping[str, Sequence[str]], where: str) -> str:
    """The one column of words, where it is plain that these are classes; SaddlepointError that says how to ask."""
    name, many = words[0], len(set(filter(None, columns[words[0]])))
    if len(words) > 1:
        hint = "--unconditional leaves them out"
        if likely := [each for each in words if of_classes(columns[each]) and named_alone(each)]:
            kinds = ",".join(f"{shown(each)}:class" for each in likely[:3])
            hint = f"--cond {kinds}; columns not named there are left out"
        raise Undecided(f"columns {few(words)} hold words", where, hint)
    if not of_classes(columns[name]):
        hint = f"--cond {shown(name)}:class makes them classes, --unconditional leaves them out"
        raise SaddlepointError(f"column '{shown(name)}' holds words, {many:,} different ones", where, hint)
    return name


def of_classes(column: Sequence[str]) -> bool:
    """Whether the words of a column recur often enough to be classes."""
    return len(set(filter(None, column))) * EACH <= len(column)


def offers(columns: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """A note on each column whose few whole numbers may name classes."""
    for name, column in columns.items():
        different = {float(one) for one in column if one.lower() not in LACKING}
        few_whole = 2 <= len(different) <= OFFERED and all(one.is_integer() for one in different)
        if few_whole and len(columns) > 1 and EACH * len(different) <= len(column):
            yield f"column '{shown(name)}' holds {len(different)} whole numbers: --cond {shown(name)}:class for classes"


def numbers(where: str, name: str, column: Sequence[str], lines: Sequence[int] = ()) -> list[float]:
    """The cells as numbers; where one lacks it, not a number."""
    found = []
    for i, one in enumerate(column):
        try:
            found.append(float("nan" if one.lower() in LACKING else one))
        except ValueError as error:
            what = f"neither names pictures nor holds only numbers: column '{shown(name)}' says '{shown(one)}'"
            hint = f"--cond {shown(name)}:class makes classes of it; call a column of files {', '.join(PATHS[:3])}"
            if quantities.quantity(one) is not None:
                what = f"column '{shown(name)}' says '{shown(one)}', and not all its values are numbers of one form"
                if re.fullmatch(r"-?\d{1,3},\d{3}", one):
                    what = f"column '{shown(name)}' says '{shown(one)}': the comma may mark thousands or decimals"
                hint = f"write numbers with a point, in one unit, or --cond {shown(name)}:class makes classes of it"
            elif 2 * sum(map(is_number, column)) > len(column):
                place = f"line {lines[i]:,}" if lines else f"row {i + 1:,}"
                what = f"{place}: column '{shown(name)}' says '{shown(one)}', the others are numbers"
                hint = "correct it, or leave the cell empty"
            raise SaddlepointError(what, where, hint) from error
    return found
