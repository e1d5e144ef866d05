"""Numbers as people write them in tables: $31.12, 12 kg, 45%, 1,234.5, 3,14. A whole column of one form is numbers."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from saddlepoint.data.reading import few, shown

LETTERS = 12  # of a unit, at most: what is longer is a word
CODES = "AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|SGD|TRY|USD|ZAR"
SIGNS = "$\u20ac\u00a3\u00a5\u20b9\u20a9\u20bd\u20ba\u00a2"  # dollar, euro, pound, yen, rupee, won, rouble, lira, cent
SPACES = " \u00a0\u2009\u202f'\u2019_"  # what stands between groups of three digits, beside a comma or a point
FORM = re.compile(
    rf"(?P<sign>[-+\u2212]?)(?P<before>[A-Z]{{0,3}}[{SIGNS}]|(?:{CODES})(?=[ \u00a0\d]))?"
    r"[ \u00a0]*(?P<minus>[-\u2212]?)"
    rf"(?P<number>[.,]?\d(?:[\d.,{SPACES}]*\d)?(?:e[-+]?\d+)?)"
    rf"[ \u00a0]*(?P<after>[%\u2030\u00b0{SIGNS}]|[^\W\d_][^\d\s,.;:|]{{0,{LETTERS - 1}}})?",
    re.IGNORECASE,
)
GROUPS = re.compile(rf"\d{{1,3}}(?:([.,{SPACES}])\d{{3}})(?:\1\d{{3}})*")


class Quantity(NamedTuple):
    """A cell as it may be read: what stands before and after its number, and the digits with their marks."""

    sign: str
    before: str
    number: str
    after: str

    @property
    def unit(self) -> tuple[str, str]:
        return self.before, self.after

    @property
    def bare(self) -> bool:
        """Whether it is a number as programs write it."""
        return not (self.before or self.after) and not set(self.number) & set("," + SPACES)

    @property
    def mark(self) -> str | None:
        """Which mark begins its decimals, where it can be only one: "." or ","; None where both could."""
        points, commas = self.number.count("."), self.number.count(",")
        if points and commas:
            return "," if self.number.rindex(",") > self.number.rindex(".") else "."
        if commas == 1 and not GROUPS.fullmatch(self.number):
            return ","
        return "," if points > 1 else "." if commas > 1 else None

    def value(self, mark: str) -> str | None:
        """What `float` reads, where `mark` begins the decimals; None where its marks are not in their places."""
        plain, e, power = self.number.lower().partition("e")
        whole, _, decimals = plain.partition(mark)
        groups = GROUPS.fullmatch(whole)
        if not (whole.isdigit() or (groups and groups[1] != mark) or not whole) or not (decimals or "0").isdigit():
            return None
        digits = "".join(filter(str.isdigit, whole)) or "0"
        return f"{self.sign}{digits}{'.' * bool(decimals)}{decimals}{e}{power}"


def quantity(cell: str) -> Quantity | None:
    """A cell as a number with its unit; None where it is none."""
    if (found := FORM.fullmatch(cell)) is None or (found["before"] and found["after"]):
        return None
    sign = "-" if {found["sign"], found["minus"]} & {"-", "\u2212"} else ""
    return Quantity(sign, (found["before"] or "").strip(), found["number"], found["after"] or "")


def read(
    columns: Mapping[str, Sequence[str]], lacking: Collection[str], comma: bool
) -> tuple[dict[str, Sequence[str]], list[str]]:
    """(the columns, in which those of quantities of one form hold numbers that `float` reads; notes on these).

    A column counts where each of its cells is a number, with the same unit, or lacks one. A comma that may be either
    stands before decimals where others of the table do, else between thousands where cells are told apart by commas
    (`comma`); where they are not, nobody knows, and the column stays as it is. Where decimals begin with a comma, a
    point stands between thousands.
    """
    found = {name: cells for name, column in columns.items() if (cells := of_one_form(column, lacking))}
    marks = {name: {each.mark for each in cells} - {None} for name, cells in found.items()}
    known = {mark for name, own in marks.items() if not bare(found[name]) for mark in own}
    usual = "," if known == {","} else "." if comma or known == {"."} else None
    read, forms = dict(columns), dict[tuple[tuple[str, str], str], list[str]]()
    for name, cells in found.items():
        doubtful = any("," in each.number or (usual == "," and "." in each.number) for each in cells)
        own = marks[name] or ({usual} if doubtful else {"."})
        if (mark := next(iter(own))) is None or len(own) > 1 or (bare(cells) and not doubtful):
            continue
        values = [each.value(mark) for each in cells]
        if None in values:
            continue
        there = iter(values)
        read[name] = [one if one.lower() in lacking else str(next(there)) for one in columns[name]]
        forms.setdefault((cells[0].unit, mark), []).append(name)
    return read, list(notes(columns, read, forms.values(), lacking))


def of_one_form(column: Sequence[str], lacking: Collection[str]) -> list[Quantity]:
    """The cells that do not lack a number, as quantities; empty where one is none, or where their units differ."""
    cells = []
    for one in column:
        if one.lower() in lacking:
            continue
        if (each := quantity(one)) is None or (cells and each.unit != cells[0].unit):
            return []
        cells.append(each)
    return cells


def bare(cells: Sequence[Quantity]) -> bool:
    """Whether they are numbers as they stand."""
    return all(each.bare for each in cells)


def notes(
    columns: Mapping[str, Sequence[str]],
    read: Mapping[str, Sequence[str]],
    groups: Collection[list[str]],
    lacking: Collection[str],
) -> Iterator[str]:
    """How columns were read, those of one form together: by the first cell that is not written as a program would."""
    for names in groups:
        pairs = [(old, new) for old, new in zip(columns[names[0]], read[names[0]]) if old.lower() not in lacking]
        old, new = next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
        which = f"column '{shown(names[0])}' is" if len(names) == 1 else f"columns {few(names)} are"
        yield f"{which} read as numbers: '{shown(old)}' as {float(new):g}"
